"""Lists what exists in an account, and says of it what nobody has to declare."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from drift.errors import ProviderError
from drift.model.baseline import DeclaredResource
from drift.model.resource import Belonging, LiveResource, NotListed
from providers.aws.native.functions import AwsFunctions
from providers.aws.native.gathering import Gathering
from providers.aws.native.keys import Key, key_of, known_key_of, region_of
from providers.aws.native.rows import AwsType, Listing, Scope
from providers.live_tables.expressions import Answer, UnexpectedAnswerError
from providers.live_tables.rows import converted
from providers.tables import Row


class Stacks(Row, frozen=True, kw_only=True):
    """How what CloudFormation made is listed: first the stacks, then what belongs to each."""

    stacks: tuple[Listing, ...]


@cache
def load_stacks() -> tuple[Listing, ...]:
    """Return the calls that list what CloudFormation made."""
    text = files(__package__).joinpath("discovery.toml").read_text(encoding="utf-8")
    table: Stacks = converted(Stacks, tomllib.loads(text), AwsFunctions())
    return table.stacks


class DeclaredIds:
    """What states call a resource by, where AWS may call the same one otherwise."""

    def __init__(self, rows: Mapping[str, AwsType], declared: Iterable[DeclaredResource]) -> None:
        self._declared: dict[tuple[str, Key], list[DeclaredResource]] = defaultdict(list)
        for one in declared:
            row = rows.get(one.type)
            if row is None or row.declared_key is None or one.resource_id is None:
                continue
            if (key := known_key_of(row, one)) is not None:
                self._declared[one.type, key].append(one)

    def of(self, row: AwsType, answer: Answer, account: str, region: str | None) -> str:
        """Return the id of what AWS answered there, as the state has it if there is one."""
        own = str(row.id.of(answer))
        if row.declared_key is None:
            return own
        for one in self._declared.get((row.type, key_of(row, answer)), ()):
            if one.account in (None, account) and (region is None or one.region in (None, region)):
                return one.resource_id or own
        return own


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """Looks into one account."""

    gathering: Gathering
    account: str
    ids: DeclaredIds
    stacks: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """What CloudFormation made, by region: the name of the stack by the id of the resource."""

    def found(self, rows: Iterable[AwsType], regions: Iterable[str]) -> Iterator[LiveResource | NotListed]:
        """Yield what exists of these types; those that stand in no region are asked for once."""
        every, places = list(rows), sorted(regions)
        for region in places:
            yield from self._in_region([row for row in every if row.scope is Scope.REGION], region)
        yield from self._in_region([row for row in every if row.scope is Scope.WORLD], None, places)

    def _in_region(
        self, rows: Sequence[AwsType], region: str | None, made_in: Iterable[str] = ()
    ) -> Iterator[LiveResource | NotListed]:
        """Yield what stands in a region, or in none: then stacks of any region may have made it."""
        stacks: dict[str, str] = {}
        if not rows:
            return
        try:
            for one in (region,) if region else made_in:
                stacks |= self._made_by_stacks(one)
        except (ProviderError, UnexpectedAnswerError) as error:
            why = f"what CloudFormation made there cannot be told: {error}"
            yield from (self._not_listed(row, region, why) for row in rows)
            return
        for row in rows:
            try:
                answers = list(self.gathering.listed(row, region_of(row, region or "")))
                yield from [self._resource(row, region, one, stacks) for one in answers]
            except (ProviderError, UnexpectedAnswerError) as error:
                yield self._not_listed(row, region, str(error))

    def _made_by_stacks(self, region: str) -> Mapping[str, str]:
        """Return the names of the stacks that made a resource, by its id."""
        if region not in self.stacks:
            self.stacks[region] = {
                str(one["PhysicalResourceId"]): str(one["of"]["StackName"])
                for one in self.gathering.chained("cloudformation", region, load_stacks())
            }
        return self.stacks[region]

    def _resource(
        self, row: AwsType, region: str | None, answer: Answer, stacks: Mapping[str, str]
    ) -> LiveResource:
        id_ = self.ids.of(row, answer, self.account, region)
        stack = stacks.get(id_)
        return LiveResource(
            type=row.type,
            id=id_,
            account=self.account,
            region=region,
            attributes={},
            schema=row.schema,
            made_by_cloud=f"the CloudFormation stack {stack} declares it" if stack else row.reason_of(answer),
            belongs_to=tuple(_belongings(row, answer)),
        )

    def _not_listed(self, row: AwsType, region: str | None, why: str) -> NotListed:
        return NotListed(type=row.type, account=self.account, region=region, error=why)


def _belongings(row: AwsType, answer: Answer) -> Iterator[Belonging]:
    for one in row.part_of:
        found = one.id.of(answer)
        for id_ in found if isinstance(found, list) else [found]:
            if id_ is not None:
                yield Belonging(type=one.type, id=str(id_), is_of_cloud_made_only=one.is_of_cloud_made_only)
