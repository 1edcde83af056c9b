"""What an upload sets going: the file is parsed and matched in the background, one batch after the other.

Whatever arrives while a batch is at work makes the next one, so a thousand uploads are a few runs of the stages.
Nothing depends on it: what is lost when the process ends is found by the uploads sensor, which asks the tables.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, date, datetime

from jobmatch_dagster.settings import Settings

log = logging.getLogger(__name__)

_TRIES = 3
_WAIT_SECONDS = 2.0


class FollowUp:
    """A thread that runs the stages ``parsed_resumes`` and ``match_scores`` on what is handed to it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._changed = threading.Condition()
        self._files: dict[str, date] = {}
        self._match_only = self._is_busy = self._is_closed = False
        self._thread: threading.Thread | None = None
        self.done = self.failed = 0

    def uploaded(self, name: str, day: date) -> None:
        """Parse this object of bucket ``resumes``, uploaded on that day (UTC), and match it."""
        with self._changed:
            self._files[name] = day
            self._wake()

    def match(self) -> None:
        """Drop what was read from files that are gone, and score whatever is new."""
        with self._changed:
            self._match_only = True
            self._wake()

    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is at work."""
        with self._changed:
            return not (self._files or self._match_only or self._is_busy)

    def waiting(self) -> int:
        """Files that wait for their batch."""
        with self._changed:
            return len(self._files)

    def close(self) -> None:
        """Take nothing more; a batch at work ends with the process or before."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _wake(self) -> None:
        if self._thread is None and not self._is_closed:
            self._thread = threading.Thread(target=self._work, name="jobmatch-follow-up", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._is_busy = False
                self._changed.wait_for(lambda: self._is_closed or self._files or self._match_only)
                if self._is_closed:
                    return
                files, self._files = self._files, {}
                self._match_only, self._is_busy = False, True
            self._try(files)

    def _try(self, files: dict[str, date]) -> None:
        """Run the stages; a failure, such as a person erased in the middle, is tried again, then left to the sensor."""
        for attempt in range(1, _TRIES + 1):
            try:
                self._run(files)
            except Exception as error:
                log.warning(
                    "try %d of %d to parse and match %d uploads failed: %s",
                    attempt,
                    _TRIES,
                    len(files),
                    type(error).__name__,
                )
                if self._is_closed:
                    return
                time.sleep(_WAIT_SECONDS * attempt if attempt < _TRIES else 0)
            else:
                self.done += 1
                return
        self.failed += 1

    def _run(self, files: dict[str, date]) -> None:
        from jobmatch_dagster.stages.match import match_day
        from jobmatch_dagster.stages.parse import parse_day

        today = datetime.now(UTC).date()
        # Without files it still drops what was read from files that are gone.
        for day in sorted(set(files.values())) or [today]:
            parse_day(self._settings, day, only=[name for name, uploaded in files.items() if uploaded == day])
        match_day(self._settings, today)
