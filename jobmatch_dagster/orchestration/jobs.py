"""The jobs that people and sensors start: what each selects. Every job runs in one process; its heavy imports come
late.

``in_process`` because a step's work is one batch in the database and a kernel: a process a step would cost more than
the step. Parallelism is between runs (boards beside each other), bounded by the instance's tag limits.
"""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from jobmatch_dagster.orchestration.partitions import BOARD_DAYS, DAYS

scrape_board = dg.define_asset_job(
    "scrape_board",
    selection=["raw_postings"],
    partitions_def=BOARD_DAYS,
    description="Ask one board for one day. The daily schedule starts one of these for each board.",
    executor_def=dg.in_process_executor,
)

day = dg.define_asset_job(
    "day",
    selection=dg.AssetSelection.assets("cleaned_jobs", "job_skills", "parsed_resumes", "match_scores")
    | dg.AssetSelection.groups("staging", "marts", "report"),
    partitions_def=DAYS,
    description="Everything after the boards for one day: jobs, skills, résumés, matches, SQL models, report.",
    executor_def=dg.in_process_executor,
)

uploads = dg.define_asset_job(
    "uploads",
    selection=["parsed_resumes", "match_scores"],
    partitions_def=DAYS,
    description="Parse what was uploaded and match it. The uploads sensor starts this.",
    executor_def=dg.in_process_executor,
)


def _single_stage(name: str, purpose: str) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name + "_only",
        selection=[name],
        partitions_def=BOARD_DAYS if name == "raw_postings" else DAYS,
        description=purpose,
        executor_def=dg.in_process_executor,
    )


REPAIRS = [
    _single_stage("cleaned_jobs", "Clean a day again from what is in the raw table."),
    _single_stage("job_skills", "Read the skills of a day's jobs again."),
    _single_stage("parsed_resumes", "Parse the uploads of a day that have no row of this version."),
    _single_stage("match_scores", "Score a day; with `again: true` also what did not change."),
]

JOBS = [scrape_board, day, uploads, *REPAIRS]
