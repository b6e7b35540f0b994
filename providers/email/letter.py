"""Writes an alert as a letter: plain text and HTML, in the thread of its session.

Nothing in a letter is a link but the one to our own page of what it is about, whose address stands in the
configuration. Mail programs make links of bare addresses, so what would be one is broken up: a name that
somebody else chose must not be clickable.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Final

from drift.model.alert import Alert
from drift.model.verdict import Severity
from providers.telling import Part, Telling, telling
from providers.visible import shortened

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,60}")
_OURS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+/[A-Za-z0-9/._~%?=&-]*", re.ASCII)
"""What addresses of our pages are made of: ids in them are quoted."""
_OPEN: Final = "Open in Driftledger"
_SUBJECT = 200
_NAME = 80
_STYLE: Final = (
    "body { font-family: sans-serif } p, pre { overflow-wrap: anywhere } pre { white-space: pre-wrap }"
)
"""Long names and values stay within the screen of a phone."""
_IMPORTANCE: Final[dict[Severity, str]] = {
    Severity.CRITICAL: "high",
    Severity.HIGH: "high",
    Severity.MEDIUM: "normal",
    Severity.LOW: "low",
}


def letter(
    alert: Alert, *, sender: str, to: tuple[str, ...], thread: str | None, now: datetime
) -> EmailMessage:
    """Return the letter; `thread` is the Message-ID of the first one about the session, if there was one."""
    said = telling(alert)
    written = EmailMessage(policy=SMTP)
    written["From"] = sender
    written["To"] = ", ".join(to)
    written["Subject"] = f"Re: {subject(alert)}" if thread else subject(alert)
    written["Message-ID"] = message_id(alert.client_id, sender)
    written["Date"] = format_datetime(now)
    if thread:
        written["In-Reply-To"] = thread
        written["References"] = thread
    written["Importance"] = _IMPORTANCE[alert.severity]
    written["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is answered to us
    written["X-Auto-Response-Suppress"] = "All"
    page = alert.link if alert.link and _OURS.fullmatch(alert.link) else None
    written.set_content("\n".join(_text(said, page)), cte="quoted-printable")
    written.add_alternative("\n".join(_html(said, page)), subtype="html", cte="quoted-printable")
    return written


def message_id(client_id: str, sender: str) -> str:
    """Return the Message-ID that every repeat of a message bears."""
    is_plain = _IDENTIFIER.fullmatch(client_id)
    name = client_id if is_plain else hashlib.sha256(client_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"<{name}@{sender.rpartition('@')[2]}>"


def subject(alert: Alert) -> str:
    """Return what stays the same in a thread, however its news read: some programs go by the subject."""
    if alert.notice:
        return _unlinked(shortened(alert.headline, _SUBJECT))
    where = " ".join(filter(None, (alert.environment, alert.account)))
    what = "Watch" if alert.alarm else "Changes"
    since = f"{alert.began_at:%Y-%m-%d %H:%M} UTC"
    name = shortened(alert.session_id, _NAME)
    return _unlinked(f"[Driftledger] {what}: {shortened(where, _NAME)}, {since} ({name})")


def _text(said: Telling, page: str | None) -> Iterator[str]:
    yield _unlinked(said.call_to_action)
    if page:
        yield f"{_OPEN}: {page}"
    yield ""
    yield _unlinked(said.title)
    for part in said.parts:
        yield ""
        yield from (f"{fact.label}: {_unlinked(fact.text)}" for fact in part.facts)
        yield from (f"    {_unlinked(line)}" for line in part.lines)


def _html(said: Telling, page: str | None) -> Iterator[str]:
    yield f"<!doctype html><html><head><style>{_STYLE}</style></head><body>"
    yield f"<p><strong>{_inert(said.call_to_action)}</strong></p>"
    if page:
        yield f'<p><a href="{escape(page)}">{_OPEN}</a></p>'
    yield f"<p>{_inert(said.title)}</p>"
    for part in said.parts:
        yield from _part(part)
    yield "</body></html>"


def _part(part: Part) -> Iterator[str]:
    if part.facts:
        yield "<hr><p>"
        yield "<br>\n".join(f"<strong>{fact.label}:</strong> {_inert(fact.text)}" for fact in part.facts)
        yield "</p>"
    if part.lines:
        yield f"<pre>{chr(10).join(map(_inert, part.lines))}</pre>"


def _inert(text: str) -> str:
    return escape(_unlinked(text))


def _unlinked(text: str) -> str:
    return re.sub(r"(?i)\bwww\.", "www[.]", text.replace("://", "[:]//"))
