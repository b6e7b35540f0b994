"""Live configuration, read by AWS's own APIs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Annotated, TypeAlias

from msgspec import Meta

from drift.errors import ProviderError
from drift.model.baseline import DeclaredResource
from drift.model.glob import is_one_of
from drift.model.resource import Absent, Cloud, LiveReading, LiveResource, NotListed, NotRead, NotReadReason
from providers.aws.native.accounts import Accounts
from providers.aws.native.discovery import DeclaredIds, Discovery
from providers.aws.native.gathering import Gathering
from providers.aws.native.keys import known_key_of
from providers.aws.native.permissions import actions_for, policies
from providers.aws.native.reading import Numbered, Reading, not_read
from providers.aws.native.rows import Scope
from providers.aws.native.table import load_types
from providers.aws.settings import AwsSettings

Groups: TypeAlias = dict[tuple[str, str], list[Numbered]]
"""What is declared in one account, by region and type; what stands in no region under `""`."""


class AwsNativeSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the accounts are reached, and how much may be asked of them at once."""

    accounts: tuple[str, ...] = ()
    """Accounts in which to look for what nobody declared, beside those of the states."""
    regions: tuple[str, ...] = ()
    """Regions in which to look for it, beside those of the states."""
    types: tuple[str, ...] = ()
    """Globs of the types to read; all that are known where none is given."""
    concurrency: Annotated[int, Meta(ge=1, le=100)] = 8
    """Calls at once."""
    share: Annotated[float, Meta(gt=0, le=1)] = 0.2
    """Part of what AWS lets an account ask that reading may use."""


class AwsNative:
    """A `LiveConfig` that asks AWS itself, in as few calls as its APIs allow."""

    def __init__(self, settings: AwsNativeSettings, overrides: Mapping[str, str] = {}) -> None:
        """Make it, with the user's own rows of the table `types`.

        Raises:
            ValueError: They are not of the table's form.
        """
        self._settings = settings
        self._types = load_types(overrides.get("types", "")).of(settings.types)
        self._accounts = Accounts(
            access=settings.access(), share=settings.share, concurrency=settings.concurrency
        )
        self._gatherings: dict[str, Gathering] = {}
        """What was listed when it was last read, by account."""

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Yield one reading per declared resource, in their order."""
        readings: dict[int, LiveReading] = {}
        self._gatherings.clear()
        if declared:
            self._accounts.sign_in()
        for account, groups in self._by_account(declared, readings).items():
            readings.update(self._read(account, groups))
        if self._settings.region is None:
            readings.update(self._guessed(declared, readings))
        for number, _ in enumerate(declared):
            yield readings.pop(number)

    def discover(
        self, declared: Sequence[DeclaredResource], types: Sequence[str] = (), *, is_read: bool = False
    ) -> Iterator[LiveResource | NotListed]:
        """Yield what exists of the types that are known; see `LiveConfig`."""
        rows = [
            row
            for row in self._types.rows.values()
            if row.is_discovered and row.listing and is_one_of(row.type, types)
        ]
        self._accounts.sign_in()
        ids = DeclaredIds(self._types.rows, declared)
        for account, regions in self._where(declared).items():
            try:
                kept = self._gatherings.pop(account, None) if is_read else None
                gathering = kept or self._gathering(account)
            except ProviderError as error:
                for row in rows:
                    yield NotListed(type=row.type, account=account, region=None, error=str(error))
                continue
            yield from Discovery(gathering=gathering, account=account, ids=ids).found(rows, regions)

    @property
    def cloud(self) -> Cloud:
        """Return AWS."""
        return Cloud.AWS

    def policies(self) -> Sequence[str]:
        """Return the IAM policies that grant what it takes; see `LeastPrivilege`."""
        return list(policies(actions_for(self._types.rows.values()), self._settings.role))

    def _where(self, declared: Sequence[DeclaredResource]) -> Mapping[str, set[str]]:
        """Return the regions of each account."""
        settings, found = self._settings, dict[str, set[str]]()
        known = {(one.account, one.region) for one in declared if is_of_aws(one)}
        for account, region in known | {(one, None) for one in settings.accounts}:
            regions = found.setdefault(account or self._accounts.own, set(settings.regions))
            if region:
                regions.add(region)
        return {account: regions or {self._accounts.region} for account, regions in found.items()}

    def _guessed(
        self, declared: Sequence[DeclaredResource], readings: Mapping[int, LiveReading]
    ) -> Iterator[tuple[int, LiveReading]]:
        """Yield that it is not known of what was looked for in a region that only the environment names."""
        for number, one in enumerate(declared):
            is_regional = one.type in self._types.rows and self._types.rows[one.type].scope is Scope.REGION
            if isinstance(readings[number], Absent) and one.region is None and is_regional:
                why = f"it is not in {self._accounts.region}, and nothing tells its region (set `region`)"
                yield number, NotRead(address=one.address, reason=NotReadReason.UNREADABLE, error=why)

    def _by_account(
        self, declared: Sequence[DeclaredResource], readings: dict[int, LiveReading]
    ) -> Mapping[str, Groups]:
        """Return what is declared by account, region and type; what cannot be looked up is a reading."""
        accounts: dict[str, Groups] = defaultdict(lambda: defaultdict(list))
        for number, one in enumerate(declared):
            row = self._types.rows.get(one.type)
            if row is None or not is_of_aws(one):
                why = f"the table of AWS has no {one.type}"
                readings[number] = NotRead(address=one.address, reason=NotReadReason.UNSUPPORTED, error=why)
            elif one.resource_id is None:
                why = "the state holds no id to find it by"
                readings[number] = NotRead(address=one.address, reason=NotReadReason.UNREADABLE, error=why)
            elif known_key_of(row, one) is None:
                why = f"what the state says of it has another form than the table of {one.type} expects"
                readings[number] = NotRead(address=one.address, reason=NotReadReason.UNREADABLE, error=why)
            else:
                region = "" if row.scope is Scope.WORLD else one.region or self._accounts.region
                accounts[one.account or self._accounts.own][region, one.type].append((number, one))
        return accounts

    def _read(self, account: str, groups: Groups) -> Iterator[tuple[int, LiveReading]]:
        try:
            gathering = self._gatherings[account] = self._gathering(account)
        except ProviderError as error:
            for number, one in chain.from_iterable(groups.values()):
                yield number, not_read(one, error)
            return
        with ThreadPoolExecutor(self._settings.concurrency) as pool:
            reading = Reading(gathering=gathering, pool=pool, account=account)
            for (region, type_), some in groups.items():
                yield from reading.read(self._types.rows[type_], region, some)

    def _gathering(self, account: str) -> Gathering:
        return Gathering(
            asking=self._accounts.asking(account),
            keeps=self._types.kept(),
            repeated=self._types.repeated(),
        )


def is_of_aws(declared: DeclaredResource) -> bool:
    """Tell whether a provider of AWS declares it, whoever publishes that."""
    return declared.provider.rpartition("/")[2] == "aws"
