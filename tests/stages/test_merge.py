"""What several records say together of one call: pure, whatever the order."""

import pytest
from msgspec import structs

from drift.model.change import Amendment, Earlier, KnownWrite
from drift.model.event import ChangeEvent, Effect, Outcome, Phase, Risk
from drift.model.resource import Cloud
from drift.model.verdict import Confidence, Lane, Statement, Tool
from drift.stages.merge import Operations, completed, operations, still_known
from drift.stages.merge.calls import HOLD, held_until, merge, must_wait
from tests.builders import (
    NOON,
    SECURITY_GROUP,
    a_tool_sign,
    a_write,
    an_actor,
    an_event,
    minutes,
)
from tests.scenarios.cloud import a_beginning, a_detail, an_end, as_phase

SAID = Statement(place="request description", text="OPS-1")
RISK = Risk(slug="open-to-the-world", text="open to the world")

BEGUN = structs.replace(
    a_beginning(request={"size": 3}, lane=Lane.CONFIGURATION, effect=Effect.DEPLOY, statements=[SAID]),
    risks=(RISK,),
)
ENDED = structs.replace(an_end(BEGUN, event_id="end", at=NOON + minutes(2)), request={"response": "done"})
FAILED = an_end(BEGUN, event_id="end", at=NOON + minutes(2), error="QuotaExceeded")


# Completing a record


def test_the_end_has_what_only_the_beginning_says() -> None:
    whole = completed(ENDED, BEGUN)

    assert whole.call is BEGUN.call, "shared, so that it is judged once"
    assert (whole.intended, whole.effect, whole.lane) == (Effect.DEPLOY, Effect.DEPLOY, Lane.CONFIGURATION)
    assert (whole.resources, whole.statements, whole.risks) == ((SECURITY_GROUP,), (SAID,), (RISK,))
    assert whole.request == {"size": 3, "response": "done"}
    assert whole.operation is None, "it tells the whole now"


def test_its_id_time_source_and_outcome_stay_its_own() -> None:
    whole = completed(FAILED, BEGUN)

    assert (whole.event_id, whole.occurred_at, whole.source) == ("end", NOON + minutes(2), FAILED.source)
    assert (whole.outcome, whole.effect, whole.error) == (Outcome.FAILURE, Effect.FAILED, "QuotaExceeded")
    assert whole.intended is Effect.DEPLOY


def test_a_beginning_that_names_nobody_does_not_hide_the_end_that_does() -> None:
    nameless = structs.replace(BEGUN, call=structs.replace(BEGUN.call, principal=None))

    assert completed(ENDED, nameless).call.principal == ENDED.call.principal


@pytest.mark.parametrize(
    ("confidence", "first"), [(Confidence.MEDIUM, Tool.TERRAFORM), (Confidence.LOW, Tool.CONSOLE)]
)
def test_another_sources_sign_of_the_program_comes_first_unless_it_is_a_guess(
    confidence: Confidence, first: Tool
) -> None:
    detail = a_detail(BEGUN, at=NOON)
    told = structs.replace(
        detail, call=structs.replace(detail.call, tools=(a_tool_sign(Tool.TERRAFORM, confidence),))
    )

    tools = completed(told, BEGUN).call.tools

    assert tools[0].tool is first
    assert {sign.tool for sign in tools} == {Tool.CONSOLE, Tool.TERRAFORM}


def test_what_was_cut_out_of_either_record_stays_named() -> None:
    begun = structs.replace(BEGUN, redacted=("password",))

    assert completed(structs.replace(ENDED, redacted=("response.token",)), begun).redacted == (
        "password",
        "response.token",
    )


# Without a store


def test_operations_are_completed_from_what_came_earlier() -> None:
    known = Operations()

    assert known.seen(ENDED) is ENDED
    assert known.seen(BEGUN) is BEGUN
    assert known.seen(ENDED).call is BEGUN.call
    assert known.seen(an_event()) == an_event()


def test_the_same_name_in_two_clouds_is_two_operations() -> None:
    known = Operations()
    known.seen(BEGUN)
    elsewhere = structs.replace(ENDED, call=structs.replace(ENDED.call, cloud=Cloud.GCP))

    assert known.seen(elsewhere) is elsewhere


def test_operations_of_one_name_are_completed_by_their_ids_where_records_have_them() -> None:
    known = Operations()
    begun = {id_: with_id(structs.replace(BEGUN, event_id=id_, summary=id_), id_) for id_ in ("1", "2")}
    for one in begun.values():
        known.seen(one)

    assert [known.seen(with_id(ENDED, id_)).summary for id_ in ("1", "2", None)] == ["1", "2", "2"]


def test_the_oldest_operations_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MAX_BEGUN", 2)
    known = Operations()
    begun = [a_beginning(f"b-{number}", operation=f"op-{number}") for number in range(3)]
    for event in begun:
        known.seen(event)

    ends = [an_end(event, event_id="end", at=NOON) for event in begun]

    assert [known.seen(end) is end for end in ends] == [True, False, False]


