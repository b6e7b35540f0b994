"""The JSON file that is the toy provider's cloud, and the log of what was called there."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

FILE_AT_HOME = "toy-cloud.json"
"""The cloud of those who name none in the provider's settings: where others keep their credentials."""

Things: TypeAlias = dict[str, dict[str, Any]]
"""Attributes by id."""


@lru_cache(maxsize=1)
def _document(file: Path, _inode: int, _changed_at: int) -> dict[str, Any]:
    """Return what stands in the file since it was last changed."""
    return json.loads(file.read_text())


@dataclass(frozen=True, kw_only=True, slots=True)
class Cloud:
    """The things in the cloud, as one configured provider sees them."""

    file: Path
    region: str | None

    def things(self) -> Things:
        """Return all things, which nobody may change."""
        stat = self.file.stat()
        return _document(self.file, stat.st_ino, stat.st_mtime_ns)["things"]

    @contextmanager
    def changing(self) -> Iterator[Things]:
        """Keep what is done to the things meanwhile, and keep everybody else from changing any."""
        with Path(f"{self.file}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            document = json.loads(self.file.read_text())
            yield document["things"]
            # Renamed into its place, so that who reads at the same time sees a whole document.
            new = Path(f"{self.file}.new")
            new.write_text(json.dumps(document))
            new.rename(self.file)

    def note(self, call: str, thing_id: str) -> None:
        """Write down who called what."""
        with Path(f"{self.file}.log").open("a") as log:
            log.write(f"{os.getpid()} {self.region} {call} {thing_id}\n")
