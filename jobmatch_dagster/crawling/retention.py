"""How long the pages of past days stay on this machine."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path


def clear_workspaces(root: Path, today: date, keep_days: int) -> list[Path]:
    """Remove the workspaces of days that are older than the setting allows.

    Args:
        root: the folder that holds a folder per day, named YYYY-MM-DD; other names are left alone.
        today: ages count from it.
        keep_days: ``Settings.raw_retention_days``.

    Returns:
        The folders that went.
    """
    gone = []
    for folder in sorted(root.iterdir()) if root.is_dir() else []:
        try:
            day = date.fromisoformat(folder.name)
        except ValueError:
            continue
        if folder.is_dir() and day < today - timedelta(days=keep_days):
            shutil.rmtree(folder)
            gone.append(folder)
    return gone
