"""Makes letters of what a report says, one to each address."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from drift.model.evidence import Checkpoint
from drift.model.report_mail import ReportKind, ReportMail
from drift.reports.weekly.letter import letter, message_id
from drift.store.report_mails import Outgoing


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """From whom letters come, and when they are written."""

    organisation: str
    sender: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a letter says, to whichever address."""

    subject: str
    html: str
    text: str
    run_id: str
    checkpoint: Checkpoint | None
    workbook: tuple[str, bytes] | None = None
    """Name and content."""


def letters_of(
    mail: ReportMail, kind: ReportKind, period: str, said: Said, sending: Sending
) -> Iterator[Outgoing]:
    """Yield a letter for each address of a mail."""
    for address in mail.to:
        id_ = message_id(sending.organisation, mail.name, kind, period, address, sending.sender)
        yield Outgoing(
            mail=mail.name,
            kind=kind,
            audience=mail.audience,
            period=period,
            address=address,
            letter=letter(
                subject=said.subject,
                text=said.text,
                html=said.html,
                sender=sending.sender,
                to=address,
                message_id=id_,
                at=sending.at,
                workbook=said.workbook,
            ),
            run_id=said.run_id,
            sha256=sha256(said.html.encode()).hexdigest(),
            checkpoint_size=said.checkpoint.size if said.checkpoint else None,
            checkpoint_root=said.checkpoint.root if said.checkpoint else None,
        )
