"""Finds the literal that sets an attribute in a block of HCL, and writes literals.

Only what is a literal is found: what an expression gives, or a block holds, nobody can write
back without guessing. Nothing is evaluated.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from drift.model.resource import Json

Tree: TypeAlias = Any
"""A node of the parser, which has no types."""

Step: TypeAlias = str | int

_SCALARS = ("string", "int_lit", "float_lit", "literal_value")


class NoLiteralError(ValueError):
    """The code has no literal there that could be replaced; says what it has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Literal:
    """A literal, as it stands in a file."""

    start: int
    end: int
    text: str
    elements: tuple["Literal", ...] | None = None
    """Of a list."""

    @property
    def is_quoted(self) -> bool:
        """It is a string."""
        return self.text.startswith('"')


def body_of_resource(tree: Tree, type_: str, name: str, line: int) -> Tree | None:
    """Return the body of a `resource` block that begins in this line, if there is one."""
    for labels, number, body in _blocks(tree.children[0]):
        if number == line and labels == ["resource", type_, name]:
            return body
    return None


def names_in(body: Tree) -> frozenset[str]:
    """Return the attributes that a body sets."""
    return frozenset(_plain(node.children[0]) for node in body.children if _is(node, "attribute"))


def literal_at(body: Tree, steps: Sequence[Step], content: str) -> Literal:
    """Return the literal that a path leads to, from the body of a block.

    Raises:
        NoLiteralError: There is none.
    """
    name, *inner = steps
    for node in body.children:
        if _is(node, "attribute") and _plain(node.children[0]) == name:
            return _literal_in(node.children[-1], inner, content)
    blocks = [block for labels, _, block in _blocks(body) if labels == [name]]
    if len(blocks) == 1 and len(inner) > 1 and inner[0] == 0:
        return literal_at(blocks[0], inner[1:], content)
    raise NoLiteralError("it is a block" if blocks else "the block does not set it")


def replacement(literal: Literal, declared: Json, live: Json) -> str:
    """Return what to write in place of a literal, so that it says what is there.

    Of a list, `declared` and `live` are the elements that differ.

    Raises:
        NoLiteralError: What is there has another form.
    """
    if literal.elements is None:
        return written(live, is_quoted=literal.is_quoted)
    if not isinstance(declared, list) or not isinstance(live, list):
        raise NoLiteralError("what is there has another form")
    if "\n" in literal.text or "#" in literal.text or "/*" in literal.text:
        raise NoLiteralError("the list stands on several lines, or has comments in it")
    is_quoted = any(one.is_quoted for one in literal.elements) or not literal.elements
    gone = {written(one, is_quoted=is_quoted) for one in declared}
    kept = [one.text for one in literal.elements if one.text not in gone]
    if len(literal.elements) - len(kept) != len(declared):
        raise NoLiteralError("the code does not say what its state says")
    return f"[{', '.join([*kept, *(written(one, is_quoted=is_quoted) for one in live)])}]"


def written(value: Json, *, is_quoted: bool = False) -> str:
    """Return a scalar as HCL writes it; what was a string stays one.

    Raises:
        NoLiteralError: It is no scalar.
    """
    match value:
        case bool():
            plain = "true" if value else "false"
        case int():
            plain = str(value)
        case float():
            plain = str(int(value)) if value.is_integer() else repr(value)
        case str():
            return quoted(value)
        case _:
            raise NoLiteralError("what is there has another form")
    return quoted(plain) if is_quoted else plain


def quoted(text: str) -> str:
    """Return a string of HCL in which nothing is a template."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _literal_in(node: Tree, steps: Sequence[Step], content: str) -> Literal:
    inner = _inner(node)
    if not steps:
        return _literal(node, content)
    step, *rest = steps
    if _is(inner, "object"):
        found = [value for key, value in _members(inner) if key == step]
        if len(found) == 1:
            return _literal_in(found[0], rest, content)
        raise NoLiteralError("the code does not set this key")
    members = [child for child in inner.children if _is(child, "expr_term")] if _is(inner, "tuple") else []
    if isinstance(step, int) and step < len(members):
        return _literal_in(members[step], rest, content)
    raise NoLiteralError("it is an expression, not a literal")


def _literal(node: Tree, content: str) -> Literal:
    inner = _inner(node)
    start, end = node.meta.start_pos, node.meta.end_pos
    if _is(inner, "tuple"):
        members = [child for child in inner.children if _is(child, "expr_term", "unary_op")]
        elements = tuple(_scalar(member, content) for member in members)
        return Literal(start=start, end=end, text=content[start:end], elements=elements)
    return _scalar(node, content)


def _scalar(node: Tree, content: str) -> Literal:
    inner = _inner(node.children[-1]) if _is(node, "unary_op") else _inner(node)
    is_plain = _is(inner, *_SCALARS) and not (_is(inner, "string") and not _is_constant(inner))
    if not is_plain:
        raise NoLiteralError("it is an expression, not a literal")
    start, end = node.meta.start_pos, node.meta.end_pos
    return Literal(start=start, end=end, text=content[start:end])


def _is_constant(string: Tree) -> bool:
    """Tell whether a string holds no template."""
    parts = [child for child in string.children if _is(child, "string_part")]
    return all(not _is(inner) and not hasattr(inner, "children") for part in parts for inner in part.children)


def _members(table: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield the keys of an object that are no expressions, with their values."""
    for element in table.children:
        if _is(element, "object_elem"):
            key = _inner(element.children[0])
            if _is(key, "identifier") or (_is(key, "string") and _is_constant(key)):
                yield _plain(key), element.children[-1]


def _blocks(body: Tree) -> Iterator[tuple[list[str], int, Tree]]:
    for node in body.children:
        if _is(node, "block"):
            labels = [_plain(child) for child in node.children if _is(child, "identifier", "string")]
            yield labels, node.meta.line, next(child for child in node.children if _is(child, "body"))


def _inner(node: Tree) -> Tree:
    """Return what an expression consists of; one in brackets is no plain one."""
    while _is(node, "expr_term", "object_elem_key") and len(node.children) == 1:
        node = node.children[0]
    return node


def _plain(node: Tree) -> str:
    """Return a name, or the text of a constant string."""
    if not hasattr(node, "children"):
        return str(node)
    text = "".join(_plain(child) for child in node.children)
    return str(json.loads(text)) if _is(node, "string") and "\\" in text else text.strip('"')


def _is(node: Tree, *names: str) -> bool:
    return getattr(node, "data", None) in names
