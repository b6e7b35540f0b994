"""Where a queue of SQS is, by its URL."""

import re
from dataclasses import dataclass

from drift.errors import ProviderResponseError

_URL = re.compile(
    r"(?P<server>https?://(?P<host>[^/]+))/(?P<account>\d{12})/(?P<name>[\w-]{1,80}(?:\.fifo)?)"
)
_REGION = re.compile(r"(?:^|\.)(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.")


@dataclass(frozen=True, slots=True)
class QueueAddress:
    """Where a queue is."""

    server: str
    region: str | None
    account: str
    name: str

    @classmethod
    def of(cls, url: str) -> "QueueAddress":
        """Read a queue's URL. Raises `ProviderResponseError`."""
        found = _URL.fullmatch(url)
        if found is None:
            raise ProviderResponseError(
                f"{url} is no URL of a queue",
                hint="write `queue_url` as AWS has it: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME",
            )
        region = _REGION.search(found["host"])
        return cls(found["server"], region["region"] if region else None, found["account"], found["name"])

    @property
    def arn(self) -> str:
        """As permissions name it."""
        return f"arn:aws:sqs:{self.region or '*'}:{self.account}:{self.name}"

    def beside(self, arn: str) -> str:
        """Return the URL of another queue of the same account and region, where dead letters always go."""
        return f"{self.server}/{self.account}/{arn.rpartition(':')[2]}"
