"""Packs whose PDFs hold a line each: typesetting takes half of what a pack takes, and is tested by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drift.reports.dossier.page import Page

MANY = 1_000_000
"""Documents: none is worth a process of its own any more."""


@contextmanager
def small_pdfs() -> Iterator[None]:
    """Have the dossiers of packs that are exported within the block written so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("drift.reports.pack.dossiers.pdf_of", small_pdf)
        patch.setattr("drift.reports.pack.workbooks.FEW", MANY)
        yield


def small_pdf(page: Page) -> bytes:
    """Return bytes that differ from dossier to dossier, for which nobody looks within."""
    return f"%PDF-1.4\n% {page.title}\n%%EOF\n".encode()
