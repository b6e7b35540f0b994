"""What only the code says: which attributes it ignores, and where each block stands.

Nothing is evaluated and no user code runs. Modules are followed where their source is a
local folder. A file that cannot be parsed is named, and never hides the others.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from drift.model.path import path_text

Tree: TypeAlias = Any
"""A node of the parser, which has no types."""

EVERYTHING = "*"

_INSTANCE_KEY = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_STEP = re.compile(r'\[\s*"([^"]*)"\s*\]|\[\s*(\d+)\s*\]|([\w-]+)')


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A `resource` block."""

    source: str
    """File and line, relative to the folder of the code."""
    ignored: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeFacts:
    """What the code in a folder, and in the local modules it calls, says."""

    blocks: Mapping[str, Block] = field(default_factory=dict)
    """By address without instance keys."""
    unreadable: tuple[str, ...] = ()
    """Files that could not be read, each with the reason."""

    def block(self, address: str) -> Block | None:
        """Return the block that declares the instance at `address`, if the code is at hand."""
        return self.blocks.get(_INSTANCE_KEY.sub("", address))


def read_code(folder: Path) -> CodeFacts:
    """Return the facts of the root module in `folder`."""
    blocks: dict[str, Block] = {}
    unreadable: dict[str, None] = {}
    for module, file, parsed in _files(folder, "", ()):
        place = os.path.relpath(file, folder)
        if parsed.error is not None:
            unreadable[f"{place}: {parsed.error}"] = None
        for resource in parsed.resources:
            address = f"{module}{resource.address}"
            if (known := blocks.get(address)) is None:
                blocks[address] = Block(source=f"{place}:{resource.line}", ignored=resource.ignored or ())
            elif resource.ignored is not None:  # an override file adds to the block it names
                blocks[address] = replace(known, ignored=resource.ignored)
    return CodeFacts(blocks=blocks, unreadable=tuple(unreadable))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Resource:
    address: str
    line: int
    ignored: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parsed:
    """One file, apart from where it lies: two folders may hold the same one."""

    resources: tuple[_Resource, ...] = ()
    modules: tuple[tuple[str, str], ...] = ()
    """Name and local source of each module called."""
    error: str | None = None


def _files(folder: Path, module: str, callers: tuple[Path, ...]) -> Iterator[tuple[str, Path, _Parsed]]:
    """Yield every file of a module and of those below it, with the module's address."""
    if not folder.is_dir():
        yield module, folder, _Parsed(error="no such folder")
    for file in sorted(folder.glob("*.tf"), key=_terraforms_order):
        parsed = _read(file)
        yield module, file, parsed
        for name, source in parsed.modules:
            called = (folder / source).resolve()
            if called not in callers:  # Terraform refuses a module that calls itself
                yield from _files(called, f"{module}module.{name}.", (*callers, called))
    for file in sorted(folder.glob("*.tf.json")):
        yield module, file, _Parsed(error="the JSON syntax is not read")


def _terraforms_order(file: Path) -> tuple[bool, str]:
    """Sort override files last, as Terraform merges them."""
    return file.stem == "override" or file.stem.endswith("_override"), file.name


def _read(file: Path) -> _Parsed:
    try:
        return _parsed(file.read_bytes())
    except OSError as error:
        return _Parsed(error=error.strerror or "cannot be read")


@lru_cache(maxsize=4096)
def _parsed(content: bytes) -> _Parsed:
    import hcl2  # slow to import, and not needed where there is no code
    from lark.exceptions import LarkError, UnexpectedInput

    try:
        # The tree itself is walked: turning it into Python values takes as long again as
        # parsing, and only the tree has line numbers.
        tree = hcl2.parses_to_tree(content.decode("utf-8-sig"))
        return _facts(tree.children[0])
    except UnexpectedInput as error:
        # Without the parser's own words: they quote the code, which may hold a secret.
        return _Parsed(error=f"not valid HCL at line {error.line}, column {error.column}")
    except UnicodeDecodeError:
        return _Parsed(error="not valid UTF-8")
    except (LarkError, RecursionError, ValueError):
        return _Parsed(error="not valid HCL")


def _facts(body: Tree) -> _Parsed:
    resources, modules = [], []
    for line, labels, inner in _blocks(body):
        match labels:
            case ["resource", type_, name]:
                resource = _Resource(address=f"{type_}.{name}", line=line, ignored=_ignored(inner))
                resources.append(resource)
            case ["module", name]:
                source = _text(_attribute(inner, "source")).strip('"')
                if source.startswith(("./", "../")):
                    modules.append((name, source))
            case _:
                pass
    return _Parsed(resources=tuple(resources), modules=tuple(modules))


def _blocks(body: Tree) -> Iterator[tuple[int, list[str], Tree]]:
    for node in body.children:
        if node.data == "block":
            labels = [
                _text(label).strip('"') for label in node.children if _is(label, "identifier", "string")
            ]
            yield node.meta.line, labels, next(child for child in node.children if _is(child, "body"))


def _attribute(body: Tree, name: str) -> Tree | None:
    for node in body.children:
        if node.data == "attribute" and _text(node.children[0]) == name:
            return node.children[-1]
    return None


def _ignored(body: Tree) -> tuple[str, ...] | None:
    """Return the attributes under `lifecycle.ignore_changes`, `None` if it is not set."""
    for _, labels, inner in _blocks(body):
        if labels == ["lifecycle"] and (value := _attribute(inner, "ignore_changes")) is not None:
            if _text(value) == "all":
                return (EVERYTHING,)
            members = value.children[0].children if _is(value.children[0], "tuple") else [value]
            return tuple(_path(_text(member)) for member in members if _is(member, "expr_term"))
    return None


def _path(reference: str) -> str:
    """Return the path of `tags["x"]` or, as Terraform 0.11 wrote it, `"tags.x"`."""
    reference = reference.removeprefix('"').removesuffix('"')
    if reference == EVERYTHING:
        return EVERYTHING
    steps = (int(step[2]) if step[2] else step[1] or step[3] for step in _STEP.finditer(reference))
    return path_text(steps)


def _text(node: Tree | None) -> str:
    """Return the source of a node without comments and line breaks."""
    if node is None or _is(node, "new_line_or_comment"):
        return ""
    return "".join(map(_text, node.children)) if hasattr(node, "children") else str(node)


def _is(node: Tree, *names: str) -> bool:
    return getattr(node, "data", None) in names
