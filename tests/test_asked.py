"""What is asked in a chat, in the words of the command line."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from drift.asked import answer
from drift.errors import DriftError
from drift.model.alert import Alert
from drift.model.form import Answer
from drift.ports import Counter
from drift.rounds import Rounds
from drift.store.database import Database
from tests.builders import NOON, a_ticket, an_event, minutes
from tests.providers.slack.test_answering import Desk
from tests.scenarios.cloud import ALICE, Watch


class Ear:
    """A channel in which somebody asks one thing."""

    is_answerable = True

    def __init__(self, words: str) -> None:
        self.words = words
        self.answers: list[Answer] = []

    def check(self) -> str:
        """Say that it is there."""
        return "an ear"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Show nothing."""
        return "message"

    def hear(self, counter: Counter, is_over: Callable[[], bool]) -> None:
        """Pass on what is asked."""
        self.answers.append(counter.answer(self.words))


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    """One change at noon, and an incident half an hour later."""
    incident = a_ticket("INC-9", created_at=NOON + minutes(30))
    watch = Watch(database=sqlite_database, ticket_sources={"jira": Desk([incident])})
    watch.told(an_event(principal=ALICE), minute=40)
    return watch


def said(watch: Watch, words: str) -> str:
    pipeline = watch.pipeline
    return answer(words, pipeline.have, pipeline.desk).text


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("around INC-9", 1),
        ("around 2026-11-16T13:00Z --scope resource:sg-*", 1),
        ("around 2026-11-16T13:00Z --scope=account:999900001111", 0),
        ("around 2026-11-16T13:00Z —hours 1", 1),
        ("around –hours 1 2026-11-16T13:30Z", 0),
        ("around 30m", 1),
        ("around 60m --hours=12", 0),
    ],
)
def test_words_mean_what_they_mean_on_the_command_line(watch: Watch, words: str, count: int) -> None:
    assert said(watch, words).startswith(f"{count} change")


@pytest.mark.parametrize("words", ["", "help", "around", "show chg-1", "AROUND INC-9"])
def test_what_is_not_understood_is_answered_with_what_may_be_written(watch: Watch, words: str) -> None:
    assert said(watch, words).startswith("Write: around INCIDENT|TIME")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("around --hours 2", "nothing is said of what is looked around"),
        ("around INC-9 OPS-7", '"OPS-7" is one word too many'),
        ("around INC-10", "there is no ticket INC-10"),
        ("around 2h --hours many", '"many" is no number of hours'),
        ("around 2h --hours ²", '"²" is no number of hours'),
        ("around 2h --hours 99999999", "999999 h cannot be looked back at"),
        ("around 2h --scope", '"" is no scope'),
        ("around 2h --scope nobody", '"nobody" is no scope'),
    ],
)
def test_what_cannot_be_answered_says_why(watch: Watch, words: str, says: str) -> None:
    with pytest.raises(DriftError) as refused:
        said(watch, words)

    assert refused.value.what == says


def test_what_is_asked_in_a_channel_is_answered_by_the_program_that_hears_it(watch: Watch) -> None:
    ear = Ear("around INC-9")
    listening = replace(watch, boards={"ear": ear})

    Rounds(listening.pipeline).hear("ear", lambda: None)

    [answer] = ear.answers
    assert answer.text.startswith("1 change in the 24 h before 2026-11-16 12:30 UTC, when INC-9 was opened")
