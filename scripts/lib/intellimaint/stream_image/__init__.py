"""Proving the image of the voice WebSocket."""
