"""What a merge writes first: rows that are new are there when rows that changed are made to point at them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from jobmatch_dagster.supabase.database import Merged, merge
from jobmatch_dagster_tests.supabase.world import job, jobs


@pytest.mark.parametrize("guard", ["content_hash", None])
def test_a_row_that_changed_may_point_at_one_that_is_new(
    connection: psycopg.Connection[Any], guard: str | None
) -> None:
    """A late board brings the longer text of an ad: the row that is there becomes a duplicate of the new one."""
    number = 901 if guard else 903
    first, late = job(number), job(number + 1)
    merge(connection, "public.jobs", jobs(first), key=["id"])
    pointing = {**first, "duplicate_of": late["id"], "content_hash": "changed"}
    merged = merge(connection, "public.jobs", jobs(pointing, late), key=["id"], guard=guard)
    assert merged == Merged(inserted=1, updated=1)
    kept = dict(connection.execute("select id::text, duplicate_of::text from public.jobs").fetchall())
    assert (kept[first["id"]], kept[late["id"]]) == (late["id"], None)


def test_the_words_of_a_job_follow_it_through_new_rows_changed_ones_and_single_ones(
    connection: psycopg.Connection[Any],
) -> None:
    """A job is found by its words as soon as it is written, whichever way it is written."""
    words = "select document::text from search.documents where job_id = %s"
    expected = "select search.document(title, company, description, language)::text from public.jobs where id = %s"
    texts = [None, "", "Wir backen jeden Morgen Brote und Brezeln.", "We bake. " * 20_000]
    new = [{**job(910 + number), "description": text, "language": "de"} for number, text in enumerate(texts)]

    def follows() -> None:
        for row in new:
            found = connection.execute(words, [row["id"]]).fetchall()
            assert found == connection.execute(expected, [row["id"]]).fetchall() != []

    merge(connection, "public.jobs", jobs(*new), key=["id"])
    follows()
    changes = ("title", "Konditor"), ("company", "Brotwerk"), ("description", "Er backte Torten."), ("language", "en")
    for name, value in changes:
        new[2] = {**new[2], name: value}
        before = connection.execute(words, [new[2]["id"]]).fetchone()
        merge(connection, "public.jobs", jobs(*new), key=["id"])
        assert connection.execute(words, [new[2]["id"]]).fetchone() != before
        follows()
    connection.execute("update public.jobs set title = 'Müllerin' where id = %s", [new[0]["id"]])
    follows()
    connection.execute("delete from public.jobs where id = any(%s::uuid[])", [[row["id"] for row in new]])
    assert not connection.execute(words, [new[0]["id"]]).fetchall()
    new = new[:1]
    connection.execute(
        "insert into public.jobs"
        " (id, board, external_id, title, company, first_seen_on, last_seen_on, content_hash)"
        " values (%s, 'indeed', 'single', 'Bäcker', 'Brotwerk', %s, %s, '')",
        [new[0]["id"], new[0]["first_seen_on"], new[0]["last_seen_on"]],
    )
    follows()
