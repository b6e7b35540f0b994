"""What a `terragrunt.hcl` says, with all that it includes, resolved without running Terragrunt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from drift.model.resource import Json
from providers.terraform.code.evaluate import NotEvaluableError, Scope, evaluate, known
from providers.terraform.code.parse import parse_hcl
from providers.terraform.code.syntax import Block, Expression, ObjectOf
from providers.terraform.estate.backends import Backend, backend


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One file as it is understood from a unit's standpoint."""

    path: PurePosixPath
    body: Block
    scope: Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class TerragruntUnit:
    """A folder that Terragrunt deploys by itself."""

    folder: PurePosixPath
    files: tuple[ConfigFile, ...]
    """Its own, then what it includes, the last one first: the order in which something is looked for."""
    error: str | None = None

    def backend(self) -> tuple[Backend, PurePosixPath] | None:
        """Return the backend of the first file that has one, with this file."""
        for one in self.files:
            for state in one.body.of_type("remote_state"):
                type_ = known(state.attribute("backend"), one.scope)
                if isinstance(type_, str):
                    return backend(type_, _members(state.attribute("config"), one.scope)), one.path
        return None

    def generated(self) -> Iterator[tuple[PurePosixPath, Block]]:
        """Yield the blocks of the files that it generates, as far as their text is known."""
        seen: set[str] = set()
        for one in self.files:
            for made in one.body.of_type("generate"):
                label = made.labels[0] if made.labels else ""
                text = known(made.attribute("contents"), one.scope)
                if label not in seen and isinstance(text, str):
                    yield from ((one.path, block) for block in parse_hcl(text.encode()).body.blocks)
                seen.add(label)

    def source(self) -> str | None:
        """Return what it deploys, `None` where that is the folder itself, or not known."""
        for one in self.files:
            for block in one.body.of_type("terraform"):
                if isinstance(text := known(block.attribute("source"), one.scope), str):
                    return text
        return None

    def inputs(self) -> Mapping[str, Json]:
        """Return the values that it gives to the module's variables, as far as they are known."""
        merged: dict[str, Json] = {}
        for one in reversed(self.files):
            merged |= _members(one.body.attribute("inputs"), one.scope)
        return merged

    def unknown_inputs(self) -> frozenset[str] | None:
        """Return the variables whose value nobody knows; `None` where it may be any of them."""
        unknown: set[str] = set()
        for one in self.files:
            match one.body.attribute("inputs"):
                case None:
                    pass
                case ObjectOf(items):
                    known_ones = _members(ObjectOf(items), one.scope)
                    unknown |= {str(known(key, one.scope)) for key, _ in items} - known_ones.keys()
                case other if known(other, one.scope) is None:
                    return None
                case _:
                    pass
        return frozenset(unknown)

    def locals(self) -> Mapping[str, Json]:
        """Return all locals that are known, its own first."""
        merged: dict[str, Json] = {}
        for one in reversed(self.files):
            merged |= _locals(one)
        return merged


def exposed(one: ConfigFile) -> dict[str, Json]:
    """Return what others may read of a file."""
    inputs = _members(one.body.attribute("inputs"), one.scope)
    return {"locals": dict(_locals(one)), "inputs": inputs}


def _locals(one: ConfigFile) -> Mapping[str, Json]:
    written = {each.name: each.value for block in one.body.of_type("locals") for each in block.attributes}
    return _known_of(written, one.scope)


def _members(expression: Expression | None, scope: Scope) -> dict[str, Json]:
    """Return the members of an object that are known."""
    if isinstance(expression, ObjectOf):
        named = {str(known(key, scope)): value for key, value in expression.items}
        return _known_of(named, scope)
    value = known(expression, scope)
    return value if isinstance(value, dict) else {}


def _known_of(expressions: Mapping[str, Expression], scope: Scope) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, expression in expressions.items():
        try:
            found[name] = evaluate(expression, scope)
        except NotEvaluableError:
            continue
    return found
