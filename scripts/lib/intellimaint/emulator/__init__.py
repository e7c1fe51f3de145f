"""Deploying to an emulator of AWS on this machine."""
