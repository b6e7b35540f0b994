"""Sends letters that are written already through Amazon SES.

SES writes a Message-ID of its own into each letter: a repeat, which follows a crash alone, cannot be
recognised by it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from drift.errors import ProviderAccessError
from drift.model.mail_address import is_address
from providers.aws.refusals import Asker, code_of, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings

MAIL: Final = Asker("[[mail]]", "docs/weekly-report.md")

MAY_PASS: Final = frozenset(
    {
        "AccountSuspendedException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "SendingPausedException",
    }
)
"""About the account, not about the letter: somebody mends it, and then the letter goes."""


class AmazonSesSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In whose name, and as whom."""

    sender: str
    configuration_set: str | None = None
    """By which SES tells what became of each letter."""

    def __post_init__(self) -> None:
        """Refuse a sender that is none.

        Raises:
            ValueError: It is no plain address.
        """
        if not is_address(self.sender):
            raise ValueError('"sender" must be a plain address: "drift@example.com"')


class AmazonSes:
    """A `MailTransport` that takes the permissions `ses:SendEmail` and, to check, `ses:GetEmailIdentity`."""

    def __init__(self, settings: AmazonSesSettings) -> None:
        self._settings = settings
        self._access = settings.access()

    @property
    def sender(self) -> str:
        """See `MailTransport`."""
        return self._settings.sender

    def check(self) -> str:
        """Ask whether SES has verified the sender, by its address or by its domain."""
        identity = self._identity()
        if not identity:
            raise ProviderAccessError(
                f"SES does not know the sender {self.sender}",
                hint="verify the address or its domain in the region of `region`",
            )
        return f"SES sends from {self.sender}, verified as {identity}"

    def post(self, letter: bytes, to: Sequence[str]) -> None:
        """Hand over a letter; see `MailTransport`."""
        more = (
            {"ConfigurationSetName": self._settings.configuration_set}
            if self._settings.configuration_set
            else {}
        )
        with refusals(f"sending from {self.sender}", action="ses:SendEmail", on=self.sender, asker=MAIL):
            try:
                self._ses.send_email(
                    FromEmailAddress=self.sender,
                    Destination={"ToAddresses": list(to)},
                    Content={"Raw": {"Data": letter}},
                    **more,
                )
            except self._ses.exceptions.ClientError as error:
                if code_of(error) in MAY_PASS:
                    raise ProviderAccessError(
                        f"SES does not send from {self.sender} now ({code_of(error)})",
                        hint="look in its console: a sender that is not verified, or sending that is paused",
                    ) from error
                raise

    @cached_property
    def _ses(self) -> Any:
        return open_client("sesv2", self._access)

    def _identity(self) -> str | None:
        """Return what of the sender is verified; `None` if nothing is."""
        for one in (self.sender, self.sender.rpartition("@")[2]):
            with refusals(f"asking SES for {one}", action="ses:GetEmailIdentity", on=one, asker=MAIL):
                try:
                    found = self._ses.get_email_identity(EmailIdentity=one)
                except self._ses.exceptions.NotFoundException:
                    continue
            if found.get("VerifiedForSendingStatus") or found.get("VerificationStatus") == "SUCCESS":
                return one
        return None
