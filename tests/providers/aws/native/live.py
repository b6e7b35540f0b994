"""Reads one resource of a simulated account through the public port."""

import os
from functools import cache

from drift.model.baseline import DeclaredResource
from drift.model.resource import Found, Json, LiveReading
from providers.aws.native.live_config import AwsNative, AwsNativeSettings
from tests.providers.aws.moto import REGION


def reading_of(type_: str, id_: str, /, **declared: Json) -> LiveReading:
    """Read a resource of which this is declared."""
    (reading,) = _reader_of(os.environ["AWS_ENDPOINT_URL"]).read([a_declared(type_, id_, **declared)])
    return reading


@cache
def _reader_of(endpoint: str) -> AwsNative:
    """Return what reads the account there: clients are slow to make."""
    return AwsNative(AwsNativeSettings(endpoint=endpoint, region=REGION, share=1))


def live(type_: str, id_: str, /, **declared: Json) -> dict[str, Json]:
    """Return the attributes of a resource that is there, as they are there."""
    reading = reading_of(type_, id_, **declared)
    assert isinstance(reading, Found), reading
    return reading.resource.attributes


def a_declared(type_: str, id_: str | None, /, **attributes: Json) -> DeclaredResource:
    """Return a declared resource with these attributes, of the account that the credentials are of."""
    return DeclaredResource(
        address=f"{type_}.it",
        type=type_,
        resource_id=id_,
        provider="hashicorp/aws",
        account=None,
        region=REGION,
        attributes={"id": id_, **attributes},
    )
