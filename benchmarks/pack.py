"""What a pack of a hundred thousand changes costs, and its verification."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import structs

from drift import wiring
from drift.ledger.checkpoint import seal
from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all
from drift.ledger.note import SigningKey
from drift.model.change import Write
from drift.model.control_test import Result
from drift.model.event import Call, ChangeEvent, Effect, Outcome, Source
from drift.model.evidence import DispositionRecord, EntryKind, TallyCount, TallyRecord
from drift.model.resource import Cloud, Resource
from drift.model.verdict import (
    Actor,
    ActorKind,
    Channel,
    Classification,
    Confidence,
    Credential,
    Disposition,
    Lane,
    Severity,
    Tool,
)
from drift.store.database import Database
from drift.store.migrate import migrate

CHANGES = 100_000
FILLED_AT_ONCE = 5_000

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BETWEEN = timedelta(minutes=3)
"""So that they are spread over seven months."""

DISPOSITIONS = (
    *([Disposition.AUTHORISED] * 40),
    *([Disposition.EXPLAINED] * 5),
    *([Disposition.UNTICKETED] * 3),
    Disposition.RETROACTIVE,
    Disposition.EMERGENCY,
)
"""How the changes stand, and in which proportion."""

CHANNELS = (
    *([Channel.PIPELINE] * 8),
    Channel.CONSOLE,
    Channel.MANUAL,
    Channel.SERVICE,
)

ACCOUNT = "111122223333"
ROLE = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_1aed3d11853c95a7"

WRITE = Write(
    event=ChangeEvent(
        event_id="",
        occurred_at=NOON,
        call=Call(
            cloud=Cloud.AWS,
            account=ACCOUNT,
            region="eu-west-1",
            service="ec2",
            action="AuthorizeSecurityGroupIngress",
            principal=None,
            acting_service=None,
            tools=(),
            credentials=(),
            source_ip="198.51.100.7",
            user_agent="Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML)",
        ),
        effect=Effect.WRITE,
        intended=Effect.WRITE,
        outcome=Outcome.SUCCESS,
        error=None,
        lane=Lane.INFRASTRUCTURE,
        opens=None,
        resources=(Resource(type="aws_security_group", id="sg-0a1b2c3d4e5f67890"),),
        statements=(),
        risks=(),
        summary="opened tcp/22 to 0.0.0.0/0",
        request={
            "groupId": "sg-0a1b2c3d4e5f67890",
            "ipPermissions": {"items": [{"fromPort": 22, "toPort": 22, "ipRanges": ["0.0.0.0/0"] * 8}]},
            "tags": {f"tag-{number}": "x" * 40 for number in range(8)},
        },
        source=Source(file=f"AWSLogs/{ACCOUNT}/CloudTrail/2026/a.json.gz", index=7, sha256="ab" * 32),
    ),
    actor=Actor(
        kind=ActorKind.HUMAN,
        name="alice@example.com",
        principal=f"{ROLE}/alice@example.com",
        chain=(ROLE,),
        confidence=Confidence.HIGH,
    ),
    classification=Classification(
        tool=Tool.CONSOLE,
        credential=Credential.CONSOLE_SESSION,
        channel=Channel.CONSOLE,
        lane=Lane.INFRASTRUCTURE,
        references=(),
        pipeline=None,
        run_id=None,
        reasons=("a person, with console",),
        confidence=Confidence.HIGH,
    ),
)

CHANGE = DispositionRecord(
    change_id="",
    session_id="ses-20260101T120000-0a1b2c3d",
    began_at=NOON,
    ended_at=NOON,
    cloud=Cloud.AWS,
    account=ACCOUNT,
    region="eu-west-1",
    environment="production",
    resource_type="aws_security_group",
    resource_id="sg-0a1b2c3d4e5f67890",
    address="module.network.aws_security_group.web",
    summary="opened tcp/22 to 0.0.0.0/0",
    actor="alice@example.com",
    actor_kind=ActorKind.HUMAN,
    principal=f"{ROLE}/alice@example.com",
    channel=Channel.CONSOLE,
    lane=Lane.INFRASTRUCTURE,
    tool=Tool.CONSOLE,
    events=(),
    event_sha256=("ab" * 32,),
    ticket="OPS-412",
    ticket_system="jira",
    approver="erin@example.com",
    approved_at=NOON,
    deployment=None,
    link_method="the ticket names the resource",
    disposition=Disposition.UNTICKETED,
    severity=Severity.HIGH,
    alert=False,
    reasons=(
        "a person, with console",
        "OPS-412 names the resource",
        "it was approved before the first write",
    ),
    **{f"t{number}": Result.PASS for number in range(1, 9)},
    tests=tuple(f"t{number}: the ticket was approved before by erin@example.com" for number in range(1, 9)),
)

CONFIG = """
[store]
url = "sqlite:///store.sqlite3"

