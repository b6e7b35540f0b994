"""Which unit of the code keeps the state at a path or URI?

The place that the code names and the state's own are held against each other from the end: the
key, and before it the container as far as the code says it. Nothing is guessed: two folders
that fit equally well are told, and none is taken.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from providers.terraform.estate.backends import REMOTE, StatePlace
from providers.terraform.estate.units import Unit

AZURE_WORKSPACE = "env:"
"""Stands between the key and the name of a workspace."""

_ENDING = ".tfstate"

_STEPS_BEFORE = 2
"""A bucket, or an account and a container: what may stand before a key if the code names neither."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A unit that keeps a state."""

    unit: Unit
    workspace: str | None
    """`None` for the default workspace."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ending:
    """One way to read the end of a path."""

    key: str
    workspace: str | None = None
    is_below: bool = False
    """The key is what the state lies below."""


class UnitIndex:
    """Finds units by where they keep their states."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._by_key: dict[str, list[tuple[Unit, StatePlace]]] = defaultdict(list)
        self._beginnings: list[tuple[Unit, StatePlace]] = []
        for unit in units:
            if unit.place is None:
                continue
            if unit.place.backend == REMOTE and unit.place.is_prefix:
                self._beginnings.append((unit, unit.place))
            else:
                self._by_key[unit.place.key].append((unit, unit.place))

    def find(self, origin: str, below: str = "") -> tuple[Match, ...]:
        """Return what keeps a state: one, or several that fit equally well, or nothing.

        `below` is the folder that local states lie in: what stands before says nothing of them.
        """
        steps, is_local = _steps(origin, below)
        for start in range(len(steps)):  # the longest key first: it says most
            if found := self._best(steps[:start], steps[start:], is_local=is_local):
                return found
        return ()

    def _best(self, head: Sequence[str], rest: Sequence[str], *, is_local: bool) -> tuple[Match, ...]:
        best: dict[int, dict[object, Match]] = defaultdict(dict)
        for unit, place, workspace in self._fitting(rest):
            before, of_head = _without_workspace(place, head)
            score = _score(place, before, is_local=is_local)
            if score is not None:
                best[score][unit.folder] = Match(unit=unit, workspace=of_head or workspace)
        return tuple(best[max(best)].values()) if best else ()

    def _fitting(self, rest: Sequence[str]) -> Iterator[tuple[Unit, StatePlace, str | None]]:
        for ending in _endings(rest):
            for unit, place in self._by_key.get(ending.key, ()):
                if place.is_prefix == ending.is_below:
                    yield unit, place, ending.workspace
        if len(rest) == 1:
            name = rest[0].removesuffix(_ENDING)
            for unit, place in self._beginnings:
                if name.startswith(place.key):
                    yield unit, place, name.removeprefix(place.key)


def _endings(rest: Sequence[str]) -> Iterator[_Ending]:
    text = "/".join(rest)
    yield _Ending(key=text)
    key, _, workspace = text.rpartition(AZURE_WORKSPACE)
    if workspace and key and not key.endswith("/"):
        yield _Ending(key=key, workspace=workspace)
    name = rest[-1].removesuffix(_ENDING)
    if name != rest[-1]:
        workspace_name = None if name == "default" else name
        yield _Ending(key="/".join(rest[:-1]), workspace=workspace_name, is_below=True)
        if len(rest) == 1:
            yield _Ending(key=name)  # a workspace of HCP Terraform, pulled into a file


def _without_workspace(place: StatePlace, head: Sequence[str]) -> tuple[Sequence[str], str | None]:
    if place.workspaces and len(head) >= 2 and head[-2] == place.workspaces:
        return head[:-2], head[-1]
    if place.backend == REMOTE and head and head[-1] == "workspaces":
        return head[:-1], None
    return head, None


def _score(place: StatePlace, before: Sequence[str], *, is_local: bool) -> int | None:
    """Return how well what stands before the key fits; `None` if it does not."""
    if place.container and _ends_with(before, place.container):
        return 2
    if is_local and not before:
        return 1
    return 0 if not place.container and len(before) <= _STEPS_BEFORE else None


def _ends_with(before: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether a path ends with these names; a host counts by the first of its parts."""
    tail = before[-len(names) :]
    return len(tail) == len(names) and all(
        name in (one, one.partition(".")[0]) for one, name in zip(tail, names, strict=True)
    )


def _steps(origin: str, below: str) -> tuple[list[str], bool]:
    parts = urlsplit(origin)
    if parts.netloc and parts.scheme != "file":
        host = parts.netloc.rpartition("@")[2]
        return [one for one in (host, *unquote(parts.path).split("/")) if one], False
    text = unquote(parts.path) if parts.scheme == "file" else origin
    base = below.rstrip("/")
    inside = text.removeprefix(f"{base}/") if base else text
    return [one for one in inside.split("/") if one], True
