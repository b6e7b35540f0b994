"""What everything that sends reports must do; a new one is one row of `POSTS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.ports import MailTransport
from tests.providers.channels.posts import SENDER, Post, amazon_ses, smtp
from tests.providers.state_stores.servers import Servers

POSTS: dict[str, Callable[[Servers], AbstractContextManager[Post]]] = {
    "smtp": smtp,
    "amazon-ses": amazon_ses,
}

LETTER = (
    b"From: drift@example.com\r\nTo: leads@example.com\r\nSubject: =?utf-8?q?W=C3=B6chentlich?=\r\n"
    b"Message-ID: <report-1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nF=C3=BCr Sie.\r\n.\r\nEnde\r\n"
)


@pytest.fixture(params=POSTS)
def post(request: pytest.FixtureRequest, state_servers: Servers) -> Iterator[Post]:
    """Each kind of transport in turn."""
    with POSTS[request.param](state_servers) as opened:
        yield opened


def test_a_letter_arrives_as_it_was_written_at_every_address(post: Post) -> None:
    transport: MailTransport = post.transport

    transport.post(LETTER, ["leads@example.com"])
    transport.post(LETTER, ["oncall@example.com", "erin@example.com"])

    assert [one.to for one in post.taken()] == [
        ("leads@example.com",),
        ("oncall@example.com", "erin@example.com"),
    ]
    for one in post.taken():
        assert one.sender == SENDER
        assert one.letter["Subject"] == "Wöchentlich"
        assert one.letter.get_content().splitlines() == ["Für Sie.", ".", "Ende"]


def test_it_says_whom_letters_come_from_and_whether_it_could_send(post: Post) -> None:
    assert post.transport.sender == SENDER
    assert SENDER in post.transport.check()
    assert post.taken() == []


def test_a_service_that_is_not_there_may_come_back(post: Post) -> None:
    with pytest.raises(ProviderUnavailableError):
        post.away.post(LETTER, ["leads@example.com"])
    with pytest.raises(ProviderUnavailableError):
        post.away.check()


def test_a_sender_that_is_refused_is_named(post: Post) -> None:
    post.refuse_sender()

    with pytest.raises(ProviderAccessError, match=SENDER):
        post.transport.check()
