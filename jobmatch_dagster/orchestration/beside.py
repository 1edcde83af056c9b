"""Programs that run beside each other for as long as this one does. For ``jobmatch dev``."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Sequence
from types import FrameType

SECONDS_TO_END = 30


def run_beside(commands: Sequence[Sequence[str]]) -> None:
    """Run programs until one of them ends, or until Ctrl-C or SIGTERM; then end them all.

    Args:
        commands: the programs with their arguments.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    # A shell that starts us in the background has us ignore SIGINT, and the programs would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    children = [subprocess.Popen(command) for command in commands]
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
        _end(children)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask each to end as Ctrl-C would; kill those that do not."""
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
    end = time.monotonic() + SECONDS_TO_END
    for child in children:
        try:
            child.wait(timeout=max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
