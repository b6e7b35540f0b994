"""What only the code says of each resource: where it stands, what it ignores, the values it gives.

No user code runs. Modules are followed wherever their code is at hand. A file that cannot be
read is named, and never hides the others.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from drift.model.resource import Json
from providers.terraform.code.coded import coded
from providers.terraform.code.evaluate import Scope
from providers.terraform.code.ignored import ignored_by
from providers.terraform.code.module import Module, Placed
from providers.terraform.code.modules import (
    CodePlace,
    Fetching,
    MissingModule,
    ModuleNode,
    local_place,
    module_tree,
)
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.code.variables import Given, Inputs, called_scope, root_scope
from providers.terraform.estate.provider_blocks import required_providers
from providers.terraform.estate.provider_settings import Key, Settings, provider_settings

_INSTANCE_KEY = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """What a `resource` block says."""

    source: str
    """File and line, relative to the folder of the code."""
    ignored: tuple[str, ...]
    coded: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """The values that it gives, by path, as far as they follow from the code alone."""
    unknown_count: int = 0
    """How many do not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalledModule:
    """What a `module` block says."""

    place: str
    """File and line, relative to the folder of the code."""
    source: str | None
    """As it is written; `None` where it is no plain text."""
    version: str | None
    is_at_hand: bool
    """Its code could be read, so that what it ignores is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeFacts:
    """What the code of a root module, and of the modules that it calls, says."""

    blocks: Mapping[str, Block] = field(default_factory=dict)
    """By address without instance keys."""
    modules: Mapping[str, CalledModule] = field(default_factory=dict)
    """The modules that are called, by address without instance keys: `module.network.module.subnets`."""
    unreadable: tuple[str, ...] = ()
    """Files and modules that could not be read, each with the reason."""
    settings: Settings = field(default_factory=dict)
    """What the provider blocks set."""

    def block(self, address: str) -> Block | None:
        """Return the block that declares the instance at `address`, if the code is at hand."""
        return self.blocks.get(_INSTANCE_KEY.sub("", address))


def read_code(
    place: CodePlace | Path,
    parsed: ParsedFiles | None = None,
    fetching: Fetching | None = None,
    given: Given | None = None,
) -> CodeFacts:
    """Return the facts of the root module in a folder."""
    place = local_place(place) if isinstance(place, Path) else place
    parsed, given = parsed or ParsedFiles(), given or Given()
    blocks: dict[str, Block] = {}
    modules: dict[str, CalledModule] = {}
    unreadable: dict[str, None] = {}
    scopes: dict[str, Scope] = {}
    settings: dict[Key, frozenset[str]] = {}
    for node in module_tree(place, parsed, fetching or Fetching()):
        if node.call is not None:
            called = modules[node.address.rstrip(".")] = _called(node, node.call, place)
            if isinstance(node, MissingModule):
                told = f"{node.address.rstrip('.')} ({called.source or 'no source'})"
                unreadable[f"{called.place}: {told}: {node.why}"] = None
        if isinstance(node, MissingModule):
            continue
        for path, error in node.module.unreadable:
            unreadable[f"{_shown(path, place)}: {error}"] = None
        made = (one.block for one in node.module.providers)
        settings |= provider_settings(made, node.address, required_providers(node.module))
        scope = scopes[node.address] = _scope(node, scopes, place, parsed, given, unreadable)
        for name, placed in node.module.resources.items():
            found = coded(placed.block, scope)
            blocks[f"{node.address}{name}"] = Block(
                source=_place(placed.path, placed.block.line, place),
                ignored=ignored_by(placed.block),
                coded=found.values,
                unknown_count=found.unknown_count,
            )
    return CodeFacts(blocks=blocks, modules=modules, unreadable=tuple(unreadable), settings=settings)


def _called(node: ModuleNode | MissingModule, call: Placed, place: CodePlace) -> CalledModule:
    return CalledModule(
        place=_place(call.path, call.block.line, place),
        source=call.block.text("source"),
        version=call.block.text("version"),
        is_at_hand=isinstance(node, ModuleNode),
    )


def _scope(
    node: ModuleNode,
    scopes: Mapping[str, Scope],
    place: CodePlace,
    parsed: ParsedFiles,
    given: Given,
    unreadable: dict[str, None],
) -> Scope:
    if node.parent is not None and node.call is not None:
        return called_scope(node.module, node.call.block, scopes[node.parent.address])
    inputs = Inputs(place.files, place.folder, parsed, given.var_files)
    unreadable |= {f"{_shown(path, place)}: {error}": None for path, error in inputs.unreadable}
    return root_scope(node.module, inputs, given, is_remote=_is_remote(node.module))


def _is_remote(root: Module) -> bool:
    """Tell whether HCP Terraform keeps the state: it may hold values of variables, too."""
    return any(
        inner.type == "cloud" or (inner.type == "backend" and inner.labels == ("remote",))
        for one in root.terraform
        for inner in one.block.blocks
    )


def _place(path: PurePosixPath, line: int, place: CodePlace) -> str:
    return f"{_shown(path, place)}:{line}"


def _shown(path: PurePosixPath, place: CodePlace) -> str:
    """Return a path from the root module; of another repository, from that one's root."""
    return os.path.relpath(path, place.folder)
