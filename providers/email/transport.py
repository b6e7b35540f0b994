"""Sends letters that are written already, over SMTP with TLS."""

from collections.abc import Sequence

from drift.errors import ProviderResponseError
from providers.email.server import TIMEOUT, ServerSettings, refused, session


class SmtpMailSettings(ServerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server that takes the mail, and in whose name."""


class SmtpMail:
    """A `MailTransport` over SMTP."""

    def __init__(self, settings: SmtpMailSettings, *, timeout: float = TIMEOUT) -> None:
        self._settings = settings
        self._timeout = timeout

    @property
    def sender(self) -> str:
        """See `MailTransport`."""
        return self._settings.sender

    def check(self) -> str:
        """Sign in and name the sender, and break off before there is a message."""
        settings = self._settings
        with session(settings, self._timeout) as server:
            code, _ = server.mail(settings.sender)
            if code != 250:
                raise refused("the sender", settings.sender, code)
            server.rset()
        return f"{settings.host} takes mail from {settings.sender}"

    def post(self, letter: bytes, to: Sequence[str]) -> None:
        """Hand over a letter; see `MailTransport`."""
        with session(self._settings, self._timeout) as server:
            failed = server.sendmail(self._settings.sender, list(to), letter)
        if failed:
            raise ProviderResponseError(
                f"the mail went to some, and was refused for {', '.join(failed)}",
                hint="mend or take out these addresses in `to`",
            )
