"""Each call counts once, however many records tell of it, and however it ended."""

import itertools

import pytest
from msgspec import structs

from drift.learn.calls import each_call_once
from drift.model.event import ChangeEvent, Effect, Operation, Phase
from tests.builders import NOON, a_write, an_event, minutes

WHOLE = an_event(event_id="whole")


def test_a_record_that_is_delivered_again_counts_once() -> None:
    assert counted(WHOLE, WHOLE, an_event(event_id="other")) == ["whole", "other"]


def test_records_without_an_id_are_told_apart_by_their_bytes() -> None:
    nameless = an_event(event_id=None)
    other = structs.replace(nameless, source=structs.replace(nameless.source, sha256="f" * 64))

    assert len(counted(nameless, other, nameless)) == 2


def test_a_copy_in_another_account_and_a_correction_count_with_their_original() -> None:
    original = structs.replace(WHOLE, shared_id="shared-1")
    copy = structs.replace(an_event(event_id="copy"), shared_id="shared-1")
    correction = structs.replace(an_event(event_id="correction"), corrects="whole")

    for other in (copy, correction):
        assert len(counted(original, other)) == len(counted(other, original)) == 1


def test_what_changes_nothing_does_not_count() -> None:
    assert counted(an_event(effect=Effect.READ), an_event(effect=Effect.AUTH)) == []


BEGIN, PROGRESS, END, DETAIL = (
    structs.replace(an_event(event_id=phase), operation=Operation(key="op", phase=phase)) for phase in Phase
)


@pytest.mark.parametrize("order", list(itertools.permutations((BEGIN, PROGRESS, END, DETAIL))))
def test_an_operation_counts_once_in_whatever_order_it_is_told(order: tuple[ChangeEvent, ...]) -> None:
    assert counted(*order) == ["end"]


@pytest.mark.parametrize("parts", [(BEGIN,), (BEGIN, PROGRESS), (BEGIN, BEGIN, DETAIL), (DETAIL, PROGRESS)])
def test_an_operation_that_never_ends_counts_too(parts: tuple[ChangeEvent, ...]) -> None:
    [write] = each_call_once((event, a_write(event)) for event in parts)

    assert write.is_in_progress


def test_a_later_operation_of_the_same_name_counts_by_itself() -> None:
    later = [
        structs.replace(one, event_id=f"{one.event_id} 2", occurred_at=NOON + minutes(5))
        for one in (BEGIN, END)
    ]

    assert counted(BEGIN, END, *later) == ["end", "end 2"]
    assert counted(BEGIN, END, later[0]) == ["end", "begin 2"]


def test_operations_of_one_name_are_told_apart_by_their_ids() -> None:
    first, second = ([with_id(one, id_) for one in (BEGIN, END)] for id_ in ("1", "2"))

    assert counted(first[0], second[0], DETAIL, first[1], second[1]) == ["end 1", "end 2"]
    assert counted(first[0], second[0], DETAIL, first[1]) == ["end 1", "begin 2"]


def counted(*events: ChangeEvent) -> list[str | None]:
    return [write.event.event_id for write in each_call_once((event, a_write(event)) for event in events)]


def with_id(event: ChangeEvent, id_: str) -> ChangeEvent:
    assert event.operation
    operation = structs.replace(event.operation, id=id_)
    return structs.replace(event, event_id=f"{event.event_id} {id_}", operation=operation)
