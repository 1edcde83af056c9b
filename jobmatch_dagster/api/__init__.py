"""The HTTP API for the downstream app. What it does for a person it does in Postgres as that person."""
