"""``jobmatch doctor``: looks at everything a setup needs and says in plain words what is wrong and how to mend it.

It never stops at the first finding, changes nothing, and prints no secret. How a Supabase project is set up is the
business of ``supabase.check``.
"""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import PROJECT_ROOT, Settings, load
from jobmatch_dagster.supabase.findings import Finding, State, broken, lines, note, ok

_MIN_FREE_BYTES = 1 * 2**30
_GOOD_FREE_BYTES = 5 * 2**30
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def doctor() -> None:
    """Find what is wrong with this setup and say how to mend it.

    Looks at Python and its packages, the settings, the folder, the disk, the database and its migrations, Supabase if
    one is set, chromium, Dagster's daemon by its heartbeats, its UI, the HTTP API, and open incidents.

    Exit status 1 if something is broken; notes alone give 0.
    """
    findings: list[Finding] = []
    for finding in examine():
        findings.append(finding)
        for line in lines([finding]):
            click.echo(line)
    wrong = sum(finding.state is State.BROKEN for finding in findings)
    click.echo(f"{wrong} broken." if wrong else "All is in order.")
    raise SystemExit(1 if wrong else 0)


def examine() -> Iterator[Finding]:
    """All findings, in the order in which one would mend them."""
    from jobmatch_dagster.orchestration.health import check_services

    yield from check_python()
    try:
        settings = load()
    except JobmatchError as error:
        yield Finding.of("settings", error)
        return
    env_file = PROJECT_ROOT / ".env"
    yield ok("settings", f"Read from the environment{' and .env' if env_file.exists() else ''}; mode {settings.mode}.")
    yield from check_env_file(env_file)
    yield from check_home(settings)
    yield from check_disk(settings.home)
    yield from check_database(settings)
    yield from check_browser(settings)
    yield from check_services(settings)


def check_python() -> Iterator[Finding]:
    """The interpreter's version, and whether the packages are those of the lock file."""
    version = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        yield broken("python", f"This is Python {version}.", "Use 3.11, 3.12 or 3.13: `make setup PYTHON=…`.")
    else:
        yield ok("python", f"Python {version}.")
    yield from check_packages(PROJECT_ROOT / "requirements.lock")


def check_packages(lock: Path) -> Iterator[Finding]:
    """Compare what is installed with the lock file."""
    from importlib.metadata import PackageNotFoundError, version

    from packaging.requirements import InvalidRequirement, Requirement

    if not lock.exists():
        yield note("packages", "There is no lock file beside the package, so versions are not compared.")
        return
    missing, other = [], []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if not line or line[0] in "# \t-":
            continue
        try:
            wanted = Requirement(line.rstrip(" \\"))
        except InvalidRequirement:
            continue
        if wanted.marker and not wanted.marker.evaluate():
            continue
        try:
            if not wanted.specifier.contains(version(wanted.name), prereleases=True):
                other.append(wanted.name)
        except PackageNotFoundError:
            missing.append(wanted.name)
    if missing:
        yield broken("packages", f"Not installed: {_some(missing)}.", "Run `make setup`.")
    if other:
        yield note("packages", f"Another version than the lock file's: {_some(other)}.", "Run `make setup`.")
    if not missing and not other:
        yield ok("packages", "Those of the lock file.")


def check_env_file(path: Path) -> Iterator[Finding]:
    """Keys in .env are for this user's eyes only."""
    if os.name == "posix" and path.exists() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield note("settings", "Other users of this machine can read .env and the keys in it.", f"chmod 600 {path}")


def check_home(settings: Settings) -> Iterator[Finding]:
    """Can this user write the folder, and may the server's user reach it?"""
    home = settings.home.expanduser().resolve()
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        yield broken(
            "folder", f"{existing} cannot be written by this user.", "Mend its rights, or set JOBMATCH_HOME elsewhere."
        )
        return
    yield ok("folder", f"{home} can be written.")
    if settings.mode == "supabase" or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    closed = [str(folder) for folder in (existing, *existing.parents) if not folder.stat().st_mode & stat.S_IXOTH]
    yield note(
        "folder",
        "You are root: Postgres runs as the system user pgserver, and the folders above its data are opened for reading"
        + (f", {', '.join(closed)} among them." if closed else "."),
        "Run as an ordinary user, or keep JOBMATCH_HOME outside private folders, e.g. /var/lib/jobmatch.",
    )


def check_disk(home: Path) -> Iterator[Finding]:
    """Is there room for the database, the pages and the files?"""
    home = home.expanduser().resolve()
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    sentence = f"{free / 2**30:.1f} GB are free for {home}."
    if free < _MIN_FREE_BYTES:
        yield broken("disk", sentence, "Free at least 1 GB, or set JOBMATCH_HOME to another disk.")
    elif free < _GOOD_FREE_BYTES:
        yield note("disk", sentence, "A month of postings takes some 5 GB.")
    else:
        yield ok("disk", sentence)


def check_database(settings: Settings) -> Iterator[Finding]:
    """Does the database answer, and is it migrated?"""
    from jobmatch_dagster.supabase import database, migrations

    if settings.mode == "supabase":
        from jobmatch_dagster.supabase.check import check_project

        yield from check_project(settings)
        return
    try:
        with database.connect(settings) as connection:
            yield ok("database", f"Postgres {connection.info.server_version // 10000} answers.")
        missing = migrations.check(settings)
    except JobmatchError as error:
        yield Finding.of("database", error)
        return
    if missing:
        yield broken("migrations", f"{len(missing)} are missing, from {missing[0]} on.", "Run `jobmatch migrate`.")
    else:
        yield ok("migrations", "All are applied, and none was changed since.")


def check_browser(settings: Settings) -> Iterator[Finding]:
    """Is there a chromium for the boards that need one?"""
    if settings.chromium is not None:
        path = settings.chromium.expanduser()
        if path.is_file() and os.access(path, os.X_OK):
            yield ok("chromium", f"{path}.")
        else:
            yield broken("chromium", f"JOBMATCH_CHROMIUM {path} is not a program.", "Give its path, or unset it.")
        return
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found:
        yield ok("chromium", f"{found}.")
    else:
        yield note(
            "chromium",
            "None was found; boards that need a browser are skipped.",
            "Install it (Debian: apt install chromium) or set JOBMATCH_CHROMIUM.",
        )


def is_listening(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1" if host in ("0.0.0.0", "::", "") else host, port)) == 0


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
