"""The nouns of parsed code: blocks, attributes and expressions, whatever syntax they were written in.

They are structs, because the cache on disk encodes them.
"""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct, field, structs


class Literal(Struct, frozen=True, tag="l"):
    """A value as it stands: text, number, boolean or null."""

    value: str | int | float | bool | None


class Template(Struct, frozen=True, tag="t"):
    """A text with expressions inside: `"${var.name}-queue"`."""

    parts: tuple["Expression", ...]


class Reference(Struct, frozen=True, tag="r"):
    """A name and the way into it: `var.tags["team"]`."""

    steps: tuple[str | int, ...]


class Member(Struct, frozen=True, tag="m"):
    """The way into something computed: `split("/", local.path)[0]`."""

    of: "Expression"
    steps: tuple[str | int, ...]


class ListOf(Struct, frozen=True, tag="a"):
    """A list, tuple or set."""

    items: tuple["Expression", ...]


class ObjectOf(Struct, frozen=True, tag="o"):
    """A map or an object."""

    items: tuple[tuple["Expression", "Expression"], ...]


class Call(Struct, frozen=True, tag="c"):
    """A function call."""

    name: str
    arguments: tuple["Expression", ...]


class Other(Struct, frozen=True, tag="x"):
    """An expression that is never evaluated: a condition, a loop, an operator."""

    what: str


Expression: TypeAlias = Literal | Template | Reference | Member | ListOf | ObjectOf | Call | Other


class Attribute(Struct, frozen=True, kw_only=True):
    """`name = value`."""

    name: str
    value: Expression
    line: int
    end_line: int


class Block(Struct, frozen=True, kw_only=True):
    """`type "label" { ... }`; a whole file is a block without type and labels."""

    type: str
    labels: tuple[str, ...] = ()
    line: int = 1
    end_line: int = 1
    attributes: tuple[Attribute, ...] = ()
    blocks: tuple["Block", ...] = ()

    def attribute(self, name: str) -> Expression | None:
        """Return the value of an attribute, `None` where it is not written."""
        return next((one.value for one in self.attributes if one.name == name), None)

    def text(self, name: str) -> str | None:
        """Return the value of an attribute that is a plain text."""
        value = self.attribute(name)
        return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None

    def of_type(self, *types: str) -> Iterator["Block"]:
        """Yield the blocks directly inside that are of one of these types."""
        return (one for one in self.blocks if one.type in types)


class ParsedFile(Struct, frozen=True, kw_only=True):
    """One file, apart from where it lies: two folders may hold the same one."""

    body: Block = field(default_factory=lambda: Block(type=""))
    error: str | None = None
    """Why it could not be read, without words of the file: they may hold a secret."""


def overridden(base: Block, override: Block) -> Block:
    """Return a block as Terraform merges it with one of an override file.

    An attribute replaces the one of its name, and blocks replace all of their type; only
    `lifecycle` is merged itself. The place stays that of the original.
    """
    named = {one.name: one for one in (*base.attributes, *override.attributes)}
    replaced = {one.type for one in override.blocks}
    ours = [one for one in base.of_type("lifecycle") if "lifecycle" in replaced]
    theirs = list(override.blocks)
    if ours:
        theirs = [overridden(ours[0], one) if one.type == "lifecycle" else one for one in theirs]
    kept = (one for one in base.blocks if one.type not in replaced)
    return structs.replace(base, attributes=tuple(named.values()), blocks=(*kept, *theirs))
