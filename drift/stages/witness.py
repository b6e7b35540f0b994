"""Makes witnesses of those who are told: once a week a message shows them the last checkpoint.

Whoever keeps it can hold any later ledger against it. It costs nothing, and lies in more hands than ours.
"""

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.checkpoint import latest_checkpoint
from drift.model.alert import Alert, notice_of
from drift.model.evidence import Checkpoint
from drift.store import meta, outbox

_KEY = "witness"

_SESSION = "witness-"
"""Begins what stands in place of a change session in the messages and their evidence."""

_KEY_ID_SIZE = 4


def queue_witness(connection: Connection, notifiers: Iterable[str], now: datetime) -> None:
    """Queue the message of the week, if the ledger was sealed anew since the one before.

    In the first week there is none: whoever is new to the watch is told one thing at a time. One that could
    not be sent yet gives way to the next.
    """
    sealed, told = latest_checkpoint(connection), meta.read(connection, _KEY)
    week = f"{now:%G-W%V}"
    if sealed is None or (told is not None and told.split()[0] == week):
        return
    meta.write(connection, _KEY, f"{week} {sealed.size}")
    if told is None or told.split()[1] == str(sealed.size):
        return
    outbox.give_way(connection, _SESSION)
    outbox.queue(connection, notifiers, compose_witness(sealed, week, now), now)


def compose_witness(sealed: Checkpoint, week: str, now: datetime) -> Alert:
    """Return the message that shows a checkpoint, as `--trusted-checkpoint` takes it."""
    headline = f"Checkpoint of the evidence, week {week}: {sealed.size:,} entries"
    action = "Nothing to do but to keep this message: it is a witness."
    return notice_of(
        session_id=f"{_SESSION}{week}",
        headline=headline,
        call_to_action=action,
        paragraphs=_paragraphs(sealed),
        began_at=sealed.made_at,
        now=now,
        in_short=f"{headline}, root {sealed.root}",
    )


def _paragraphs(sealed: Checkpoint) -> Iterator[str]:
    yield from filter(None, sealed.note.split("\n"))
    yield f"Signed by {_signer(sealed.note)}. A ledger with another root at this size is another ledger."
    yield "To check any later pack, keep this as FILE: drift evidence verify PACK --trusted-checkpoint FILE."


def _signer(note: str) -> str:
    """Return the name and the id of the key that signed last, as its verifier key begins."""
    name, _, encoded = note.rstrip("\n").rpartition("\n")[2].removeprefix("— ").rpartition(" ")
    return f"{name}+{base64.b64decode(encoded)[:_KEY_ID_SIZE].hex()}"
