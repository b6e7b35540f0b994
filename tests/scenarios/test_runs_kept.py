"""Runs that made changes are evidence before their hosts forget them, with what they undo."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from drift.equipment import Vault
from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.kept_logs import MOST
from drift.model.event import ChangeEvent, Issuer
from drift.model.evidence import EntryKind
from drift.model.history import EVER
from drift.model.ticket import Deployment
from drift.model.verdict import ActorKind
from drift.replay.archive import archive_of_vault
from drift.store.database import Database
from drift.store.deployments import run_counts
from tests.builders import NOON, a_deployment, a_principal, a_review, an_event, minutes
from tests.scenarios.cloud import Format, Watch
from tests.scenarios.forge import Forge
from tests.scenarios.test_raw_records import Safe

DAY = 24 * 60


@pytest.fixture
def forge() -> Forge:
    return Forge()


@pytest.fixture
def watch(database: Database, forge: Forge) -> Watch:
    """The program, with a code host."""
    return Watch(database=database, code_hosts={"forge": forge})


def write(run_id: str, at: datetime = NOON) -> ChangeEvent:
    """A write in the session that a run opened."""
    issuer = Issuer(name="CI", is_pipeline=True, subject="repo:example/infra:ref:refs/heads/main")
    principal = a_principal(
        "deploy", kind=ActorKind.MACHINE, role="deploy", session_name=f"run-{run_id}", issuer=issuer
    )
    return an_event(event_id=f"write of {run_id}", at=at, principal=principal)


def a_run(run_id: str = "1000001", *, number: int = 7, head: str = "c0ffee", **facts: object) -> Deployment:
    """A run that was reviewed, and has ended."""
    run = a_deployment(a_review(commit=head), run_id=run_id, head=head)
    assert run.pull_request is not None
    known = {"finished_at": NOON + minutes(9), "conclusion": "success"}
    proposal = replace(run.pull_request, number=number)
    return replace(run, pull_request=proposal, **{**known, **facts})  # type: ignore[arg-type]


def test_a_run_is_evidence_once_it_has_ended(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(finished_at=None, conclusion=None)
    watch.told(write("1000001"), minute=1)
    assert watch.bodies(EntryKind.DEPLOYMENT) == []

    forge.runs["1000001"] = a_run()
    watch.cycle(20)
    watch.cycle(30)

    [told] = watch.bodies(EntryKind.DEPLOYMENT)
    assert (told["host"], told["deployment"]["conclusion"]) == ("forge", "success")
    assert told["logs"]["logs"] == [{"name": "apply", "sha256": "ab" * 32, "size": 7, "kept": None}]
    assert told["changes"] == [watch.change().change.change_id]
    assert forge.logs_asked == ["1000001"]


def test_a_run_that_is_run_again_is_told_again(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run()
    watch.told(write("1000001"), minute=10)

    forge.runs["1000001"] = a_run(attempt=2, finished_at=NOON + minutes(99))
    again = structs.replace(write("1000001", NOON + minutes(90)), event_id="second")
    watch.told(again, minute=100)
    watch.cycle(110)

    assert [one["deployment"]["attempt"] for one in watch.bodies(EntryKind.DEPLOYMENT)] == [1, 2]


def test_a_revert_names_the_changes_that_it_undoes(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run()
    watch.told(write("1000001"), minute=20)
    undone = watch.change().change.change_id

    run = a_run("1000002", number=8, head="beef", finished_at=NOON + minutes(69))
    assert run.pull_request is not None
    forge.runs["1000002"] = replace(run, pull_request=replace(run.pull_request, reverts=7))
    watch.told(write("1000002", NOON + minutes(60)), minute=80)

    assert [one["undoes"] for one in watch.bodies(EntryKind.DEPLOYMENT)] == [[], [undone]]
    assert counts(watch) == (2, 0, 1)


def test_a_rollback_names_the_changes_that_it_undoes(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(conclusion="failure")
    watch.told(write("1000001"), minute=20)
    undone = watch.change().change.change_id

    older = a_run("1000002", number=6, head="abe1", finished_at=NOON + minutes(69), undoes_commit="c0ffee")
    forge.runs["1000002"] = older
    watch.told(write("1000002", NOON + minutes(60)), minute=80)

    assert [one["undoes"] for one in watch.bodies(EntryKind.DEPLOYMENT)] == [[], [undone]]
    assert counts(watch) == (2, 1, 1)


def test_the_same_commit_in_another_repository_is_not_undone(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(repository="example/other")
    watch.told(write("1000001"), minute=20)

    forge.runs["1000002"] = a_run("1000002", finished_at=NOON + minutes(69), undoes_commit="c0ffee")
    watch.told(write("1000002", NOON + minutes(60)), minute=80)

    assert [one["undoes"] for one in watch.bodies(EntryKind.DEPLOYMENT)] == [[], []]


def test_logs_that_may_not_be_read_keep_no_run_back(watch: Watch, forge: Forge) -> None:
    forge.failures["logs"] = ProviderAccessError('the permission "actions=read" is missing', hint="grant it")
    forge.runs["1000001"] = a_run()

    watch.told(write("1000001"), minute=20)

    [told] = watch.bodies(EntryKind.DEPLOYMENT)
    assert told["logs"] == {"logs": [], "why_not": 'the permission "actions=read" is missing'}


def test_logs_that_cannot_be_read_now_are_read_later(watch: Watch, forge: Forge) -> None:
    forge.failures["logs"] = ProviderUnavailableError("too many requests", hint="wait")
    forge.runs["1000001"] = a_run()
    watch.deliver(write("1000001"))
    assert watch.problems(20) == ("too many requests (wait)",)

    forge.failures.clear()
    watch.cycle(30)

    assert len(watch.bodies(EntryKind.DEPLOYMENT)) == 1


def test_a_run_that_has_no_end_is_told_as_it_is_at_last(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(finished_at=None, conclusion=None)
    watch.told(write("1000001"), minute=1)

    watch.cycle(37 * DAY)

    [told] = watch.bodies(EntryKind.DEPLOYMENT)
    assert told["deployment"]["finished_at"] is None


def test_a_run_that_its_host_has_forgotten_is_not_asked_for_for_ever(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(finished_at=None, conclusion=None)
    watch.told(write("1000001"), minute=1)
    forge.runs.clear()

    watch.cycle(37 * DAY)
    forge.runs["1000001"] = a_run()
    watch.cycle(38 * DAY)

    assert watch.bodies(EntryKind.DEPLOYMENT) == []


def keeping(database: Database, forge: Forge, safe: Safe) -> Watch:
    """The program, which keeps what the runs of its code host said."""
    vault = Vault(records=safe, keep_for=timedelta(days=400))
    return Watch(database=database, code_hosts={"forge": forge}, vault=vault, keeps_logs=frozenset({"forge"}))


def kept_by(watch: Watch) -> dict[str, Any]:
    [told] = watch.bodies(EntryKind.DEPLOYMENT)
    kept: dict[str, Any] = told["logs"]["logs"][0]["kept"]
    return kept


def text_of(safe: Safe, kept: dict[str, Any]) -> str:
    document = safe.read(kept["sha256"])
    assert document is not None
    assert hashlib.sha256(document).hexdigest() == kept["sha256"]
    return str(json.loads(document)["text"])


def test_what_a_run_said_is_kept_without_secrets_where_that_is_wanted(
    sqlite_database: Database, forge: Forge
) -> None:
    safe = Safe()
    watch = keeping(sqlite_database, forge, safe)
    forge.runs["1000001"] = a_run()
    forge.log = "plan: 1 to add\ntoken=ghp_0123456789abcdefghijklmnopqrstuvwxyzAB\nund \xe4hnliches".encode(
        "latin-1"
    )

    watch.told(write("1000001"), minute=20)

    text = text_of(safe, kept_by(watch))
    assert text.startswith("plan: 1 to add\n")
    assert "ghp_" not in text
    assert kept_by(watch)["cut"] == 0


def test_of_a_long_log_the_beginning_is_kept_and_the_rest_is_counted(
    sqlite_database: Database, forge: Forge
) -> None:
    safe = Safe()
    watch = keeping(sqlite_database, forge, safe)
    forge.runs["1000001"] = a_run()
    forge.log = b"applied, and on it goes\n" * (MOST // 24 + 100)

    watch.told(write("1000001"), minute=20)

    kept = kept_by(watch)
    assert kept["size"] == MOST == len(text_of(safe, kept))
    assert kept["cut"] == len(forge.log) - MOST


def test_a_secret_that_the_cut_would_divide_is_not_kept(sqlite_database: Database, forge: Forge) -> None:
    safe = Safe()
    watch = keeping(sqlite_database, forge, safe)
    forge.runs["1000001"] = a_run()
    head = b"applied\n" * (MOST // 8 - 2)
    key = (
        b"-----BEGIN RSA PRIVATE KEY-----\n"
        + b"MIIEowIBAAKCAQEAzz7x\n" * 30
        + b"-----END RSA PRIVATE KEY-----\n"
    )
    forge.log = head + key + b"applied\n" * 20_000

    watch.told(write("1000001"), minute=20)

    assert "MIIEow" not in text_of(safe, kept_by(watch))


def test_a_run_waits_until_its_logs_can_be_kept(sqlite_database: Database, forge: Forge) -> None:
    safe = Safe()
    watch = keeping(sqlite_database, forge, safe)
    forge.runs["1000001"] = a_run(finished_at=None, conclusion=None)
    watch.told(write("1000001"), minute=1)

    forge.runs["1000001"] = a_run()
    safe.is_shut = True
    assert any("the vault is shut" in one for one in watch.problems(20))
    assert watch.bodies(EntryKind.DEPLOYMENT) == []

    safe.is_shut = False
    watch.cycle(30)
    assert text_of(safe, kept_by(watch)) == "applied"


def test_logs_go_with_all_that_the_vault_keeps(sqlite_database: Database, forge: Forge) -> None:
    safe = Safe()
    watch = keeping(sqlite_database, forge, safe)
    forge.runs["1000001"] = a_run()
    watch.told(write("1000001"), minute=20)
    kept = kept_by(watch)

    watch.cycle(399 * DAY)
    assert safe.read(kept["sha256"])
    watch.cycle(402 * DAY)

    assert safe.read(kept["sha256"]) is None


def test_nobody_takes_a_log_for_a_record_of_an_audit_log(sqlite_database: Database, forge: Forge) -> None:
    safe = Safe()
    watch = keeping(sqlite_database, forge, safe)
    forge.runs["1000001"] = a_run()
    watch.told(write("1000001"), minute=20)

    batches = archive_of_vault("raw", safe).batches(EVER, sqlite_database, [Format()])
    read = [one for batch in batches for one in batch.records]

    assert len(read) == len(safe.kept) - 1 == 1


def counts(watch: Watch) -> tuple[int, int, int]:
    with watch.database.reading() as connection:
        found = run_counts(connection)
    return found.recorded, found.failed, found.undoing
