"""Lists of matches as arrays: what stays, what is taken, what is written; held to the same in plain Python."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from jobmatch_dagster.stages import match, match_blocks, match_lists
from jobmatch_dagster.stages.match_lists import Pairs
from jobmatch_dagster.supabase import binary
from jobmatch_dagster.supabase import database as db
from jobmatch_dagster_tests import matches
from jobmatch_dagster_tests.stages.test_match import History, cut_rankings
from jobmatch_dagster_tests.supabase.world import build, job, jobs

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings

Row = dict[str, Any]
# Few values each, so that many are equal; the jobs differ in their first byte, their last, or one in the middle.
JOBS = [uuid.UUID(int=n) for n in (0, 1, 1 << 63, 1 << 64, 1 << 120, (1 << 128) - 1)]
rows_of_pairs = st.lists(
    st.fixed_dictionaries(
        {
            "resume": st.integers(0, 3),
            "day": st.dates(date(2026, 1, 1), date(2026, 1, 3)),
            "reading": st.integers(-2, 2),
            "job": st.sampled_from(JOBS),
            "score": st.sampled_from([0.0, 0.25, 0.5, 1.0]),
            "judged": st.integers(0, 63),
            "part": st.binary(min_size=24, max_size=40),
            "is_ranked": st.booleans(),
        }
    ),
    max_size=30,
)


def as_pairs(rows: list[Row]) -> Pairs:
    return Pairs(
        resumes=np.array([row["resume"] for row in rows], np.int64),
        days=np.array([row["day"] for row in rows], "datetime64[D]"),
        readings=np.array([row["reading"] for row in rows], np.int64),
        jobs=binary.uuids([str(row["job"]) for row in rows]),
        job_readings=np.array([hash(row["job"]) for row in rows], np.int64),
        scores=np.array([row["score"] for row in rows], np.float64),
        judged=np.array([row["judged"] for row in rows], np.int16),
        ends=np.cumsum([len(row["part"]) for row in rows], dtype=np.int64),
        parts=np.frombuffer(b"".join(row["part"] for row in rows), np.uint8),
    )


def as_rows(pairs: Pairs) -> list[Row]:
    starts = [0, *pairs.ends.tolist()][:-1]
    columns = zip(
        pairs.resumes.tolist(), pairs.days.tolist(), pairs.readings.tolist(), match_lists.ids_of(pairs.jobs),
        pairs.scores.tolist(), pairs.judged.tolist(), starts, pairs.ends.tolist(), strict=True,
    )  # fmt: skip
    return [
        {"resume": resume, "day": day, "reading": reading, "job": uuid.UUID(bytes=key), "score": score,
         "judged": judged, "part": pairs.parts[start:end].tobytes()}
        for resume, day, reading, key, score, judged, start, end in columns
    ]  # fmt: skip


def plain(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name != "is_ranked"} for row in rows]


def by_rank(row: Row) -> tuple[Any, ...]:
    return row["resume"], -row["score"], row["job"].bytes


@examples(deadline=None)  # the first call compiles
@given(rows_of_pairs, st.data())
def test_pairs_are_taken_and_laid_beside_others_with_all_that_is_said_of_them(
    rows: list[Row], data: st.DataObject
) -> None:
    places = data.draw(st.lists(st.sampled_from(range(len(rows))), max_size=40)) if rows else []
    taken = as_pairs(rows).take(np.array(places, np.int64))
    assert as_rows(taken) == plain([rows[place] for place in places])
    assert as_rows(as_pairs(rows).beside(taken)) == plain(rows + [rows[place] for place in places])
    assert as_rows(match_lists.none().beside(as_pairs(rows))) == plain(rows)


@examples(deadline=None)
@given(rows_of_pairs)
def test_pairs_are_ranked_by_resume_then_score_down_then_job_up(rows: list[Row]) -> None:
    ranked = as_pairs(rows).take(as_pairs(rows).ranked())
    assert as_rows(ranked) == plain(sorted(rows, key=by_rank))


def kept_by_hand(rows: list[Row], keep: int) -> tuple[list[Row], set[int]]:
    """The rows that stay, best first, and the résumés that lost some."""
    stays, lost = [], set()
    seen = dict.fromkeys(range(4), 0)
    for row in sorted(rows, key=by_rank):
        if row["is_ranked"] and seen[row["resume"]] >= keep:
            lost.add(row["resume"])
            continue
        seen[row["resume"]] += row["is_ranked"]
        stays.append(row)
    return stays, lost


@examples(deadline=None)
@given(rows_of_pairs, st.integers(1, 5))
def test_what_is_not_ranked_stays_and_of_each_ranking_the_best(rows: list[Row], keep: int) -> None:
    pairs, is_ranked = as_pairs(rows), np.array([row["is_ranked"] for row in rows], bool)
    stays, lost = match_lists.best(pairs, is_ranked, keep)
    wanted, lost_by_hand = kept_by_hand(rows, keep)
    assert as_rows(pairs.take(stays)) == plain(wanted)
    assert set(lost.tolist()) == lost_by_hand
    assert [rows[place]["is_ranked"] for place in stays.tolist()] == [row["is_ranked"] for row in wanted]


@examples(deadline=None)
@given(rows_of_pairs, st.integers(1, 5))
def test_the_last_of_a_full_ranking_is_lower_the_better_it_ranks(rows: list[Row], keep: int) -> None:
    rows = sorted(rows, key=by_rank)
    wanted = {}
    for resume in range(4):
        ranking = [row for row in rows if row["resume"] == resume and row["is_ranked"]]
        if len(ranking) >= keep:
            last = ranking[keep - 1]
            wanted[resume] = (-last["score"], last["job"].bytes)
    is_ranked = np.array([row["is_ranked"] for row in rows], bool)
    assert match_lists.last_of(as_pairs(rows), is_ranked, keep) == wanted


LISTS = "select resume_id, matched_on, resume_reading, xmin::text, ctid::text from matching.lists order by 1, 2, 3"
SHOWN = """
select resume_id, job_id, score, components, matched_skills, missing_skills, sentence from public.job_matches
 order by resume_id, matched_on, score desc, job_id
