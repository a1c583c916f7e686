"""Dagster's events as lines for a person: which step runs, what failed, and what a load says of itself.

Not here: where the lines go (cli.py). The whole log is in the run's record.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

Progress = Callable[[str], None]

PROGRESS = "progress"
SHOWN_EVENTS = {
    dg.DagsterEventType.STEP_START: "started",
    dg.DagsterEventType.STEP_SUCCESS: "done",
    dg.DagsterEventType.STEP_FAILURE: "FAILED",
    dg.DagsterEventType.STEP_SKIPPED: "skipped",
    dg.DagsterEventType.STEP_UP_FOR_RETRY: "will be tried again",
}
# What dagster-dbt says of itself is for dbt.log.
SILENT_STEPS = ("dbt_records", "dbt_build", "dbt_costs")

_logger = logging.getLogger("parline.progress")
# Dagster logs its own events below INFO; what steps say is INFO and above.
_logger.setLevel(logging.DEBUG)
_logger.propagate = False


# Lines for a person: `parline run` asks for it, runs from the UI have Dagster's own.
progress_logger = dg.LoggerDefinition(lambda context: _logger)


@contextmanager
def heard_by(progress: Progress) -> Iterator[None]:
    """While this lasts, each line goes to `progress`."""
    handler = _Handler(progress)
    _logger.addHandler(handler)
    try:
        yield
    finally:
        _logger.removeHandler(handler)


class _Handler(logging.Handler):
    def __init__(self, progress: Progress):
        super().__init__()
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        event: dg.DagsterEvent | None = getattr(record, "dagster_event", None)
        meta = getattr(record, "dagster_meta", {})
        step = meta.get("step_key")
        if event is None and step and step not in SILENT_STEPS and record.levelno >= logging.INFO:
            self._progress(str(meta.get("orig_message", record.getMessage())))
        elif event is not None and event.event_type in SHOWN_EVENTS:
            self._progress(f"{event.step_key}: {SHOWN_EVENTS[event.event_type]}")
