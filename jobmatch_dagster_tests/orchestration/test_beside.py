"""``jobmatch dev`` leaves nothing running when it ends, however it is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = r"""
import sys
from jobmatch_dagster.orchestration.beside import run_beside
sleeper = [sys.executable, "-c", "import os, time; os.write(1, b'%d\\n' % os.getpid()); time.sleep(60)"]
brief = [sys.executable, "-c", "import os; os.write(1, b'%d\\n' % os.getpid())"]
run_beside([sleeper, sleeper if sys.argv[1] == "long" else brief])
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def started(kind: str) -> tuple[subprocess.Popen[str], list[int]]:
    """The program and the process ids of its two children."""
    parent = subprocess.Popen([sys.executable, "-c", PROGRAM, kind], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, [int(parent.stdout.readline()) for _ in range(2)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ending_it_ends_what_it_started(number: int) -> None:
    parent, children = started("long")
    time.sleep(0.3)
    parent.send_signal(number)
    assert parent.wait(timeout=30) == 0
    assert not any(alive(child) for child in children)


def test_when_one_program_ends_the_others_end_too() -> None:
    parent, children = started("brief")
    assert parent.wait(timeout=30) == 0
    assert not any(alive(child) for child in children)
