"""Sends alerts by e-mail, over SMTP with TLS.

A mail cannot be edited: news of a session come as a reply in the thread of its first message. A repeat
bears the same Message-ID, by which mail systems drop it.
"""

import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from drift.errors import ProviderResponseError
from drift.model.alert import Alert
from drift.model.mail_address import is_address
from providers.email.letter import letter, message_id
from providers.email.server import TIMEOUT, ServerSettings, Tls, refused, session

__all__ = ["Email", "EmailSettings", "Tls"]


class EmailSettings(ServerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server that takes the mail, and whom it goes to."""

    to: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Refuse what cannot be right of the server, and what cannot be addresses.

        Raises:
            ValueError: One of them.
        """
        ServerSettings.__post_init__(self)
        if not all(map(is_address, self.to)):
            raise ValueError('"to" must be plain addresses: "oncall@example.com"')


class Email:
    """A `Notifier` that sends each message to all addresses. Its reference is the thread's Message-ID."""

    def __init__(self, settings: EmailSettings, *, timeout: float = TIMEOUT) -> None:
        self._settings = settings
        self._timeout = timeout

    def check(self) -> str:
        """Sign in and name sender and recipients, and break off before there is a message."""
        settings = self._settings
        with session(settings, self._timeout) as server:
            code, _ = server.mail(settings.sender)
            if code != 250:
                raise refused("the sender", settings.sender, code)
            for address in settings.to:
                code, _ = server.rcpt(address)
                if code not in (250, 251):
                    raise refused("the recipient", address, code)
            server.rset()
        return f"{settings.host} takes mail from {settings.sender} to {', '.join(settings.to)}"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Send a letter: the first of a thread, or a reply in the thread that `replaces` names."""
        settings = self._settings
        thread = replaces if replaces and self._is_ours(replaces) else None
        written = letter(alert, sender=settings.sender, to=settings.to, thread=thread, now=datetime.now(UTC))
        with session(settings, self._timeout) as server:
            failed = server.send_message(written, settings.sender, list(settings.to))
        if failed:
            raise ProviderResponseError(
                f"the mail went to some, and was refused for {', '.join(failed)}",
                hint="mend or take out these addresses in `to`",
            )
        return thread or message_id(alert.client_id, settings.sender)

    def _is_ours(self, reference: str) -> bool:
        domain = re.escape(self._settings.sender.rpartition("@")[2])
        return bool(re.fullmatch(rf"<[A-Za-z0-9.-]{{1,64}}@{domain}>", reference))
