"""What the description of a ticket says of its scope, in sections of their own.

    Resources: sg-0abc, sg-0def            ### Resources
    Accounts: 111122223333                 sg-0abc
    Environments: production
    Window: 2026-11-16T12:00Z to 2026-11-16T14:00Z

A section is one line, or a heading with what stands below it, as GitHub's issue forms write it. Only what
stands in a section counts: an id that a text merely mentions is no scope.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

MAX_TEXT = 64 * 1024
"""Characters of a description that are read; the largest that any of the systems allows."""

MAX_NAMED = 200
"""What names more than this names everything."""

_HEADING = re.compile(r"\s{0,3}(?:#{1,6}\s+|h[1-6]\.\s+)(?P<name>.*?)[\s#:]*$")

_LINE = re.compile(r"\s*(?:[-*]\s+)?[*_]{0,2}(?P<name>[^:*_]{1,60}?)[*_]{0,2}\s*:[*_]{0,2}\s*(?P<rest>.*)$")

_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:\s?(?:Z|UTC)|[+-]\d\d:?\d\d)(?![\d:])", re.ASCII
)
"""With its zone: a time without one means another moment to everybody."""

_AROUND = " \t`*\"'()[]<>"

_NOTHING = frozenset({"_no response_", "n/a", "none", "-", ""})
"""What a form, or a person, writes where there is nothing to say."""


RESOURCES, ACCOUNTS, ENVIRONMENTS, WINDOW = "resources", "accounts", "environments", "window"

_SECTIONS = frozenset({RESOURCES, ACCOUNTS, ENVIRONMENTS, WINDOW})
"""What the sections are called; upper and lower case are the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What a ticket is for, and when."""

    resources: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    window_start: datetime | None = None
    window_end: datetime | None = None


def scope_in(text: str) -> Scope:
    """Return what the sections of a description say."""
    said = _sections(text[:MAX_TEXT])
    start, end = window_in(said.get(WINDOW, ""))
    return Scope(
        resources=ids_in(said.get(RESOURCES, "")),
        accounts=ids_in(said.get(ACCOUNTS, "")),
        environments=names_in(said.get(ENVIRONMENTS, "")),
        window_start=start,
        window_end=end,
    )


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of a list, which stand a comma, a semicolon or a line apart."""
    names = (re.sub(r"^\s*[-*+]\s+", "", one).strip(_AROUND) for one in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(name for name in names if name.lower() not in _NOTHING))[:MAX_NAMED]


def ids_in(text: str) -> tuple[str, ...]:
    """Return the ids of a list: of each element the first word, since people explain what follows it."""
    firsts = (name.split()[0].strip(_AROUND) for name in names_in(text))
    return tuple(dict.fromkeys(first for first in firsts if first))


def window_in(text: str) -> tuple[datetime | None, datetime | None]:
    """Return the window that two times with their zones make, in UTC; no other text is one."""
    times = [_time(found) for found in _TIME.findall(text)]
    match times:
        case [datetime() as start, datetime() as end] if start < end:
            return start, end
        case _:
            return None, None


def _sections(text: str) -> dict[str, str]:
    """Return what stands in the known sections, by their names in small letters; of two, the first."""
    sections: dict[str, list[str]] = {}
    below: list[str] | None = None
    for line in text.splitlines():
        heading, labelled = _HEADING.match(line), _LINE.match(line)
        name = (heading or labelled or {"name": ""})["name"].strip().lower()
        if name in _SECTIONS and name not in sections:
            sections[name] = [] if heading else [line[labelled.start("rest") :]] if labelled else []
            below = sections[name] if heading else None
        elif heading or name in _SECTIONS:
            below = None
        elif below is not None:
            below.append(line)
    return {name: "\n".join(lines) for name, lines in sections.items()}


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(
            re.sub(r"\s?(?:UTC|Z)$", "+00:00", text).replace(" ", "T", 1)
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
