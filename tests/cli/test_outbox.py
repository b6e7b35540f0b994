"""`drift outbox`: what waits, what could not be delivered, and another attempt at it."""

import json
from dataclasses import replace

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.alert import Alert
from drift.stages.notify import notify
from drift.store import outbox
from tests.builders import NOON, an_alert
from tests.cli.running import Drift
from tests.world import World

UNFIT = ProviderResponseError("Slack refuses the message: msg_blocks_too_long", hint="report it")


class Refusing:
    """A notifier that takes nothing."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def check(self) -> str:
        """Say that it is there."""
        return "there"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Refuse."""
        raise self._error


def told(world: World, session: str, error: Exception | None = None, headline: str = "alice did it") -> None:
    """A message was queued, and refused if there is an error."""
    with world.database.transaction() as connection:
        outbox.queue(connection, ["oncall"], replace(an_alert(session), headline=headline), NOON)
    if error:
        notify(world.database, {"oncall": Refusing(error)}, NOON)


def test_an_empty_outbox_lists_nothing(drift: Drift) -> None:
    ran = drift("outbox")

    assert (ran.code, ran.out, ran.err) == (0, "", "0 waiting, 0 dead letters\n")


def test_what_waits_and_what_is_dead_is_listed_with_the_reason(drift: Drift, world: World) -> None:
    told(world, "ses-1", UNFIT)
    told(world, "ses-2", ProviderUnavailableError("no answer", hint="wait"))
    told(world, "ses-3")

    ran = drift("outbox")

    assert ran.code == 0
    assert ran.lines[0] == "1  dead letter for oncall: high, alice did it"
    assert ran.lines[1] == "          ses-1, since 2026-11-16 12:00, tried 1 time"
    assert ran.lines[2] == f"          {UNFIT}"
    assert ran.lines[3] == "2  waiting for oncall: high, alice did it"
    assert ran.lines[7].endswith("not tried yet")
    assert ran.err == "2 waiting, 1 dead letter\n"


def test_json_has_every_key(drift: Drift, world: World) -> None:
    told(world, "ses-1", UNFIT)

    [line] = drift("outbox", "--json").lines

    found = json.loads(line)
    assert list(found) == [
        "id",
        "notifier",
        "session_id",
        "status",
        "severity",
        "headline",
        "attempts",
        "error",
        "created_at",
        "next_attempt_at",
    ]
    assert (found["status"], found["next_attempt_at"]) == ("dead", None)


def test_a_dead_letter_that_is_sent_again_waits_as_if_it_were_new(drift: Drift, world: World) -> None:
    told(world, "ses-1", UNFIT)

    ran = drift("outbox", "resend", "1")

    assert (ran.code, ran.lines) == (0, ["1: on its way again to oncall"])
    assert drift("outbox").err == "1 waiting, 0 dead letters\n"


def test_what_waits_for_access_is_tried_at_once(drift: Drift, world: World) -> None:
    """
    Whoever mended the access need not wait for two hours.
    """
    told(world, "ses-1", ProviderAccessError("no token", hint="make one"))

    assert drift("outbox", "resend", "1").code == 0

    [waiting] = (json.loads(line) for line in drift("outbox", "--json").lines)
    assert (waiting["attempts"], waiting["error"]) == (0, None)
    assert waiting["next_attempt_at"] == waiting["created_at"]


def test_a_message_that_is_not_there_is_named(drift: Drift) -> None:
    ran = drift("outbox", "resend", "7")

    assert ran.code == 2
    assert "no message 7 waits or is a dead letter" in ran.err


def test_a_message_that_a_later_one_overtook_is_not_sent_again(drift: Drift, world: World) -> None:
    """
    Sent now, it would take back the news.
    """
    told(world, "ses-1", UNFIT)
    told(world, "ses-1", headline="alice took it back")

    ran = drift("outbox", "resend", "1")

    assert ran.code == 2
    assert "message 1 is overtaken" in ran.err


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "two\nlines", "a\u202eb", "\0"])
def test_text_from_outside_does_nothing_to_the_terminal(drift: Drift, world: World, hostile: str) -> None:
    told(world, "ses-1", UNFIT, headline=hostile)

    [line, *_] = drift("outbox").lines

    assert line.isprintable()


def test_status_counts_dead_letters_and_names_them(drift: Drift, world: World) -> None:
    told(world, "ses-1", UNFIT)

    lines = drift("status").lines

    assert "alerts    1 dead" in lines
    assert f"dead      1 for oncall: {UNFIT} (`drift outbox resend 1` sends it again)" in lines
