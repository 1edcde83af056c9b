"""Settings under which stages keep little and work in small blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobmatch_dagster.matching import skill_graph, weights
from jobmatch_dagster.stages import match
from jobmatch_dagster.supabase import database as db
from jobmatch_dagster_tests.matching.conftest import SKILLS, SmallTaxonomy

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings

KEPT = 3


@pytest.fixture
def few(database: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that keep three matches, blocks of two résumés, and a taxonomy of a dozen skills."""
    graph = skill_graph.SkillGraph(SmallTaxonomy(), weights.load())  # type: ignore[arg-type]
    monkeypatch.setattr(skill_graph, "load", lambda: graph)
    monkeypatch.setattr(match, "RESUMES_AT_ONCE", 2)
    with db.connect(database) as conn:
        for label, kind, _ in SKILLS:
            conn.execute(
                "insert into public.skills (id, label, kind, taxonomy_version) values (%s, %s, %s, 'small')"
                " on conflict do nothing",
                (f"t:{label}", label, kind),
            )
    return database.model_copy(update={"matches_per_resume": KEPT, "min_score": 0.2})
