"""Old days go, everything else stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from jobmatch_dagster.crawling.retention import clear_workspaces


def test_only_days_older_than_the_setting_are_removed(tmp_path: Path) -> None:
    for name in ("2026-01-01", "2026-03-08", "2026-03-10", "replay"):
        (tmp_path / name / "lever").mkdir(parents=True)
    assert [folder.name for folder in clear_workspaces(tmp_path, date(2026, 3, 10), 2)] == ["2026-01-01"]
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["2026-03-08", "2026-03-10", "replay"]
    assert clear_workspaces(tmp_path / "none", date(2026, 3, 10), 2) == []
