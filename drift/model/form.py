"""What people are asked for when they answer a message: buttons, forms, and what comes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Wish(StrEnum):
    """What somebody wants who pressed a button."""

    LINK = "link"
    EMERGENCY = "emergency"
    APPROVE = "approve"
    DISOWN = "disown"
    """It was not they."""
    WAIVE = "waive"
    """It is no change that matters: what differs may stay for a while."""
    ADOPT = "adopt"
    REVERT = "revert"
    CORRECT = "correct"
    """Somebody else made it than is recorded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who pressed, as the channel knows them."""

    account: str
    """The channel's own id of the person."""
    name: str | None = None
    """The mail address by which the channel signed them in; `None` where it does not tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """A button was pressed on the message about a change session."""

    wish: Wish
    session_id: str
    by: Asker


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One thing that may be chosen."""

    value: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """Something that is asked for."""

    name: str
    label: str
    options: tuple[Option, ...] = ()
    """To choose from; without them a text is written."""
    value: str | None = None
    """What stands there before anybody writes."""
    is_long: bool = False
    is_optional: bool = False
    hint: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What is asked for before a wish is granted."""

    wish: Wish
    session_id: str
    title: str
    send: str
    """What the button says."""
    intro: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """A form that was filled in and sent."""

    key: str
    """The same when it is delivered again."""
    wish: Wish
    session_id: str
    by: Asker
    values: Mapping[str, str]
    """By the names of the fields; what was left empty is not there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is said to somebody who answered a message."""

    text: str
    is_done: bool
    """What they wanted was recorded; else the text says why not, and what to do instead."""
