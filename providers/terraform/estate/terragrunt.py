"""What a `terragrunt.hcl` says, with all that it includes, resolved without running Terragrunt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from drift.model.resource import Json
from providers.terraform.code.evaluate import Names, NotEvaluableError, Scope, evaluate, known
from providers.terraform.code.files import Files, within
from providers.terraform.code.module import read_file
from providers.terraform.code.parse import parse_hcl
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.code.syntax import Block, Expression, ObjectOf
from providers.terraform.estate.backends import Backend, backend
from providers.terraform.estate.terragrunt_functions import Standpoint

MAX_READ = 10
"""Files that read files; more is a circle."""


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


def read_unit(files: Files, path: PurePosixPath, top: PurePosixPath, parsed: ParsedFiles) -> TerragruntUnit:
    """Return the unit whose file is at `path`."""
    standpoint = Standpoint(files=files, top=top, unit=path.parent, file=path.parent, includes={})
    file = read_file(files, path, parsed)
    first = _config(path, file.body, standpoint, parsed, {}, 0)
    included: dict[str, PurePosixPath] = {}
    error = file.error
    for number, block in enumerate(file.body.of_type("include")):
        label = block.labels[0] if block.labels else str(number)
        try:
            included[label] = within(path.parent, str(evaluate_in(block.attribute("path"), first.scope)))
        except NotEvaluableError:
            error = error or f"what it includes cannot be resolved, at line {block.line}"
    return _with_includes(path, file.body, standpoint, parsed, included, error)


def _with_includes(
    path: PurePosixPath,
    body: Block,
    standpoint: Standpoint,
    parsed: ParsedFiles,
    included: Mapping[str, PurePosixPath],
    error: str | None,
) -> TerragruntUnit:
    standpoint = replace(standpoint, includes={label: one.parent for label, one in included.items()})
    parents: dict[str, ConfigFile] = {}
    for label, one in included.items():
        file = read_file(standpoint.files, one, parsed)
        error = error or (f"{one.name}: {file.error}" if file.error else None)
        parents[label] = _config(one, file.body, replace(standpoint, file=one.parent), parsed, {}, 0)
    exposed: dict[str, Json] = {label: _exposed(one) for label, one in parents.items()}
    own = _config(path, body, standpoint, parsed, exposed, 0)
    return TerragruntUnit(folder=path.parent, files=(own, *reversed(parents.values())), error=error)


def _config(
    path: PurePosixPath,
    body: Block,
    standpoint: Standpoint,
    parsed: ParsedFiles,
    exposed: Mapping[str, Json],
    depth: int,
) -> ConfigFile:
    expressions = {one.name: one.value for block in body.of_type("locals") for one in block.attributes}

    def read_config(name: str, *default: Json) -> Json:
        """Read another file by itself: what it says does not depend on who reads it."""
        other = standpoint.place(name)
        found = read_file(standpoint.files, other, parsed)
        if found.error is not None or depth >= MAX_READ:
            if default and depth < MAX_READ:
                return default[0]
            raise LookupError(name)
        alone = replace(standpoint, unit=other.parent, file=other.parent, includes={})
        return _exposed(_config(other, found.body, alone, parsed, {}, depth + 1))

    def include(label: str) -> Json:
        if label in exposed:
            return exposed[label]
        if len(exposed) == 1 and "0" in exposed:  # without a label: `include.locals.name`
            return exposed["0"][label]
        raise NotEvaluableError

    scope = Scope(
        names={"local": Names(expressions, lambda: scope), "include": include},
        functions={**standpoint.functions(), "read_terragrunt_config": read_config},
    )
    return ConfigFile(path, body, scope)


def _exposed(one: ConfigFile) -> dict[str, Json]:
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


def evaluate_in(expression: Expression | None, scope: Scope) -> Json:
    """Return the value of an expression that must be there.

    Raises:
        NotEvaluableError: It is not, or its value does not follow from the code.
    """
    if expression is None:
        raise NotEvaluableError
    return evaluate(expression, scope)
