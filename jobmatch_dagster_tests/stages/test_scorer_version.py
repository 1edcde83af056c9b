"""A new scorer takes over at once or not at all, and what could be seen can be told later."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.matching import evaluation, scorer, weights
from jobmatch_dagster.stages import feedback, match, ranking_log, scorer_version
from jobmatch_dagster.supabase import database as db
from jobmatch_dagster_tests.stages.test_match import History

if TYPE_CHECKING:
    from pathlib import Path

    from jobmatch_dagster.settings import Settings

SHOWN = "select distinct scorer_version from public.job_matches"


def fixed(level: float) -> list[evaluation.Result]:
    """An evaluation in which every query has the same value."""
    return [evaluation.Result("a set", "jobmatch", {"nDCG@10": np.full(40, level)})]


def grown(settings: Settings, conn: Any) -> History:
    """A little world, scored, with its first scorer live and evaluated."""
    history = History(conn, settings, 3)
    for step in (history.put_job,) * 8 + (history.put_resume,) * 5:
        step()
    history.score_today()
    return history


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Evaluations come from here, so that no labelled set is ranked."""
    levels = {"level": 0.9}
    monkeypatch.setattr(evaluation, "run", lambda *args, **kwargs: fixed(levels["level"]))
    return levels


def replace_scorer(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(scorer, "SCORER_VERSION", name)


def test_readers_see_the_old_scorer_until_everything_is_scored_and_then_only_the_new(
    few: Settings, monkeypatch: pytest.MonkeyPatch, evaluated: dict[str, float]
) -> None:
    seen = []
    with db.connect(few) as conn, db.connect(few) as reader:
        history = grown(few, conn)
        old, before = scorer.SCORER_VERSION, history.ranking()
        replace_scorer(monkeypatch, "another")
        blocks = []

        def look(sentence: str) -> None:
            blocks.append(sentence)
            seen.append({row[0] for row in reader.execute(SHOWN)})  # type: ignore[arg-type]

        outcome = match.match_day(few, history.today, on_progress=look)
        assert len([text for text in blocks if "résumés scored" in text]) > 1  # it went block after block
        assert all(versions == {old} for versions in seen)
        assert {row[0] for row in conn.execute(SHOWN)} == {"another"}
        assert [row[:-1] for row in history.ranking()] == [row[:-1] for row in before]
        assert outcome.counts["pairs scored"] > 0
        assert scorer_version.live(conn) == match.version()
        ended = conn.execute("select count(*) from private.scorer_versions where live_until is not null").fetchone()
        assert ended == (1,)
        assert match.match_day(few, history.today).counts["pairs scored"] == 0


def test_a_scorer_that_ranks_worse_stays_out(
    few: Settings, monkeypatch: pytest.MonkeyPatch, evaluated: dict[str, float]
) -> None:
    with db.connect(few) as conn:
        history = grown(few, conn)
        scorer_version.verdict(conn, threads=1)
        before, was_live = history.ranking(), scorer_version.live(conn)
        replace_scorer(monkeypatch, "worse")
        evaluated["level"] = 0.5
        with pytest.raises(scorer_version.WorseScorer, match=r"nDCG@10 on a set fell from 0\.900 to 0\.500"):
            match.match_day(few, history.today)
        assert history.ranking() == before
        assert scorer_version.live(conn) == was_live


def test_what_could_be_seen_then_comes_out_the_same_again(few: Settings) -> None:
    with db.connect(few) as conn:
        history = grown(few, conn)
        resume = history.any_of("public.resumes")
        assert resume
        then = datetime.now(UTC)
        first = ranking_log.served(conn, resume, then)
        for _ in range(6):
            history.put_job()
        history.score_today()
        history.score_today()
        assert ranking_log.served(conn, resume, then) == first
        assert all(item["again"] == item["score"] for item in first["ranking"])
        shown = conn.execute(
            "select job_id::text, job_hash, score from public.job_matches where resume_id = %s"
            " order by score desc, job_id",
            (resume,),
        ).fetchall()
        now = ranking_log.served(conn, resume, datetime.now(UTC))["ranking"]
        assert [(item["job_id"], item["job_hash"], item["score"]) for item in now] == shown
        rows = conn.execute("select count(*) from private.ranking_log where resume_id = %s", (resume,)).fetchone()
        assert rows is not None
        assert rows[0] <= 2  # a run that changes nothing writes nothing
        with pytest.raises(JobmatchError, match="had no ranking"):
            ranking_log.served(conn, resume, datetime(2020, 1, 1, tzinfo=UTC))


def reactions(conn: Any, count: int) -> None:
    """Reactions that have nothing to do with the skills of a pair and everything with its title."""
    conn.execute(
        """insert into public.match_feedback (user_id, job_id, kind)
           select user_id, job_id, case when (components -> 'title' ->> 'value')::float > 0.3 then 'saved'
                                        else 'not_relevant' end
             from public.job_matches group by user_id, job_id, components limit %s on conflict do nothing""",
        (count,),
    )


def test_weights_are_fitted_and_go_live_only_if_they_rank_better(
    few: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    many = few.model_copy(update={"min_score": 0.0, "matches_per_resume": 50})
    settings = few.model_copy(update={"home": tmp_path})
    with db.connect(few) as conn:
        history = History(conn, many, 5)
        for step in (history.put_job,) * 20 + (history.put_resume,) * 6:
            step()
        history.score_today()
        reactions(conn, 200)
        assert "are needed" in feedback.refit(conn, settings).reasons[0]
        monkeypatch.setattr("jobmatch_dagster.matching.feedback.LEAST_ROWS", 20)
        levels = iter((0.6, 0.6, 0.6, 0.7))
        monkeypatch.setattr(evaluation, "run", lambda *args, **kwargs: fixed(next(levels)))
        assert feedback.refit(conn, settings).reasons == ["nDCG@10 rose on no labelled set"]
        assert not (tmp_path / "weights.toml").exists()
        fitted = feedback.refit(conn, settings)
        assert fitted.reasons == []
        written = weights.read((tmp_path / "weights.toml").read_text(encoding="utf-8"))
        assert written.components["title"] > weights.load().components["title"]
        assert written.version != weights.load().version


def test_impact_ratios_come_from_a_file_that_is_not_kept_and_small_groups_are_not_shown(
    few: Settings, tmp_path: Path
) -> None:
    with db.connect(few) as conn:
        grown(few, conn)
        ids = [row[0] for row in conn.execute("select id::text from public.resumes")]
        file = tmp_path / "labels.csv"
        file.write_text("resume_id,sex,origin\n" + "".join(f"{key},f,x\n" for key in ids), encoding="utf-8")
        rows = feedback.bias_report(conn, feedback.labels_of(file))
        assert [row["attribute"] for row in rows] == ["origin", "sex", "origin × sex"]
        assert all(row["suppressed"] and row["people"] is None for row in rows)
    file.write_text("person\nx\n", encoding="utf-8")
    with pytest.raises(JobmatchError, match="has no column resume_id"):
        feedback.labels_of(file)
