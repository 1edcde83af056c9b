"""Many files, each read in a process of its own kind: limits on time and memory, and no file stops the others.

Workers are plain child processes over pipes, so that the pool works inside a Dagster step, from a thread and from a
daemonic process, and never forks a threaded parent. They are reused, and ended only when a file made them hang or die.
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

from jobmatch_dagster.resumes import cities
from jobmatch_dagster.resumes.model import Limits, ParsedResume
from jobmatch_dagster.resumes.parse import refusal
from jobmatch_dagster.resumes.worker import send
from jobmatch_dagster.settings import settings

# files after which a worker is replaced, so that what libraries leak stays bounded
FILES_PER_WORKER = 500
START_TIMEOUT = 60.0
MAX_AHEAD = 64

Source = tuple[str, bytes | Path]
_LOG = logging.getLogger(__name__)


class _Worker:
    """One child process and the file that it has."""

    def __init__(self, limits: Limits, today: date, cities_file: Path | None) -> None:
        package_root = str(Path(__file__).resolve().parents[2])
        environment = {
            k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "LC_ALL", "TESSDATA_PREFIX")
        }
        environment |= {"PYTHONPATH": package_root, "PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jobmatch_dagster.resumes.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            close_fds=True,
        )
        assert self.process.stdin
        assert self.process.stdout
        os.set_blocking(self.process.stdout.fileno(), False)
        self.buffer = bytearray()
        self.number = -1
        self.name = ""
        self.source: Source | None = None
        self.done = 0
        self.retry = False
        self.deadline = time.monotonic() + START_TIMEOUT
        self.ready = False
        start = {"limits": asdict(limits), "today": today.isoformat(), "cities": str(cities_file or "")}
        send(self.process.stdin, start)

    @property
    def busy(self) -> bool:
        return self.source is not None

    def give(self, number: int, source: Source, data: bytes, timeout: float) -> bool:
        """Hand over a file; False if the process is gone."""
        assert self.process.stdin
        self.number, self.name, self.source = number, source[0], source
        self.deadline = time.monotonic() + timeout
        try:
            send(self.process.stdin, {"name": source[0]}, data)
        except OSError:
            return False
        return True

    def answers(self) -> list[dict[str, object]] | None:
        """The complete messages that have arrived; None if the process is gone."""
        assert self.process.stdout
        while True:
            chunk = self.process.stdout.read(1 << 20)
            if chunk is None:
                break
            if not chunk:
                return None
            self.buffer += chunk
        found = []
        while len(self.buffer) >= 16:
            size, _ = struct.unpack("<QQ", self.buffer[:16])
            if len(self.buffer) < 16 + size:
                break
            found.append(json.loads(bytes(self.buffer[16 : 16 + size]).decode("utf-8", "surrogatepass")))
            del self.buffer[: 16 + size]
        return found

    def end(self) -> None:
        """Kill the process and take its exit status."""
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            try:
                if stream:
                    stream.close()
            except OSError:
                continue
        self.process.wait()


class _Pool:
    def __init__(self, workers: int, limits: Limits, today: date) -> None:
        self.limits, self.today, self.size = limits, today, workers
        self.cities_file = cities.file_in(settings().cache)
        self.selector = selectors.DefaultSelector()
        self.workers: list[_Worker] = []
        self.results: dict[int, ParsedResume] = {}

    def idle(self) -> _Worker | None:
        """A worker that is ready for a file; a new one is started while there are fewer than allowed."""
        for worker in self.workers:
            if worker.ready and not worker.busy:
                return worker
        if len(self.workers) < self.size:
            self._start()
        return None

    def _start(self) -> _Worker:
        worker = _Worker(self.limits, self.today, self.cities_file)
        self.workers.append(worker)
        assert worker.process.stdout
        self.selector.register(worker.process.stdout, selectors.EVENT_READ, worker)
        return worker

    def _drop(self, worker: _Worker) -> None:
        assert worker.process.stdout
        self.selector.unregister(worker.process.stdout)
        self.workers.remove(worker)
        worker.end()

    def give(self, worker: _Worker, number: int, source: Source) -> None:
        """Start a file; what cannot even be opened gets its result at once."""
        name, content = source
        try:
            data = content if isinstance(content, bytes) else _read(content, self.limits.max_bytes)
        except OSError:
            self.results[number] = refusal(
                name, "corrupt", "The file could not be opened. Check that it is there and may be read."
            )
            return
        if len(data) > self.limits.max_bytes:
            self.results[number] = refusal(name, "too_large")
        elif not worker.give(number, source, data, self.limits.timeout):
            self._lost(worker)

    def _lost(self, worker: _Worker) -> None:
        """A worker died: its file is tried once more in a fresh one if it was not the first there."""
        number, source, again = worker.number, worker.source, worker.done > 0 and not worker.retry
        late = time.monotonic() >= worker.deadline
        self._drop(worker)
        if source is None:
            return
        if again and not late:
            fresh = self._start()
            fresh.retry = True
            self.give(fresh, number, source)
            fresh.deadline += START_TIMEOUT
        else:
            fault = None if late else "worker ended without an answer"
            self.results[number] = replace(refusal(source[0], "timed_out" if late else "corrupt"), fault=fault)
            if fault:
                _LOG.warning("The résumé reader failed on a file: %s", fault)

    def wait(self) -> None:
        """Take in answers until something happened or the next deadline has passed."""
        soon = min((w.deadline for w in self.workers if w.busy or not w.ready), default=time.monotonic())
        for key, _ in self.selector.select(max(0.0, min(soon - time.monotonic(), 1.0))):
            worker: _Worker = key.data
            answers = worker.answers()
            if answers is None:
                self._fail_start(worker) if not worker.ready else self._lost(worker)
                continue
            for answer in answers:
                self._take(worker, answer)
        now = time.monotonic()
        for worker in [w for w in self.workers if now >= w.deadline and (w.busy or not w.ready)]:
            self._fail_start(worker) if not worker.ready and not worker.busy else self._lost(worker)

    def _fail_start(self, worker: _Worker) -> None:
        from jobmatch_dagster.errors import JobmatchError

        if worker.busy:
            self._lost(worker)
            return
        self._drop(worker)
        raise JobmatchError(
            "The résumé reader",
            "could not be started in a process of its own",
            "Raise JOBMATCH_RESUME_MEMORY_MB or check the installation.",
        )

    def _take(self, worker: _Worker, answer: dict[str, object]) -> None:
        if answer.get("ready"):
            worker.ready = True
            if worker.busy:
                worker.deadline = time.monotonic() + self.limits.timeout
            return
        result = self.results[worker.number] = ParsedResume(**answer)  # type: ignore[arg-type]
        if result.fault:
            _LOG.warning("The résumé reader failed on a file: %s", result.fault)
        worker.source = None
        worker.done += 1
        if worker.done >= FILES_PER_WORKER:
            self._drop(worker)

    def close(self) -> None:
        for worker in list(self.workers):
            self._drop(worker)
        self.selector.close()


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most + 1)


def parse_many(
    files: Iterable[Source],
    *,
    workers: int,
    limits: Limits | None = None,
    today: date | None = None,
    on_progress: Callable[[ParsedResume], None] | None = None,
) -> Generator[ParsedResume, None, None]:
    """Read files in worker processes.

    Args:
        files: (name, content or path); taken lazily, at most ``MAX_AHEAD`` ahead of what was yielded.
        workers: processes at once.
        limits: what each file may cost; the time counts from the moment that a worker has the file.
        today: what "present" means.
        on_progress: called with each result as it is yielded.

    Yields:
        one result for each file, in the order of the input. A file that hangs is ``timed_out``, one that takes more
        memory than allowed ``malicious``, one that kills its worker ``corrupt``.

    Raises:
        JobmatchError: no worker can be started.
    """
    pool = _Pool(max(1, workers), limits or Limits(), today or date.today())
    source = enumerate(files)
    waiting: tuple[int, Source] | None = next(source, None)
    next_out = 0
    try:
        while waiting is not None or next_out < (waiting[0] if waiting else _given(pool, next_out)):
            while waiting is not None and waiting[0] - next_out < MAX_AHEAD and (worker := pool.idle()):
                pool.give(worker, *waiting)
                waiting = next(source, None)
            if next_out not in pool.results:
                pool.wait()
            while next_out in pool.results:
                result = pool.results.pop(next_out)
                next_out += 1
                if on_progress:
                    on_progress(result)
                yield result
    finally:
        pool.close()


def _given(pool: _Pool, next_out: int) -> int:
    """One past the highest number that is still under way or has a result not yet yielded."""
    numbers = [w.number for w in pool.workers if w.busy] + list(pool.results)
    return max(numbers, default=next_out - 1) + 1
