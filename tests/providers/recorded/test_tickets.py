import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drift.errors import ProviderResponseError, ProviderUnavailableError
from drift.model.ticket import Approval, ApprovalDecision, Edit, Ticket, TicketKind
from drift.ports import TicketSource
from providers.recorded.tickets import RecordedTickets, RecordedTicketsSettings


def a_ticket(**but: Any) -> dict[str, Any]:
    return {
        "key": "OPS-1",
        "system": "jira",
        "kind": "change",
        "title": "Open port 22 for the vendor",
        "status": "Approved",
        "created_at": "2026-11-18T09:00:00Z",
        "updated_at": "2026-11-18T10:00:00Z",
    } | but


def a_file(folder: Path, *tickets: dict[str, Any], name: str = "tickets.json") -> Path:
    file = folder / name
    file.write_text(json.dumps({"tickets": tickets}))
    return file


def source(path: Path | str) -> TicketSource:
    return RecordedTickets(RecordedTicketsSettings(path=str(path)))


def test_a_ticket_is_read_with_everything_it_says(tmp_path: Path) -> None:
    file = a_file(
        tmp_path,
        a_ticket(
            url="https://tickets.example.com/OPS-1",
            requested_by="dana@example.com",
            assignee="carol@example.com",
            approvals=[{"by": "erin@example.com", "decision": "approved", "at": "2026-11-18T10:30:00+01:00"}],
            resources=["sg-0abc"],
            window={"start": "2026-11-20T00:00:00Z", "end": "2026-11-20T04:00:00Z"},
            closed_at="2026-11-20T05:00:00Z",
            project="OPS",
            accounts=["111122223333"],
            environments=["production"],
            text="The vendor asks for it.",
            history=[
                {"at": "2026-11-18T10:00:00Z", "field": "title", "by": "dana@example.com", "after": "x"}
            ],
            former_keys=["OLD-1"],
        ),
    )

    (ticket,) = source(file).find({"OPS-1"}, ())

    assert ticket == Ticket(
        system="jira",
        key="OPS-1",
        kind=TicketKind.CHANGE,
        title="Open port 22 for the vendor",
        status="Approved",
        url="https://tickets.example.com/OPS-1",
        requested_by="dana@example.com",
        assignee="carol@example.com",
        created_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
        updated_at=datetime(2026, 11, 18, 10, tzinfo=UTC),
        approvals=(
            Approval(
                by="erin@example.com",
                decision=ApprovalDecision.APPROVED,
                at=datetime(2026, 11, 18, 9, 30, tzinfo=UTC),
            ),
        ),
        resources=("sg-0abc",),
        window_start=datetime(2026, 11, 20, 0, tzinfo=UTC),
        window_end=datetime(2026, 11, 20, 4, tzinfo=UTC),
        is_open=False,
        closed_at=datetime(2026, 11, 20, 5, tzinfo=UTC),
        project="OPS",
        accounts=("111122223333",),
        environments=("production",),
        text="The vendor asks for it.",
        history=(
            Edit(at=datetime(2026, 11, 18, 10, tzinfo=UTC), by="dana@example.com", field="title", after="x"),
        ),
        former_keys=("OLD-1",),
    )
    assert ticket.approvals[0].at.tzinfo is UTC


def test_tickets_are_found_by_key_and_by_resource_each_once(tmp_path: Path) -> None:
    file = a_file(
        tmp_path,
        a_ticket(key="OPS-3", resources=["sg-0abc", "sg-0def"]),
        a_ticket(key="OPS-2", resources=["bucket"]),
        a_ticket(key="OPS-1"),
    )

    found = source(file).find(["OPS-1", "OPS-3", "OPS-404"], ["sg-0abc", "sg-0def"])

    assert [ticket.key for ticket in found] == ["OPS-1", "OPS-3"]


def test_nothing_asked_is_nothing_found(tmp_path: Path) -> None:
    assert source(a_file(tmp_path, a_ticket(resources=["sg-0abc"]))).find((), ()) == []


def test_of_a_ticket_in_several_files_the_newest_counts(tmp_path: Path) -> None:
    a_file(tmp_path, a_ticket(status="Done", updated_at="2026-11-19T10:00:00Z"), name="a.json")
    a_file(tmp_path, a_ticket(status="Open", updated_at="2026-11-18T10:00:00Z"), name="b.json")

    (ticket,) = source(tmp_path / "*.json").find({"OPS-1"}, ())

    assert ticket.status == "Done"


def test_a_file_is_read_again_when_it_changed(tmp_path: Path) -> None:
    tickets = source(a_file(tmp_path, a_ticket(status="Open")))
    tickets.find({"OPS-1"}, ())
    a_file(tmp_path, a_ticket(status="Approved"))

    (ticket,) = tickets.find({"OPS-1"}, ())

    assert ticket.status == "Approved"


def test_brackets_in_a_name_are_no_glob(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_ticket(), name="tickets[1].json")

    assert len(source(file).find({"OPS-1"}, ())) == 1


def test_the_newest_time_in_the_files_is_when_they_were_read(tmp_path: Path) -> None:
    approval = {"by": "erin@example.com", "decision": "declined", "at": "2026-11-25T08:00:00Z"}
    a_file(tmp_path, a_ticket(), name="a.json")
    a_file(tmp_path, a_ticket(approvals=[approval]), name="b.json")
    settings = RecordedTicketsSettings(path=str(tmp_path / "*.json"))

    assert RecordedTickets(settings).read_at() == datetime(2026, 11, 25, 8, tzinfo=UTC)


def test_no_tickets_have_no_time(tmp_path: Path) -> None:
    assert RecordedTickets(RecordedTicketsSettings(path=str(a_file(tmp_path)))).read_at() is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "truncated"),
        (b'{"tickets": [', "truncated"),
        (b"\xff\xfe\x00", "malformed"),
        (b'{"tickets": [{"key": "\xff"}]}', "tickets.json"),
        (b"[]", "Expected `object`"),
        (b"{}", "missing required field `tickets`"),
        (json.dumps({"tickets": [a_ticket(key=7)]}).encode(), r"\$.tickets\[0\].key"),
        (json.dumps({"tickets": [a_ticket(kind="wish")]}).encode(), r"\$.tickets\[0\].kind"),
        (json.dumps({"tickets": [a_ticket(approval=[])]}).encode(), "unknown field `approval`"),
        (
            json.dumps({"tickets": [a_ticket(), a_ticket(created_at="2026-11-18T09:00:00")]}).encode(),
            r"`created_at` lacks its time zone.*\$.tickets\[1\]",
        ),
        (b"[" * 100_000, "tickets.json"),
    ],
)
def test_a_damaged_file_is_named_with_its_field(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "tickets.json").write_bytes(content)

    with pytest.raises(ProviderResponseError, match=reason) as raised:
        source(tmp_path / "tickets.json").find({"OPS-1"}, ())

    assert str(tmp_path / "tickets.json") in str(raised.value)


@pytest.mark.parametrize("path", ["tickets.json", "*/tickets.json", ""])
def test_a_file_that_is_not_there_may_come(tmp_path: Path, path: str) -> None:
    with pytest.raises(ProviderUnavailableError, match="cannot be read"):
        source(tmp_path / path).find({"OPS-1"}, ())


def test_a_ticket_is_found_by_its_former_key_too(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_ticket(former_keys=["OLD-1"]))

    assert [one.key for one in source(file).find({"OLD-1"}, ())] == ["OPS-1"]
