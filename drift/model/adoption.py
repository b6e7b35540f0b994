"""What would have to change in the code, or be run, so that code and cloud agree again."""

from dataclasses import dataclass

from drift.model.resource import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An attribute that the code would have to say otherwise."""

    path: str
    declared: Json
    live: Json
    is_hidden: bool = False
    """Its value must not be shown, so it can be written nowhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodePlace:
    """Where the code declares a resource."""

    state: str
    """Path or URI of the state."""
    address: str
    source: str | None
    """File and line of its block; `None` where the code is not at hand."""
    sharers: int = 1
    """Resources that this block declares: a module may be called more than once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeChange:
    """A patch or a block for the code, and what has to be done by hand."""

    text: str
    """Empty where nothing can be written without guessing."""
    remarks: tuple[str, ...] = ()
