"""The parts of a record that are decoded only where they matter."""

from dataclasses import dataclass

from drift.model.resource import Json
from providers.aws.reading import value_of
from providers.aws.record import TrailRecord
from providers.aws.request import unwrapped


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What was asked of a service, and what it answered."""

    request: Json
    response: Json
    resources: Json

    def part(self, name: str) -> Json:
        """Return the part that a record calls `name`."""
        return {
            "requestParameters": self.request,
            "responseElements": self.response,
            "resources": self.resources,
        }.get(name)


EMPTY = Contents(request=None, response=None, resources=None)
"""Of a read: nobody needs its parameters, and decoding them is the costliest part of a record."""


def contents_of(record: TrailRecord) -> Contents:
    """Decode what a call was asked and answered."""
    return Contents(
        request=unwrapped(value_of(record.request_parameters)),
        response=unwrapped(value_of(record.response_elements)),
        resources=value_of(record.resources),
    )
