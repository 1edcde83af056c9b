"""Which occupation a job's title names: a list of our own, and the likeness of titles. No database, no Dagster.

For counting ads by occupation; a match never depends on it. What a title means is ``matching``'s business.
"""
