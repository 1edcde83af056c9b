"""``make screenshots``: pictures of the Dagster UI and of the day's report as they really look, for the docs.

Needs a chromium (JOBMATCH_CHROMIUM, or ``chromium`` on the path) and a database with something in it (``make demo``).
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from PIL import Image

from jobmatch_dagster.settings import PROJECT_ROOT, settings
from jobmatch_dagster_tests.orchestration.services import BACKFILL, BACKFILL_STATUS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from jobmatch_dagster.settings import Settings

IMAGES = PROJECT_ROOT / "docs" / "images"
PORT = 3917
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Shot:
    """A picture of the UI: its file, its page, the browser's size, and a word that is clicked first."""

    name: str
    page: str
    size: tuple[int, int]
    click: str = ""


def shots(settings: Settings) -> list[Shot]:
    """What is shown: the graph, an asset of each stage, partitions, checks, a backfill, lineage, automation, runs."""
    groups = quote(",".join(f"global@global:{group}" for group in ("collect", "jobs", "resumes", "matches")), safe="")
    board, day = trouble(settings)
    days = quote(f"[{day - timedelta(days=9)}...{day + timedelta(days=4)}]")
    return [
        Shot("graph", "/asset-groups/", (1900, 760)),
        Shot("stages", f"/asset-groups/?expanded={groups}", (2200, 1650)),
        Shot(
            "raw_postings",
            f"/assets/raw_postings?view=partitions&day_range={days}&partition={board}%7C{day}",
            (1500, 900),
        ),
        Shot("cleaned_jobs", "/assets/cleaned_jobs?view=overview", (1500, 1100)),
        Shot("job_skills", "/assets/job_skills?view=events", (1500, 1000)),
        Shot("parsed_resumes", "/assets/parsed_resumes?view=overview", (1500, 1100)),
        Shot("match_scores", "/assets/match_scores?view=checks&checkDetail=components_add_up", (1500, 900)),
        Shot("checks", "/assets/raw_postings?view=checks&checkDetail=usual_fields", (1500, 900)),
        Shot("lineage", "/assets/skill_demand?view=lineage&lineageScope=upstream", (1800, 900)),
        Shot("board_health", "/assets/board_health?view=overview", (1500, 1000)),
        Shot("day_report", "/assets/day_report?view=events", (1500, 760), click="[Show Markdown]"),
        Shot("jobs", "/jobs", (1500, 800)),
        Shot("backfills", "/overview/backfills", (1500, 420)),
        Shot("automation", "/automation", (1500, 640)),
        Shot("runs", "/runs", (1500, 800)),
    ]


def trouble(settings: Settings) -> tuple[str, date]:
    """The newest board and day that failed; today's where none did."""
    from jobmatch_dagster.supabase import database

    with database.connect(settings) as conn:
        row = conn.execute(
            "select board, day from private.scrape_runs order by status = 'failed' desc, day desc, board limit 1"
        ).fetchone()
    if row is None:
        raise SystemExit("nothing to show: `make demo`, or `python -m jobmatch_dagster_tests.screenshots.fortnight`")
    return row[0], row[1]


# file, theme, size
REPORTS = [
    ("report_light", "light", (1200, 1500)),
    ("report_dark", "dark", (1200, 1500)),
    ("report_phone", "light", (390, 1500)),
]
SECONDS_TO_LOAD = int(os.environ.get("PATIENCE", "12"))  # more on a busy machine: make screenshots PATIENCE=40


def main() -> None:
    """Start the UI, take every picture, stop the UI; then the report's."""
    from playwright.sync_api import sync_playwright

    from jobmatch_dagster.orchestration.instance import prepare

    browser_path = str(settings().chromium or shutil.which("chromium") or "")
    if not browser_path:
        raise SystemExit("no chromium: install one, or name it in JOBMATCH_CHROMIUM")
    prepare(settings())
    IMAGES.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "dagster_webserver", "-w", str(PROJECT_ROOT / "workspace.yaml"), "-p", str(PORT)]
    daemon = [sys.executable, "-m", "dagster._daemon", "run", "-w", str(PROJECT_ROOT / "workspace.yaml")]
    # The demo's searches are disabled when it ends, so nobody is asked even if the schedule ticks meanwhile.
    started = [
        subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for line in (command, daemon)
    ]
    try:
        wait_for(f"http://127.0.0.1:{PORT}/server_info")
        backfill()
        quiet()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=QUIET)
            for shot in shots(settings()):
                _of_the_ui(browser, shot)
            _of_the_report(browser)
            browser.close()
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=60)


def backfill(seconds: float = 300) -> None:
    """Read the archived pages of the last days again, so that the page of backfills has one to show."""
    from jobmatch_dagster.supabase import database

    with database.connect(settings()) as conn:
        kept = conn.execute(
            "select name from storage.objects where bucket_id = 'raw-pages' order by name desc limit 10"
        )
        partitions = [f"{board}|{day}" for (name,) in kept for day, board in [name.removesuffix(".parquet").split("/")]]
    asked = {
        "assetSelection": [{"path": ["raw_postings"]}],
        "partitionNames": partitions,
        "title": "The boards' pages, read again",
        "runConfigData": {"ops": {"raw_postings": {"config": {"from_archive": True}}}},
    }
    end = time.monotonic() + seconds
    while not (identity := ask(BACKFILL, p=asked).get("backfillId")) and time.monotonic() < end:
        time.sleep(2)
    while ask(BACKFILL_STATUS, id=identity).get("status") in ("REQUESTED", "IN_PROGRESS") and time.monotonic() < end:
        time.sleep(2)


def quiet(seconds: float = 600) -> None:
    """Wait until nothing runs: a table that is just being made shows no checks."""
    unfinished = (
        """query ($s: [RunStatus!]) { runsOrError(filter: {statuses: $s}) { ... on Runs { results { runId } } } }"""
    )
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not ask(unfinished, s=["QUEUED", "NOT_STARTED", "STARTING", "STARTED"]).get("results"):
            return
        time.sleep(3)


def ask(query: str, **variables: Any) -> dict[str, Any]:
    """Ask the UI's GraphQL."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        found: dict[str, Any] = next(iter(json.load(response)["data"].values()))
    return found


def _of_the_ui(browser: Browser, shot: Shot) -> None:
    tab = browser.new_page(viewport={"width": shot.size[0], "height": shot.size[1]})
    tab.goto(f"http://127.0.0.1:{PORT}{shot.page}")
    time.sleep(SECONDS_TO_LOAD)
    tab.get_by_text("fetching statuses").first.wait_for(state="hidden", timeout=120_000)
    if shot.click:
        tab.get_by_text(shot.click).first.click()
        time.sleep(2)
    _keep(tab, shot.name)


def _of_the_report(browser: Browser) -> None:
    """The newest day's page, as ``jobmatch report`` writes it, in both themes and as wide as a phone."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        command = [sys.executable, "-m", "jobmatch_dagster.cli", "report", "--out", str(page)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for name, theme, (width, height) in REPORTS:
            tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
            tab.goto(page.as_uri())
            _keep(tab, name)


def _keep(tab: Page, name: str) -> None:
    """Keep what the browser shows, in 256 colours that cover all of them, the rare red as well: half the size."""
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        IMAGES / f"{name}.png", optimize=True
    )
    tab.close()
    print(f"docs/images/{name}.png", flush=True)


def wait_for(url: str, seconds: float = 120) -> None:
    """Wait until a page answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(1)
    raise SystemExit(f"{url} did not answer within {seconds:.0f} s")


if __name__ == "__main__":
    main()
