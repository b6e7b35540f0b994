"""What a resource is tagged with, whatever its provider calls that."""

from collections.abc import Collection, Mapping

from drift.model.resource import Json

ATTRIBUTES = ("tags_all", "tags", "effective_labels", "labels")
"""The first that is there counts: it holds what the next one does, and what the provider adds."""


def tags_of(attributes: Mapping[str, Json], sensitive: Collection[str]) -> tuple[str, ...]:
    """Return the tags, `team=network`, sorted; none where one is sensitive: a tag stands in several."""
    if any(_is_of_tags(path) for path in sensitive):
        return ()
    for name in ATTRIBUTES:
        found = attributes.get(name)
        if isinstance(found, Mapping) and found:
            return tuple(sorted(f"{key}={value}" for key, value in found.items() if isinstance(value, str)))
    return ()


def _is_of_tags(path: str) -> bool:
    return any(path == name or path.startswith((f"{name}.", f"{name}[")) for name in ATTRIBUTES)
