"""What every channel must do that can ask one person by themselves; they are the rows of `REACHING`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.alert import Asked
from drift.model.secret import Secret
from drift.ports import Notifier, Private, Searching
from providers.slack.web_api import Slack, SlackSettings
from tests.providers.slack.builders import BEGAN_AT, an_alert
from tests.providers.slack.fake_slack import CHANNEL_ID, TOKEN, Failure, fake_slack

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

ASKED = Asked(session_id="s-1c52d08b", until=BEGAN_AT, otherwise_at=BEGAN_AT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reaching:
    """A channel in which alice@example.com (U0ALICE1) can be asked, and gone@example.com no more."""

    notifier: Notifier
    written_to: Callable[[], list[str]]
    """Whose conversations hold a message, one for each message."""
    in_public: Callable[[], int]
    """How many messages everybody sees."""
    break_down: Callable[[], None]
    forbid: Callable[[], None]
    """From now on it does not let anybody be looked up."""


@contextmanager
def slack() -> Iterator[Reaching]:
    """The Web API against the stand-in."""
    with fake_slack() as server:
        server.addresses |= {"U0ALICE1": "alice@example.com", "U0GONE01": "gone@example.com"}
        server.gone.add("U0GONE01")
        settings = SlackSettings(
            channel=CHANNEL_ID, token=Secret(TOKEN), app_token=Secret("xapp-1"), base_url=server.base_url
        )

        def forbid() -> None:
            server.scopes = ("chat:write",)

        yield Reaching(
            notifier=Slack(settings),
            written_to=lambda: [one.place for one in server.private],
            in_public=lambda: len(server.messages),
            break_down=lambda: server.problems.append(Failure.SERVER_ERROR),
            forbid=forbid,
        )


REACHING: dict[str, Callable[[], AbstractContextManager[Reaching]]] = {"slack": slack}


@pytest.fixture(params=REACHING)
def channel(request: pytest.FixtureRequest) -> Iterator[Reaching]:
    """Each channel in turn, in which nobody was written to."""
    with REACHING[request.param]() as opened:
        yield opened


def reached(channel: Reaching, *names: str) -> str | None:
    assert isinstance(channel.notifier, Private)
    return channel.notifier.can_reach(names)


def test_a_person_is_known_by_any_of_their_names(channel: Reaching) -> None:
    ways = [("alice@example.com",), ("alice", "alice@example.com"), ("alice", "u0alice1"), ("U0ALICE1",)]

    found = {reached(channel, *names) for names in ways}

    assert len(found) == 1
    assert None not in found
    assert channel.written_to() == []


@pytest.mark.parametrize(
    "name",
    ["nobody@example.com", "gone@example.com", "U0GONE01", "U0NOBODY", "alice", "ALICE", "USERNAME", ""],
)
def test_who_is_not_there_or_has_left_cannot_be_reached(channel: Reaching, name: str) -> None:
    assert reached(channel, name) is None


def test_a_message_to_a_person_is_for_them_alone_and_edited_in_place(channel: Reaching) -> None:
    to = reached(channel, "alice@example.com")

    first = channel.notifier.send(an_alert(to=to, asked=ASKED), replaces=None)
    second = channel.notifier.send(an_alert(to=to, asked=ASKED, client_id="a-2"), replaces=first)

    assert first == second
    assert (len(channel.written_to()), channel.in_public()) == (1, 0)


def test_a_message_to_a_person_that_is_in_doubt_is_found_where_it_stands(channel: Reaching) -> None:
    to = reached(channel, "alice@example.com")
    reference = channel.notifier.send(an_alert(client_id="a-1", to=to, asked=ASKED), replaces=None)

    assert isinstance(channel.notifier, Searching)
    assert channel.notifier.find("a-1", LONG_AGO, to=to) == reference
    assert channel.notifier.find("a-2", LONG_AGO, to=to) is None
    assert channel.notifier.find("a-1", LONG_AGO) is None


def test_a_channel_that_is_down_says_that_it_may_pass(channel: Reaching) -> None:
    channel.break_down()

    with pytest.raises(ProviderUnavailableError):
        reached(channel, "alice@example.com")

    assert reached(channel, "alice@example.com")


def test_a_permission_that_is_missing_is_named(channel: Reaching) -> None:
    channel.forbid()

    with pytest.raises(ProviderAccessError, match=r"users:read\.email"):
        reached(channel, "alice@example.com")
