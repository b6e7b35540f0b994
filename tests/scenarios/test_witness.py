"""Once a week everybody who is told anything is shown the last checkpoint, and can hold it against a pack."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from drift.ledger.verify import KeptCheckpoint, read_kept_checkpoints
from drift.model.alert import Alert
from drift.stages.witness import compose_witness
from drift.store.database import Database
from drift.store.schema import outbox
from providers.email.letter import letter
from providers.slack.blocks import render
from tests.builders import NOON, a_checkpoint, an_event, minutes
from tests.ledger.building import OTHER_KEY
from tests.scenarios.cloud import Watch

HEADLINE = "Checkpoint of the evidence"
A_DAY = 24 * 60


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    return Watch(database=sqlite_database, makes_witnesses=True)


def happened(watch: Watch, day: int) -> None:
    """Somebody writes something on a day after the first, a Monday."""
    minute = day * A_DAY
    watch.told(an_event(event_id=f"e-{day}", at=NOON + minutes(minute)), minute=minute)


def shown(watch: Watch) -> list[Alert]:
    """The messages that show a checkpoint."""
    return [one for one in watch.board.messages.values() if one.headline.startswith(HEADLINE)]


def test_the_first_week_shows_none_and_each_later_one_shows_the_last(watch: Watch) -> None:
    for day in (0, 1, 6):
        happened(watch, day)
    assert shown(watch) == []

    happened(watch, 7)
    watch.cycle(7 * A_DAY + 60)
    happened(watch, 8)

    [message] = shown(watch)
    assert message.headline.startswith(f"{HEADLINE}, week 2026-W48: ")
    happened(watch, 14)
    watch.cycle(14 * A_DAY + 60)
    assert len(shown(watch)) == 2


def test_a_ledger_that_did_not_grow_is_shown_no_second_time(watch: Watch) -> None:
    happened(watch, 0)
    for day in (7, 14):
        watch.pipeline.witness(NOON + minutes(day * A_DAY))

    with watch.database.reading() as connection:
        queued = connection.execute(select(outbox.c.session_id)).scalars().all()
    assert [one for one in queued if one.startswith("witness-")] == []


def test_who_does_not_want_it_is_shown_none(sqlite_database: Database) -> None:
    watch = Watch(database=sqlite_database)
    for day in (0, 7, 14):
        happened(watch, day)

    assert shown(watch) == []


def texts(value: object) -> Iterator[str]:
    """What people see of a message in Slack, in order."""
    match value:
        case {"text": str(text)}:
            yield text
        case dict():
            yield from texts(list(value.values()))
        case list():
            for inner in value:
                yield from texts(inner)
        case _:
            pass


def test_each_message_as_it_is_sent_is_taken_for_the_checkpoint(tmp_path: Path) -> None:
    """
    Whoever kept the mail, or copies the post, need not know which of its lines count.
    """
    alert = compose_witness(a_checkpoint(size=12345), "2026-W48", NOON)
    mail = letter(alert, sender="a@example.com", to=("b@example.com",), thread=None, now=NOON)
    post = "\n".join(texts(render(alert).blocks))
    kept = tmp_path / "kept"

    for sent in (mail.as_bytes(), post.encode()):
        kept.write_bytes(sent)
        assert read_kept_checkpoints(str(kept)) == [KeptCheckpoint(12345, a_checkpoint(size=12345).root)]


def test_it_names_the_key_that_signed() -> None:
    alert = compose_witness(a_checkpoint(), "2026-W48", NOON)

    assert any(OTHER_KEY.verifier_key.rpartition("+")[0] in one for one in alert.notice)
