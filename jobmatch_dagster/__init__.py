"""jobmatch: job postings and résumés become ranked, explained matches.

The package is laid out as the data flows, one folder a stage: ``boards`` and ``crawling`` collect postings,
``postings``
cleans them, ``skills`` finds what they ask for, ``resumes`` reads people's files, ``matching`` ranks and explains, and
``supabase`` keeps it all. Only ``orchestration`` knows Dagster. This file holds the version and nothing else.
"""

__version__ = "0.1.0"
