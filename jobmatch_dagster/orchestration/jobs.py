"""The jobs that people and sensors start: what each selects, and the configuration that the launchpad shows for it.

Every job runs in one process, because a step's work is one batch in the database and a kernel: a process a step would
cost more than the step. Parallelism is between runs (boards beside each other), bounded by the instance's tag limits.
Jobs that make no table are in ``housekeeping``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from jobmatch_dagster.orchestration.partitions import BOARD_DAYS, DAYS

# What each stage's configuration is by itself; a job that does something again says so, and the launchpad shows it.
AS_USUAL: dict[str, dict[str, bool]] = {
    "raw_postings": {"fresh": False, "from_archive": False},
    "job_skills": {"again": False},
    "parsed_resumes": {"again": False},
    "match_scores": {"again": False},
}


def stage_config(*stages: str, **changed: bool) -> dict[str, Any]:
    """The run configuration of stages: as usual, but for what is changed in all of them."""
    return {"ops": {stage: {"config": {**AS_USUAL[stage], **changed}} for stage in stages}}


def _job(
    name: str,
    stages: list[str] | dg.AssetSelection,
    purpose: str,
    config: Mapping[str, Any] | None = None,
    kind: str = "repair",
) -> UnresolvedAssetJobDefinition:
    # By key: a selection given as words is parsed, which costs the start of each process a tenth of a second.
    selection = dg.AssetSelection.assets(*stages) if isinstance(stages, list) else stages
    return dg.define_asset_job(
        name,
        selection=selection,
        partitions_def=BOARD_DAYS if stages == ["raw_postings"] else DAYS,
        description=purpose,
        config=dict(config) if config else None,
        executor_def=dg.in_process_executor,
        tags={"jobmatch/kind": kind},
    )


MODELS = dg.AssetSelection.groups("staging", "marts", "report")

scrape_board = _job(
    "scrape_board",
    ["raw_postings"],
    "Ask one board for one day; the daily schedule starts one of these for each board. `fresh: true` forgets the pages "
    "that were fetched for that day and asks again; `from_archive: true` sends no request.",
    stage_config("raw_postings"),
    kind="daily",
)
day = _job(
    "day",
    dg.AssetSelection.assets("cleaned_jobs", "job_skills", "job_occupations", "parsed_resumes", "match_scores")
    | MODELS,
    "The daily job: everything after the boards for one day, from clean jobs to the report. The sensor `landed_boards` "
    "starts it; starting it by hand is safe at any time.",
    stage_config("job_skills", "parsed_resumes", "match_scores"),
    kind="daily",
)
uploads = _job(
    "uploads",
    ["parsed_resumes", "match_scores"],
    "Parse what was uploaded and match it. The sensor `uploaded_resumes` starts this.",
    stage_config("parsed_resumes", "match_scores"),
    kind="daily",
)

REPLAY, CLEAN, READ, PARSE, SCORE = (
    "replay_from_archive",
    "clean_again",
    "read_skills_again",
    "parse_resumes_again",
    "score_again",
)
REPAIRS = [
    _job(
        REPLAY,
        ["raw_postings"],
        "Read a board's archived pages of a day again, after its reader was mended. No request is sent.",
        stage_config("raw_postings", from_archive=True),
    ),
    _job(CLEAN, ["cleaned_jobs"], "Clean a day again from what is in `raw.postings`, and mark duplicates again."),
    _job(
        READ,
        ["job_skills"],
        "Read the skills of a day's jobs again. `again: false` reads only jobs that this version has not read.",
        stage_config("job_skills", again=True),
    ),
    _job(
        PARSE,
        ["parsed_resumes"],
        "Parse the files of a day of upload again. `again: false` parses only those without a row of this version.",
        stage_config("parsed_resumes", again=True),
    ),
    _job(
        SCORE,
        ["match_scores"],
        "Score all pairs of a day again; over all days, everything. `again: false` scores only what is new.",
        stage_config("match_scores", again=True),
    ),
    _job(
        "build_models", MODELS, "Build the SQL models and the day's report, after a repair of the stages before them."
    ),
]

JOBS = [scrape_board, day, uploads, *REPAIRS]
