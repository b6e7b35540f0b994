"""Whether a policy of IAM allows more than to read. What cannot be judged counts as more."""

from collections.abc import Iterator

from drift.model.resource import Json
from providers.aws.policies import ALLOW, as_list
from providers.tables import Form

_SAMPLE = "A"
"""Stands for what an asterisk at the end of an action may be: names of actions go on with a capital."""


def may_write(document: Json, read_name: Form) -> bool:
    """Tell whether some statement allows an action whose name is not that of a read.

    Conditions are not weighed, and neither is what another statement denies.
    """
    if not isinstance(document, dict):
        return True
    return any(not _is_read(action, read_name) for action in _allowed(document))


def _allowed(document: dict[str, Json]) -> Iterator[Json]:
    """Yield the actions that are allowed; `*` for all but some."""
    for statement in as_list(document.get("Statement")):
        if not isinstance(statement, dict):
            yield "*"
        elif statement.get("Effect") == ALLOW:
            yield from ["*"] if "NotAction" in statement else as_list(statement.get("Action"))


def _is_read(action: Json, read_name: Form) -> bool:
    name = action.rpartition(":")[2] if isinstance(action, str) else "*"
    if name.endswith("*"):
        name = f"{name.rstrip('*')}{_SAMPLE}"
    return read_name.match(name) is not None
