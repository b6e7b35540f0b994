"""Live configuration, read by AWS's own APIs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Annotated, TypeAlias

from msgspec import Meta

from drift.errors import ProviderError
from drift.model.baseline import DeclaredResource
from drift.model.resource import LiveReading, LiveResource, NotRead, NotReadReason
from providers.aws.native.accounts import Accounts
from providers.aws.native.gathering import Gathering
from providers.aws.native.reading import Numbered, Reading, not_read
from providers.aws.native.rows import Scope
from providers.aws.native.table import load_types
from providers.aws.settings import AwsSettings

Groups: TypeAlias = dict[tuple[str, str], list[Numbered]]
"""What is declared in one account, by region and type; what stands in no region under `""`."""


class AwsNativeSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the accounts are reached, and how much may be asked of them at once."""

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

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Yield one reading per declared resource, in their order."""
        readings: dict[int, LiveReading] = {}
        for account, groups in self._by_account(declared, readings).items():
            readings.update(self._read(account, groups))
        for number, _ in enumerate(declared):
            yield readings.pop(number)

    def discover(self) -> Iterator[LiveResource]:
        return iter(())

    def _by_account(
        self, declared: Sequence[DeclaredResource], readings: dict[int, LiveReading]
    ) -> Mapping[str, Groups]:
        """Return what is declared by account, region and type; what cannot be looked up is a reading."""
        accounts: dict[str, Groups] = defaultdict(lambda: defaultdict(list))
        for number, one in enumerate(declared):
            row = self._types.rows.get(one.type)
            if row is None or one.provider.rpartition("/")[2] != "aws":
                why = f"the table of AWS has no {one.type}"
                readings[number] = NotRead(address=one.address, reason=NotReadReason.UNSUPPORTED, error=why)
            elif one.resource_id is None:
                why = "the state holds no id to find it by"
                readings[number] = NotRead(address=one.address, reason=NotReadReason.UNREADABLE, error=why)
            else:
                region = "" if row.scope is Scope.WORLD else one.region or self._accounts.region
                accounts[one.account or self._accounts.own][region, one.type].append((number, one))
        return accounts

    def _read(self, account: str, groups: Groups) -> Iterator[tuple[int, LiveReading]]:
        try:
            asking = self._accounts.asking(account)
        except ProviderError as error:
            for number, one in chain.from_iterable(groups.values()):
                yield number, not_read(one, error)
            return
        gathering = Gathering(asking=asking, shared=self._types.shared())
        with ThreadPoolExecutor(self._settings.concurrency) as pool:
            reading = Reading(gathering=gathering, pool=pool, account=account)
            for (region, type_), some in groups.items():
                yield from reading.read(self._types.rows[type_], region, some)
