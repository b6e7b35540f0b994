"""Writes a report as a letter: plain text, HTML, and on demand a workbook with all rows.

Mail programs make links of bare addresses, so what would be one is broken up: a name that somebody else
chose must not be clickable. What is a link is written as one by us.
"""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TypeVar

from drift.model.report_mail import ReportKind
from drift.reports.weekly.audience import mapped
from drift.terminal import shown

SUBJECT = 200

_T = TypeVar("_T")

_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def letter(
    *,
    subject: str,
    text: str,
    html: str,
    sender: str,
    to: str,
    message_id: str,
    at: datetime,
    workbook: tuple[str, bytes] | None = None,
) -> bytes:
    """Return the letter to one address; the same parts give the same bytes."""
    written = EmailMessage(policy=SMTP)
    written["From"] = sender
    written["To"] = to
    written["Subject"] = shown(subject, SUBJECT)
    written["Message-ID"] = message_id
    written["Date"] = format_datetime(at)
    written["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is answered to us
    written["X-Auto-Response-Suppress"] = "All"
    written.set_content(text, cte="quoted-printable")
    written.add_alternative(html, subtype="html", cte="quoted-printable")
    if workbook is not None:
        name, content = workbook
        written.add_attachment(content, maintype="application", subtype=_XLSX, filename=name)
    _name_the_borders(written, message_id)
    return written.as_bytes()


def message_id(organisation: str, mail: str, kind: ReportKind, period: str, address: str, sender: str) -> str:
    """Return the Message-ID that every repeat of a letter bears."""
    of = "\n".join((organisation, mail, kind, period, address))
    return f"<report-{hashlib.sha256(of.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"


def unlinked(page: _T) -> _T:
    """Return a page in whose texts no mail program finds an address to make a link of."""
    return mapped(page, _unlinked)


def _unlinked(text: str) -> str:
    return text.replace("://", "[:]//").replace("www.", "www[.]").replace("WWW.", "WWW[.]")


def _name_the_borders(written: EmailMessage, message_id: str) -> None:
    """Give the borders between parts names that follow from the letter, not from chance."""
    parts = [part for part in written.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"==={hashlib.sha256(f'{message_id}/{number}'.encode()).hexdigest()[:40]}===")
