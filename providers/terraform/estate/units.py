"""The units of a checkout: every folder that keeps a state of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from providers.terraform.code.files import Files, walk
from providers.terraform.code.module import ENDINGS, read_file
from providers.terraform.code.modules import CodePlace
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.estate.backends import Backend, StatePlace, backends_in, settings_of
from providers.terraform.estate.terragrunt import TerragruntUnit
from providers.terraform.estate.terragrunt_functions import DEFAULT_NAME
from providers.terraform.estate.terragrunt_reader import TerragruntReader

_WORDS = (b"backend", b"cloud")
"""A file without them holds no backend: it is not parsed, since parsing is slow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A folder of code, and one place where it keeps a state."""

    folder: PurePosixPath
    place: StatePlace | None
    """`None` where the code does not say."""
    how: str
    """How the place was found."""
    backend_file: str | None = None
    """The `-backend-config` file that completes a partial backend."""
    terragrunt: TerragruntUnit | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Units:
    """All units of a checkout."""

    units: tuple[Unit, ...] = ()
    unreadable: tuple[str, ...] = field(default=())
    """Files that may hold a unit and could not be read, each with the reason."""


def find_units(
    place: CodePlace, parsed: ParsedFiles, backend_files: Sequence[str], top: PurePosixPath
) -> Units:
    """Return the units at and below a folder; `backend_files` are globs relative to each of them."""
    folders = dict(walk(place.files, place.folder))
    reader = TerragruntReader(place.files, top, parsed)
    units: list[Unit] = []
    unreadable: list[str] = []
    for folder, names in folders.items():
        for name in names:
            if name == DEFAULT_NAME:
                units += _terragrunt(reader, folder / name, top, unreadable)
            elif name.endswith(ENDINGS) and _may_hold(place.files, folder / name):
                file = read_file(place.files, folder / name, parsed)
                if file.error is not None:
                    unreadable.append(f"{(folder / name).relative_to(place.folder)}: {file.error}")
                for block in file.body.of_type("terraform"):
                    for backend in backends_in(block):
                        given = _given(place.files, folder, folders, backend_files, parsed)
                        units += _of_backend(folder, name, backend, given)
    return Units(units=tuple(_deployed(units)), unreadable=tuple(unreadable))


def _of_backend(
    folder: PurePosixPath, name: str, backend: Backend, given: Mapping[str, Mapping[str, object]]
) -> Iterator[Unit]:
    if backend.is_partial and given:
        for file, settings in given.items():
            if (place := backend.given(settings).place()) is not None:
                how = f"partial backend of {name} with {file}"
                yield Unit(folder=folder, place=place, how=how, backend_file=file)
        return
    yield Unit(folder=folder, place=backend.place(), how=f"backend block of {name}")


def _given(
    files: Files,
    folder: PurePosixPath,
    folders: Mapping[PurePosixPath, list[str]],
    patterns: Sequence[str],
    parsed: ParsedFiles,
) -> dict[str, Mapping[str, object]]:
    """Return the settings of the files that a `-backend-config` may name, by their paths from the folder."""
    near = [*folders[folder]]
    below = (one for one in folders if one.parent == folder)
    near += [f"{one.name}/{name}" for one in below for name in folders[one]]
    fitting = [one for one in near if any(_fits(one, pattern) for pattern in patterns)]
    found = ((one, read_file(files, folder / one, parsed)) for one in fitting)
    return {one: settings_of(file.body) for one, file in found if file.error is None}


def _fits(path: str, pattern: str) -> bool:
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)


def _terragrunt(
    reader: TerragruntReader, path: PurePosixPath, top: PurePosixPath, unreadable: list[str]
) -> Iterator[Unit]:
    unit = reader.unit(path)
    if unit.error is not None:
        unreadable.append(f"{path.relative_to(top)}: {unit.error}")
    found = unit.backend()
    if found is not None:
        backend, where = found
        how = "Terragrunt's remote_state" + ("" if where == path else f" of {where.relative_to(top)}")
        yield Unit(folder=unit.folder, place=backend.place(), how=how, terragrunt=unit)


def _deployed(units: list[Unit]) -> Iterator[Unit]:
    """Leave out files of Terragrunt that are there to be included only."""
    included = {one.path for unit in units if unit.terragrunt for one in unit.terragrunt.files[1:]}
    for unit in units:
        if unit.terragrunt is None or unit.terragrunt.files[0].path not in included:
            yield unit


def _may_hold(files: Files, path: PurePosixPath) -> bool:
    try:
        content = files.read(path)
    except OSError:
        return True  # to be named as what cannot be read
    return any(word in content for word in _WORDS)
