"""What Prometheus is told of a program, as numbers."""

from datetime import UTC, datetime

from drift.operations.metrics import Metrics
from drift.pipeline import Pipeline
from drift.reports.status import Status, read_status


def told_to_prometheus(pipeline: Pipeline) -> dict[str, float]:
    """Return each number by its name and labels."""
    have = pipeline.have

    def status() -> Status:
        with have.database.reading() as connection:
            return read_status(connection, tuple(have.sources), datetime.now(UTC))

    return numbers_in(Metrics(status, have.meters).text().decode())


def numbers_in(text: str) -> dict[str, float]:
    """Return each number of an answer by its name and labels, which come in the order of the alphabet."""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}
