"""How a stage's errors look in Dagster.

What a person can mend becomes one sentence; what passes by itself is tried again; a bug keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from jobmatch_dagster.errors import DatabaseUnavailable, JobmatchError

TRIES = 3
SECONDS_BETWEEN = 5


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors of the block into Dagster's.

    A lost connection, a deadlock or a full lock table is tried again, twice; an error of the JobmatchError family ends
    the step at once with its sentence; anything else is a bug and keeps its traceback.
    """
    import psycopg

    try:
        yield
    except (psycopg.OperationalError, DatabaseUnavailable) as error:
        raise dg.RetryRequested(max_retries=TRIES - 1, seconds_to_wait=SECONDS_BETWEEN) from error
    except JobmatchError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
