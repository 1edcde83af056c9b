"""One line of JSON for each thing that is logged, with the run, partition and board it belongs to.

Off until ``JOBMATCH_LOG_FILE`` names a file; people read the Dagster UI and the terminal, machines read this. All
processes append to the same file, a line at a time; logrotate may move it away at any moment. An exception's text and
traceback are left out: they may hold what somebody wrote.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings

MOST_CHARACTERS = 2000
# Where Dagster keeps what it knows about a record, and which of it a line shows under which name.
_META = "dagster_meta"
_FROM_META = {"run": "run_id", "job": "job_name", "step": "step_key"}
_FROM_TAGS = {
    "partition": ("dagster/partition", "dagster/asset_partition_range_start"),
    "through": ("dagster/asset_partition_range_end",),
    "board": ("board", "dagster/partition/board"),
}
# Dagster logs these as debugging, though they are the story of a run.
_STORY = {
    "PIPELINE_START",
    "PIPELINE_SUCCESS",
    "PIPELINE_FAILURE",
    "PIPELINE_CANCELED",
    "STEP_START",
    "STEP_SUCCESS",
    "STEP_FAILURE",
    "STEP_UP_FOR_RETRY",
    "ASSET_MATERIALIZATION",
    "ASSET_CHECK_EVALUATION",
}


class JsonLine(logging.Formatter):
    """A record as one line of JSON; what is not known has no entry."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message, then what is known about the run."""
        meta = getattr(record, _META, None) or {}
        message = meta.get("orig_message") or record.getMessage()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": str(message)[:MOST_CHARACTERS],
        }
        line |= {name: meta[key] for name, key in _FROM_META.items() if meta.get(key)}
        tags = meta.get("job_tags") or {}
        line |= {
            name: found for name, keys in _FROM_TAGS.items() if (found := next(filter(None, map(tags.get, keys)), None))
        }
        if meta.get("dagster_event") is not None:
            line["event"] = meta["dagster_event"].event_type_value.lower().replace("pipeline", "run")
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


class JsonLinesFile(WatchedFileHandler):
    """Appends records to a file as JSON Lines. Dagster makes one in each run by its name in ``dagster.yaml``.

    Args:
        filename: the file; its folder is made.
        least: level of the records that are kept; the story of a run is kept at any.
    """

    def __init__(self, filename: str, least: str = "INFO") -> None:
        Path(filename).parent.mkdir(parents=True, exist_ok=True)
        super().__init__(filename, encoding="utf-8", delay=True)
        self.least = logging.getLevelNamesMapping()[least]
        self.setFormatter(JsonLine())

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is worth a line."""
        event = (getattr(record, _META, None) or {}).get("dagster_event")
        told = event.event_type_value in _STORY if event is not None else False
        return (told or record.levelno >= self.least) and bool(super().filter(record))


def install(settings: Settings) -> None:
    """Have this process write what it logs to ``JOBMATCH_LOG_FILE``, if that is set; a second call changes nothing.

    What a Dagster run logs comes through Dagster, with its run; see ``for_dagster``.
    """
    root = logging.getLogger()
    if settings.log_file is None or any(isinstance(handler, JsonLinesFile) for handler in root.handlers):
        return
    handler = JsonLinesFile(str(settings.log_file), settings.log_level.upper())
    handler.addFilter(lambda record: not hasattr(record, _META))
    root.addHandler(handler)
    logging.getLogger("jobmatch_dagster").setLevel(settings.log_level.upper())


def for_dagster(settings: Settings) -> dict[str, Any]:
    """The part ``python_logs`` of ``dagster.yaml``: our loggers are part of a run's log, and it goes to the file."""
    level = settings.log_level.upper()
    logs: dict[str, Any] = {"managed_python_loggers": ["jobmatch_dagster"], "python_log_level": level}
    if settings.log_file:
        handler = {"class": "jobmatch_dagster.logs.JsonLinesFile", "least": level, "filename": str(settings.log_file)}
        logs["dagster_handler_config"] = {"handlers": {"jobmatch": handler}}
    return logs
