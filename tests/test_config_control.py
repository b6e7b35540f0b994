"""The tables about the change control: what they mean, and what is said about mistakes in them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift import wiring
from drift.config import Settings, load
from drift.errors import ConfigError
from drift.model.control_test import ControlTest
from drift.ports import AdapterKind
from providers import catalog
from tests.builders import ACCOUNT, NOON, a_change, a_write, an_event

PAGE = (Path(__file__).parents[1] / "docs" / "change-control.md").read_text()
CATALOG = {kind: catalog.ADAPTERS.get(kind, {}) for kind in AdapterKind}
PRODUCTION = f'[[environment]]\nname = "production"\naccounts = ["{ACCOUNT}"]\n'
WINDOW = """
[[window]]
name = "upgrade"
starts = 2026-11-16T11:00:00Z
ends = 2026-11-16T13:00:00Z
ticket = "OPS-1"
approver = "erin"
owner = "dave"
"""
FREEZE = """
[[freeze]]
name = "year's end"
starts = 2026-11-16T11:00:00Z
ends = 2026-11-16T13:00:00Z
reason = "we rest"
"""
STANDARD = """
[[standard_change]]
name = "vpn"
approver = "erin"
approved = 2026-01-10T09:00:00Z
reviewed = 2026-01-10
owner = "dave"
expires = 2027-01-01
"""
CONTROL = '[[compensating_control]]\nname = "two of us"\nreason = "read within a day"\nowner = "erin"\n'


def loaded(folder: Path, text: str) -> Settings:
    file = folder / "config.toml"
    file.write_text(text)
    return load(file, CATALOG)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_without_the_tables_nobody_may_approve_and_a_day_is_left_for_an_emergency(tmp_path: Path) -> None:
    rules = loaded(tmp_path, "").actions

    assert rules.approvers == ()
    within = rules.emergency
    assert (within.approve_within, within.review_within) == (timedelta(hours=24), timedelta(days=5))
    assert within.escalate_to is None


def test_emergencies_are_approved_by_the_usual_approvers_unless_there_are_others(tmp_path: Path) -> None:
    usual = loaded(tmp_path, '[approvals]\napprovers = ["erin"]').actions
    other = loaded(tmp_path, '[approvals]\napprovers = ["erin"]\nemergency_approvers = ["frank"]').actions

    assert usual.approving(is_emergency=True) == ("erin",)
    assert (other.approving(is_emergency=True), other.approving(is_emergency=False)) == (
        ("frank",),
        ("erin",),
    )


def test_a_window_holds_what_lies_in_it_and_fits_its_scope(tmp_path: Path) -> None:
    text = PRODUCTION + WINDOW + 'environment = "production"\nservice = "ec2"\nresource = "sg-*"'
    [window] = loaded(tmp_path, text).decision.windows

    assert window.holds(a_change(), "production")
    assert not window.holds(a_change(), "staging")
    assert not window.holds(a_change(a_write(an_event(at=NOON + timedelta(hours=2)))), "production")
    assert not window.holds(a_change(a_write(an_event(service="rds"))), "production")


def test_a_freeze_without_a_scope_is_for_everything_that_touches_it(tmp_path: Path) -> None:
    [freeze] = loaded(tmp_path, FREEZE).decision.freezes
    long = a_change(a_write(an_event(at=NOON - timedelta(hours=2))), a_write(an_event(event_id="2", at=NOON)))

    assert freeze.holds(long, None)
    assert not freeze.holds(a_change(a_write(an_event(at=NOON + timedelta(hours=2)))), None)


@pytest.mark.parametrize(
    ("at", "why_not"),
    [
        (datetime(2026, 11, 16, tzinfo=UTC), None),
        (datetime(2026, 1, 10, 9, tzinfo=UTC), "was approved only later"),
        (datetime(2027, 1, 1, 23, tzinfo=UTC), None),
        (datetime(2027, 1, 2, tzinfo=UTC), "expired at 2027-01-02 00:00 UTC"),
    ],
)
def test_a_standard_change_counts_from_its_approval_to_its_last_day(
    tmp_path: Path, at: datetime, why_not: str | None
) -> None:
    [one] = loaded(tmp_path, STANDARD + 'service = "ec2"').correlation.standard_changes

    found = one.why_not(a_change(a_write(an_event(at=at))))

    assert (found is None) if why_not is None else (found or "").endswith(why_not)


def test_a_standard_change_that_nobody_looked_at_for_a_year_counts_no_more(tmp_path: Path) -> None:
    text = STANDARD.replace("expires = 2027-01-01", "expires = 2030-01-01") + 'service = "ec2"'
    [one] = loaded(tmp_path, text).correlation.standard_changes

    found = one.why_not(a_change(a_write(an_event(at=datetime(2027, 2, 1, tzinfo=UTC)))))

    assert found == "the standard change vpn was not reviewed since 2026-01-10"


def test_a_compensating_control_names_its_tests(tmp_path: Path) -> None:
    [control] = loaded(tmp_path, CONTROL + 'tests = ["t2", "t3"]').controls

    assert control.tests == {ControlTest.REVIEWER_IS_NOT_AUTHOR, ControlTest.TESTED_BEFORE}


def test_the_rules_reach_every_stage_that_asks_for_them(tmp_path: Path) -> None:
    settings = loaded(tmp_path, '[approvals]\napprovers = ["erin"]\n' + FREEZE)

    policy = wiring.policy_of(settings, None, wiring.people_of(settings, None))

    assert policy.actions.approvers == policy.assessment.actions.approvers == ("erin",)
    assert policy.decision.freezes == policy.assessment.freezes != ()


@pytest.mark.parametrize("example", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_what_the_page_about_the_change_control_shows_is_a_configuration(
    tmp_path: Path, example: str
) -> None:
    assert loaded(tmp_path, example).path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[approvals]\napprovers = [" "]', '"approvers" holds an empty name'),
        ('[approvals]\naprovers = ["x"]', 'did you mean "approvers"?'),
        ('[emergency]\napprove_within = "5m"', '"approve_within" is too short'),
        ('[emergency]\nescalate_to = "pager"', 'there is no [[notifier]] "pager"'),
        (WINDOW, "does not say which changes it is for"),
        (WINDOW + 'resource = "*"', "does not say which changes it is for"),
        (WINDOW.replace("-16T13", "-20T13") + 'service = "ec2"', "is longer than 72 hours"),
        (WINDOW.replace("-16T13", "-15T13") + 'service = "ec2"', "ends before it starts"),
        (WINDOW.replace("13:00:00Z", "13:00:00") + 'service = "ec2"', '"ends" lacks its time zone'),
        (WINDOW.replace('"OPS-1"', '""') + 'service = "ec2"', '"ticket" is empty'),
        (WINDOW.replace('approver = "erin"', "") + 'service = "ec2"', '"approver" is missing'),
        (WINDOW + 'environment = "prod"', 'there is no [[environment]] "prod"'),
        (FREEZE + 'reson = "x"', 'unknown key "reson"'),
        (STANDARD, "does not say which changes it is for"),
        (STANDARD.replace("reviewed = 2026-01-10", "") + 'service = "ec2"', '"reviewed" is missing'),
        (CONTROL + 'tests = ["t9"]', '"tests" names no test: "t9"'),
        (CONTROL + "tests = []", '"tests" names no test'),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)
