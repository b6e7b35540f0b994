"""Edits of one file, as a patch that `git apply` takes."""

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A span of a file, and the text in its place."""

    start: int
    end: int
    text: str


def edited(content: str, edits: Sequence[Edit]) -> str:
    """Return the content with every span replaced; the spans do not overlap."""
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        content = content[: edit.start] + edit.text + content[edit.end :]
    return content


def root_of(folder: Path, file: Path) -> Path:
    """Return the folder in which a patch of `file` applies: the repository, if it lies in one."""
    for parent in file.parents:
        if (parent / ".git").exists():
            return parent
    return folder if file.is_relative_to(folder) else Path(os.path.commonpath([folder, file.parent]))


def patch(path: str, before: str, after: str) -> str:
    """Return a unified diff of a file, by its path below the folder where it applies."""
    lines = difflib.unified_diff(
        _LINE.findall(before), _LINE.findall(after), fromfile=f"a/{path}", tofile=f"b/{path}"
    )
    ended = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return "".join(ended)
