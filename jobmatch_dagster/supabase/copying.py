"""COPY out of the database in one go: everything that a statement sends, as bytes.

Belongs here: the loop over libpq's rows. psycopg hands out COPY row by row, which costs more than making and reading
the rows; this takes as many as have arrived at a time, and waits where psycopg would.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import pq, sql
from psycopg.abc import PQGen
from psycopg.waiting import Wait


def fetch(connection: psycopg.Connection[Any], statement: sql.Composed) -> bytes:
    """What ``COPY … TO STDOUT`` sends.

    Args:
        connection: in autocommit mode or in a transaction of the caller.
        statement: the COPY, values and all.

    Raises:
        psycopg.Error: the statement failed.
    """
    with connection.lock:
        return b"".join(connection.wait(_all(connection.pgconn, statement.as_bytes(connection))))


def _all(pgconn: pq.abc.PGconn, statement: bytes) -> PQGen[list[bytes]]:
    pgconn.send_query(statement)
    while pgconn.flush():
        yield Wait.W
    blocks: list[bytes] = []
    for result in (yield from _results(pgconn)):
        if result.status == pq.ExecStatus.COPY_OUT:
            yield from _rows(pgconn, blocks)
            for last in (yield from _results(pgconn)):
                _check(last)
        else:
            _check(result)
    return blocks


def _rows(pgconn: pq.abc.PGconn, blocks: list[bytes]) -> PQGen[None]:
    """Take rows until there are no more."""
    while True:
        size, data = pgconn.get_copy_data(1)
        if size > 0:
            blocks.append(bytes(data))
        elif size < 0:
            return
        else:
            yield from _more(pgconn)


def _results(pgconn: pq.abc.PGconn) -> PQGen[list[pq.abc.PGresult]]:
    """The results that are there, up to the one that begins a COPY."""
    found: list[pq.abc.PGresult] = []
    while True:
        while pgconn.is_busy():
            yield from _more(pgconn)
        result = pgconn.get_result()
        if result is None:
            return found
        found.append(result)
        if result.status == pq.ExecStatus.COPY_OUT:
            return found


def _more(pgconn: pq.abc.PGconn) -> Iterator[Any]:
    """Wait until something has arrived."""
    while not (yield Wait.R):
        pass
    pgconn.consume_input()


def _check(result: pq.abc.PGresult) -> None:
    if result.status != pq.ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(result, encoding="utf-8")
