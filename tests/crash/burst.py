"""What the cloud delivers: a trail with repeats, in no order, announced more than once."""

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.trail import write_trail

SEED = 20261130

REPEATED_IN_HUNDRED = 5
"""Writes that a later file tells again."""

ANNOUNCED_TWICE_IN_HUNDRED = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Burst:
    """Files of a trail, and what must be known once they were read."""

    files: tuple[Path, ...]
    announcements: tuple[str, ...]
    """Names of the files, as the queue tells them: in no order, some twice."""
    records: int
    """That the files hold, the repeated ones as often as they stand there."""


def make_burst(folder: Path, files: int) -> Burst:
    """Write so many files of five hundred records each, and some repeats besides."""
    chance = random.Random(SEED)
    records = write_trail(folder, files)
    paths = sorted(folder.iterdir())
    repeated = [one for path in paths for one in _writes(path) if chance.randrange(100) < REPEATED_IN_HUNDRED]
    again = folder / "trail-again.json.gz"
    again.write_bytes(gzip.compress(json.dumps({"Records": repeated}).encode(), mtime=0))
    announced = [path.name for path in (*paths, again)]
    announced += chance.sample(announced, len(announced) * ANNOUNCED_TWICE_IN_HUNDRED // 100)
    chance.shuffle(announced)
    return Burst(files=(*paths, again), announcements=tuple(announced), records=records + len(repeated))


def _writes(path: Path) -> Iterator[dict[str, str]]:
    for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
        if record["readOnly"] is False:
            yield record
