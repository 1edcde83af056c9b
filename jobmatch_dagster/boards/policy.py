"""May a source be asked now? The one place where policy, settings and keys come together."""

from __future__ import annotations

import ipaddress
from dataclasses import asdict
from typing import Any

from jobmatch_dagster.boards.board import Board, Unconfigured
from jobmatch_dagster.settings import Settings


def why_not(board: Board, settings: Settings) -> str | None:
    """The reason for which a source may not run, in one sentence, or None if it may.

    A base URL that the operator set points at another site than the board's own, so the board's policy says nothing
    about it.
    """
    if not board.policy.enabled and board.name not in settings.boards and not _elsewhere(board, settings):
        return f"{board.name} is off: {board.policy.why} Name it in JOBMATCH_BOARDS to ask it nevertheless."
    try:
        board.credentials(settings)
    except Unconfigured as error:
        return str(error)
    return None


def standing(board: Board, settings: Settings) -> dict[str, Any]:
    """The board's policy with whether it runs today and why, as one row."""
    reason = why_not(board, settings)
    why = f"Asked at {settings.board_url(board.name)}, as set." if _elsewhere(board, settings) else board.policy.why
    return {"board": board.name, "runs": reason is None, "reason": reason or why} | asdict(board.policy)


def is_loopback(host: str | None) -> bool:
    """This machine itself, such as a demo site."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _elsewhere(board: Board, settings: Settings) -> bool:
    field = type(settings).model_fields.get(f"{board.name}_url")
    return field is not None and field.default != getattr(settings, f"{board.name}_url")
