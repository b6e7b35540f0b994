"""One dossier: a change, its time line, its ticket then and now, and what of its records could be read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from drift.ledger.entry import format_time
from drift.ledger.log import node_reader
from drift.ledger.merkle import inclusion_proof
from drift.model.evidence import Checkpoint
from drift.reports.dossier.facts import Facts
from drift.reports.dossier.ticket import TicketThenAndNow
from drift.reports.dossier.timeline import Line


@dataclass(frozen=True, kw_only=True, slots=True)
class RawRecord:
    """A record as it was delivered, without its secrets."""

    sha256: str
    """Hex, of the bytes as they were delivered."""
    document: Any
    """What JSON can say: the record with a mark in place of each secret."""
    redacted: tuple[str, ...]
    """Where something was cut out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """Everything that is shown of one change."""

    facts: Facts
    checkpoint: Checkpoint
    lines: Sequence[Line]
    ticket: TicketThenAndNow
    raw: Sequence[RawRecord]
    raw_says: str
    """Whence the records beside the page are, or why there are none."""

    def leaf_hash(self, seq: int) -> str:
        """Return the hex leaf hash of one of its entries."""
        return self.facts.leaves[seq].leaf_hash.hex()


def as_json(dossier: Dossier, connection: Connection) -> bytes:
    """Return a dossier as JSON: exact, and with the proof of inclusion of each entry."""
    document = {
        "v": 1,
        "change_id": dossier.facts.change.change_id,
        "checkpoint": {"size": dossier.checkpoint.size, "root": dossier.checkpoint.root},
        "time_line": [_line(one) for one in dossier.lines],
        "ticket": dossier.ticket.as_json(),
        "raw": [{"sha256": one.sha256, "redacted": list(one.redacted)} for one in dossier.raw],
        "raw_says": dossier.raw_says,
        "entries": _entries(dossier, connection),
    }
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def _line(line: Line) -> Mapping[str, object]:
    return {
        "at": format_time(line.moment.at),
        "stage": line.stage.value,
        "what": line.moment.what,
        "detail": line.moment.detail,
        "is_after_first_write": line.is_after_first_write,
        "ledger_seq": line.moment.ledger_seq,
    }


def _entries(dossier: Dossier, connection: Connection) -> list[Mapping[str, object]]:
    read, size = node_reader(connection), dossier.checkpoint.size
    return [
        {
            "ledger_seq": entry.seq,
            "kind": entry.kind.value,
            "ref": entry.ref,
            "recorded_at": format_time(entry.recorded_at),
            "leaf_hash": dossier.leaf_hash(entry.seq),
            "body": None if entry.body is None else msgspec.json.decode(entry.body),
            "inclusion_proof": [one.hex() for one in inclusion_proof(entry.seq, size, read)],
        }
        for entry in dossier.facts.entries
    ]
