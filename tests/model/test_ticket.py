"""A ticket's snapshot shows whatever was changed of it."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from drift.model.ticket import Edit, Ticket
from tests.builders import NOON, a_ticket, an_approval


def test_the_same_ticket_has_the_same_snapshot() -> None:
    one, other = (a_ticket(approvals=(an_approval(at=NOON),), window=(NOON, NOON)) for _ in range(2))

    assert one.snapshot() == other.snapshot()
    assert one.sha256 == hashlib.sha256(one.snapshot()).hexdigest()


def test_a_snapshot_is_json_with_sorted_keys_and_every_field() -> None:
    told = json.loads(a_ticket().snapshot())

    assert list(told) == sorted(field.name for field in fields(Ticket))


@pytest.mark.parametrize(
    "edit",
    [
        {"title": "Open all ports"},
        {"status": "Done"},
        {"approvals": (an_approval(at=NOON),)},
        {"resources": ("sg-0abc",)},
        {"window_end": NOON},
        {"closed_at": NOON, "is_open": False},
        {"text_sha256": "0" * 64},
        {"history": (Edit(at=NOON, by="bob@example.com", field="summary"),)},
        {"updated_at": NOON + timedelta(seconds=1)},
    ],
    ids=lambda edit: next(iter(edit)),
)
def test_an_edited_ticket_has_another_digest(edit: dict[str, object]) -> None:
    assert replace(a_ticket(), **edit).sha256 != a_ticket().sha256


def test_a_moved_ticket_is_called_by_both_names() -> None:
    moved = replace(a_ticket("OPS-1"), former_keys=("OLD-7",))

    assert [moved.is_called(key) for key in ("OPS-1", "OLD-7", "OPS-7")] == [True, True, False]
