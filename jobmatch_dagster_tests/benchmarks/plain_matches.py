"""The table of a plain pipeline's matches: a row a pair, its reasons as JSON, found by person, job and day."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

TABLE = """
create table {name} (
  resume_id uuid, user_id uuid, job_id uuid, score double precision not null, components jsonb not null,
  matched_skills jsonb not null, missing_skills jsonb not null, vetoes jsonb not null, abstained text[] not null,
  sentence text not null, scorer_version text not null, resume_hash text not null, job_hash text not null,
  matched_on date not null, primary key (resume_id, job_id)
);
create index on {name} (user_id, score desc) include (job_id);
create index on {name} (resume_id, user_id);
create index on {name} (job_id);
create index on {name} (matched_on);
"""


def create(conn: psycopg.Connection[Any], name: str) -> None:
    """Make the table, with its key and indexes.

    Args:
        conn: an autocommit connection.
        name: ``schema.name``; in schema ``pg_temp`` it goes with the connection.
    """
    conn.execute(sql.SQL(TABLE).format(name=sql.Identifier(*name.split("."))))
