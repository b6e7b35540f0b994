"""The tree of modules below a root module, each with the folder that its source leads to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TypeAlias, assert_never

from drift.errors import ProviderAccessError, ProviderError
from drift.model.secret import Secret
from providers.terraform.code import git
from providers.terraform.code.files import CommittedFiles, Files, LocalFiles, within
from providers.terraform.code.installed import InstalledModule, folder_of, installed_modules
from providers.terraform.code.module import Module, Placed, read_module
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.code.sources import (
    GitSource,
    LocalSource,
    OtherSource,
    RegistrySource,
    module_source,
)

MAX_DEPTH = 30
"""Modules inside modules. Terraform refuses one that calls itself; another ref of it would not show."""

MAX_MODULES = 10_000
"""Calls below one root module: a few files can ask for more than any memory holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodePlace:
    """A folder, and the tree of files that it lies in."""

    files: Files
    folder: PurePosixPath


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleNode:
    """A module in its place in the tree."""

    address: str
    """`module.network.module.subnets.`, empty for the root module."""
    module: Module
    parent: "ModuleNode | None" = None
    call: Placed | None = None
    """The block that calls it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingModule:
    """A module whose code is not at hand."""

    address: str
    call: Placed
    why: str


Fetched: TypeAlias = dict[git.Repository, CommittedFiles | ProviderError]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetching:
    """Which repositories may be fetched, and with what."""

    cache: Path | None = None
    allowed: tuple[str, ...] = ()
    """Globs of addresses. Code names what it likes, so that only these are ever asked."""
    token: Secret | None = None
    fetched: Fetched = field(default_factory=dict)

    def may_fetch(self, url: str) -> bool:
        """Tell whether the configuration allows to ask there."""
        return any(fnmatchcase(url, pattern) for pattern in self.allowed)

    def fetch(self, url: str, ref: str) -> CommittedFiles:
        """Return the files of a repository, asked for once.

        Raises:
            ProviderError: They cannot be had.
        """
        if self.cache is None:
            raise ProviderAccessError("there is no cache to fetch to", hint="name a folder as code_cache")
        asked = git.Repository(url=url, ref=ref, token=self.token)
        if asked not in self.fetched:
            try:
                self.fetched[asked] = git.fetch(asked, self.cache)
            except ProviderError as error:
                self.fetched[asked] = error
        found = self.fetched[asked]
        if isinstance(found, ProviderError):
            raise found
        return found


def module_tree(
    place: CodePlace, parsed: ParsedFiles, fetching: Fetching
) -> Iterator[ModuleNode | MissingModule]:
    """Yield the root module, and every module below it: a caller before those that it calls."""
    installed = installed_modules(place.files, place.folder)
    calls = count(1)

    def below(node: ModuleNode, at: CodePlace, path: tuple[str, ...]) -> Iterator[ModuleNode | MissingModule]:
        yield node
        for name, call in node.module.calls.items():
            inner = (*path, name)
            address = f"{node.address}module.{name}."
            found = _place_of(call, at, installed.get(".".join(inner)), place, fetching)
            if next(calls) > MAX_MODULES:
                found = "there are more modules than anybody writes"
            if isinstance(found, str):
                yield MissingModule(address=address, call=call, why=found)
            elif len(path) < MAX_DEPTH and not _calls_itself(node, found.folder):
                module = read_module(found.files, found.folder, parsed)
                yield from below(
                    ModuleNode(address=address, module=module, parent=node, call=call), found, inner
                )

    root = read_module(place.files, place.folder, parsed)
    yield from below(ModuleNode(address="", module=root), place, ())


def _calls_itself(node: ModuleNode | None, folder: PurePosixPath) -> bool:
    while node is not None and node.call is not None:
        if node.module.folder == folder:
            return True
        node = node.parent
    return False


def _place_of(
    call: Placed, at: CodePlace, copy: InstalledModule | None, root: CodePlace, fetching: Fetching
) -> CodePlace | str:
    """Return where a called module lies, or why nobody knows."""
    text = call.block.text("source")
    if text is None:
        return "its source is no plain text"
    source = module_source(text)
    if isinstance(source, LocalSource):
        return CodePlace(files=at.files, folder=within(at.folder, source.path))
    if copy is not None and copy.fits(text, call.block.text("version")):
        return CodePlace(files=root.files, folder=folder_of(copy, root.folder))
    match source:
        case GitSource():
            return _fetched(source, fetching, copy)
        case RegistrySource():
            return _not_at_hand(copy)
        case OtherSource():
            return _not_at_hand(copy)
        case _:
            assert_never(source)


def _fetched(source: GitSource, fetching: Fetching, copy: InstalledModule | None) -> CodePlace | str:
    if not fetching.may_fetch(source.url):
        return _not_at_hand(copy)
    try:
        files = fetching.fetch(source.url, source.ref)
    except ProviderError as error:
        return error.what
    return CodePlace(files=files, folder=PurePosixPath("/", source.folder))


def _not_at_hand(copy: InstalledModule | None) -> str:
    if copy is not None:
        return "the copy in .terraform/modules is of another source or version"
    return "it is not in .terraform/modules"


def local_place(folder: Path) -> CodePlace:
    """Return a folder of this machine."""
    return CodePlace(files=LocalFiles(), folder=within(PurePosixPath(Path.cwd()), str(folder)))
