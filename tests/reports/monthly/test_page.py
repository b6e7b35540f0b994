"""What a month was, in words: each emergency, and the sample."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.ledger.verify import read_kept_checkpoints
from drift.model.action import FollowUp
from drift.model.audience import Audience
from drift.model.control_test import Result
from drift.model.self_sample import DrawnChange, Lacking, SelfSample
from drift.model.verdict import Disposition
from drift.reports.emergency import EmergencyRow, Month, Register, month_before
from drift.reports.monthly.html import monthly_html
from drift.reports.monthly.page import MonthFacts, month_page
from drift.reports.monthly.text import monthly_text
from drift.reports.read_checks import ReadSample
from tests.builders import NOON, a_checkpoint

MONTH = Month(year=2026, month=11)
DECEMBER = datetime(2026, 12, 3, 7, 0, tzinfo=UTC)

ROW = EmergencyRow(
    change_id="chg-20261116T120000-1a2b3c4d",
    began_at=NOON,
    actor="alice@example.com",
    resource="aws_security_group.web",
    environment="production",
    is_break_glass=True,
    disposition=Disposition.EMERGENCY,
    incident="INC-7",
    justification="the shop was down",
    approver="erin@example.com",
    approved_at=NOON + timedelta(hours=3),
    approval_took=timedelta(hours=3),
    approved_in_time=True,
    reviewed_at=NOON + timedelta(days=2),
    follow_up=FollowUp.NEEDS_CODIFY,
    follow_up_owner="dave",
    follow_up_due_at=NOON + timedelta(days=5),
    complete=Result.FAIL,
    reason="nobody put it into code",
)

SAMPLE = ReadSample(
    sample=SelfSample(
        month="2026-11",
        since=MONTH.since,
        until=MONTH.until,
        checkpoint_size=61,
        checkpoint_root="root",
        seed="0" * 64,
        population=140,
        left_out=3,
        drawn=tuple(
            DrawnChange(
                change_id=f"chg-{number}",
                ledger_seq=number,
                disposition=Disposition.UNTICKETED if number < 2 else Disposition.AUTHORISED,
                ticket=None,
                approver=None,
                lacking=(Lacking.TICKET, Lacking.APPROVAL) if number < 2 else (),
            )
            for number in range(25)
        ),
        to_read=("chg-2", "chg-3"),
        reader="frank@example.com",
        due_at=DECEMBER + timedelta(days=9),
    ),
    reads={},
)


def a_register(*rows: EmergencyRow) -> Register:
    return Register(
        month=MONTH,
        rows=rows,
        changes=163,
        production=len(rows),
        in_time=len(rows),
        due=len(rows),
        median=None,
        p95=None,
        actors=(("alice@example.com", 2),) if len(rows) > 1 else (),
        resources=(("aws_security_group.web", 2),) if len(rows) > 1 else (),
    )


def some_facts(*rows: EmergencyRow, sample: ReadSample | None = SAMPLE) -> MonthFacts:
    return MonthFacts(
        organisation="example",
        register=a_register(*rows),
        sample=sample,
        checkpoint=a_checkpoint(),
        configuration_sha256="c" * 64,
        tool_version="driftledger 0.1.0",
        links="https://drift.example.com",
        as_of=DECEMBER,
    )


def test_each_emergency_says_why_it_was_one_and_whether_it_could_be_code() -> None:
    page = month_page(some_facts(ROW), Audience.RESPONDERS)

    assert page.subject == "[1 emergency] Infra change control - 2026-11 - example"
    assert page.verdict == (
        "1 of 163 production changes made in an emergency (0.6 %), 1 of 1 approved in time; "
        "1 of 1 emergency not complete."
    )
    [one] = page.emergencies
    assert dict(one.facts) == {
        "who": "alice@example.com",
        "why it was one": "emergency access was used, INC-7: the shop was down",
        "approved": "by erin@example.com, 3 h after the first write",
        "could it be code": "yes, it is to be put into code, by dave, due 2026-11-21 12:00",
        "complete": "fail: nobody put it into code",
    }
    assert one.link == "https://drift.example.com/changes/chg-20261116T120000-1a2b3c4d"


@pytest.mark.parametrize(
    ("follow_up", "said"),
    [
        (None, "nobody has said: the review is missing"),
        (FollowUp.NOTHING, "the review asks for nothing"),
        (FollowUp.REVERT, "no, it is to be reverted; done"),
    ],
)
def test_only_who_reviewed_it_says_what_has_to_become_of_it(follow_up: FollowUp | None, said: str) -> None:
    row = replace(ROW, follow_up=follow_up, follow_up_due_at=None)

    assert (
        dict(month_page(some_facts(row), Audience.AUDITORS).emergencies[0].facts)["could it be code"] == said
    )


def test_the_sample_says_what_an_auditor_would_object_to_and_who_reads_it() -> None:
    lines = [one.text for one in month_page(some_facts(), Audience.RESPONDERS).sample]

    assert lines[0] == "Drawn: 25 of 140 changes, by a seed that nobody chose"
    assert lines[1].startswith("An auditor would object to 2 of them: 2 ")
    assert "Read: 0 of 2 read by frank@example.com, due 2026-12-12 07:00" in lines


def test_a_month_without_a_sample_says_so() -> None:
    of_october = replace(SAMPLE, sample=replace(SAMPLE.sample, month="2026-10"))
    for sample in (None, of_october):
        [line] = month_page(some_facts(sample=sample), Audience.RESPONDERS).sample

        assert line.is_bad
        assert line.text == "No sample was drawn of 2026-11"

    lasting = replace(some_facts(sample=None), as_of=NOON)
    [line] = month_page(lasting, Audience.RESPONDERS).sample
    assert (line.text, line.is_bad) == ("No sample was drawn of 2026-11 yet", False)


def test_managers_read_no_name_and_not_who_had_several() -> None:
    page = month_page(some_facts(ROW, ROW), Audience.MANAGERS)

    for layout in (monthly_text, monthly_html):
        document = layout(page)
        assert not re.search("alice|erin|dave|frank", document)
        assert "aws_security_group.web: 2 emergencies" in document


def test_both_forms_say_the_same_and_are_witnesses(tmp_path: Path) -> None:
    page = month_page(some_facts(ROW), Audience.RESPONDERS)
    for layout in (monthly_text, monthly_html):
        document = layout(page)
        for said in ("the shop was down", "Drawn: 25 of 140 changes", "Report mr-", page.emergencies[0].ref):
            assert said in document
        file = tmp_path / "kept.txt"
        file.write_text(document, encoding="utf-8")
        assert read_kept_checkpoints(str(file))


def test_a_month_of_many_long_emergencies_fits_a_mail_and_obeys_nothing() -> None:
    row = replace(ROW, justification="<script>" + '\U0001f4a5&"' * 2000)
    document = monthly_html(month_page(some_facts(*[row] * 300), Audience.RESPONDERS))

    assert len(document.encode()) < 100_000
    assert "<script>" not in document
    assert re.search("and 2[0-9]{2} more: see drift report emergency", document)


def test_the_month_before_is_that_of_the_calendar() -> None:
    assert str(month_before(datetime(2026, 12, 3, tzinfo=UTC))) == "2026-11"
    assert str(month_before(datetime(2027, 1, 31, tzinfo=UTC))) == "2026-12"


def test_where_the_month_was_not_read_whole_nobody_says_that_there_was_none() -> None:
    page = month_page(replace(some_facts(), covered="12.5"), Audience.RESPONDERS)

    assert page.none_told == "None was seen in this month, of which 12.5 % is covered."
    assert page.verdict.startswith("Seen: 0 of 163 production changes")
    assert page.verdict.endswith("12.5 % of the month is covered.")
    assert page.subject.startswith("[0 emergencies seen] ")
    assert not page.is_covered
