"""Runs recorded stories through the real program, as `drift demo` does."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drift import wiring
from drift.config import Settings
from drift.model.finding import DriftFinding
from drift.pipeline import Pipeline
from drift.store.changes import ChangeRow, changes
from drift.store.findings import open_findings

FIXTURES = Path(__file__).resolve().parents[2] / "terraform-fixtures"

STORIES = sorted(path.parent.name for path in FIXTURES.glob("*/expected.json"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A folder with some of the stories, and the program that watches them."""

    folder: Path
    settings: Settings
    pipeline: Pipeline

    def changes(self) -> list[ChangeRow]:
        """Return every change, in order of its first write."""
        with self.pipeline.have.database.reading() as connection:
            return list(changes(connection))

    def findings(self) -> list[DriftFinding]:
        """Return the open findings."""
        with self.pipeline.have.database.reading() as connection:
            return [row.finding for row in open_findings(connection).values()]

    def explanations(self, finding: DriftFinding) -> dict[str, list[str]]:
        """Return who made which call that explains each attribute, or the resource as a whole."""
        called = {
            write.event.key: f"{write.event.call.action} by {write.actor.name}"
            for row in self.changes()
            for write in row.change.writes
        }
        keys = {one.path: one.explained_by if one.is_explained else () for one in finding.attributes}
        keys = keys or {"resource": finding.explained_by}
        return {path: [called[key] for key in keys[path]] for path in sorted(keys)}

    def messages(self) -> list[str]:
        """Return the text of every Slack message."""
        return [file.read_text() for file in sorted((self.folder / "alerts").glob("*.txt"))]


def expected(story: str) -> dict[str, Any]:
    """Return what a story says of itself."""
    content: dict[str, Any] = json.loads((FIXTURES / story / "expected.json").read_text())
    return content


def lay_out(folder: Path, stories: Sequence[str] = STORIES) -> Path:
    """Copy stories and their configuration to `folder`; return the configuration.

    A story without tickets or pipeline runs has systems that are there, and hold none. It is
    looked at when its week is over, so that every deadline has passed.
    """
    for story in stories:
        shutil.copytree(FIXTURES / story, folder / story)
    (folder / "empty").mkdir()
    (folder / "empty" / "live.json").write_text(
        '{"read_at": "2026-11-22T20:00:00Z", "schemas": {}, "resources": []}'
    )
    (folder / "empty" / "tickets.json").write_text('{"tickets": []}')
    (folder / "empty" / "code-host.json").write_text('{"deployments": []}')
    return Path(shutil.copy(FIXTURES / "config.toml", folder))


@contextmanager
def told(folder: Path, stories: Sequence[str] = STORIES) -> Iterator[Story]:
    """Let the program watch the stories for one cycle."""
    settings = wiring.settings_of(str(lay_out(folder, stories)))
    with wiring.running(settings) as pipeline:
        assert pipeline.run_once() == ()
        yield Story(folder=folder, settings=settings, pipeline=pipeline)
