"""The process in which files are read: takes one file after the other from standard input until it ends.

It cannot write files, has a ceiling on memory, and dies by itself where a file takes longer than it may. Messages in
both directions are a length and JSON; a file's bytes follow its message. Started by ``pool``.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import struct
import sys
from datetime import date
from pathlib import Path
from typing import IO, Any

GRACE = 2.0


def send(stream: IO[bytes], message: dict[str, Any], data: bytes = b"") -> None:
    """Write one message, and the bytes that go with it."""
    text = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    stream.write(struct.pack("<QQ", len(text), len(data)))
    stream.write(text)
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one message; None at the end of the stream."""
    head = stream.read(16)
    if len(head) < 16:
        return None
    size, length = struct.unpack("<QQ", head)
    text = stream.read(size)
    data = stream.read(length) if length else b""
    if len(text) < size or len(data) < length:
        return None
    message: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    return message, data


def _confine(memory_mb: int) -> None:
    """Ceilings that the kernel keeps: address space, no files, no core dumps with a person's text."""
    ceiling = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Serve until standard input ends."""
    stdin = sys.stdin.buffer
    stdout = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)  # what a library prints must not mix with the answers, nor reach a log with a person's text
    os.dup2(null, 2)
    sys.setrecursionlimit(2000)
    started = receive(stdin)
    if started is None:
        return
    options = started[0]

    from dataclasses import fields

    from jobmatch_dagster.resumes import parse, places
    from jobmatch_dagster.resumes.model import Limits, ParsedResume

    names = [field.name for field in fields(ParsedResume)]
    limits = Limits(**options["limits"])
    today = date.fromisoformat(options["today"])
    places.prepare(Path(options["cities"]) if options["cities"] else None)
    _confine(limits.memory_mb)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # what is loaded by now stays for good, and reading a file makes hardly any circles: to look for them as often as
    # is usual takes a tenth of the time
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    send(stdout, {"ready": True})
    while (message := receive(stdin)) is not None:
        job, data = message
        signal.setitimer(signal.ITIMER_REAL, limits.timeout + GRACE)
        result = parse.parse_bytes(data, job["name"], limits=limits, today=today)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(stdout, {name: getattr(result, name) for name in names})


if __name__ == "__main__":
    main()
