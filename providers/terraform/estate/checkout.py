"""The code of a baseline: one root module, or a checkout with those of many states."""

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from drift.errors import ProviderAccessError, ProviderError
from drift.model.baseline import Declaration
from drift.model.state_map import Fact
from providers.terraform.code.files import CommittedFiles, LocalFiles, within
from providers.terraform.code.module import ENDINGS
from providers.terraform.code.modules import CodePlace, Fetching, local_place
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.code.sources import GitSource, LocalSource, OtherSource, module_source
from providers.terraform.code.variables import Given
from providers.terraform.estate.codeowners import CodeOwners, code_owners
from providers.terraform.estate.matching import Match, UnitIndex
from providers.terraform.estate.rows import facts_of
from providers.terraform.estate.settings import CodeSettings
from providers.terraform.estate.units import Unit, find_units

GIT = "git::"
"""Begins a git address, as in the `source` of a module: `git::https://host/repository//folder?ref=main`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeOfState:
    """The code that makes a state."""

    folder: Fact
    """From the root of the checkout."""
    place: CodePlace | None = None
    """Where the root module lies; `None` where it is not at hand."""
    unit: Unit | None = None
    workspace: str | None = None
    given: Given = field(default_factory=Given)
    unread: tuple[str, ...] = ()


class Checkout:
    """Everything that the configuration names as code, as it is at one time."""

    def __init__(self, settings: CodeSettings, parsed: ParsedFiles, below: str) -> None:
        """Read it; `below` is the folder that local states lie in.

        Raises:
            ProviderError: The code is in a repository that cannot be fetched.
        """
        self._settings = settings
        self._below = below
        self.parsed = parsed
        cache = Path(settings.code_cache).expanduser() if settings.code_cache else None
        self.fetching = Fetching(cache=cache, allowed=settings.module_sources, token=settings.code_token)
        self.code = _place(settings, self.fetching)
        self.files = self.code.files if self.code else LocalFiles()
        self.top = _top(self.code) if self.code else PurePosixPath(Path.cwd())
        self.owners = code_owners(self.code.files, self.top) if self.code else CodeOwners()
        units = find_units(self.code, parsed, settings.backend_files, self.top) if self.code else None
        self.unreadable = units.unreadable if units else ()
        self._units = units.units if units else ()
        self._index = UnitIndex(self._units)

    def of(self, declaration: Declaration) -> CodeOfState | None:
        """Return the code of a state, `None` where nobody knows it."""
        if (row := facts_of(declaration.origin, self._settings.map).get("code")) is not None:
            return self._in_folder(row)
        if declaration.code_directory is not None:
            told = Fact(value=declaration.code_directory, how="its workspace's working directory")
            return self._in_folder(told) if self._is_inside(told.value) else CodeOfState(folder=told)
        if self.code is None:
            return self._beside(declaration.origin)
        found = self.matches(declaration)
        if len(found) == 1:
            return self._of_unit(found[0])
        return None if found else self._alone()

    @property
    def without_a_place(self) -> tuple[str, ...]:
        """The folders that keep a state, of which the code does not say where."""
        return tuple(sorted({self.shown(one.folder) for one in self._units if one.place is None}))

    def matches(self, declaration: Declaration) -> tuple[Match, ...]:
        """Return the units that keep a state: several, where the code does not tell them apart."""
        return self._index.find(declaration.origin, self._below)

    def shown(self, folder: PurePosixPath) -> str:
        """Return a folder from the root of the checkout."""
        return os.path.relpath(folder, self.top)

    def owners_of(self, place: CodePlace, source: str) -> tuple[str, ...]:
        """Return who owns a file of a root module, `../modules/net/main.tf`; nobody, if it lies elsewhere."""
        path = PurePosixPath(os.path.normpath(place.folder / source))
        if place.files is not self.files or not path.is_relative_to(self.top):
            return ()
        return self.owners.of_file(str(path.relative_to(self.top)))

    def _in_folder(self, folder: Fact) -> CodeOfState:
        at = within(self.top, folder.value)
        unit = next((one for one in self._units if one.folder == at), None)
        return CodeOfState(
            folder=folder,
            place=CodePlace(files=self.files, folder=at),
            unit=unit,
            given=Given(var_files=self._settings.var_files),
        )

    def _is_inside(self, folder: str) -> bool:
        """Tell whether a folder that somebody else named is one of the checkout."""
        return self.code is not None and within(self.top, folder).is_relative_to(self.top)

    def _beside(self, origin: str) -> CodeOfState | None:
        if "://" in origin:
            return None
        place = local_place(Path(origin).parent)
        folder = Fact(value=str(Path(origin).parent), how="beside the state")
        given = Given(var_files=self._settings.var_files)
        return CodeOfState(folder=folder, place=place, given=given) if _has_code(place) else None

    def _alone(self) -> CodeOfState | None:
        """Return the folder of the code itself, where it is the only root module."""
        if self.code is None or any(one.folder != self.code.folder for one in self._units):
            return None
        fact = Fact(value=self.shown(self.code.folder), how="the configuration")
        given = Given(var_files=self._settings.var_files)
        return CodeOfState(folder=fact, place=self.code, given=given) if _has_code(self.code) else None

    def _of_unit(self, match: Match) -> CodeOfState:
        unit = match.unit
        place, unread = self._module_of(unit)
        given = Given(var_files=self._settings.var_files)
        if unit.terragrunt is not None:
            given = Given(
                var_files=self._settings.var_files,
                values=unit.terragrunt.inputs(),
                unknown=unit.terragrunt.unknown_inputs(),
            )
        return CodeOfState(
            folder=Fact(value=self.shown(unit.folder), how=unit.how),
            place=place,
            unit=unit,
            workspace=match.workspace,
            given=given,
            unread=tuple(unread),
        )

    def _module_of(self, unit: Unit) -> tuple[CodePlace | None, tuple[str, ...]]:
        """Return where the root module of a unit lies, which Terragrunt may take from elsewhere."""
        here = CodePlace(files=self.files, folder=unit.folder)
        source = unit.terragrunt.source() if unit.terragrunt else None
        if source is None:
            return here, ()
        why = "the module is not at hand"
        match module_source(source):
            case GitSource() as git if self.fetching.may_fetch(git.url):
                try:
                    files = self.fetching.fetch(git.url, git.ref)
                    return CodePlace(files=files, folder=PurePosixPath("/", git.folder)), ()
                except ProviderError as error:
                    why = error.what
            case LocalSource(path) | OtherSource(path) if path.startswith((".", "/")):
                folder = within(unit.folder, path.replace("//", "/"))
                return CodePlace(files=self.files, folder=folder), ()
            case _:
                pass
        shown = source.partition("?")[0]
        return None, (f"{self.shown(unit.folder)}/terragrunt.hcl: {shown}: {why}",)


def _place(settings: CodeSettings, fetching: Fetching) -> CodePlace | None:
    if settings.code is None:
        return None
    if not settings.code.startswith(GIT):
        return local_place(Path(settings.code).expanduser())
    source = module_source(settings.code)
    if not isinstance(source, GitSource):
        raise ProviderAccessError(
            f"the code {settings.code} is no git address",
            hint="write git::https://host/repository//folder?ref=main",
        )
    files = fetching.fetch(source.url, source.ref)
    return CodePlace(files=files, folder=PurePosixPath("/", source.folder))


def _top(place: CodePlace) -> PurePosixPath:
    """Return the root of the repository that a folder lies in, itself where it lies in none."""
    if isinstance(place.files, CommittedFiles):
        return PurePosixPath("/")
    above = (place.folder, *place.folder.parents)
    return next((one for one in above if Path(one, ".git").exists()), place.folder)


def _has_code(place: CodePlace) -> bool:
    try:
        return any(name.endswith(ENDINGS) for name in place.files.names(place.folder))
    except OSError:
        return False
