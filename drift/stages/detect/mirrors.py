"""Attributes that repeat another one and add to it: `tags_all` is `tags` with the provider's default tags."""

from collections.abc import Iterable, Iterator, Mapping

from drift.model.finding import AttributeDrift
from drift.model.path import is_within, path_text
from drift.model.resource import Json


def mirrored(path: str, mirrors: Mapping[str, str]) -> str | None:
    """Return the path that `path` only repeats."""
    for mirror, original in mirrors.items():
        if is_within(path, mirror):
            return original + path[len(mirror) :]
    return None


def mirrors_of(paths: Iterable[str], mirrors: Mapping[str, str]) -> Iterator[str]:
    """Yield what goes with `paths`, because it repeats them."""
    for path in paths:
        for mirror, original in mirrors.items():
            if is_within(path, original):
                yield mirror + path[len(original) :]


def only_repeats(drift: AttributeDrift, declared: Mapping[str, Json], mirrors: Mapping[str, str]) -> bool:
    """Tell whether an entry that is not declared is one that the mirror declares: a default tag."""
    if drift.declared is not None:
        return False
    return any(
        drift.path == path_text((original, key)) and value == drift.live
        for mirror, original in mirrors.items()
        if is_within(drift.path, original) and isinstance(added := declared.get(mirror), dict)
        for key, value in added.items()
    )