# Waiting


def test_only_what_lacks_its_caller_or_its_end_waits() -> None:
    named_end = as_phase(BEGUN, Phase.END, event_id="end", at=NOON)
    told = {
        "begin": (BEGUN, True),
        "end without a caller": (ENDED, True),
        "end with its caller": (named_end, False),
        "progress": (as_phase(BEGUN, Phase.PROGRESS, event_id="p", at=NOON), True),
        "detail": (a_detail(BEGUN, at=NOON), True),
        "beginning that failed": (structs.replace(BEGUN, outcome=Outcome.FAILURE), False),
        "whole call": (an_event(), False),
    }

    assert {name: must_wait(event, Earlier()) for name, (event, _) in told.items()} == {
        name: waits for name, (_, waits) in told.items()
    }
    assert not must_wait(ENDED, Earlier(held=(BEGUN,)))
    assert not must_wait(BEGUN, Earlier(write=KnownWrite(write=a_write(ENDED), ledger_seq=0)))


def test_the_wait_is_reckoned_from_the_call_and_never_from_the_future() -> None:
    now = NOON + minutes(60)

    assert held_until(BEGUN, now) == NOON + HOLD
    assert held_until(structs.replace(BEGUN, occurred_at=None), now) == now + HOLD
    assert held_until(structs.replace(BEGUN, occurred_at=now + minutes(600)), now) == now + HOLD


# Merging


@pytest.mark.parametrize("order", [(BEGUN, ENDED), (ENDED, BEGUN)])
def test_a_write_begins_when_its_operation_did(order: tuple[ChangeEvent, ...]) -> None:
    merged = merge(order[-1], Earlier(held=order[:-1]))

    assert (merged.event.key, merged.event.occurred_at) == ("aws:begin", NOON)
    assert [part.key for part in merged.parts] == ["aws:end"]
    assert not merged.is_in_progress


def test_a_write_has_the_outcome_of_the_end() -> None:
    merged = merge(FAILED, Earlier(held=(BEGUN,)))

    assert (merged.event.outcome, merged.event.effect) == (Outcome.FAILURE, Effect.FAILED)
    assert (merged.event.error, merged.event.intended) == ("QuotaExceeded", Effect.DEPLOY)


def test_another_sources_account_does_not_turn_a_failure_into_success() -> None:
    merged = merge(a_detail(BEGUN, at=NOON), Earlier(held=(BEGUN, FAILED)))

    assert merged.event.outcome is Outcome.FAILURE


def test_a_beginning_alone_is_in_progress_until_something_tells_the_end() -> None:
    begun = merge(BEGUN, Earlier())
    known = KnownWrite(write=structs.replace(a_write(BEGUN), is_in_progress=True), ledger_seq=0)
    progress = as_phase(BEGUN, Phase.PROGRESS, event_id="p", at=NOON + minutes(1))

    assert begun.is_in_progress
    assert merge(progress, Earlier(write=known)).is_in_progress
    assert not merge(ENDED, Earlier(write=known)).is_in_progress


def test_an_amended_write_keeps_its_key_and_names_every_record() -> None:
    known = KnownWrite(write=a_write(an_event(event_id="original")), ledger_seq=3)
    correction = structs.replace(an_event(event_id="c", action="Corrected"), corrects="original")

    merged = merge(correction, Earlier(write=known))

    assert merged.amends is not None
    assert (merged.amends.why, merged.amends.before) == (Amendment.CORRECTED, known)
    assert (merged.event.key, merged.event.call.action) == ("aws:original", "Corrected")
    assert [part.key for part in merged.parts] == ["aws:c"]


@pytest.mark.parametrize(
    ("knowns", "news", "counts"),
    [(False, True, "new"), (True, False, "known"), (True, True, "known"), (False, False, "known")],
)
def test_of_two_copies_that_of_the_resources_owner_counts(*, knowns: bool, news: bool, counts: str) -> None:
    first = structs.replace(an_event(event_id="1", action="known"), shared_id="s", is_owners=knowns)
    second = structs.replace(an_event(event_id="2", action="new"), shared_id="s", is_owners=news)

    merged = merge(second, Earlier(write=KnownWrite(write=a_write(first), ledger_seq=0)))

    assert (merged.event.call.action, merged.event.key) == (counts, "aws:1")


def test_who_was_known_before_is_not_forgotten() -> None:
    before = an_actor("alice", principal="session", chain=("role", "alice"))
    known = KnownWrite(write=a_write(actor=before), ledger_seq=0)
    again = merge(structs.replace(an_event(event_id="c"), corrects="e-1"), Earlier(write=known))

    assert still_known(an_actor("session", principal="session", chain=("role",)), again) is before
    another = an_actor("bob", principal="bobs-session")
    assert still_known(another, again) is another
    assert still_known(another, merge(an_event(), Earlier())) is another


def with_id(event: ChangeEvent, id_: str | None) -> ChangeEvent:
    assert event.operation
    return structs.replace(event, operation=structs.replace(event.operation, id=id_))
