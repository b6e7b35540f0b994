"""What a resource is tagged with, whatever its provider calls that."""

from collections.abc import Collection, Mapping

from drift.model.resource import Json

ATTRIBUTES = ("tags_all", "tags", "effective_labels", "labels")
"""The first that is there counts: it holds what the next one does, and what the provider adds."""


def tags_of(attributes: Mapping[str, Json], sensitive: Collection[str]) -> tuple[str, ...]:
    """Return the tags, `team=network`, sorted; none where one of them is sensitive."""
    for name in ATTRIBUTES:
        found = attributes.get(name)
        if isinstance(found, Mapping) and found:
            if any(path == name or path.startswith((f"{name}.", f"{name}[")) for path in sensitive):
                return ()
            return tuple(sorted(f"{key}={value}" for key, value in found.items() if isinstance(value, str)))
    return ()
