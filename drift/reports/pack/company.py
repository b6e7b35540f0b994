"""What the company says of itself: its own documents, its observation period, its scope.

Nothing of it is the program's word. Documents are copied as they are, under names of our own: theirs may
be anything.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from drift.errors import UsageError
from drift.model.company import Company, CompanyDocument, DocumentRecord, DocumentTurn
from drift.model.evidence import EntryKind
from drift.reports.pack.listing import Document, Fields, Listing
from drift.reports.pack.view import Recorded, View
from drift.reports.population import Row

LARGEST = 20 * 1024 * 1024
"""Bytes of a document that is copied; of a larger one the pack has the hash."""

_FOLDER = "11_company/documents"
_ENDING = re.compile(r"\.[a-z0-9]{1,8}")

DOCUMENT_COLUMNS = (
    *("document", "kind", "version", "owner", "turn", "file_name", "sha256", "size", "problem"),
    *("in_pack", "why_not_in_pack", "recorded_at", "ledger_seq", "leaf_hash"),
)


def company_says(view: View) -> Iterator[Listing | Document]:
    """Yield what the company says of itself, its documents as copies."""
    company = view.request.company
    yield Listing(
        path="11_company/statement",
        title="Observation period and scope",
        lists="What the company says of the time and the estate that are looked at, and why.",
        columns=("subject", "says", "because"),
        rows=_statement(company),
        limits=("It is the company's word, as its configuration said when the pack was made.",),
    )
    copies = [_Copy.of(number, one) for number, one in enumerate(company.documents, start=1)]
    yield from (copy.document() for copy in copies if copy.why_not is None)
    yield Listing(
        path="11_company/documents",
        title="Documents of the company",
        lists="Each version of a document of the company's own: the one that stood when the period began, and"
        " all since, as entries of the kind `document` tell of them.",
        columns=DOCUMENT_COLUMNS,
        rows=_versions(view, copies),
        limits=(
            "They are the company's own: nothing here says that they are followed.",
            "Of earlier versions there is only the hash: the company has the files.",
            "Which are copied, and from where, is as the configuration said when the pack was made.",
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Copy:
    """A document as it is now, and what it is called in the pack."""

    source: CompanyDocument
    path: str
    sha256: str | None
    """Hex; `None` where it could not be read."""
    why_not: str | None
    """Why it is not copied."""

    @staticmethod
    def of(number: int, source: CompanyDocument) -> "_Copy":
        digest, why_not = None, None
        ending = source.path.suffix.lower()
        path = f"{_FOLDER}/{number:02d}-{source.kind}{ending if _ENDING.fullmatch(ending) else ''}"
        try:
            if not source.path.is_file():
                why_not = "there is no such file"
            else:
                with source.path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                    if file.tell() > LARGEST:
                        why_not = f"it is larger than {LARGEST // 1024 // 1024} MB"
        except OSError as error:
            why_not = f"it cannot be read: {error.strerror}"
        return _Copy(source=source, path=path, sha256=digest, why_not=why_not)

    def document(self) -> Document:
        """Return the copy.

        Raises:
            UsageError: Somebody changed it while the pack was written.
        """
        content = self.source.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise UsageError(
                f"{self.source.path} was changed while the pack was written", hint="export the pack again"
            )
        return Document(path=self.path, content=content)


def _statement(company: Company) -> Iterator[Fields]:
    period = " to ".join(str(day or "not stated") for day in (company.period_begins, company.period_ends))
    has_period = company.period_begins or company.period_ends
    yield _says("observation period", period if has_period else None, company.period_reason)
    yield _says("scope", company.scope, company.scope_reason)


def _says(subject: str, says: str | None, because: str | None) -> Fields:
    return {"subject": subject, "says": says or "not stated", "because": because or "not stated"}


def _versions(view: View, copies: list[_Copy]) -> Iterator[Fields]:
    by_name = {copy.source.name: copy for copy in copies}
    for recorded in _since_the_beginning(view):
        copy = by_name.get(recorded.body.document)
        is_copied = copy is not None and copy.why_not is None and copy.sha256 == recorded.body.sha256
        yield {
            **Row(entry=recorded.entry).fields,
            "in_pack": copy.path if copy and is_copied else None,
            "why_not_in_pack": None if is_copied else _why_not(copy, recorded.body),
        }


def _why_not(copy: _Copy | None, said: DocumentRecord) -> str:
    if copy is None:
        return "the configuration names it no more"
    return copy.why_not or (said.problem or "it is another version than today's")


def _since_the_beginning(view: View) -> Iterator[Recorded[DocumentRecord]]:
    """Yield the entries of the period and later, and of each document the last one before."""
    period, before = view.request.period, dict[str, Recorded[DocumentRecord]]()
    for one in view.entries(EntryKind.DOCUMENT, DocumentRecord):
        if period.is_reached_by(one.entry.recorded_at):
            yield from _taken(before, one.body.document)
            yield one
        elif one.body.turn is DocumentTurn.WITHDRAWN:
            before.pop(one.body.document, None)
        else:
            before[one.body.document] = one
    yield from before.values()


def _taken(before: dict[str, Recorded[DocumentRecord]], name: str) -> Iterator[Recorded[DocumentRecord]]:
    if name in before:
        yield before.pop(name)
