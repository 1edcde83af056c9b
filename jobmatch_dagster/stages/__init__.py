"""One module a stage of the day: read what the stage before wrote, call the room that knows how, write with one merge.

This is where the domain rooms and the database meet. Dagster's assets, the command line, the HTTP API and the
benchmarks
all call these functions, so a stage behaves the same whoever starts it. No Dagster here, and no domain knowledge.
"""
