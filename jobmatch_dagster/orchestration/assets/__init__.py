"""The tables as assets: one thin module a group. What a stage does is in ``stages``; here is only what Dagster
shows.
"""

from jobmatch_dagster.orchestration.assets.collect import raw_postings
from jobmatch_dagster.orchestration.assets.day import (
    cleaned_jobs,
    job_occupations,
    job_skills,
    match_scores,
    parsed_resumes,
)
from jobmatch_dagster.orchestration.assets.report import day_report
from jobmatch_dagster.orchestration.evaluation import bias_report, scorer_evaluation

ASSETS = [
    raw_postings,
    cleaned_jobs,
    job_skills,
    job_occupations,
    parsed_resumes,
    match_scores,
    day_report,
    scorer_evaluation,
    bias_report,
]
