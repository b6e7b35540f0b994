"""A change with everything around it, and its pack."""

import base64
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from msgspec import structs

from drift.errors import ProviderUnavailableError
from drift.export import export_evidence
from drift.ledger.log import append
from drift.model.control_test import Assessed, ControlTest, Result
from drift.model.event import RawRecord, Source
from drift.model.evidence import DeploymentRecord, EntryKind, FindingRecord
from drift.model.finding import FindingStatus
from drift.model.judgement import Judgement
from drift.model.run_log import KeptLog, LogDigest, RunLogs
from drift.model.secret import Secret
from drift.model.ticket import Coverage, Ticket
from drift.recheck import Asking
from drift.reports.pack.request import PackRequest
from drift.reports.population import Period
from drift.store.database import Database
from providers.vault.local_folder import LocalFolder, LocalFolderSettings
from tests.builders import (
    NOON,
    a_deployment,
    a_finding,
    a_judgement,
    a_match,
    a_review,
    a_ticket,
    a_write,
    an_approval,
    an_event,
    minutes,
)
from tests.world import KEY, World

LOG = b'{"driftledger":"run log","host":"github","run":"r","job":"apply","text":"applied\\n"}'
KEPT = KeptLog(sha256=hashlib.sha256(LOG).hexdigest(), size=8, cut=0)
TICKET = a_ticket(approvals=[an_approval(at=NOON - minutes(90))])

RECORD = json.dumps({"eventName": "AuthorizeSecurityGroupIngress", "password": "hunter2"}).encode()

LATER = NOON + timedelta(days=30)


class Tickets:
    """A ticket system that holds these."""

    def __init__(self, *held: Ticket, is_down: bool = False) -> None:
        self.held = held
        self.is_down = is_down

    def check(self) -> str:
        """Say that it is there."""
        return "there"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Find them by their keys."""
        if self.is_down:
            raise ProviderUnavailableError("Jira answers 503", hint="try again later")
        return [one for one in self.held if any(one.is_called(key) for key in keys)]

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Tell of none."""
        return ()

    def candidates(self, search: object) -> Sequence[object]:
        """Know of none."""
        return ()


def judged(ticket: Ticket | None = TICKET) -> Judgement:
    """What was concluded about a change that a ticket covers."""
    match = replace(a_match(Coverage.APPROVED_BEFORE, ticket=ticket), approver="erin@example.com")
    tests = [
        Assessed(test=test, result=Result.PASS, reason=f"because of {test}")
        for test in ControlTest
        if test is not ControlTest.INSIDE_WINDOW
    ]
    late = Assessed(test=ControlTest.INSIDE_WINDOW, result=Result.FAIL, reason="it was made at night")
    return replace(a_judgement(match=match), tests=(*tests, late))


def a_story(database: Database, judgement: Judgement | None = None, summary: str = "opened tcp/22") -> str:
    """One change by a ticket and a pull request, seen in the configuration, and put right; return its id."""
    world = World(database=database)
    event = an_event(event_id="1", summary=summary, request={"port": 22, "cidr": "0.0.0.0/0"})
    source = structs.replace(event.source, sha256=hashlib.sha256(RECORD).hexdigest())
    write = a_write(structs.replace(event, source=source))
    change = world.happened(writes=[write])
    found = replace(a_finding(), explained_by=(write.event.key,))
    run = DeploymentRecord(
        host="github",
        deployment=replace(a_deployment(a_review()), finished_at=NOON + minutes(1), conclusion="success"),
        logs=RunLogs(logs=(LogDigest(name="apply", sha256="ab" * 32, size=8, kept=KEPT),)),
        changes=(change.change_id,),
        undoes=(),
    )
    with database.transaction() as connection:
        for minute, status in ((2, FindingStatus.OPEN), (40, FindingStatus.RESOLVED)):
            body, then = FindingRecord(status=status, finding=found), NOON + minutes(minute)
            append(connection, kind=EntryKind.FINDING, ref="f-1", body=body, recorded_at=then)
        ref, then = run.deployment.run_url, NOON + minutes(3)
        append(connection, kind=EntryKind.DEPLOYMENT, ref=ref, body=run, recorded_at=then)
    world.judged(change, judgement or judged(), at=NOON + minutes(45))
    world.sealed()
    return change.change_id


def a_vault(folder: Path, *records: bytes) -> LocalFolder:
    """A vault that keeps these records."""
    key = Secret(base64.b64encode(bytes(32)).decode())
    vault = LocalFolder(LocalFolderSettings(folder=str(folder), key=key))
    kept = [
        RawRecord(one, Source(file="trail.json", index=0, sha256=hashlib.sha256(one).hexdigest()))
        for one in records
    ]
    vault.keep(kept, NOON)
    return vault


def handed_out(
    database: Database, folder: Path, asking: Asking | None = None, vault: LocalFolder | None = None
) -> Path:
    """Hand out a pack; return where its only dossier lies."""
    request = PackRequest(period=Period(), tool_version="0.1.0", vault=vault)
    export_evidence(database, folder, KEY, request, LATER, asking)
    [dossier] = (folder / "03_sample/dossiers").iterdir()
    return dossier
