"""What the watch itself depends on: our own queue, rule, bucket or sink.

Whoever changes one of these may blind us, whatever the call is named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from drift.model.event import ChangeEvent, Effect
from drift.model.resource import Json

_LONGEST_ID = 2048
"""Characters: a longer text is no id, and strangers choose what it holds."""

_ERASES = re.compile(r"(?:delete|destroy|purge)(?!.*message)", re.IGNORECASE)
"""Calls that erase data. Whoever reads a queue deletes each message from it."""

_ARN = re.compile(r"arn:[^:]*:(?P<service>[^:]+):[^:]*:(?P<account>[^:]*):(?:.*[:/])?(?P<name>[^:/]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnResource:
    """One resource of ours, by an id, an ARN or a name in which `*` and `?` stand for anything."""

    text: str
    whole: re.Pattern[str]
    """Fits the id alone or at the end of a longer one; where it has parts, of its children too."""
    name: re.Pattern[str] | None = None
    """The name at the end of an ARN, bare or after a slash: calls of its own service often hold no more."""
    service: str = ""
    account: str = ""

    def is_named_in(self, event: ChangeEvent) -> bool:
        """Tell whether `event` touched it, or named it in its parameters."""
        name = self.name if event.call.service == self.service else None
        if self.account and event.call.account and self.account != event.call.account:
            name = None
        return any(
            self.whole.fullmatch(value) or (name and name.fullmatch(value)) for value in _values(event)
        )


def own_resource(text: str) -> OwnResource:
    """Return the resource that `text` names."""
    path = text.lstrip("/")
    children = "(?:[:/].*)?" if re.search("[:/]", path) else ""
    whole = _pattern(rf"(?:.*[:/])?{_translated(path)}{children}")
    if not (arn := _ARN.fullmatch(text)):
        return OwnResource(text=text, whole=whole)
    return OwnResource(
        text=text,
        whole=whole,
        name=_pattern(f"(?:.*/)?{_translated(arn['name'])}") if arn["name"].strip("*?") else None,
        service=arn["service"],
        account="" if "*" in arn["account"] else arn["account"],
    )


def may_erase(event: ChangeEvent) -> bool:
    """Tell quickly whether a call on the data of something erases any."""
    return event.intended is Effect.DATA and _ERASES.search(event.call.action or "") is not None


def _values(event: ChangeEvent) -> Iterator[str]:
    waiting: list[Json] = [*(one.id for one in event.resources), event.request]
    while waiting:
        match waiting.pop():
            case str() as text if len(text) <= _LONGEST_ID:
                yield text
            case dict() as table:
                waiting += table.values()
            case list() as row:
                waiting += row


def _translated(text: str) -> str:
    wildcards = {"*": ".*", "?": "."}
    return "".join(wildcards.get(char, re.escape(char)) for char in re.sub(r"\*+", "*", text))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.DOTALL | re.IGNORECASE)
