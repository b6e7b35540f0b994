"""What all that reads or writes AWS has in common: how an account is reached, and how late records come."""

from datetime import timedelta

import msgspec

from providers.aws.session import AwsAccess

DELAY = timedelta(minutes=30)
"""CloudTrail delivers "within an average of about 5 minutes of an API call", and guarantees no time; more
than 25 minutes were observed. What comes later still is placed in its own time."""


class AwsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an account is reached. What is not said is taken from where the SDK looks for it."""

    region: str | None = None
    profile: str | None = None
    role: str | None = None
    """ARN of a role to assume."""
    external_id: str | None = None
    endpoint: str | None = None

    def access(self, *, region: str | None = None, role: str | None = None) -> AwsAccess:
        """Return how it is reached, in another region or another role if one is given."""
        return AwsAccess(
            region=region or self.region,
            profile=self.profile,
            role=role or self.role,
            external_id=self.external_id,
            endpoint=self.endpoint,
        )