"""


def test_lists_that_come_out_the_same_are_not_written_again(few: Settings) -> None:
    with db.connect(few) as conn:
        history = cut_rankings(conn, few)
        before = conn.execute(LISTS).fetchall()
        assert match.match_day(few, history.today, again=True).counts["pairs scored"] > 0
        assert conn.execute(LISTS).fetchall() == before
        history.put_job(str(history.ranking()[0][1]))
        history.score_today()
        assert conn.execute(LISTS).fetchall() != before


@pytest.fixture
def three_lists(database: Settings, connection: psycopg.Connection[Any]) -> list[str]:
    """A long list, a list of one job and another long one; ids of the six jobs in them."""
    world = build(database, connection)
    rows = [job(number) for number in range(1, 7)]
    db.merge(connection, "public.jobs", jobs(*rows), key=["id"])
    ada, bob = (
        {"id": row[0], "user_id": row[1]}
        for row in connection.execute(
            "select id::text, user_id::text from public.resumes where user_id in (%s, %s) order by user_id = %s",
            [world.ada, world.bob, world.bob],
        ).fetchall()
    )
    pairs = [matches.match(ada, row, score=0.9 - 0.1 * n, met=n % 4, matched_on="2026-03-02")
             for n, row in enumerate(rows)]  # fmt: skip
    pairs += [matches.match(ada, rows[0], matched_on="2026-03-03")]
    pairs += [matches.match(bob, row, score=0.2, met=2, matched_on="2026-03-02") for row in rows[2:5]]
    connection.execute("delete from matching.lists")
    matches.file(connection, pairs)
    return [row["id"] for row in rows]


@pytest.mark.parametrize("gone", [[0], [5], [2, 3], [0, 1, 2, 3, 4], [2, 3, 4], [0, 5], [0, 1, 2, 3, 4, 5]])
def test_the_matches_of_deleted_jobs_go_and_the_others_say_what_they_said(
    connection: psycopg.Connection[Any], three_lists: list[str], gone: list[int]
) -> None:
    deleted = [three_lists[number] for number in gone]
    with connection.transaction(force_rollback=True):
        before = connection.execute(SHOWN).fetchall()
        connection.execute("delete from public.jobs where id = any(%s::uuid[])", [deleted])
        left = [row for row in before if str(row[1]) not in deleted]
        assert connection.execute(SHOWN).fetchall() == left
        in_order = "select bool_and(scores = array(select s from unnest(scores) s order by s desc)) from matching.lists"
        assert connection.execute(in_order).fetchone() == ((True,) if left else (None,))
        told = "select from matching.jobs where job_id = any(%s::uuid[])"
        assert connection.execute(told, [deleted]).fetchall() == []


def test_forgetting_jobs_that_no_list_has_changes_nothing(
    connection: psycopg.Connection[Any], three_lists: list[str]
) -> None:
    before = connection.execute(LISTS).fetchall()
    for nobody in ("array[gen_random_uuid()]", "null", "'{}'"):
        assert connection.execute(f"select matching.forget_jobs({nobody})").fetchone() == (0,)  # type: ignore[arg-type]
    assert connection.execute(LISTS).fetchall() == before


def test_a_job_found_to_be_a_duplicate_goes_out_of_every_list(few: Settings) -> None:
    with db.connect(few) as conn:
        history = cut_rankings(conn, few)
        one, other = (str(row[0]) for row in conn.execute(
            "select job_id from public.job_matches group by 1 order by count(*) desc limit 2"
        ))  # fmt: skip
        conn.execute("update public.jobs set duplicate_of = %s where id = %s", (other, one))
        history.score_today()
        assert conn.execute("select 1 from public.job_matches where job_id = %s", (one,)).fetchall() == []


def change_resume(history: History) -> None:
    key = history.any_of("public.resumes")
    history.conn.execute("update public.resumes set content_hash = content_hash || 'x' where id = %s", (key,))


READINGS = "select resume_id, reading, content_hash from matching.resumes order by 1, 2"


def test_what_a_resume_showed_goes_with_the_last_match_that_speaks_of_it(few: Settings) -> None:
    with db.connect(few) as conn:
        history = cut_rankings(conn, few)
        before = conn.execute(READINGS).fetchall()
        change_resume(history)
        history.score_today()
        now = conn.execute(READINGS).fetchall()
        assert [row[0] for row in now] == [row[0] for row in before]
        assert len(set(now) - set(before)) == 1
        hashes = "select id, content_hash from public.resumes order by id"
        assert [(row[0], row[2]) for row in now] == conn.execute(hashes).fetchall()


def test_a_match_with_a_closed_job_stays_as_it_was_when_its_resume_is_read_anew(few: Settings) -> None:
    with db.connect(few) as conn:
        history = cut_rankings(conn, few)
        closed = str(history.ranking()[0][1])
        conn.execute("update public.jobs set closed_on = %s where id = %s", (history.today, closed))
        of_closed = "select resume_id, sentence, resume_hash from public.job_matches where job_id = %s order by 1"
        before = conn.execute(of_closed, (closed,)).fetchall()
        conn.execute("update public.resumes set content_hash = content_hash || 'x'")
        history.score_today()
        assert conn.execute(of_closed, (closed,)).fetchall() == before
        unlike = "select from public.job_matches m join public.resumes r on r.id = m.resume_id"
        unlike += " where m.job_id <> %s and m.resume_hash <> r.content_hash"
        assert conn.execute(unlike, (closed,)).fetchall() == []


CHANGES: list[Callable[[History], None]] = [History.put_job, History.change_job, History.close_job, change_resume]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_every_list_is_in_order_and_every_number_has_its_meaning(few: Settings, seed: int) -> None:
    with db.connect(few) as conn:
        history = History(conn, few, seed)
        for step in [History.put_resume] * 3 + [History.put_job] * 6:
            step(history)
        for _ in range(12):
            history.dice.choice(CHANGES)(history)
            history.dice.choice([History.score_today, History.next_day])(history)
        history.score_today()
        rows = conn.execute(
            "select l.job_ids, l.scores, (select bool_and(j.id is not null) from unnest(l.job_ids) as k (id)"
            " left join public.jobs j on j.id = k.id) from matching.lists l"
        ).fetchall()
        assert rows
        for keys, scores, all_there in rows:
            ranks = [(-score, key.bytes) for score, key in zip(scores, keys, strict=True)]
            assert ranks == sorted(ranks)
            assert all_there
        told = "select count(*), count(sentence), count(distinct (resume_id, job_id)) from public.job_matches"
        assert len(set(conn.execute(told).fetchone())) == 1


def test_a_job_that_went_while_nobody_looked_is_dropped_and_stops_no_run(few: Settings) -> None:
    with db.connect(few) as conn:
        history = cut_rankings(conn, few)
        gone = str(history.ranking()[0][1])
        # As when another session deletes it after a run has read its lists, and before it writes them.
        conn.execute("alter table public.jobs disable trigger forget_matches")
        conn.execute("delete from public.jobs where id = %s", (gone,))
        conn.execute("alter table public.jobs enable trigger forget_matches")
        history.put_job()
        history.score_today()
        assert conn.execute("select from matching.lists where job_ids @> array[%s::uuid]", (gone,)).fetchall() == []
        by_days = history.ranking()
        history.score_from_scratch()
        assert by_days == history.ranking()


def test_a_resume_removed_while_it_is_scored_leaves_the_others_their_matches(
    few: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.connect(few) as conn:
        history = cut_rankings(conn, few)
        conn.execute("delete from matching.lists; delete from private.scored")
        gone, found = str(history.any_of("public.resumes")), match_blocks.find

        def find(*block: Any) -> Any:
            pairs = found(*block)
            with db.connect(few) as other:
                other.execute("delete from public.resumes where id = %s", (gone,))
            return pairs

        monkeypatch.setattr(match_blocks, "find", find)
        history.score_today()
        assert gone not in {str(row[0]) for row in history.ranking()}
        by_days = history.ranking()
        history.score_from_scratch()
        assert by_days == history.ranking() != []


def test_former_readings_of_jobs_go_once_no_match_speaks_of_them(few: Settings) -> None:
    with db.connect(few) as conn:
        history = cut_rankings(conn, few)
        conn.execute("update public.jobs set content_hash = content_hash || 'x'")
        closed = str(history.ranking()[0][1])
        conn.execute("update public.jobs set closed_on = %s where id = %s", (history.today, closed))
        history.score_today()
        former = "select job_id::text from matching.jobs where right(content_hash, 1) <> 'x'"
        assert len(conn.execute(former).fetchall()) > 1
        before = conn.execute("select * from public.job_matches order by resume_id, job_id").fetchall()
        conn.execute(match_lists.UNTOLD_JOBS)
        assert conn.execute(former).fetchall() == [(closed,)]
        assert conn.execute("select * from public.job_matches order by resume_id, job_id").fetchall() == before


HOLES = [("scores", "null"), ("scores", "'NaN'"), ("scores", "1.1"), ("job_ids", "null"), ("ends", "1")]


@pytest.mark.parametrize(("column", "value"), HOLES)
def test_a_list_with_a_hole_or_a_number_out_of_its_bounds_is_refused(
    connection: psycopg.Connection[Any], three_lists: list[str], column: str, value: str
) -> None:
    break_it = f"update matching.lists set {column}[cardinality({column})] = {value}"  # noqa: S608 - words of this file
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(break_it)  # type: ignore[arg-type]
