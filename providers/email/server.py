"""A session with a mail server: TLS, a sign-in, and what each of its refusals means."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

import msgspec

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.mail_address import is_address
from drift.model.secret import Secret
from providers.posting import is_loopback
from providers.visible import shortened

TIMEOUT: Final = 15.0
"""Seconds for each wait on the socket."""


class Tls(StrEnum):
    """How the line is kept from being read."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    """TLS from the first byte, mostly on port 465."""
    NONE = "none"
    """Only to a server on this machine."""


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server that takes the mail, and in whose name."""

    host: str
    sender: str
    port: int = 587
    tls: Tls = Tls.STARTTLS
    username: str | None = None
    password: Secret | None = None
    ca_file: str | None = None
    """The authority that the server's certificate is of, where it is a private one."""

    def __post_init__(self) -> None:
        """Refuse what is no address, halves of credentials, and a line that others can read.

        Raises:
            ValueError: One of them.
        """
        if not is_address(self.sender):
            raise ValueError('"sender" must be a plain address: "drift@example.com"')
        if (self.username is None) != (self.password is None):
            raise ValueError('"username" and the password belong together')
        if self.tls is Tls.NONE and not is_loopback(self.host):
            raise ValueError('"tls" can be "none" only for a "host" that is this machine')


@contextmanager
def session(settings: ServerSettings, timeout: float) -> Iterator[smtplib.SMTP]:
    """Open a session with the server, and say what its refusals within the block mean.

    Raises:
        ProviderError: Instead of every error of the line and of the server.
    """
    try:
        with _connected(settings, timeout) as server:
            if settings.tls is Tls.STARTTLS:
                server.starttls(context=_context(settings))
            if settings.username is not None and settings.password is not None:
                server.login(settings.username, settings.password.reveal())
            server.ehlo_or_helo_if_needed()
            yield server
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise _meaning(error, settings) from None  # its text may hold what was sent


def refused(what: str, address: str, code: int) -> ProviderError:
    """Return the error for an address that the server refuses, for now or for good."""
    if 400 <= code < 500:
        return ProviderUnavailableError(
            f"{what} {address} is refused for now (code {code})", hint="it will be sent again later"
        )
    return ProviderAccessError(
        f"{what} {address} is refused (code {code})",
        hint="check the address, and whether the server lets this user send to it",
    )


def _connected(settings: ServerSettings, timeout: float) -> smtplib.SMTP:
    name = settings.sender.rpartition("@")[2]
    if settings.tls is Tls.IMPLICIT:
        return smtplib.SMTP_SSL(
            settings.host, settings.port, name, timeout=timeout, context=_context(settings)
        )
    return smtplib.SMTP(settings.host, settings.port, name, timeout=timeout)


def _context(settings: ServerSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.ca_file)


def _meaning(error: Exception, settings: ServerSettings) -> ProviderError:
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
            return refused("the recipient", address, code)
        case smtplib.SMTPSenderRefused():
            return refused("the sender", settings.sender, error.smtp_code)
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


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return shortened(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said), 200)
