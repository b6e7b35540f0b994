"""Reads declared resources of one account, type by type and region by region."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from drift.errors import ProviderError
from drift.model.baseline import DeclaredResource
from drift.model.resource import (
    Absent,
    Found,
    Json,
    LiveReading,
    LiveResource,
    NotRead,
    NotReadReason,
)
from providers.aws.native.gathering import Gathering, GoneError, Key, declared_key_of, region_of
from providers.aws.native.rows import AwsType
from providers.live_tables.expressions import Answer, UnexpectedAnswerError

Numbered: TypeAlias = tuple[int, DeclaredResource]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one account answers, read for declared resources."""

    gathering: Gathering
    pool: ThreadPoolExecutor
    account: str

    def read(
        self, row: AwsType, region: str, declared: Sequence[Numbered]
    ) -> Iterator[tuple[int, LiveReading]]:
        """Yield the readings of resources of one type in one region, in any order."""
        try:
            found = self.gathering.found(row, region_of(row, region), [one for _, one in declared])
        except ProviderError as error:
            yield from ((number, not_read(one, error)) for number, one in declared)
            return
        except UnexpectedAnswerError as error:
            yield from ((number, not_understood(one, error)) for number, one in declared)
            return
        one_by_one = partial(self._reading, row, region, found=found)
        readings = self.pool.map(lambda each: one_by_one(each[1]), declared)
        for (number, _), reading in zip(declared, readings, strict=True):
            yield number, reading

    def _reading(
        self,
        row: AwsType,
        region: str,
        declared: DeclaredResource,
        found: Mapping[Key, Answer | ProviderError],
    ) -> LiveReading:
        answer = found.get(declared_key_of(row, declared))
        if answer is None:
            return Absent(address=declared.address)
        if isinstance(answer, ProviderError):
            return not_read(declared, answer)
        try:
            known = {**answer, "declared": {"id": declared.resource_id, **declared.attributes}}
            about = self.gathering.detailed(row, region_of(row, region), known)
            if row.exists is not None and not row.exists.of(about):
                return Absent(address=declared.address)
            attributes = with_default_tags(row.mapped(about), declared)
        except GoneError:
            return Absent(address=declared.address)
        except ProviderError as error:
            return not_read(declared, error)
        except UnexpectedAnswerError as error:
            return not_understood(declared, error)
        return Found(
            address=declared.address,
            resource=LiveResource(
                type=declared.type,
                id=declared.resource_id or "",
                account=self.account,
                region=declared.region,
                attributes=attributes,
                schema=row.schema,
            ),
        )


def with_default_tags(attributes: dict[str, Json], declared: DeclaredResource) -> dict[str, Json]:
    """Return the attributes with the provider's default tags in `tags_all` only, as Terraform keeps them."""
    tags, everything = attributes.get("tags"), declared.attributes.get("tags_all")
    if not isinstance(tags, dict) or not isinstance(everything, dict):
        return attributes
    own = declared.attributes.get("tags") or {}
    default = {key for key, value in everything.items() if key not in own and tags.get(key) == value}
    return {
        **attributes,
        "tags": {key: value for key, value in tags.items() if key not in default},
        "tags_all": tags,
    }


def not_read(declared: DeclaredResource, error: ProviderError) -> NotRead:
    """Return that it could not be read, with the next step."""
    return NotRead(address=declared.address, reason=NotReadReason.UNREADABLE, error=str(error))


def not_understood(declared: DeclaredResource, error: UnexpectedAnswerError) -> NotRead:
    """Return that AWS's answer has another form than the tables expect."""
    why = f"AWS's answer has another form than the table of {declared.type} expects: {error}"
    return NotRead(address=declared.address, reason=NotReadReason.UNREADABLE, error=why)
