"""E-mail: threads, TLS, sign-in, and what each refusal of a mail server means. Against a real server."""

import socket
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.model.verdict import Severity
from providers.email.smtp import Email, EmailSettings, Tls
from tests.providers.channels.fake_mail import PASSWORD, UNKNOWN, USER, certified, fake_mail
from tests.providers.slack.builders import an_alert


def settings(port: int, **but: Any) -> EmailSettings:
    plain = EmailSettings(
        host="127.0.0.1", port=port, tls=Tls.NONE, sender="drift@example.com", to=("oncall@example.com",)
    )
    return msgspec.structs.replace(plain, **but)


def test_a_letter_says_first_what_to_do_in_text_and_html() -> None:
    with fake_mail() as (mail, port):
        Email(settings(port)).send(an_alert(), replaces=None)

    [letter] = mail.letters
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().startswith("Act now: revert it unless it is meant.")
    assert "<strong>Act now: revert it" in html.get_content()
    assert mail.envelopes == [("drift@example.com", ["oncall@example.com"])]
    assert letter["Importance"] == "high"


def test_news_are_a_reply_in_the_thread_with_the_same_subject() -> None:
    with fake_mail() as (mail, port):
        notifier = Email(settings(port))
        first = notifier.send(an_alert(client_id="a-1"), replaces=None)
        second = notifier.send(
            an_alert(client_id="a-2", headline="quite another", severity=Severity.LOW), replaces=first
        )
        third = notifier.send(an_alert(client_id="a-3"), replaces=second)

    opening, *replies = mail.letters
    assert first == second == third == opening["Message-ID"] == "<a-1@example.com>"
    for reply in replies:
        assert reply["In-Reply-To"] == reply["References"] == "<a-1@example.com>"
        assert reply["Subject"] == f"Re: {opening['Subject']}"
    assert len({letter["Message-ID"] for letter in mail.letters}) == 3


def test_a_repeat_bears_the_same_message_id() -> None:
    with fake_mail() as (mail, port):
        notifier = Email(settings(port))
        notifier.send(an_alert(client_id="a-1"), replaces=None)
        notifier.send(an_alert(client_id="a-1"), replaces=None)

    first, second = mail.letters
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize("client_id", ["a b", "a>\r\nBcc: x@y.z", "\ud800", "é", "x" * 500, ""])
def test_whatever_the_client_id_is_the_message_id_is_one(client_id: str) -> None:
    with fake_mail() as (mail, port):
        Email(settings(port)).send(an_alert(client_id=client_id), replaces=None)

    [letter] = mail.letters
    assert len(str(letter["Message-ID"])) < 100
    assert letter["Bcc"] is None


@pytest.mark.parametrize("foreign", ["<a@elsewhere.example>", "<a@example.com>\r\nBcc: x@y.z", "C1:17.3"])
def test_a_reference_of_another_channel_opens_a_thread_of_its_own(foreign: str) -> None:
    with fake_mail() as (mail, port):
        Email(settings(port)).send(an_alert(), replaces=foreign)

    [letter] = mail.letters
    assert letter["In-Reply-To"] is None


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_over_tls_the_user_signs_in_and_the_letter_arrives(tls: Tls, tmp_path: Path) -> None:
    context, authority = certified(tmp_path)
    server = {"starttls": context} if tls is Tls.STARTTLS else {"implicit": context}

    with fake_mail(**server, signs_in=True) as (mail, port):
        signed_in = settings(port, tls=tls, ca_file=authority, username=USER, password=Secret(PASSWORD))
        Email(signed_in).check()
        Email(signed_in).send(an_alert(), replaces=None)

    assert len(mail.letters) == 1
    assert mail.signed_in == [USER, USER]


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_certificate_that_nobody_vouches_for_is_refused_and_nothing_is_sent(
    tls: Tls, tmp_path: Path
) -> None:
    context, _ = certified(tmp_path)
    server = {"starttls": context} if tls is Tls.STARTTLS else {"implicit": context}

    with (
        fake_mail(**server) as (mail, port),
        pytest.raises(ProviderAccessError, match="is not trusted") as refused,
    ):
        Email(settings(port, tls=tls)).send(an_alert(), replaces=None)

    assert mail.letters == []
    assert "ca_file" in refused.value.hint


def test_a_server_without_starttls_gets_nothing() -> None:
    """
    Whoever sits on the line may cut the offer out of it.
    """
    with fake_mail() as (mail, port), pytest.raises(ProviderAccessError, match="does not offer"):
        Email(settings(port, tls=Tls.STARTTLS)).send(an_alert(), replaces=None)

    assert mail.letters == []


def test_a_wrong_password_is_named_and_not_shown(tmp_path: Path) -> None:
    context, authority = certified(tmp_path)

    with (
        fake_mail(starttls=context, signs_in=True) as (_, port),
        pytest.raises(ProviderAccessError, match="refuses the user driftledger") as refused,
    ):
        Email(
            settings(port, tls=Tls.STARTTLS, ca_file=authority, username=USER, password=Secret("hunter2"))
        ).check()

    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(refused.value.__cause__)


@pytest.mark.parametrize(
    ("command", "reply", "error"),
    [
        ("MAIL", "451 later", ProviderUnavailableError),
        ("MAIL", "550 not you", ProviderAccessError),
        ("RCPT", "450 greylisted", ProviderUnavailableError),
        ("RCPT", "554 relay denied", ProviderAccessError),
        ("DATA", "452 full", ProviderUnavailableError),
        ("DATA", "552 too big", ProviderResponseError),
        ("DATA", "421 closing", ProviderUnavailableError),
    ],
)
def test_a_refusal_says_whether_it_may_pass(command: str, reply: str, error: type[Exception]) -> None:
    with fake_mail() as (mail, port):
        mail.replies[command] = reply
        with pytest.raises(error):
            Email(settings(port)).send(an_alert(), replaces=None)

    assert mail.letters == []


def test_an_address_that_is_refused_among_others_is_named() -> None:
    with fake_mail() as (mail, port):
        notifier = Email(settings(port, to=("oncall@example.com", UNKNOWN)))
        with pytest.raises(ProviderResponseError, match=f"refused for {UNKNOWN}"):
            notifier.send(an_alert(), replaces=None)
        with pytest.raises(ProviderAccessError, match=f"the recipient {UNKNOWN} is refused"):
            notifier.check()

    assert len(mail.letters) == 1


def test_a_server_that_is_not_there_may_come_back() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(ProviderUnavailableError):
            Email(settings(nobody.getsockname()[1])).check()


def test_a_server_that_says_nothing_is_not_waited_for_without_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ProviderUnavailableError):
        Email(settings(silent.getsockname()[1]), timeout=0.2).check()


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "mail.example.com", "tls": Tls.NONE},
        {"sender": "Drift <drift@example.com>"},
        {"to": ("a@example.com\r\nBcc: b@example.com",)},
        {"to": ("nobody",)},
        {"username": "driftledger"},
        {"password": Secret("x")},
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_sent(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"host": "127.0.0.1", "sender": "a@example.com", "to": ("b@example.com",)}

    with pytest.raises(ValueError, match='"'):
        EmailSettings(**(right | wrong))
