"""One entry of the ledger, read from its line and shown in listings."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

from tests.tampering.second.reading import Row, cell, read_json, spell, time_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    seq: int
    leaf_hash: bytes
    is_sound: bool
    kind: str = ""
    ref: str = ""
    ts: str = ""
    body: str = ""
    row: Row = field(default_factory=dict)


@cache
def read_entry(line: bytes) -> Entry | None:
    """Read a line of the entries; `None` where it has no number or no leaf."""
    said = read_json(line)
    if (
        not isinstance(said, dict)
        or type(said.get("seq")) is not int
        or not isinstance(said.get("leaf"), str)
    ):
        return None
    seq, leaf = said["seq"], said["leaf"].encode("utf-8", "surrogatepass")
    if not 0 <= seq < 1 << 63:
        return None
    leaf_hash = sha256(b"\0" + leaf).digest()
    facts = read_json(leaf)
    broken = Entry(seq=seq, leaf_hash=leaf_hash, is_sound=False)
    if said.get("leaf_hash") != leaf_hash.hex() or not isinstance(facts, dict):
        return broken
    texts = [facts.get(name) for name in ("kind", "ref", "ts")]
    links = facts.get("links")
    has_links = isinstance(links, list) and all(type(one) is int and 0 <= one < seq for one in links)
    if facts.get("v") != 1 or facts.get("seq") != seq or not has_links:
        return broken
    if not all(isinstance(one, str) for one in (*texts, said.get("salt"), said.get("body"))):
        return broken
    kind, ref, ts = map(str, texts)
    try:
        commitment = sha256(bytes.fromhex(said["salt"]) + said["body"].encode()).hexdigest()
    except ValueError:
        return broken
    body = read_json(said["body"].encode())
    is_object = kind not in ("disposition", "finding", "coverage", "gap") or isinstance(body, dict)
    if commitment != facts.get("body_commit") or not is_object:
        return broken
    place = {"recorded_at": ts, "ledger_seq": seq, "leaf_hash": leaf_hash.hex()}
    row = dict(body) if isinstance(body, dict) else {}
    finding = row.pop("finding", None)
    row = {**(finding if isinstance(finding, dict) else {}), **row, **place}
    return Entry(
        seq=seq, leaf_hash=leaf_hash, is_sound=True, kind=kind, ref=ref, ts=ts, body=said["body"], row=row
    )


def excluded_at(body: str) -> Any:
    """Return when a write happened that the policy leaves out; `False` of another one."""
    said = read_json(body.encode())
    write = said.get("write", said) if isinstance(said, dict) else {}
    verdict = write.get("classification") if isinstance(write, dict) else None
    if not isinstance(verdict, dict) or not isinstance(verdict.get("exclusion"), str):
        return False
    event = write.get("event")
    return time_of(event.get("occurred_at")) if isinstance(event, dict) else None


@cache
def line_of(entry: Entry) -> bytes:
    return spell(entry.row).encode("utf-8", "surrogatepass") + b"\n"


@cache
def cells_of(entry: Entry, header: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cell(entry.row.get(name)) for name in header)


@cache
def seq_of_line(line: bytes) -> str | None:
    row = read_json(line)
    if not isinstance(row, dict) or not row:
        return None
    return spell(row["ledger_seq"]) if "ledger_seq" in row else ""


def count_by(entries: list[Entry], name: str) -> Row:
    return dict(Counter(str(one.row.get(name)) for one in entries))
