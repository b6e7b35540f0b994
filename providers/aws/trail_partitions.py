"""Which accounts and regions a trail writes of: what lies below each other in its bucket."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from providers.aws.s3_objects import list_folders
from providers.aws.trail_paths import ACCOUNT, ORGANISATION, ROOT


@dataclass(frozen=True, slots=True)
class TrailPlace:
    """Where a trail writes to."""

    bucket: str
    prefix: str
    """What stands before `AWSLogs/`, a slash at its end; mostly nothing."""

    @classmethod
    def of(cls, location: str) -> "TrailPlace":
        """Read `s3://BUCKET/PREFIX`; `AWSLogs` may stand at its end."""
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        return cls.at(bucket, prefix)

    @classmethod
    def at(cls, bucket: str, prefix: str) -> "TrailPlace":
        """Return the place of a prefix, however it is written."""
        cleaned = f"/{prefix.strip('/')}/".removesuffix(f"/{ROOT}").strip("/")
        return cls(bucket, f"{cleaned}/" if cleaned else "")


@dataclass(frozen=True, order=True, slots=True)
class Partition:
    """The files of one account and region, of one kind."""

    prefix: str
    """What their keys begin with, up to the year."""
    account: str
    region: str


def partitions(s3: Any, place: TrailPlace, kind: str) -> Iterator[Partition]:
    """Yield each account and region of which there are files of this kind.

    Raises:
        ProviderError: The bucket cannot be listed.
    """
    for account, prefix in _accounts(s3, place.bucket, f"{place.prefix}{ROOT}"):
        below = f"{prefix}{kind}/"
        for region in list_folders(s3, place.bucket, below):
            yield Partition(f"{below}{region}/", account, region)


def _accounts(s3: Any, bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
    for name in list_folders(s3, bucket, prefix):
        if ACCOUNT.fullmatch(name):
            yield name, f"{prefix}{name}/"
        elif ORGANISATION.fullmatch(name):
            yield from _accounts(s3, bucket, f"{prefix}{name}/")
