"""What `var.` and `local.` stand for in a module: inputs, files of values, defaults."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import PurePosixPath

from drift.model.resource import Json
from providers.terraform.code.evaluate import NOTHING, Names, NotEvaluableError, Scope, evaluate, names_for
from providers.terraform.code.files import SKIPPED, Files, within
from providers.terraform.code.module import Module, read_file
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.code.syntax import Block, Expression, Literal

_TRUE, _FALSE = Literal(value=True), Literal(value=False)

_ALWAYS = ("terraform.tfvars", "terraform.tfvars.json")
_AUTO = ("*.auto.tfvars", "*.auto.tfvars.json")
_ANY = ("*.tfvars", "*.tfvars.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What a root module is given besides its own files."""

    var_files: tuple[str, ...] = ()
    """Globs of files that are named by `-var-file`, relative to the module."""
    values: Mapping[str, Json] = field(default_factory=dict)
    """Values from elsewhere, such as Terragrunt's inputs, which win."""
    unknown: frozenset[str] | None = frozenset()
    """Variables that are given a value which nobody knows; `None` where it may be any of them."""

    def leaves(self, name: str) -> bool:
        """Tell whether a variable's value is left to the module's own files."""
        return self.unknown is not None and name not in self.unknown


class Inputs:
    """The values that a root module is given by files, as `terraform plan` would read them."""

    def __init__(
        self, files: Files, folder: PurePosixPath, parsed: ParsedFiles, named: tuple[str, ...] = ()
    ) -> None:
        """Read them; `named` are globs of the files that are given with `-var-file`."""
        self.unreadable: list[tuple[PurePosixPath, str]] = []
        self.values: dict[str, Expression] = {}
        self._doubtful: set[str] = set()
        given = [*_fitting(files, folder, _ALWAYS), *_fitting(files, folder, _AUTO)]
        given += [path for pattern in named for path in _fitting(files, folder, (pattern,))]
        for path in dict.fromkeys(given):
            self.values |= self._read(files, path, parsed)
        if not named:
            for path in _perhaps_given(files, folder):
                if path not in given:
                    self._doubtful |= self._read(files, path, parsed).keys()

    def is_certain(self, name: str) -> bool:
        """Tell whether no file that somebody may name with `-var-file` says something else."""
        return name not in self._doubtful

    def _read(self, files: Files, path: PurePosixPath, parsed: ParsedFiles) -> Mapping[str, Expression]:
        file = read_file(files, path, parsed)
        if file.error is not None:
            self.unreadable.append((path, file.error))
        return {one.name: one.value for one in file.body.attributes}


def _perhaps_given(files: Files, folder: PurePosixPath) -> Iterator[PurePosixPath]:
    """Yield the files of values that somebody may name: those in the folder, and up to two folders down."""
    yield from _fitting(files, folder, _ANY)
    for below in _folders(files, folder):
        yield from _fitting(files, below, _ANY)
        for further in _folders(files, below):
            yield from _fitting(files, further, _ANY)


def _folders(files: Files, folder: PurePosixPath) -> list[PurePosixPath]:
    try:
        return [folder / name for name in files.folders(folder) if name not in SKIPPED]
    except OSError:
        return []


def _fitting(files: Files, folder: PurePosixPath, patterns: tuple[str, ...]) -> list[PurePosixPath]:
    """Return the files that globs mean which start from a folder, in the order of their names."""
    found: list[PurePosixPath] = []
    for pattern in patterns:
        place = within(folder, pattern)
        try:
            names = files.names(place.parent)
        except OSError:
            continue
        found += (place.parent / name for name in names if fnmatchcase(name, place.name))
    return sorted(found)


def root_scope(module: Module, inputs: Inputs, given: Given, *, is_remote: bool = False) -> Scope:
    """Return the scope of a root module.

    Where it `is_remote`, HCP Terraform may hold other values, which no code tells.
    """
    values: dict[str, Callable[[], Json]] = {}
    for name, variable in module.variables.items():
        if name in given.values:
            values[name] = partial(given.values.__getitem__, name)
        elif is_remote or not given.leaves(name) or not inputs.is_certain(name):
            values[name] = _unknown
        else:
            values[name] = _in(NOTHING, inputs.values.get(name, variable.attribute("default")))
    return _scope(module, values)


def called_scope(module: Module, call: Block, caller: Scope) -> Scope:
    """Return the scope of a module that `call` calls, within the scope of its caller."""
    values: dict[str, Callable[[], Json]] = {}
    for name, variable in module.variables.items():
        given = call.attribute(name)
        default = _in(NOTHING, variable.attribute("default"))
        values[name] = default if given is None else _or_default(_in(caller, given), default, variable)
    return _scope(module, values)


def _scope(module: Module, values: Mapping[str, Callable[[], Json]]) -> Scope:
    told = {name: one for name, one in values.items() if not _is_secret(module.variables[name])}
    scope = Scope(names={"var": Names(told), "local": names_for(module.locals, lambda: scope)})
    return scope


def _unknown() -> Json:
    raise NotEvaluableError


def _in(scope: Scope, expression: Expression | None) -> Callable[[], Json]:
    def value() -> Json:
        return _unknown() if expression is None else evaluate(expression, scope)

    return value


def _or_default(
    given: Callable[[], Json], default: Callable[[], Json], variable: Block
) -> Callable[[], Json]:
    """Return a value; `null` means the default where the variable says that it cannot be null."""

    def value() -> Json:
        found = given()
        return default() if found is None and variable.attribute("nullable") == _FALSE else found

    return value


def _is_secret(variable: Block) -> bool:
    """Tell whether a value must not be shown: it is as good as unknown then."""
    return any(variable.attribute(one) == _TRUE for one in ("sensitive", "ephemeral"))
