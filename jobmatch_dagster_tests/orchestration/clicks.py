"""A person's clicks in the Dagster UI, done in a chromium: what docs/day.md tells the data team to press."""

from __future__ import annotations

from jobmatch_dagster.crawling.browser import find_chromium
from jobmatch_dagster.settings import Settings

_PATIENCE_MS = 60_000


def repair(settings: Settings, job: str, day: str, board: str = "") -> None:
    """*Jobs → the job → Materialize…*, the board where there is one, the day, *Launch 1 run*.

    Args:
        settings: whose UI it is.
        job: a job that makes tables.
        day: partition key, as it is typed.
        board: chosen from the list.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find_chromium(settings)), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1500, "height": 1000})
        tab.set_default_timeout(_PATIENCE_MS)
        tab.goto(f"http://127.0.0.1:{settings.ui_port}/jobs")
        tab.get_by_text(job, exact=True).first.click()
        tab.get_by_role("button", name="Materialize…").click()
        dialog = tab.get_by_role("dialog")
        dialog.get_by_text("Launch runs to materialize").wait_for()  # and nobody asks whether one is sure
        if board:
            boards = tab.get_by_placeholder("Filter partitions")
            while (
                not boards.is_visible()
            ):  # the dialog is drawn anew while its partitions arrive, which closes the list
                dialog.get_by_text("Select a partition").last.click()
                tab.wait_for_timeout(1000)
            boards.fill(board)
            tab.locator("li").filter(has_text=board).last.click()
            dialog.get_by_text("Launch runs to materialize").click()  # closes the list
        days = dialog.locator("input[type=text]").last
        days.fill(day)
        days.press("Enter")
        days.blur()
        dialog.get_by_role("button", name="Launch 1 run").click()
        dialog.wait_for(state="hidden")
        browser.close()
