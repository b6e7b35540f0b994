"""How fast records are judged, as a share of what only reading them would allow."""

import gzip
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from benchmarks.timing import best_of
from benchmarks.trail import write_trail

FILES = 40


class _Record(msgspec.Struct):
    """What a judge has to look at; the rest stays as bytes."""

    userIdentity: msgspec.Raw = msgspec.Raw(b"")  # noqa: N815 - CloudTrail's spelling
    requestParameters: msgspec.Raw = msgspec.Raw(b"")  # noqa: N815
    responseElements: msgspec.Raw = msgspec.Raw(b"")  # noqa: N815
    eventName: str | None = None  # noqa: N815
    eventSource: str | None = None  # noqa: N815
    eventID: str | None = None  # noqa: N815
    eventTime: str | None = None  # noqa: N815
    userAgent: str | None = None  # noqa: N815


class _Document(msgspec.Struct):
    Records: list[_Record]


def measure() -> Iterator[str]:
    """Yield the rate of `drift classify --json`, start-up and output included, and of decoding alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = write_trail(folder, FILES)
        floor = best_of(lambda: _decode_all(folder))
        judged = best_of(lambda: _classify(folder))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield f"classify: decoding alone {records / floor:,.0f} records/s, with verdicts {records / judged:,.0f}"
    yield f"classify: {floor / judged:.0%} of the decoding rate; peak memory {peak:.0f} MB"


def _decode_all(folder: Path) -> None:
    for file in sorted(folder.iterdir()):
        msgspec.json.decode(gzip.decompress(file.read_bytes()), type=_Document)


def _classify(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "drift", "classify", "--json", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
