"""Who reads what? For each resource the provider, its version and how it is configured.

Resources that are read alike share a process, so most of an estate takes a handful of them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from drift.errors import ProviderError, ProviderResponseError
from drift.model.baseline import DeclaredResource
from drift.model.resource import LiveReading, NotRead, NotReadReason
from providers.terraform.plugin.budget import Budgets
from providers.terraform.plugin.configuration import Configurations
from providers.terraform.plugin.doubt import doubt
from providers.terraform.plugin.find.finder import Binary, Finder
from providers.terraform.plugin.find.source import Reference, Source, reference
from providers.terraform.plugin.provider import Launch
from providers.terraform.plugin.task import Task

CORE = "terraform.io"
"""Host of the provider that is built into Terraform."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be done for a list of resources."""

    tasks: tuple[Task, ...]
    """Grouped by provider, in the order in which they are first needed."""
    answers: dict[int, LiveReading]
    """Of what no provider reads, by position."""
    refusal: ProviderError | None
    """Why the first of those is not read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """All that decides how a resource is read."""

    configuration: str | None
    provider: str
    folder: str | None
    account: str | None
    region: str | None


_Launches: TypeAlias = dict[_Place, Launch | ProviderError]


@dataclass(kw_only=True, slots=True)
class Planner:
    """Makes plans. The budgets go on from one to the next."""

    finder: Finder
    configurations: Configurations
    budgets: Budgets
    used: dict[str, Binary] = field(default_factory=dict)
    """The providers that were found, by their names."""

    def plan(self, declared: Sequence[DeclaredResource]) -> Plan:
        """Return who reads each of the resources."""
        regions = _regions(declared)
        known: _Launches = {}
        groups: dict[Launch, list[Task]] = {}
        answers: dict[int, LiveReading] = {}
        refusal = None
        for index, one in enumerate(declared):
            place = _place(one, regions)
            if place not in known:
                known[place] = self._tried(place)
            launch = known[place]
            if isinstance(launch, ProviderError):
                refusal = refusal or launch
                answers[index] = NotRead(
                    address=one.address, reason=NotReadReason.UNSUPPORTED, error=str(launch)
                )
            else:
                groups.setdefault(launch, []).append(self._task(index, one, launch))
        tasks = tuple(task for group in groups.values() for task in group)
        return Plan(tasks=tasks, answers=answers, refusal=refusal)

    def launch(self, like: DeclaredResource) -> Launch:
        """Return what reads a resource.

        Raises:
            ProviderError: There is nothing that could.
        """
        return self._launch(_place(like, {}))

    def _tried(self, place: _Place) -> Launch | ProviderError:
        try:
            return self._launch(place)
        except ProviderError as error:
            return error

    def _launch(self, place: _Place) -> Launch:
        found = reference(place.configuration, place.provider)
        if found is None:
            raise ProviderResponseError(
                f"{place.provider[:100]} is no name of a provider",
                hint="refresh the state with a newer Terraform",
            )
        binary = self._binary(found.source, Path(place.folder) if place.folder else None)
        # What an old state leaves out of a provider's name, its binary tells.
        found = Reference(source=binary.source, alias=found.alias)
        return Launch(binary=binary, configuration=self.configurations.of(found, place.account, place.region))

    def _binary(self, source: Source, folder: Path | None) -> Binary:
        if source.host == CORE:
            raise ProviderResponseError(
                f"{source} is a part of Terraform itself, of which nothing exists in a cloud",
                hint="there is nothing to compare",
            )
        binary = self.finder.find(source, folder)
        self.used[str(binary.source)] = binary
        return binary

    def _task(self, index: int, declared: DeclaredResource, launch: Launch) -> Task:
        type_ = launch.binary.source.type
        special = self.configurations.specials.of(type_)
        # A stand-in for the cloud has no accounts whose production could suffer.
        rows = () if launch.configuration.endpoint else special.budgets
        return Task(
            index=index,
            declared=declared,
            launch=launch,
            toll=self.budgets.toll(
                (declared.account, declared.region), declared.type, rows, time.monotonic()
            ),
            throttled=special.throttled,
            doubt=doubt(declared, launch.binary.source, special, self.configurations.named),
        )


def _place(declared: DeclaredResource, regions: dict[tuple[str | None, str | None], str]) -> _Place:
    stored = declared.stored
    configuration = stored.configuration if stored else None
    return _Place(
        configuration=configuration,
        provider=declared.provider,
        folder=stored.folder if stored else None,
        account=declared.account,
        # What stands in no region is read from whichever is read anyway.
        region=declared.region or regions.get((configuration, declared.account)),
    )


def _regions(declared: Sequence[DeclaredResource]) -> dict[tuple[str | None, str | None], str]:
    """Return the first region that each provider configuration manages something in."""
    regions: dict[tuple[str | None, str | None], str] = {}
    for one in declared:
        if one.region is not None:
            regions.setdefault((one.stored.configuration if one.stored else None, one.account), one.region)
    return regions
