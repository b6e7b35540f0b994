"""What `var.` and `local.` stand for in a module: inputs, files of values, defaults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import PurePosixPath

from drift.model.resource import Json
from providers.terraform.code.evaluate import NOTHING, Names, NotEvaluableError, Scope, evaluate, names_for
from providers.terraform.code.files import Files
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
        self._doubtful: set[str] = set()
        self.values: dict[str, Expression] = {}
        given, doubtful = _of_folder(files, folder, named)
        for name in given:
            self.values |= self._read(files, folder / name, parsed)
        for name in doubtful:
            self._doubtful |= self._read(files, folder / name, parsed).keys()
        for path in (folder / name for name in named if "/" in name and "*" not in name):
            self.values |= self._read(files, path, parsed)
            self._doubtful -= self.values.keys()

    def is_certain(self, name: str) -> bool:
        """Tell whether no file that somebody may name with `-var-file` says something else."""
        return name not in self._doubtful

    def _read(self, files: Files, path: PurePosixPath, parsed: ParsedFiles) -> Mapping[str, Expression]:
        file = read_file(files, path, parsed)
        if file.error is not None:
            self.unreadable.append((path, file.error))
        return {one.name: one.value for one in file.body.attributes}


def _of_folder(files: Files, folder: PurePosixPath, named: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the files of values that count, in Terraform's order, and those that may or may not."""
    try:
        names = [one for one in files.names(folder) if _fits(one, _ANY)]
    except OSError:
        return [], []
    always = [one for one in _ALWAYS if one in names]
    auto = [one for one in names if _fits(one, _AUTO)]
    asked = [one for pattern in named for one in names if fnmatchcase(one, pattern)]
    given = [*always, *auto, *asked]
    return given, [one for one in names if one not in given and not named]


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


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
