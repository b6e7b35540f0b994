"""What every directory must do; a new one is one row of `DIRECTORIES`."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from drift.config import load
from drift.model.person import Person
from drift.ports import Directory
from providers import catalog

ALICE = Person(name="alice@example.com", names=("alice", "Alice Example", "U01ALICE"))
ERIN = Person(name="erin@example.com", names=())


def configured(folder: Path, people: Sequence[Person]) -> Directory:
    """The people of the configuration file."""
    path = folder / "config.toml"
    rows = (
        f'[[person]]\nname = "{one.name}"\naliases = [{", ".join(f"{name!r}" for name in one.names)}]\n'
        for one in people
    )
    path.write_text("\n".join(rows))
    return load(path, catalog.ADAPTERS).people


DIRECTORIES: dict[str, Callable[[Path, Sequence[Person]], Directory]] = {"configuration": configured}

every_directory = pytest.mark.parametrize("make", DIRECTORIES.values(), ids=DIRECTORIES)


@every_directory
def test_everybody_comes_once_with_every_name(
    make: Callable[[Path, Sequence[Person]], Directory], tmp_path: Path
) -> None:
    assert list(make(tmp_path, [ALICE, ERIN]).people()) == [ALICE, ERIN]


@every_directory
def test_an_empty_directory_knows_nobody(
    make: Callable[[Path, Sequence[Person]], Directory], tmp_path: Path
) -> None:
    assert list(make(tmp_path, []).people()) == []
