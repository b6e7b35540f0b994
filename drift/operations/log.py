"""What the daemon says on stderr: a line for each thing, without secrets, as text or as JSON."""

import logging
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from drift.config import LogFormat
from drift.daemon import Ended
from drift.redact import redact
from drift.terminal import inert_json, shown

_LONGEST_LINE = 500
"""Characters of a line of text."""


class Log:
    """Writes lines. Whatever text from outside they hold, secrets are cut out of it."""

    def __init__(self, form: LogFormat, stream: TextIO) -> None:
        render = _as_json if form is LogFormat.JSON else _as_text
        self._is_terse = form is LogFormat.TEXT
        self._logger = structlog.wrap_logger(
            structlog.PrintLogger(stream),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _without_secrets,
                render,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        )

    def say(self, text: str) -> None:
        """Say what happens as it should."""
        self._logger.info(text)

    def alarm(self, text: str) -> None:
        """Say what is wrong with the watch itself."""
        self._logger.error(text)

    def died(self, _job: str, text: str) -> None:
        """Say that a job died."""
        self.alarm(text)

    def ended(self, ended: Ended) -> None:
        """Say what a turn of a job did; as text only if that is something, people read along there."""
        counts = dict(ended.turn.counts)
        if any(counts.values()) or not self._is_terse:
            named = {name.replace(" ", "_"): number for name, number in counts.items()}
            self._logger.info("job ended", job=ended.job, seconds=round(ended.seconds, 3), **named)
        for problem in ended.turn.problems:
            self._logger.warning(problem, job=ended.job)

    def take_over(self) -> None:
        """Write what libraries have to warn of, too."""
        logging.basicConfig(handlers=[_Foreign(self._logger)], level=logging.WARNING, force=True)


class _Foreign(logging.Handler):
    """Passes on what a library logs."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line, not the traceback: it may quote what was read."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError):  # its arguments do not fit
            said = str(record.msg)
        self._logger.warning(said, logger=record.name)


def _without_secrets(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {str(key): redact(value).value for key, value in line.items()}


def _as_json(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    rendered = structlog.processors.JSONRenderer()(None, "", line)
    return inert_json(str(rendered).encode(errors="backslashreplace")).decode()


def _as_text(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    told = {key: value for key, value in line.items() if key not in ("event", "level", "timestamp", "job")}
    event = line["event"]
    if event == "job ended":
        seconds = told.pop("seconds")
        done = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in told.items() if number)
        event = f"{line['job']}: {done} in {seconds:.1f} s"
    return shown(f"drift: {event}", limit=_LONGEST_LINE)
