"""The dossiers of the pack: of each change that was drawn all that there is, for people and for machines."""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath

from drift.errors import ProviderError, only_provider_errors
from drift.model.evidence import DeploymentRecord, EntryKind
from drift.model.sampling import Selection
from drift.ports import RawVault
from drift.redact import redact
from drift.reports.dossier.compose import page_of
from drift.reports.dossier.dossier import Dossier, RawRecord, as_json
from drift.reports.dossier.facts import Facts, gather
from drift.reports.dossier.html import html_of
from drift.reports.dossier.pdf import pdf_of
from drift.reports.dossier.ticket import TicketThenAndNow
from drift.reports.dossier.timeline import time_line
from drift.reports.pack.listing import Document, named_for
from drift.reports.pack.view import View

FOLDER = PurePosixPath("03_sample/dossiers")


def dossiers(view: View, selection: Selection) -> Iterator[Document]:
    """Yield the files of every change that was drawn."""
    wanted = set(selection.chosen)
    seqs = [row.entry.seq for row in view.changes() if row.entry.ref in wanted]
    for facts in gather(view, seqs):
        dossier = _dossier(view, facts)
        folder, page = folder_of(facts.change.change_id), page_of(dossier)
        yield Document(path=f"{folder}/dossier.html", content=html_of(page))
        yield Document(path=f"{folder}/dossier.pdf", content=partial(pdf_of, page))
        yield Document(path=f"{folder}/dossier.json", content=as_json(dossier, view.connection))
        for record in dossier.raw:
            content = json.dumps(record.document, indent=1, sort_keys=True) + "\n"
            yield Document(path=f"{folder}/raw/{record.sha256}.json", content=content.encode())


def folder_of(change_id: str) -> PurePosixPath:
    """Return where the dossier of a change lies."""
    return FOLDER / named_for(change_id)


def _dossier(view: View, facts: Facts) -> Dossier:
    ticket = _ticket(view, facts)
    raw, raw_says = _raw(view.request.vault, view.request.why_no_vault, facts)
    return Dossier(
        facts=facts,
        checkpoint=view.sealed,
        lines=time_line(facts, ticket.latest),
        ticket=ticket,
        raw=raw,
        raw_says=raw_says,
    )


def _ticket(view: View, facts: Facts) -> TicketThenAndNow:
    change, about = facts.change, view.request.tickets
    asked = [one for one in about.rechecked if one.recheck.is_of(change.ticket_system, change.ticket)]
    kept = (one for one in about.then if one.sha256 == change.ticket_sha256)
    return TicketThenAndNow(
        key=change.ticket,
        sha256=change.ticket_sha256,
        then=next(kept, None),
        recheck=asked[-1].recheck if asked else None,
        ledger_seq=asked[-1].ledger_seq if asked else None,
    )


def _raw(vault: RawVault | None, why_not: str, facts: Facts) -> tuple[tuple[RawRecord, ...], str]:
    if vault is None:
        return (), f"The records as they were delivered are not beside this page: {why_not}."
    found, missing = list[RawRecord](), list[str]()
    logs = set(_kept_logs(facts))
    for sha256 in dict.fromkeys([*facts.change.event_sha256, *sorted(logs)]):
        try:
            with only_provider_errors("reading a record"):
                body = vault.read(sha256)
        except ProviderError as error:
            missing.append(f"{sha256} cannot be read: {error.what}")
            continue
        if body is None:
            missing.append(f"{sha256} is kept no more, or never was")
        else:
            found.append(_redacted(sha256, body))
    of_runs = sum(one.sha256 in logs for one in found)
    stand = f"Beside this page, in raw, stand {len(found) - of_runs} of them"
    beside = f", and {of_runs} {'log' if of_runs == 1 else 'logs'} of its run" if logs else ""
    says = f"{stand} as they were delivered but for secrets{beside}."
    return tuple(found), " ".join([says, *_sentences(missing)])


def _kept_logs(facts: Facts) -> Iterator[str]:
    """Yield the hashes of the logs that are kept of the runs that made the change."""
    for entry in facts.of_kind(EntryKind.DEPLOYMENT):
        if run := entry.read_as(DeploymentRecord):
            yield from (log.kept.sha256 for log in run.logs.logs if log.kept)


def _redacted(sha256: str, body: bytes) -> RawRecord:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = body.decode("utf-8", "replace")
    clean = redact(document)
    return RawRecord(sha256=sha256, document=clean.value, redacted=clean.paths)


def _sentences(missing: Iterable[str]) -> Iterator[str]:
    return (f"{one}." for one in missing)
