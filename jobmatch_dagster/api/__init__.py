"""The HTTP API for the downstream app."""
