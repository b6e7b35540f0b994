"""From the bytes of a `.tf.json` or `.tfvars.json` file to its blocks.

The syntax does not tell blocks from attributes; only what the program asks for by name is
taken for a block. Texts are templates, as Terraform reads them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from drift.model.resource import Json
from providers.terraform.code.parse import parse_template
from providers.terraform.code.syntax import (
    Attribute,
    Block,
    Expression,
    ListOf,
    Literal,
    ObjectOf,
    ParsedFile,
)

LABELS: Mapping[str, int] = {
    "resource": 2,
    "data": 2,
    "module": 1,
    "variable": 1,
    "output": 1,
    "provider": 1,
    "backend": 1,
    "dynamic": 1,
    "terraform": 0,
    "locals": 0,
    "required_providers": 0,
    "lifecycle": 0,
    "cloud": 0,
    "workspaces": 0,
    "assume_role": 0,
}
"""What is a block, with the number of its labels."""

COMMENT = "//"

_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|([{}\[\]])|(\n)')

Steps: TypeAlias = tuple[str, ...]


def parse_json(content: bytes) -> ParsedFile:
    """Return what stands in a file; one that cannot be parsed says so, and nothing else."""
    try:
        text = content.decode("utf-8-sig")
        document = msgspec.json.decode(text)
        if not isinstance(document, dict):
            return ParsedFile(error="not valid: its outermost value is no object")
        return ParsedFile(body=_Reader(dict(_lines(text))).block("", (), document, ()))
    except UnicodeDecodeError:
        return ParsedFile(error="not valid UTF-8")
    except (msgspec.DecodeError, RecursionError, ValueError):
        # Without the parser's own words: they quote the code, which may hold a secret.
        return ParsedFile(error="not valid JSON")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns objects into blocks; it knows in which line each key stands."""

    lines: Mapping[Steps, int]

    def block(self, type_: str, labels: tuple[str, ...], content: dict[str, Json], at: Steps) -> Block:
        attributes: list[Attribute] = []
        blocks: list[Block] = []
        for name, value in content.items():
            inside, line = (*at, name), self.lines.get((*at, name), 1)
            if name in LABELS and isinstance(value, dict | list):
                blocks += self._blocks(name, LABELS[name], (), value, inside)
            elif name != COMMENT:
                attributes.append(Attribute(name=name, value=_value(value), line=line, end_line=line))
        line = self.lines.get(at, 1)
        return Block(
            type=type_,
            labels=labels,
            line=line,
            end_line=line,
            attributes=tuple(attributes),
            blocks=tuple(blocks),
        )

    def _blocks(
        self, type_: str, missing: int, labels: tuple[str, ...], value: Json, at: Steps
    ) -> Iterator[Block]:
        if isinstance(value, list):
            for one in value:
                yield from self._blocks(type_, missing, labels, one, at)
        elif isinstance(value, dict) and missing:
            for label, inner in value.items():
                if label != COMMENT:
                    yield from self._blocks(type_, missing - 1, (*labels, label), inner, (*at, label))
        elif isinstance(value, dict):
            yield self.block(type_, labels, value, at)


def _value(value: Json) -> Expression:
    match value:
        case str():
            return parse_template(value) if "{" in value else Literal(value)
        case list():
            return ListOf(tuple(_value(one) for one in value))
        case dict():
            return ObjectOf(tuple((_value(key), _value(one)) for key, one in value.items()))
        case float() if value.is_integer():
            return Literal(int(value))
        case _:
            return Literal(value)


def _lines(text: str) -> Iterator[tuple[Steps, int]]:
    """Yield where each key of a valid document stands, by the keys that lead to it."""
    line, key, path, levels = 1, "", list[str](), list[bool]()
    for token in _TOKEN.finditer(text):
        if token[4]:
            line += 1
        elif token[2] is not None:
            key = msgspec.json.decode(token[1])
            yield (*path, key), line
            line += token[2].count("\n")
        elif token[3] in ("{", "["):
            levels.append(bool(key))
            path += [key] if key else []
            key = ""
        elif token[3]:
            if levels.pop():
                path.pop()
            key = ""
