"""The tags of a resource that people gave it."""

from typing import Any

from drift.model.resource import Json


def own_tags(tags: Any) -> dict[str, Json]:
    """Return tags as a map, without those that AWS itself gives; never `null`."""
    rows: dict[str, Any] = tags if isinstance(tags, dict) else dict(map(_pair, tags or ()))
    return {key: value for key, value in rows.items() if not key.startswith("aws:")}


def _pair(tag: dict[str, str]) -> tuple[str, str]:
    """Return key and value of a tag, which services write with large or small letters."""
    lowered = {key.lower(): value for key, value in tag.items()}
    return lowered.get("key", lowered.get("tagkey", "")), lowered.get("value", lowered.get("tagvalue", ""))
