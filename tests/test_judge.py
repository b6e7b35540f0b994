"""What is kept of earlier records makes judging fast, and changes nothing that is said."""

import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift import judge as judging
from drift.cli.classify_lines import JsonLines, TextLines
from drift.judge import Judge
from drift.model.change import Write
from drift.model.event import OpenedSession, RawRecord, UnreadableRecord
from drift.records import records_of
from drift.stages.attribute import IdentityRules, attribute
from drift.stages.classify import ChannelRules, Exclusion, classify
from drift.stages.translate import Translators
from drift.terminal import inert_json
from drift.worker import LineWriter, Worker
from providers import catalog
from tests.fuzz.seeds import records
from tests.providers.aws.records import BROWSER, a_record, a_role_session, an_iam_user
from tests.providers.aws.test_hostile_records import mutated
from tests.providers.aws.test_openings import a_role_switch
from tests.providers.azure import records as azure

Fields = dict[str, Any]

WRITERS: list[type[LineWriter]] = [JsonLines, TextLines]
ROLES = ("First", "Second", "Third")


def lines_of(records: Sequence[Fields], form: type[LineWriter], rules: ChannelRules) -> list[bytes]:
    """The lines of a file with these records, as `drift classify` makes them."""
    worker = Worker(
        translators=Translators(catalog.translators()), judge=Judge(IdentityRules(), rules), writer=form()
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.json"
        file.write_bytes(as_bytes(records))
        text = b"".join(lines.text for lines in worker.lines(file))
    return text.replace(str(file).encode(), b"log.json").splitlines()


def plain_lines(records: Sequence[Fields], form: type[LineWriter], rules: ChannelRules) -> list[bytes]:
    """The same, each record by itself: nothing is remembered of it but the session that it opens."""
    sessions: dict[str, OpenedSession] = {}
    raws = records_of("log.json", io.BytesIO(as_bytes(records)), catalog.translators())
    return [_plain_line(raw, sessions, form(), rules) for raw in raws]


def _plain_line(
    raw: RawRecord | UnreadableRecord,
    sessions: dict[str, OpenedSession],
    writer: LineWriter,
    rules: ChannelRules,
) -> bytes:
    event = Translators(catalog.translators()).translate(raw)
    if isinstance(event, UnreadableRecord):
        return _text(writer, writer.gap(event))
    opened = event.opens
    if opened and (opened.is_renewable or opened.key not in sessions):
        sessions[opened.key] = opened
    actor = attribute(event, sessions, IdentityRules())
    verdict = Write(event=event, actor=actor, classification=classify(event, actor, rules))
    return _text(writer, writer.line(verdict))


def _text(writer: LineWriter, line: Any) -> bytes:
    return inert_json(writer.text([line])).removesuffix(b"\n")


def as_bytes(records: Sequence[Fields]) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


def a_session(role: str) -> Fields:
    """The identity of a session of which an opening may tell."""
    return a_role_session(role, "botocore-session-1") | {"accessKeyId": f"ASIA{role}"}


def an_opening(role: str, opener: Fields, hour: int, lasts: int | None) -> Fields:
    """Somebody assumes a role at this hour, for some hours."""
    until = f"Nov 20, 2026, {hour + lasts}:00:00 AM" if lasts else None
    return a_record(
        eventTime=f"2026-11-20T{hour:02}:00:00Z",
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        userIdentity=opener,
        readOnly=True,
        requestParameters={"roleArn": f"arn:aws:iam::111122223333:role/{role}", "roleSessionName": "x"},
        responseElements={"credentials": {"accessKeyId": f"ASIA{role}", "expiration": until}},
    )


def a_call(caller: Fields, hour: int, **fields: Any) -> Fields:
    return a_record(eventTime=f"2026-11-20T{hour:02}:30:00Z", userIdentity=caller, **fields)


HOURS = st.integers(1, 5)
CALLERS = st.sampled_from([*map(a_session, ROLES), an_iam_user()])
CALLS = st.builds(
    a_call,
    CALLERS,
    HOURS,
    eventID=st.sampled_from(["1", "2", None]),
    eventName=st.sampled_from(["DescribeVpcs", "DescribeSubnets", "CreateVpc"]),
    readOnly=st.booleans(),
    responseElements=st.none(),
    errorCode=st.none() | st.just("AccessDenied"),
    sessionCredentialFromConsole=st.none() | st.just("true"),
)
OPENINGS = st.builds(
    an_opening, role=st.sampled_from(ROLES), opener=CALLERS, hour=HOURS, lasts=st.none() | HOURS
)


@pytest.mark.parametrize("form", WRITERS)
def test_records_of_every_cloud_are_judged_as_if_each_was_the_first(form: type[LineWriter]) -> None:
    once = [*records(), a_record(**a_role_switch()), a_record(userAgent=BROWSER, readOnly=True)]
    delivered = [*once, *once, *reversed(once)]

    lines = lines_of(delivered, form, ChannelRules())

    assert lines == plain_lines(delivered, form, ChannelRules())


def test_a_read_after_the_opening_of_its_session_is_judged_anew() -> None:
    read = a_call(a_session("First"), 3, readOnly=True)
    delivered = [read, an_opening("First", an_iam_user(), 2, None), read]

    before, _, after = map(json.loads, lines_of(delivered, JsonLines, ChannelRules()))

    assert (before["actor"]["name"], after["actor"]["name"]) == ("First", "bob")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_sessions_that_open_and_end_in_between_are_never_overlooked(data: st.DataObject) -> None:
    few = data.draw(st.lists(CALLS | OPENINGS, min_size=2, max_size=6))
    delivered = data.draw(st.lists(st.sampled_from(few), min_size=3, max_size=24))
    form = data.draw(st.sampled_from(WRITERS))

    assert lines_of(delivered, form, ChannelRules()) == plain_lines(delivered, form, ChannelRules())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_records_with_odd_values_are_judged_as_if_each_was_the_first(data: st.DataObject) -> None:
    seeds = data.draw(st.lists(CALLS | OPENINGS, min_size=1, max_size=3))
    delivered = [mutated(seed, data.draw) for seed in seeds for _ in range(2)]
    delivered = [one for one in delivered if isinstance(one, dict)] * 2

    lines = lines_of(delivered, JsonLines, ChannelRules())

    assert lines == plain_lines(delivered, JsonLines, ChannelRules())


def test_what_the_policy_leaves_out_is_left_out_each_time() -> None:
    rules = ChannelRules(exclusions=(Exclusion(reason="the autoscaler's"),))
    delivered = [a_call(a_session("First"), 1, readOnly=readonly) for readonly in (True, False)] * 3

    assert lines_of(delivered, JsonLines, rules) == plain_lines(delivered, JsonLines, rules)


@pytest.mark.parametrize("most", [0, 3, 7])
def test_a_memory_that_is_full_forgets_and_goes_on(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MAX_REMEMBERED", most)
    opening = an_opening("First", an_iam_user(), 2, None)
    calls = [a_call(a_session(role), 3, readOnly=True) for role in ROLES]
    delivered = [*calls, opening, *calls, azure.as_dict(azure.a_record()), *calls]

    assert lines_of(delivered, JsonLines, ChannelRules()) == plain_lines(delivered, JsonLines, ChannelRules())
