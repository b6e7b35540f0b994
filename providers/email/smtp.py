"""Sends alerts by e-mail, over SMTP with TLS.

A mail cannot be edited: news of a session come as a reply in the thread of its first message. A repeat
bears the same Message-ID, by which mail systems drop it.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.alert import Alert
from drift.model.secret import Secret
from providers.email.letter import letter, message_id
from providers.posting import is_loopback
from providers.visible import shortened

TIMEOUT: Final = 15.0
"""Seconds for each wait on the socket."""

_ADDRESS = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", re.ASCII
)


class Tls(StrEnum):
    """How the line is kept from being read."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    """TLS from the first byte, mostly on port 465."""
    NONE = "none"
    """Only to a server on this machine."""


class EmailSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server that takes the mail, and whom it goes to."""

    host: str
    sender: str
    to: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    port: int = 587
    tls: Tls = Tls.STARTTLS
    username: str | None = None
    password: Secret | None = None
    ca_file: str | None = None
    """The authority that the server's certificate is of, where it is a private one."""

    def __post_init__(self) -> None:
        """Refuse what cannot be addresses, halves of credentials, and a line that others can read.

        Raises:
            ValueError: One of them.
        """
        for address in (self.sender, *self.to):
            if not _ADDRESS.fullmatch(address):
                raise ValueError('"sender" and "to" must be plain addresses: "oncall@example.com"')
        if (self.username is None) != (self.password is None):
            raise ValueError('"username" and the password belong together')
        if self.tls is Tls.NONE and not is_loopback(self.host):
            raise ValueError('"tls" can be "none" only for a "host" that is this machine')


class Email:
    """A `Notifier` that sends each message to all addresses. Its reference is the thread's Message-ID."""

    def __init__(self, settings: EmailSettings, *, timeout: float = TIMEOUT) -> None:
        self._settings = settings
        self._timeout = timeout

    def check(self) -> str:
        """Sign in and name sender and recipients, and break off before there is a message."""
        settings = self._settings
        with self._server() as server:
            code, _ = server.mail(settings.sender)
            if code != 250:
                raise _refused("the sender", settings.sender, code)
            for address in settings.to:
                code, _ = server.rcpt(address)
                if code not in (250, 251):
                    raise _refused("the recipient", address, code)
            server.rset()
        return f"{settings.host} takes mail from {settings.sender} to {', '.join(settings.to)}"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Send a letter: the first of a thread, or a reply in the thread that `replaces` names."""
        settings = self._settings
        thread = replaces if replaces and self._is_ours(replaces) else None
        written = letter(alert, sender=settings.sender, to=settings.to, thread=thread, now=datetime.now(UTC))
        with self._server() as server:
            refused = server.send_message(written, settings.sender, list(settings.to))
        if refused:
            raise ProviderResponseError(
                f"the mail went to some, and was refused for {', '.join(refused)}",
                hint="mend or take out these addresses in `to`",
            )
        return thread or message_id(alert.client_id, settings.sender)

    def _is_ours(self, reference: str) -> bool:
        domain = re.escape(self._settings.sender.rpartition("@")[2])
        return bool(re.fullmatch(rf"<[A-Za-z0-9.-]{{1,64}}@{domain}>", reference))

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        """Open a session with the server, and say what its refusals within the block mean."""
        try:
            with self._connected() as server:
                if self._settings.tls is Tls.STARTTLS:
                    server.starttls(context=self._context())
                if self._settings.username is not None and self._settings.password is not None:
                    server.login(self._settings.username, self._settings.password.reveal())
                server.ehlo_or_helo_if_needed()
                yield server
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise _meaning(error, self._settings) from None  # its text may hold what was sent

    def _connected(self) -> smtplib.SMTP:
        settings, name = self._settings, self._settings.sender.rpartition("@")[2]
        if settings.tls is Tls.IMPLICIT:
            return smtplib.SMTP_SSL(
                settings.host, settings.port, name, timeout=self._timeout, context=self._context()
            )
        return smtplib.SMTP(settings.host, settings.port, name, timeout=self._timeout)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file)


def _meaning(error: Exception, settings: EmailSettings) -> ProviderError:
    where = f"{settings.host}:{settings.port}"
    match error:
        case smtplib.SMTPAuthenticationError():
            return ProviderAccessError(
                f"{where} refuses the user {settings.username} (code {error.smtp_code})",
                hint="check `username` and the password; some services want one made for this program",
            )
        case smtplib.SMTPNotSupportedError():
            return ProviderAccessError(
                f"{where} does not offer what is configured: STARTTLS or a sign-in",
                hint="check `port` and `tls`: implicit TLS mostly has port 465",
            )
        case ssl.SSLCertVerificationError():
            return ProviderAccessError(
                f"the certificate of {where} is not trusted: {error.verify_message}",
                hint="check `host`, or name the private authority as `ca_file`",
            )
        case smtplib.SMTPRecipientsRefused():
            address, (code, _) = next(iter(error.recipients.items()))
            return _refused("the recipient", address, code)
        case smtplib.SMTPSenderRefused():
            return _refused("the sender", settings.sender, error.smtp_code)
        case smtplib.SMTPResponseException() if 500 <= error.smtp_code < 600:
            return ProviderResponseError(
                f"{where} refuses the message (code {error.smtp_code}): {_said(error)}",
                hint="sending it again is useless; the server's log says why",
            )
        case _:
            return ProviderUnavailableError(
                f"{where} does not take mail now: {shortened(str(error) or type(error).__name__, 200)}",
                hint="check the network, `host` and `port`; the message will be sent again later",
            )


def _refused(what: str, address: str, code: int) -> ProviderError:
    if 400 <= code < 500:
        return ProviderUnavailableError(
            f"{what} {address} is refused for now (code {code})", hint="it will be sent again later"
        )
    return ProviderAccessError(
        f"{what} {address} is refused (code {code})",
        hint="check the address, and whether the server lets this user send to it",
    )


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return shortened(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said), 200)
