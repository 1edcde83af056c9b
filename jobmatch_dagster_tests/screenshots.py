"""``make screenshots``: pictures of the Dagster UI as it really looks, by a headless chromium, for the docs.

Needs a chromium (JOBMATCH_CHROMIUM, or ``chromium`` on the path) and a database with something in it (``make demo``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from urllib.parse import quote

from jobmatch_dagster.settings import PROJECT_ROOT, settings

IMAGES = PROJECT_ROOT / "docs" / "images"
PORT = 3917
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MAIN = quote(",".join(f"global@global:{group}" for group in ("collect", "jobs", "resumes", "matches")), safe="")
# file, page, size, clicks on «zoom out»
PAGES = [
    ("graph", f"/asset-groups/?expanded={MAIN}", (2200, 950), 1),
    ("raw_postings", "/assets/raw_postings?view=partitions", (1500, 900), 0),
    ("cleaned_jobs", "/assets/cleaned_jobs?view=overview", (1500, 1100), 0),
    ("job_skills", "/assets/job_skills?view=events", (1500, 1000), 0),
    ("parsed_resumes", "/assets/parsed_resumes?view=overview", (1500, 1100), 0),
    ("match_scores", "/assets/match_scores?view=checks", (1500, 900), 0),
    ("lineage", "/assets/skill_demand?view=lineage&lineageScope=upstream", (1800, 900), 0),
    ("automation", "/automation", (1500, 700), 0),
    ("runs", "/runs", (1500, 800), 0),
]
SECONDS_TO_LOAD = 12


def main() -> None:
    """Start the UI, take every picture, stop the UI."""
    from playwright.sync_api import sync_playwright

    from jobmatch_dagster.orchestration.instance import prepare

    browser_path = str(settings().chromium or shutil.which("chromium") or "")
    if not browser_path:
        raise SystemExit("no chromium: install one, or name it in JOBMATCH_CHROMIUM")
    prepare(settings())
    IMAGES.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "dagster_webserver", "-w", str(PROJECT_ROOT / "workspace.yaml"), "-p", str(PORT)]
    server = subprocess.Popen(command, env=os.environ.copy(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{PORT}/server_info")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=QUIET)
            for name, page, (width, height), zooms in PAGES:
                tab = browser.new_page(viewport={"width": width, "height": height})
                tab.goto(f"http://127.0.0.1:{PORT}{page}")
                time.sleep(SECONDS_TO_LOAD)
                for _ in range(zooms):
                    tab.locator("button:has([aria-label='zoom_out'])").first.click()
                    time.sleep(1)
                tab.screenshot(path=str(IMAGES / f"{name}.png"))
                tab.close()
                print(f"docs/images/{name}.png")
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


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
