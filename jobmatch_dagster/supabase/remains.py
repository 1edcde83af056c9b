"""What a killed server left behind: its processes, its lock files, its pid.

Only looking and clearing away belong here; starting and stopping belong to ``embedded``.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

SOCKET = ".s.PGSQL.5432"


def clear(folder: Path) -> None:
    """Clear away what a killed server left behind, so that pg_ctl and the wheel do not take it for a running one.

    Its backends may still be at work: they are ended, which loses nothing, since their transactions are undone at the
    next start anyway. A pid that now belongs to another program, or to a process that nobody has reaped, is replaced in
    ``postmaster.pid``; the rest of that file stays, because Postgres makes sure by it that the backends are gone.
    """
    import psutil

    left = processes(folder)
    if any(is_postmaster(process, folder) for process in left):
        return
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGQUIT)
    _, stubborn = psutil.wait_procs(left, timeout=10)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    (folder / f"{SOCKET}.lock").unlink(missing_ok=True)
    pid_file = folder / "postmaster.pid"
    if not pid_file.exists():
        return
    lines = pid_file.read_text().splitlines()
    if len(lines) < 8:
        pid_file.unlink()
    else:
        pid_file.write_text("\n".join([str(_dead_pid()), *lines[1:]]) + "\n")


def processes(folder: Path) -> list[psutil.Process]:
    """The server's processes: postmaster and backends all work in its data folder."""
    import psutil

    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if (process.info["name"] or "").startswith("postgres") and Path(process.cwd()) == folder:
                found.append(process)
    return found


def servers(folder: Path) -> list[psutil.Process]:
    """The servers that believe the folder to be theirs; a child that was forked a moment ago still looks like one."""
    import psutil

    found = {process.pid: process for process in processes(folder) if is_postmaster(process, folder)}
    parents = {}
    for pid, process in found.items():
        with contextlib.suppress(psutil.Error):
            parents[pid] = process.ppid()
    return [found[pid] for pid, parent in parents.items() if parent not in found]


def written_pid(folder: Path) -> int | None:
    """The process that ``postmaster.pid`` names as the folder's server; None where the file is missing or damaged."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((folder / "postmaster.pid").read_text().splitlines()[0])
    return None


def is_postmaster(process: psutil.Process, folder: Path) -> bool:
    """Whether a process is the server itself: its command line still names the data folder."""
    import psutil

    with contextlib.suppress(psutil.Error):
        return str(folder) in process.cmdline()
    return False


def _dead_pid() -> int:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid
