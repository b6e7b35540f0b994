"""A mail server of our own: aiosmtpd on 127.0.0.1, with TLS and sign-in."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "driftledger", "correct horse battery"
UNKNOWN = "nobody@example.com"


class FakeMail:
    """Keeps the letters that it takes."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.signed_in: list[str] = []
        self.replies: dict[str, str] = {}
        """What a command is answered instead: `{"DATA": "451 later"}`."""

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        """Let in who knows the password."""
        is_right = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
        if is_right:
            self.signed_in.append(USER)
        return AuthResult(success=is_right, handled=False)

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address == UNKNOWN:
            return "550 no such user"
        if "RCPT" not in self.replies:
            envelope.rcpt_tos.append(address)
        return self.replies.get("RCPT", "250 OK")

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Any, envelope: Any
    ) -> str:
        if "DATA" in self.replies:
            return self.replies["DATA"]
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        return "250 taken"


def certified(folder: Path) -> tuple[ssl.SSLContext, str]:
    """Return a server's context, and the file of the authority that vouches for it."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return context, str(file)


@contextmanager
def fake_mail(
    *,
    starttls: ssl.SSLContext | None = None,
    implicit: ssl.SSLContext | None = None,
    signs_in: bool = False,
) -> Iterator[tuple[FakeMail, int]]:
    """A running server and its port; with a context for STARTTLS it takes nothing before."""
    mail = FakeMail()
    options: dict[str, Any] = {}
    if starttls:
        options |= {"tls_context": starttls, "require_starttls": True}
    if signs_in:
        # Of TLS from the first byte the server does not know, so it must not ask for it.
        options |= {
            "authenticator": mail.authenticate,
            "auth_required": bool(starttls),
            "auth_require_tls": bool(starttls),
        }
    port = _free_port()
    # Its name is not asked for, which would take a name server.
    controller = Controller(
        mail, hostname="127.0.0.1", port=port, ssl_context=implicit, server_hostname="mail.test", **options
    )
    controller.start()
    try:
        yield mail, port
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
