"""A change that somebody makes past the code, and what a scan must then say of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from tests.simulator.moto import KEY, REGION


@dataclass(frozen=True, kw_only=True)
class Target:
    """The declared resource that is to be changed, and the APIs to change it by."""

    cloud_url: str
    attributes: Mapping[str, Any]
    """As the state has them."""

    @property
    def id(self) -> str:
        """Return its id."""
        return str(self.attributes["id"])

    def client(self, service: str) -> Any:
        """Return a boto3 client of a service."""
        session: Any = boto3.Session(region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=KEY)
        return session.client(service, endpoint_url=self.cloud_url)

    def __getitem__(self, attribute: str) -> Any:
        return self.attributes[attribute]


@dataclass(frozen=True, kw_only=True)
class OutOfBand:
    """One change to one resource."""

    address: str
    make: Callable[[Target], object]
    paths: tuple[str, ...] = ()
    """Every attribute path that a scan must report, and no other."""
    is_gone: bool = False
    """Whether the resource itself is gone, so that it is reported as missing."""


def drifts(address: str, *paths: str, by: Callable[[Target], object]) -> OutOfBand:
    """Return a change after which these paths differ."""
    return OutOfBand(address=address, make=by, paths=paths)


def goes(address: str, *, by: Callable[[Target], object]) -> OutOfBand:
    """Return a change after which the resource is missing."""
    return OutOfBand(address=address, make=by, is_gone=True)
