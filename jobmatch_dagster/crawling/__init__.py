"""Fetching politely: transport, robots, rate, retry, and the archive of raw pages. Knows no board."""
