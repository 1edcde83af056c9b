"""The main job on made-up input: two days of postings and a folder of résumés, through real Dagster runs.

The pipeline does not know that it talks to the demo: the boards' base URLs are settings, and only they differ. Nothing
else of the pipeline is replaced, and nothing here knows what a stage does.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.errors import JobmatchError

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

Say = Callable[[str], Any]
FIRST_PORT = 8931  # the same addresses in each run, as far as they are free
PAUSE = "0.02"  # seconds between two requests to one board of the demo: it is ours, and on this machine
CLOSE = 0.5  # score from which a match is shown: some hundred made-up jobs hold few for each person
TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".txt": "text/plain",
    ".md": "text/markdown",
}
FOREIGN = """
select exists (select from raw.postings where url !~ '^https?://(127\\.0\\.0\\.1|localhost|[a-z0-9.-]*example)([:/.]|$)')
    or exists (select from auth.users where email not like '%%@example.org')
"""


@dataclass
class Shown:
    """What a demo run did.

    Attributes:
        changed: rows that changed in any table; 0 says that nothing was new.
        seconds: (day, [(stage, wall seconds)]).
        failed: (stage, reason) of the first failure, if any.
        wall: seconds of the whole.
    """

    changed: int = 0
    seconds: list[tuple[date, list[tuple[str, float]]]] = field(default_factory=list)
    failed: tuple[str, str] | None = None
    wall: float = 0.0


def refuse_supabase(settings: Settings) -> None:
    """Stop before made-up people get into a real project.

    Raises:
        JobmatchError: a Supabase project is set up.
    """
    if settings.mode == "supabase":
        raise JobmatchError(
            "The demo",
            "does not run on a Supabase project",
            "Unset SUPABASE_URL and its keys to use the embedded default.",
        )


def refuse_real_data(settings: Settings) -> None:
    """Stop before made-up people come among real ones.

    Raises:
        JobmatchError: the database holds data that is not the demo's.
    """
    from jobmatch_dagster.stages.outcome import one
    from jobmatch_dagster.supabase import database

    with database.connect(settings) as conn:
        if one(conn, FOREIGN):
            raise JobmatchError(
                "The database",
                "holds data that is not the demo's",
                "Show the demo elsewhere: JOBMATCH_HOME=/tmp/jobmatch-demo jobmatch demo",
            )


@contextmanager
def boards_on_loopback(day: date) -> Iterator[Any]:
    """Serve the demo's boards and point this process's settings at them for the length of the block."""
    from jobmatch_dagster.demo.site import serve
    from jobmatch_dagster.settings import settings

    with serve(day=day, first_port=FIRST_PORT) as site:
        ours = {f"JOBMATCH_{board.upper()}_URL": url for board, url in site.base_urls.items()}
        ours |= {"JOBMATCH_CRAWL_DELAY": PAUSE, "JOBMATCH_BOARDS": ",".join(site.base_urls)}
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        settings.cache_clear()
        try:
            yield site
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
            settings.cache_clear()


@contextmanager
def searches_enabled(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """The demo's searches are enabled while it runs, so that the daily schedule never asks them of real boards."""
    from jobmatch_dagster.demo.site import searches

    ids = []
    for board, questions in searches().items():
        for question in questions:
            row = conn.execute(
                """insert into private.searches (board, keywords, place, enabled) values (%s, %s, %s, true)
                   on conflict (board, keywords, place, country, radius_km, max_age_days, remote, employment_type,
                                organisation)
                   do update set enabled = true returning id""",
                (board, question.get("keywords"), question.get("place")),
            ).fetchone()
            ids.append(row[0] if row else None)
    try:
        yield
    finally:
        if not conn.closed:
            conn.execute("update private.searches set enabled = false where id = any(%s)", (ids,))


