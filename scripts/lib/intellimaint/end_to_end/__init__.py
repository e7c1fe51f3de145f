"""The end-to-end suite: one module for each family of routes."""
