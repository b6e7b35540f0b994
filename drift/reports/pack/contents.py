"""What stands in the folder of a pack so far: what its map and its first page point to."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from drift.reports.pack.writing import Written


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """The listings and documents that were written, in their order."""

    listings: tuple[Written, ...]
    documents: tuple[str, ...]
    """Paths within the pack."""

    def like(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Return what fits one of the patterns: the table of a listing, a document, or its folder.

        Patterns of listings have no ending. Where there are many documents, they lie in a folder.
        """
        files = [*self._paths, *ALWAYS]
        found = (file for pattern in patterns for path, file in files if fnmatchcase(path, pattern))
        return tuple(dict.fromkeys(found))

    @property
    def _paths(self) -> tuple[tuple[str, str], ...]:
        listings = ((one.listing.path, _for_people(one.files)) for one in self.listings)
        folders = ((path, _folder_of(path)) for path in self.documents)
        return (*listings, *folders)


ALWAYS = tuple((path, path) for path in ("01_ipe/ipe_statement.html", "ledger/entries.jsonl"))
"""What every pack has."""


def _for_people(files: Sequence[str]) -> str:
    return next((file for file in files if file.endswith(".csv")), files[0])


def _folder_of(path: str) -> str:
    """Return the folder of a document that lies deep, such as a dossier: there may be many of them."""
    folder, name = path.rsplit("/", 1) if "/" in path else ("", path)
    return f"{folder}/" if folder.count("/") else (f"{folder}/{name}" if folder else name)
