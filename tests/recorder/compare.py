"""Compare state with live by the few rules that a reader of these files needs.

This is the proof that a story shows its drift and no other, not the product's comparer.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.recorder.model import Json

COMPANIONS = {("aws_iam_role", "inline_policy"): "aws_iam_role_policy"}
"""Attributes of a parent that a resource of its own declares: (type, attribute) -> that type."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One attribute that is not the same, and the reason why that is no drift, if there is one."""

    type: str
    id: str
    address: str
    path: str
    declared: Json
    live: Json
    excuse: str | None


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One managed instance of the state."""

    type: str
    address: str
    attributes: Json


def declared_instances(folder: Path) -> list[Declared]:
    """Return what the story's state manages."""
    found = []
    for resource in _read(folder / "terraform.tfstate")["resources"]:
        for instance in resource["instances"] if resource["mode"] == "managed" else ():
            key = instance.get("index_key")
            address = f"{resource['type']}.{resource['name']}" + (
                "" if key is None else f"[{json.dumps(key)}]"
            )
            found.append(Declared(type=resource["type"], address=address, attributes=instance["attributes"]))
    return found


def differences(folder: Path) -> list[Difference]:
    """Return every attribute on which the story's state and live.json disagree."""
    live, declared = _read(folder / "live.json"), declared_instances(folder)
    now = {(resource["type"], resource["id"]): resource["attributes"] for resource in live["resources"]}
    present = {one.type for one in declared}
    ignored = "ignore_changes = [desired_capacity]" in (folder / "main.tf").read_text()
    found = []
    for one in declared:
        facts, attributes = live["schemas"][one.type], now[one.type, one.attributes["id"]]
        for path, before in one.attributes.items():
            after = attributes[path]
            if before == after:
                continue
            excuse = _excuse(one.type, path, before, after, facts, present)
            if ignored and path == "desired_capacity":
                excuse = "ignore_changes"
            found.append(
                Difference(
                    type=one.type,
                    id=one.attributes["id"],
                    address=one.address,
                    path=path,
                    declared=before,
                    live=after,
                    excuse=excuse,
                )
            )
    return found


def undeclared(folder: Path) -> list[tuple[str, str]]:
    """Return type and id of what exists in the story without being declared."""
    known = {(one.type, one.attributes["id"]) for one in declared_instances(folder)}
    live = _read(folder / "live.json")["resources"]
    return [pair for resource in live if (pair := (resource["type"], resource["id"])) not in known]


def _excuse(kind: str, path: str, before: Json, after: Json, facts: Json, present: set[str]) -> str | None:
    if path in facts["computed"]:
        return "computed only"
    if _canonical(before, path, facts["sets"]) == _canonical(after, path, facts["sets"]):
        return "null or empty, order of a set, or spelling of a JSON text"
    if COMPANIONS.get((kind, path)) in present:
        return f"declared by {COMPANIONS[kind, path]}"
    return None


def _canonical(value: Json, path: str, sets: list[str]) -> Json:
    if value in (None, "", [], {}):
        return None
    if isinstance(value, list):
        items = [_canonical(item, f"{path}[]", sets) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if path in sets else items
    if isinstance(value, dict):
        return {key: _canonical(item, f"{path}.{key}", sets) for key, item in value.items()}
    if isinstance(value, str) and value.startswith("{"):
        return json.loads(value)
    return value


def _read(path: Path) -> Json:
    return json.loads(path.read_text())
