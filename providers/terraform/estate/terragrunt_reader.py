"""Reads the files of Terragrunt, each from the standpoint of the unit that it is read for."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from drift.model.resource import Json
from providers.terraform.code.evaluate import NotEvaluableError, Scope, evaluate, names_for
from providers.terraform.code.files import Files, within
from providers.terraform.code.module import read_file
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.code.syntax import Block, Expression
from providers.terraform.estate.terragrunt import ConfigFile, TerragruntUnit, exposed
from providers.terraform.estate.terragrunt_functions import Standpoint

_NO_LABEL = "0"
"""Stands for an `include` without a label, of which there is only one."""


class TerragruntReader:
    """Reads the units of one repository."""

    def __init__(self, files: Files, top: PurePosixPath, parsed: ParsedFiles) -> None:
        """Read from `files`; `top` is the root of the repository, out of which nothing leads."""
        self._files = files
        self._top = top
        self._parsed = parsed
        self._alone: dict[PurePosixPath, Json] = {}
        """What files say that are read by themselves: who reads them does not matter."""
        self._reading: set[PurePosixPath] = set()

    def unit(self, path: PurePosixPath) -> TerragruntUnit:
        """Return the unit whose file is at `path`."""
        standpoint = Standpoint(
            files=self._files, top=self._top, unit=path.parent, file=path.parent, includes={}
        )
        file = read_file(self._files, path, self._parsed)
        scope, error = self._config(path, file.body, standpoint).scope, file.error
        included: dict[str, PurePosixPath] = {}
        for number, block in enumerate(file.body.of_type("include")):
            label = block.labels[0] if block.labels else str(number)
            try:
                included[label] = within(path.parent, str(_value(block.attribute("path"), scope)))
            except NotEvaluableError:
                error = error or f"what it includes cannot be resolved, at line {block.line}"
        return self._with_includes(path, file.body, standpoint, included, error)

    def _with_includes(
        self,
        path: PurePosixPath,
        body: Block,
        standpoint: Standpoint,
        included: Mapping[str, PurePosixPath],
        error: str | None,
    ) -> TerragruntUnit:
        standpoint = replace(standpoint, includes={label: one.parent for label, one in included.items()})
        parents: dict[str, ConfigFile] = {}
        for label, one in included.items():
            file = read_file(self._files, one, self._parsed)
            error = error or (f"{one.name}: {file.error}" if file.error else None)
            parents[label] = self._config(one, file.body, replace(standpoint, file=one.parent))
        told: dict[str, Json] = {label: exposed(one) for label, one in parents.items()}
        own = self._config(path, body, standpoint, told)
        return TerragruntUnit(folder=path.parent, files=(own, *reversed(parents.values())), error=error)

    def _config(
        self, path: PurePosixPath, body: Block, standpoint: Standpoint, told: Mapping[str, Json] = {}
    ) -> ConfigFile:
        written = {one.name: one.value for block in body.of_type("locals") for one in block.attributes}

        def include(label: str) -> Json:
            if label not in told and _NO_LABEL in told:  # `include.locals.name`
                return told[_NO_LABEL][label]
            return told[label]

        def read_config(name: str, *default: Json) -> Json:
            return self._read_alone(standpoint.place(name), standpoint, default)

        scope = Scope(
            names={"local": names_for(written, lambda: scope), "include": include},
            functions={**standpoint.functions(), "read_terragrunt_config": read_config},
        )
        return ConfigFile(path, body, scope)

    def _read_alone(self, path: PurePosixPath, standpoint: Standpoint, default: tuple[Json, ...]) -> Json:
        if path in self._alone:
            return self._alone[path]
        if path in self._reading:
            raise LookupError(f"{path} reads itself")
        file = read_file(self._files, path, self._parsed)
        if file.error is not None:
            if default:
                return default[0]
            raise LookupError(f"{path}: {file.error}")
        self._reading.add(path)
        alone = replace(standpoint, unit=path.parent, file=path.parent, includes={})
        found = exposed(self._config(path, file.body, alone))
        self._reading.discard(path)
        self._alone[path] = found
        return found


def _value(expression: Expression | None, scope: Scope) -> Json:
    if expression is None:
        raise NotEvaluableError
    return evaluate(expression, scope)
