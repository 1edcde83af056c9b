"""What keeps the embedded server from starting, or from being reached, and is alive: to be named, never to be ended.

Each is told with the process it is and what a person can do about it. What the dead left behind is cleared away by
``remains``.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from jobmatch_dagster.errors import DatabaseUnavailable
from jobmatch_dagster.supabase import remains


def orphan(folder: Path) -> DatabaseUnavailable | None:
    """A server whose files were deleted, or moved away, under it: it still lives and believes the folder to be its own.

    It looks for its ``postmaster.pid`` once a minute and ends when that is gone; until then a new server beside it
    would be no use, since the old one takes the new one's socket away when it goes.
    """
    own = remains.written_pid(folder)
    server = next((process for process in remains.servers(folder) if process.pid != own), None)
    if server is None:
        return None
    return DatabaseUnavailable(
        "The embedded Postgres",
        f"of {folder} still runs as process {server.pid}, but its files were deleted or moved away under it",
        f"Wait a minute, in which it notices and ends by itself, or end it with `kill -INT {server.pid}`;"
        " then run `jobmatch up` again. Next time run `jobmatch down` before you delete the folder.",
    )


def silence(folder: Path) -> DatabaseUnavailable | None:
    """Why nobody answers on the socket, where a living process is the reason: the server itself, or who took its place.

    Call it once nobody has answered for some seconds.
    """
    import psutil

    server = next(iter(remains.servers(folder)), None)
    if server is None:
        return None
    with contextlib.suppress(psutil.Error):
        if server.status() == psutil.STATUS_STOPPED:
            return DatabaseUnavailable(
                "The embedded Postgres",
                f"of {folder} is process {server.pid}, which was halted",
                f"Let it go on with `kill -CONT {server.pid}`.",
            )
    return DatabaseUnavailable(
        "The embedded Postgres",
        f"of {folder} runs as process {server.pid}, but does not answer at its socket {folder / remains.SOCKET}",
        "Run `jobmatch down`, which stops it, and then `jobmatch up`.",
    )


def usurper(folder: Path) -> DatabaseUnavailable:
    """Another program listens where the server would: what takes connections there is no server of this folder."""
    import psutil

    path = str(folder / remains.SOCKET)
    who = "another program"
    with contextlib.suppress(psutil.Error):
        pids = sorted({c.pid for c in psutil.net_connections(kind="unix") if c.laddr == path and c.pid})
        who = f"process {pids[0]}" if pids else who
    return DatabaseUnavailable(
        "The embedded Postgres",
        f"cannot have its socket {path}: {who} listens there and does not answer as a Postgres",
        "End that program, or set JOBMATCH_HOME to another folder.",
    )