def upload_people(settings: Settings, first: date, second: date) -> int:
    """Put each person's file into the bucket, one half on each day; files that are there already are left alone.

    Returns:
        Number of files that were new.
    """
    from jobmatch_dagster.demo.people import people, write_resumes
    from jobmatch_dagster.supabase import database
    from jobmatch_dagster.supabase.accounts import ensure_user
    from jobmatch_dagster.supabase.storage import file_store

    store, new = file_store(settings), 0
    cast = people()
    with database.connect(settings) as conn, tempfile.TemporaryDirectory() as folder:
        there = {row[0] for row in conn.execute("select name from storage.objects where bucket_id = 'resumes'")}
        for number, person in enumerate(cast):
            user = ensure_user(settings, person.email, name=person.resume["basics"]["name"])
            path = write_resumes(Path(folder), [person])[0]
            name = f"{user}/{path.name}"
            if name in there:
                continue
            store.put("resumes", name, path.read_bytes(), content_type=TYPES[path.suffix], owner=user)
            day = first if number < len(cast) // 2 else second
            conn.execute(
                """update storage.objects set created_at = %s, updated_at = %s
                    where bucket_id = 'resumes' and name = %s""",
                (day, day, name),
            )
            new += 1
    return new


def show(settings: Settings, today: date, say: Say) -> Shown:
    """Run the demo for two days, the second being ``today``.

    Args:
        settings: must be the embedded default; it is made ready here.
        today: the second day.
        say: takes the lines of the report.
    """
    from jobmatch_dagster.orchestration import funnel
    from jobmatch_dagster.orchestration.day import run_day
    from jobmatch_dagster.orchestration.instance import open_instance
    from jobmatch_dagster.supabase import database
    from jobmatch_dagster.supabase.ready import make_ready

    begun, shown = time.perf_counter(), Shown()
    refuse_supabase(settings)
    make_ready(settings)
    refuse_real_data(settings)
    yesterday = today - timedelta(days=1)
    shown.changed += upload_people(settings, yesterday, today)
    with (
        open_instance(settings) as instance,
        boards_on_loopback(yesterday) as site,
        database.connect(settings) as conn,
        searches_enabled(conn),
    ):
        for day in (yesterday, today):
            site.day = day
            say(f"\n{day}: asking {len(site.base_urls)} boards on loopback")
            done = run_day(instance, day, site.base_urls, say=say)
            shown.seconds.append((day, done.seconds))
            shown.changed += done.changed
            shown.failed = shown.failed or done.failed
        for day in (yesterday, today):
            say("")
            for line in funnel.show(funnel.read(conn, day)):
                say(line)
        _say_seconds(shown, say)
        _say_matches(conn, say)
    shown.wall = time.perf_counter() - begun
    return shown


def _say_seconds(shown: Shown, say: Say) -> None:
    say("\nSeconds per stage" + "".join(f"{day!s:>14}" for day, _ in shown.seconds))
    stages = list(dict.fromkeys(stage for _, seconds in shown.seconds for stage, _ in seconds))
    for stage in stages:
        values = [dict(seconds).get(stage) for _, seconds in shown.seconds]
        say(f"  {stage:<38}" + "".join(f"{'' if v is None else f'{v:.1f}':>12}  " for v in values).rstrip())


def _say_matches(conn: psycopg.Connection[Any], say: Say) -> None:
    """The best jobs of three people of different languages: those with the closest job, so that there is one to see."""
    from jobmatch_dagster.orchestration import funnel

    people = conn.execute(
        """select r.id, u.full_name, r.content -> 'basics' ->> 'label', r.language
             from public.resumes r join public.users u on u.id = r.user_id
             join (select resume_id, max(score) as best from public.job_matches group by resume_id) m
               on m.resume_id = r.id
            order by m.best desc, u.full_name limit 40"""
    ).fetchall()
    seen: set[Any] = set()
    for resume, name, label, language in people:
        if language in seen or len(seen) == 3:
            continue
        seen.add(language)
        say(f"\nBest jobs for {name}{f', {label}' if label else ''}")
        for line in funnel.best_jobs(conn, str(resume), least=CLOSE):
            say(line)
