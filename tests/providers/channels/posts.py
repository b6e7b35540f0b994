"""What sends reports, each against a server of our own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx
import pytest

from drift.ports import MailTransport
from providers.aws.ses import AmazonSes, AmazonSesSettings
from providers.email.server import Tls
from providers.email.transport import SmtpMail, SmtpMailSettings
from tests.providers.channels.fake_mail import fake_mail
from tests.providers.state_stores import s3
from tests.providers.state_stores.servers import Servers

SENDER = "drift@example.com"
NOWHERE = 9
"""A port at which nobody answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A letter as the service took it."""

    sender: str
    to: tuple[str, ...]
    letter: EmailMessage


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A transport, and its service."""

    transport: MailTransport
    away: MailTransport
    """One whose service does not answer."""
    taken: Callable[[], list[Taken]]
    refuse_sender: Callable[[], None]


@contextmanager
def smtp(_servers: Servers) -> Iterator[Post]:
    """A mail server on this machine."""
    with fake_mail() as (mail, port):

        def transport(at: int) -> MailTransport:
            return SmtpMail(SmtpMailSettings(host="127.0.0.1", port=at, tls=Tls.NONE, sender=SENDER))

        def taken() -> list[Taken]:
            pairs = zip(mail.envelopes, mail.letters, strict=True)
            return [Taken(sender=one[0], to=tuple(one[1]), letter=letter) for one, letter in pairs]

        def refuse() -> None:
            mail.replies["MAIL"] = "550 not you"

        yield Post(transport=transport(port), away=transport(NOWHERE), taken=taken, refuse_sender=refuse)


@contextmanager
def amazon_ses(servers: Servers) -> Iterator[Post]:
    """SES, as moto simulates it, in an account of its own."""
    client = s3.a_client("sesv2", servers.moto)
    client.create_email_identity(EmailIdentity=SENDER)
    before = len(_messages(servers.moto))

    def transport(endpoint: str) -> MailTransport:
        return AmazonSes(AmazonSesSettings(region="eu-west-1", endpoint=endpoint, sender=SENDER))

    def taken() -> list[Taken]:
        return _messages(servers.moto)[before:]

    def refuse() -> None:
        client.delete_email_identity(EmailIdentity=SENDER)

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", s3.KEY)
        environment.setenv("AWS_SECRET_ACCESS_KEY", s3.KEY)
        yield Post(
            transport=transport(servers.moto),
            away=transport(f"http://127.0.0.1:{NOWHERE}"),
            taken=taken,
            refuse_sender=refuse,
        )


def _messages(url: str) -> list[Taken]:
    said = httpx.get(f"{url}/moto-api/data.json", timeout=120).json()["ses"]
    raw = said.get("RawMessage", [])
    return [_taken(one) for one in raw]


def _taken(one: dict[str, Any]) -> Taken:
    letter = message_from_string(one["raw_data"], EmailMessage, policy=default)
    named = 1 if letter["To"] else 0  # moto adds those whom the letter itself names
    to = one["destinations"][: len(one["destinations"]) - named]
    return Taken(sender=one["source"], to=tuple(to), letter=letter)
