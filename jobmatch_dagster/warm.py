"""``jobmatch warm``: build once what the rooms keep ready: compiled kernels, taxonomy, gazetteer, bytecode.

Everything in here would be built by the first run anyway; ``make setup`` does it, so that the first run is not slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import click

DAY = date(2026, 3, 2)
PACKAGE = "jobmatch_dagster"
# The UI, the daemon and the processes of runs import parts of these that no step here does.
COMPILED_WHOLE = ("dagster", "dagster_graphql", "dagster_postgres", "dagster_shared", "dagster_webserver", "graphene")


def _clean() -> None:
    import pyarrow as pa

    from jobmatch_dagster.demo.world import postings
    from jobmatch_dagster.postings.clean import clean
    from jobmatch_dagster.tables import POSTING

    shown = postings(DAY)[:40]
    rows = [{n: getattr(p, n) for n in POSTING.names if hasattr(p, n)} for p in shown]
    rows += [{**row, "external_id": f"{row['external_id']}-again", "description_html": None} for row in rows[:5]]
    clean(pa.Table.from_pylist(rows, schema=POSTING), day=DAY)


def _match() -> None:
    import numpy as np

    from jobmatch_dagster.matching import rows, scorer, sides, stored
    from jobmatch_dagster.stages import match_lists

    person = {"id": "r", "resume": {"basics": {"label": "Data engineer"}, "skills": [{"name": "Python"}]}}
    ad = {"id": "j", "title": "Data engineer", "company": "x", "description": "Requirements:\nPython and SQL, 3 years"}
    people, ads = rows.resumes([person], DAY), rows.jobs([ad], DAY)
    scorer.match(*people, *ads, top=5, min_score=0.0, threads=1, day=DAY)
    numbers = stored.numbers(scorer.find(*people, sides.jobs(*ads), top=5, min_score=0.0, threads=1))
    match_lists.gather(numbers.parts, np.zeros(1, np.int64), numbers.ends, np.empty(len(numbers.parts), np.uint8))


def _skills() -> None:
    from jobmatch_dagster.skills.extractor import extract

    extract(["You know Python, SQL and Excel; welding is a plus."], kind="posting")


def _resumes() -> None:
    import pypdf  # noqa: F401  # the processes that read files import it, this one would not
    import pypdfium2  # noqa: F401

    from jobmatch_dagster.resumes.model import Limits
    from jobmatch_dagster.resumes.parse import parse_bytes
    from jobmatch_dagster.resumes.pool import parse_many
    from jobmatch_dagster.resumes.table import to_table
    from jobmatch_dagster.skills.tables import resume_skills

    text = b"Jo Doe\njo@example.org\n\nSkills\nPython, SQL\n\nExperience\nData engineer, Example Ltd, 2019 - 2024\n"
    parse_bytes(text, "sample.txt")
    parsed = list(parse_many([("sample.txt", text)], workers=1, limits=Limits()))
    nobody = "00000000-0000-0000-0000-000000000000"
    resume_skills(to_table(parsed, [nobody], [f"{nobody}/sample.txt"], ["0" * 64], DAY))


def _crawling() -> None:
    import jobmatch_dagster.crawling.run
    import jobmatch_dagster.definitions  # noqa: F401


def _bytecode() -> None:
    """Compile what the steps before have imported, and Dagster and this package whole.

    Python does so by itself at the first import, but not where PYTHONDONTWRITEBYTECODE is set, and an installer may
    leave it out: then every process compiles thousands of files anew, which doubles its start.
    """
    import compileall
    import importlib.util
    import sys

    for package in (PACKAGE, *(name for name in COMPILED_WHOLE if importlib.util.find_spec(name))):
        for folder in importlib.import_module(package).__path__:
            compileall.compile_dir(folder, quiet=2)
    for path in {str(getattr(module, "__file__", "")) for module in list(sys.modules.values())}:
        if path.endswith(".py"):
            compileall.compile_file(path, quiet=2)


STEPS: list[tuple[str, Callable[[], None]]] = [
    ("skills: taxonomy and matcher", _skills),
    ("postings: gazetteer, language, duplicates", _clean),
    ("résumés: readers", _resumes),
    ("matching: features and top-k", _match),
    ("crawling and Dagster: first import", _crawling),
    ("bytecode of all that was imported", _bytecode),
]


@click.command()
def warm() -> None:
    """Build what the first run would have to build: compiled kernels, taxonomy, gazetteer, bytecode.

    Quick when it is there.
    """
    for name, step in STEPS:
        start = time.perf_counter()
        step()
        click.echo(f"  {name:<44}{time.perf_counter() - start:6.1f} s")
