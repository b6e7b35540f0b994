"""States of each listing how it was made: information produced by the entity (IPE), for an auditor to test.

Once as JSON, once as a page; both say the same.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from drift.ledger.entry import format_time
from drift.model.evidence import EntryKind
from drift.reports.pack.making import Making
from drift.reports.pack.view import View
from drift.reports.pack.writing import Written
from drift.reports.pages import template

STATEMENT = "01_ipe/ipe_statement"

DERIVED = "The verifier derives every row again from the entries of the ledger."
SIGNED = "The signed manifest vouches for it; the verifier does not derive its rows again."


class _Version(msgspec.Struct):
    tool_version: str | None = None
    commit: str | None = None
    rules_sha256: str | None = None
    sha256: str | None = None


def write_statement(folder: Path, view: View, making: Making, written: Sequence[Written]) -> None:
    """Write what is to be said of the listings in the folder, in their order."""
    listings, versions = [_of(folder, one) for one in written], list(_in_force(view))
    document = {"v": 1, "making": _making(making), "in_force": versions, "listings": listings}
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    _write(folder / f"{STATEMENT}.json", text)
    page = template("ipe_statement.html.j2").render(
        facts=making.facts,
        origin=making.origin,
        versions=versions,
        listings=listings,
    )
    _write(folder / f"{STATEMENT}.html", page)


def _making(making: Making) -> dict[str, Any]:
    period, sealed = making.request.period, making.sealed
    return {
        "origin": making.origin,
        "tool": making.tool,
        **dict(making.hashes),
        "command": making.command,
        "parameters": {
            "since": format_time(period.since) if period.since else None,
            "until": format_time(period.until) if period.until else None,
        },
        "ledger": {"size": sealed.size, "root": sealed.root, "sealed_at": format_time(sealed.made_at)},
    }


def _in_force(view: View) -> Iterator[dict[str, Any]]:
    """Yield which program judged by which configuration: as the period began, and each one since."""
    found = view.entries(EntryKind.CONFIG_VERSION, _Version)
    versions, period = [(one.entry.recorded_at, one.body) for one in found], view.request.period
    since = [at for at, _ in versions if not period.is_reached_by(at)]
    for at, body in versions:
        if period.begins_before_its_end(at) and (not since or at >= since[-1]):
            yield {
                "since": format_time(at),
                "tool_version": body.tool_version,
                "commit": body.commit,
                "rules_sha256": body.rules_sha256,
                "config_sha256": body.sha256,
            }


def _of(folder: Path, one: Written) -> dict[str, Any]:
    listing = one.listing
    return {
        "listing": listing.path,
        "title": listing.title,
        "lists": listing.lists,
        "does_not_show": list(listing.limits),
        "columns": list(listing.columns),
        "rows": one.rows,
        "control_totals": one.totals.counts,
        "files": [_file(folder, name) for name in one.files],
        "verified": DERIVED if listing.is_derived_again else SIGNED,
    }


def _file(folder: Path, name: str) -> dict[str, Any]:
    with (folder / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": name, "sha256": digest, "size": (folder / name).stat().st_size}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
