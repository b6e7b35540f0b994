"""The functions of Terragrunt that follow from where files lie, and a few on texts. None runs anything.

`get_env`, `run_cmd` and what asks a cloud are missing on purpose: the answer is not in the code.
"""

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from drift.model.resource import Json
from providers.terraform.code.evaluate import Function
from providers.terraform.code.files import Files, exists, within

DEFAULT_NAME = "terragrunt.hcl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standpoint:
    """From where a file of Terragrunt is read."""

    files: Files
    top: PurePosixPath
    """The root of the repository."""
    unit: PurePosixPath
    """The folder of the file that Terragrunt was started for, or that is read by itself."""
    file: PurePosixPath
    """The folder of the file in which the expression stands."""
    includes: Mapping[str, PurePosixPath]
    """The folders of what the unit includes, by label."""

    def find_in_parent_folders(self, name: str = DEFAULT_NAME, *fallback: str) -> str:
        """Return the nearest file of this name above the unit."""
        for folder in self.unit.parents:
            if exists(self.files, folder / name) or self._is_folder(folder / name):
                return str(folder / name)
            if folder == self.top:
                break
        if fallback:
            return fallback[0]
        raise LookupError(name)

    def path_relative_to_include(self, label: str = "") -> str:
        """Return the way from what is included to the unit."""
        return posixpath.relpath(self.unit, self._included(label))

    def path_relative_from_include(self, label: str = "") -> str:
        """Return the way from the unit to what is included."""
        return posixpath.relpath(self._included(label), self.unit)

    def get_terragrunt_dir(self) -> str:
        """Return the unit's folder."""
        return str(self.unit)

    def get_parent_terragrunt_dir(self, label: str = "") -> str:
        """Return the folder of what is included."""
        return str(self._included(label))

    def get_repo_root(self) -> str:
        """Return the root of the repository."""
        return str(self.top)

    def get_path_from_repo_root(self) -> str:
        """Return the way from the root to the unit."""
        return posixpath.relpath(self.unit, self.top)

    def get_path_to_repo_root(self) -> str:
        """Return the way from the unit to the root."""
        return posixpath.relpath(self.top, self.unit)

    def file_text(self, path: str) -> str:
        """Return the text of a file."""
        return self.files.read(self.place(path)).decode("utf-8", "replace")

    def place(self, path: str) -> PurePosixPath:
        """Return where a path leads to, which is never out of the repository.

        Raises:
            LookupError: It would be.
        """
        found = within(self.file, path)
        if not found.is_relative_to(self.top):
            raise LookupError(path)
        return found

    def functions(self) -> Mapping[str, Function]:
        """Return them by the names that the code uses."""
        return {
            "find_in_parent_folders": self.find_in_parent_folders,
            "path_relative_to_include": self.path_relative_to_include,
            "path_relative_from_include": self.path_relative_from_include,
            "get_terragrunt_dir": self.get_terragrunt_dir,
            "get_original_terragrunt_dir": self.get_terragrunt_dir,
            "get_parent_terragrunt_dir": self.get_parent_terragrunt_dir,
            "get_repo_root": self.get_repo_root,
            "get_path_from_repo_root": self.get_path_from_repo_root,
            "get_path_to_repo_root": self.get_path_to_repo_root,
            "file": self.file_text,
            **_ON_VALUES,
        }

    def _included(self, label: str) -> PurePosixPath:
        if label:
            return self.includes[label]
        if self.file != self.unit and self.file in self.includes.values():
            return self.file
        return next(iter(self.includes.values()), self.unit)

    def _is_folder(self, path: PurePosixPath) -> bool:
        return path.name in self.files.folders(path.parent)


def _merge(*maps: dict[str, Json]) -> dict[str, Json]:
    return {key: value for one in maps for key, value in one.items()}


def _lookup(values: dict[str, Json], key: str, *default: Json) -> Json:
    return values.get(key, default[0]) if default else values[key]


def _replace(text: str, old: str, new: str) -> str:
    if old.startswith("/"):
        raise ValueError("a regular expression, of another kind than Python's")
    return text.replace(old, new)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    raise TypeError("no text")


_ON_VALUES: Mapping[str, Function] = {
    "basename": lambda path: posixpath.basename(path.rstrip("/")),
    "dirname": lambda path: posixpath.dirname(path.rstrip("/")) or ".",
    "split": lambda separator, text: text.split(separator),
    "join": lambda separator, items: separator.join(_text(one) for one in items),
    "element": lambda items, index: items[int(index) % len(items)],
    "lower": lambda text: text.lower(),
    "upper": lambda text: text.upper(),
    "trimspace": lambda text: text.strip(),
    "trimprefix": lambda text, prefix: text.removeprefix(prefix),
    "trimsuffix": lambda text, suffix: text.removesuffix(suffix),
    "replace": _replace,
    "merge": _merge,
    "lookup": _lookup,
    "tostring": _text,
    "jsondecode": json.loads,
}