[[audit_log]]
name = "trail"
type = "log-files"
path = "logs"
"""


def measure(changes: int = CHANGES) -> Iterator[str]:
    """Yield the seconds and the peak memory of the export and of the verification, of a SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "logs").mkdir()
        config = path / "config.toml"
        config.write_text(CONFIG)
        settings = wiring.settings_of(str(config))
        database = Database(f"sqlite:///{path / 'store.sqlite3'}")
        migrate(database)
        _fill(database, wiring.signing_key(settings, database), changes)
        database.close()
        pack = path / "pack"
        command = ["-m", "drift", "--config", str(config), "evidence", "export", "--out", str(pack)]
        seconds, cpu, peak = _measured(command)
        size = sum(one.stat().st_size for one in pack.rglob("*") if one.is_file())
        yield (
            f"pack: {changes:,} changes in {seconds:.0f} s, {cpu:.0f} s of CPU (120 at most),"
            f" {peak:.0f} MB at most (500); {size / 1e6:.0f} MB"
        )
        seconds, cpu, peak = _measured(["-I", str(pack / "verify" / "verify_pack.py"), str(pack)])
        yield f"pack: verified in {seconds:.0f} s, {cpu:.0f} s of CPU (20 at most), {peak:.0f} MB at most"


def _measured(arguments: list[str]) -> tuple[float, float, float]:
    """Return the seconds, the seconds of CPU, and the megabytes at most, of Python with these arguments."""
    command = [sys.executable, "-m", "benchmarks.child", sys.executable, *arguments]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, peak, cpu = map(float, told.split())
    return seconds, cpu, peak


def _fill(database: Database, key: SigningKey, changes: int) -> None:
    """Record as many changes, each of one write, as the watch would have."""
    for first in range(0, changes, FILLED_AT_ONCE):
        numbers = range(first, min(first + FILLED_AT_ONCE, changes))
        with database.transaction() as connection:
            append_all(connection, [entry for number in numbers for entry in _entries(number)])
    with database.transaction() as connection:
        append_all(connection, [_tally(number) for number in range(changes)])
        seal(connection, key, NOON + changes * BETWEEN)


def _entries(number: int) -> Iterator[NewEntry]:
    at = NOON + number * BETWEEN
    key = f"aws:{number:032x}"
    event = structs.replace(WRITE.event, event_id=f"{number:032x}", occurred_at=at)
    yield NewEntry(
        kind=EntryKind.OBSERVATION, ref=key, body=structs.replace(WRITE, event=event), recorded_at=at
    )
    disposition, channel = DISPOSITIONS[number % len(DISPOSITIONS)], CHANNELS[number % len(CHANNELS)]
    body = replace(
        CHANGE,
        change_id=f"chg-{number:08}",
        began_at=at,
        ended_at=at,
        events=(key,),
        disposition=disposition,
        channel=channel,
        t7=Result.PASS if disposition is Disposition.EMERGENCY else Result.NA,
    )
    yield NewEntry(kind=EntryKind.DISPOSITION, ref=body.change_id, body=body, recorded_at=at)


def _tally(number: int) -> NewEntry:
    hour = (NOON + number * BETWEEN).replace(minute=0)
    count = TallyCount(account=ACCOUNT, hour=hour, rule="change", records=1)
    body = TallyRecord(source="trail", counts=(count,))
    return NewEntry(kind=EntryKind.TALLY, ref="trail", body=body, recorded_at=NOON + number * BETWEEN)
