"""A ledger that was sealed twice, and packs made of it."""

from datetime import timedelta
from pathlib import Path

from drift.ledger.checkpoint import last_sealed, seal
from drift.ledger.log import append_all
from drift.ledger.note import SigningKey
from drift.model.company import Company
from drift.model.connected import Configured, ConnectedSystem
from drift.model.evidence import ConfigRecord, EntryKind
from drift.model.finding import FindingKind, FindingStatus
from drift.model.review import ReviewRules
from drift.model.verdict import Channel, Disposition
from drift.reports.pack.export import PackSummary, export_pack
from drift.reports.pack.manifest import NAME, NOTE_NAME, write_manifest
from drift.reports.pack.request import PackRequest
from drift.reports.population import Period
from drift.store.database import Database
from tests.builders import a_write, an_event
from tests.ledger.building import KEY, NOON, a_coverage, a_disposition, a_finding, a_gap, an_entry

DAY = timedelta(days=1)

COMPANY, REVIEWS, CONFIGURED = Company(), ReviewRules(), Configured()

LISTINGS = [
    "01_ipe/coverage",
    "01_ipe/differences",
    "01_ipe/funnel",
    "01_ipe/gaps",
    "01_ipe/reconciliation",
    "01_ipe/registers",
    "01_ipe/sources",
    "02_population/changes",
    "02_population/drift",
    "02_population/emergency",
    "02_population/excluded_rules",
    "02_population/late_arrivals",
    "02_population/unticketed",
    "03_sample/census",
    "03_sample/markers",
    "03_sample/selection",
    "03_sample/self_sample_reads",
    "03_sample/self_samples",
    "04_emergency/ratio",
    "04_emergency/register",
    "05_deviation_candidates/register",
    "06_sod/conflicts",
    "06_sod/identity_map",
    "06_sod/matrix",
    "07_pipeline_controls/checks",
    "07_pipeline_controls/not_verifiable",
    "07_pipeline_controls/timeline",
    "08_baseline/baselines",
    "08_baseline/coverage",
    "08_baseline/opening_progress",
    "08_baseline/opening_register",
    "09_detector/alarms",
    "09_detector/alerts",
    "09_detector/canaries",
    "09_detector/config_versions",
    "09_detector/covered",
    "09_detector/drift_runs",
    "09_detector/heartbeats",
    "09_detector/jobs",
    "09_detector/metrics",
    "09_detector/suppressions",
    "10_mapping/lanes",
    "10_mapping/tsc_matrix",
    "11_company/documents",
    "11_company/inventory",
    "11_company/statement",
    "12_reviews/follow_ups",
    "12_reviews/reviews",
    "13_access/entitlements",
    "13_access/invitations",
    "13_access/page_sign_ins",
    "13_access/sign_ins",
    "13_access/sign_ins_by_month",
    "ledger/anchors/receipts",
]
"""Of each, the pack has a table and a workbook."""

FILES = sorted(
    [
        *(f"{listing}.{ending}" for listing in LISTINGS for ending in ("csv", "xlsx")),
        *(
            f"03_sample/dossiers/chg-{number}/dossier.{ending}"
            for number in (1, 2, 3, 4)
            for ending in ("html", "json", "pdf")
        ),
        "00_START_HERE.html",
        "01_ipe/ipe_statement.html",
        "10_mapping/control_map.html",
        "10_mapping/what_this_does_not_prove.html",
        "01_ipe/ipe_statement.json",
        "01_ipe/summary.json",
        "02_population/changes.jsonl",
        "02_population/drift.jsonl",
        "03_sample/dossiers.html",
        "13_access/sign_ins.jsonl",
        "03_sample/selection.json",
        "04_emergency/retrospectives/2026-11.html",
        *(f"05_deviation_candidates/write_ups/chg-{number}.html" for number in (2, 3, 4)),
        "10_mapping/lanes.html",
        "10_mapping/ocsf.jsonl",
        "MANIFEST.json",
        "MANIFEST.json.note",
        "ledger/anchors/receipts.jsonl",
        "ledger/checkpoints/000000000004.note",
        "ledger/checkpoints/000000000013.note",
        "ledger/entries.jsonl",
        "ledger/keys.json",
        "verify/verify_pack.py",
    ]
)
"""What the pack of `a_ledger` holds."""

DERIVED = [
    "01_ipe/coverage.csv",
    "01_ipe/gaps.csv",
    "01_ipe/summary.json",
    "02_population/changes.csv",
    "02_population/changes.jsonl",
    "02_population/drift.csv",
    "02_population/drift.jsonl",
    "03_sample/selection.csv",
    "03_sample/selection.json",
    "MANIFEST.json",
    "MANIFEST.json.note",
    "ledger/checkpoints/000000000004.note",
    "ledger/checkpoints/000000000013.note",
    "ledger/entries.jsonl",
    "ledger/keys.json",
]
"""The files in which the verifier finds what was altered even where the key signed it again."""


def a_ledger(database: Database, key: SigningKey = KEY) -> None:
    """Four changes of which one was judged again, three findings, a span that was read, and a gap."""
    with database.transaction() as connection:
        append_all(
            connection,
            [
                an_entry("aws:1", a_write(an_event(event_id="1"))),
                a_disposition("chg-1", began_at=NOON),
                a_disposition("chg-2", began_at=NOON - timedelta(minutes=5), channel=Channel.PIPELINE),
                an_entry("aws:2", a_write(an_event(event_id="2"))),
            ],
        )
        seal(connection, key, NOON)
        append_all(
            connection,
            [
                a_disposition("chg-1", began_at=NOON, disposition=Disposition.AUTHORISED, ticket="OPS-1"),
                a_disposition("chg-3", began_at=NOON + DAY, actor='=HYPERLINK("http://example.com")'),
                a_disposition("chg-4", began_at=NOON + 2 * DAY),
                a_finding("fnd-1"),
                a_finding("fnd-1", status=FindingStatus.RESOLVED, recorded_at=NOON + DAY),
                a_finding("fnd-2", kind=FindingKind.UNMANAGED),
                a_coverage(from_at=NOON, to_at=NOON + DAY, records=40, unreadable=1),
                a_gap(error="@SUM(1+1)\t\u202e"),
                an_entry(
                    "cfg", ConfigRecord(sha256="cf" * 32, tool_version="0.1.0"), kind=EntryKind.CONFIG_VERSION
                ),
            ],
        )
        seal(connection, key, NOON + DAY)


def a_pack(
    database: Database,
    folder: Path,
    *,
    key: SigningKey = KEY,
    company: Company = COMPANY,
    reviews: ReviewRules = REVIEWS,
    connected: tuple[ConnectedSystem, ...] = (),
    configured: Configured = CONFIGURED,
    **period: object,
) -> PackSummary:
    """Export a pack of the ledger as it was sealed last."""
    with database.reading() as connection:
        return export_pack(
            connection,
            last_sealed(connection),
            folder=folder,
            key=key,
            request=PackRequest(
                period=Period(**period),  # type: ignore[arg-type]
                tool_version="0.1.0",
                company=company,
                reviews=reviews,
                connected=connected,
                configured=configured,
            ),
        )


def sign_again(folder: Path, key: SigningKey = KEY) -> None:
    """Make the manifest fit whatever stands in the folder, as only a holder of the key can."""
    for name in (NAME, NOTE_NAME):
        (folder / name).unlink(missing_ok=True)
    write_manifest(folder, key)
