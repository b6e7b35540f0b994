"""Who owns a folder? A CODEOWNERS file says it, as GitHub and GitLab read it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from providers.terraform.code.files import Files

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")

MAX_WILDCARDS = 8
"""More in one pattern could keep a matcher busy for ever, and nobody writes them."""

_SECTION = re.compile(r"\^?\[([^\]]+)\](?:\[\d+\])?\s*(.*)")


@dataclass(frozen=True, slots=True)
class _Line:
    pattern: re.Pattern[str]
    owners: tuple[str, ...]


class CodeOwners:
    """The owners of the folders of a repository."""

    def __init__(self, text: str = "", place: str | None = None) -> None:
        self.place = place
        """The file that it was read from; `None` where there is none."""
        self._lines = tuple(_lines(text))

    def of(self, folder: str) -> tuple[str, ...]:
        """Return who owns a folder, given by its path from the root."""
        return self.of_file(f"{folder.strip('/')}/main.tf".lstrip("./"))

    def of_file(self, file: str) -> tuple[str, ...]:
        """Return who owns a file, given by its path from the root: the last line that fits counts."""
        fitting = (one.owners for one in reversed(self._lines) if one.pattern.search(file))
        return next(fitting, ())


def code_owners(files: Files, root: PurePosixPath) -> CodeOwners:
    """Return the owners that the repository at `root` names."""
    for place in PLACES:
        try:
            return CodeOwners(files.read(root / place).decode("utf-8", "replace"), place)
        except OSError:
            continue
    return CodeOwners()


def _lines(text: str) -> Iterator[_Line]:
    heirs: tuple[str, ...] = ()
    for raw in text.splitlines():
        line = re.split(r"(?:^|\s)#", raw, maxsplit=1)[0].strip()
        if section := _SECTION.fullmatch(line):
            heirs = tuple(section[2].split())
        elif line:
            pattern, *owners = re.split(r"(?<!\\)\s+", line)
            if pattern.count("*") > MAX_WILDCARDS:
                continue
            yield _Line(_compiled(pattern.replace("\\ ", " ")), tuple(owners) or heirs)


def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern as a regular expression over paths; one with a slash inside starts at the root."""
    is_folder, body = pattern.endswith("/"), pattern.strip("/")
    start = "^" if "/" in pattern.rstrip("/") else "(?:^|/)"
    parts = re.split(r"(\*\*/|/\*\*|\*\*|\*|\?)", body)
    words = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    inside = "".join(words.get(part, re.escape(part)) for part in parts)
    # `docs/*` covers what lies directly there, all else what lies below as well.
    end = "/" if is_folder else "$" if body.endswith("/*") else "(?:/|$)"
    return re.compile(f"{start}{inside}{end}")
