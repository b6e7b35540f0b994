"""The provider engine: from declared resources to readings."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from drift.errors import ProviderError
from drift.model.baseline import DeclaredResource
from drift.model.resource import LiveReading, LiveResource
from providers.terraform.plugin.failures import StartError
from providers.terraform.plugin.find.finder import Binary
from providers.terraform.plugin.plan import Planner
from providers.terraform.plugin.provider import Launch, Provider
from providers.terraform.plugin.reading import adopt
from providers.terraform.plugin.schema import Schemas
from providers.terraform.plugin.sweep import Sweep
from providers.terraform.plugin.warm import Limits, Warm


class Engine:
    """Reads through providers, which stay running from one call to the next. To be closed at the end."""

    def __init__(self, planner: Planner, limits: Limits, *, concurrency: int, seconds: float) -> None:
        """Read `concurrency` resources at once; an answer may take `seconds`."""
        self._planner, self._limits = planner, limits
        self._concurrency, self._seconds = concurrency, seconds
        self._schemas: dict[Path, Schemas] = {}
        self._warm = Warm(self._start, limits)

    @property
    def used(self) -> Mapping[str, Binary]:
        """The providers that were found, by their names."""
        return self._planner.used

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Yield one reading per declared resource, in their order.

        Raises:
            ProviderError: There is no provider for any of them.
        """
        plan = self._planner.plan(declared)
        if plan.refusal and not plan.tasks:
            raise plan.refusal
        sweep = Sweep(
            self._warm,
            concurrency=self._concurrency,
            providers=self._limits.processes,
            seconds=self._seconds,
        )
        waiting, first = dict(plan.answers), 0
        for index, reading in sweep.run(plan.tasks):
            waiting[index] = reading
            while first in waiting:
                yield waiting.pop(first)
                first += 1
        while first in waiting:
            yield waiting.pop(first)
            first += 1

    def adopt(self, type_: str, resource_id: str, like: DeclaredResource) -> LiveResource | None:
        """Return a resource of which only type and id are known, `None` if it is not there.

        It is read as `like` is: by the same provider, in the same account and region.

        Raises:
            ProviderError: It cannot be read.
        """
        with self._warm.lease(self._planner.launch(like)) as provider:
            return adopt(provider, type_, resource_id, self._seconds)

    def close(self) -> None:
        """End all providers."""
        self._warm.close()

    def _start(self, launch: Launch) -> Provider:
        special = self._planner.configurations.specials.of(launch.binary.source.type)
        try:
            provider = Provider(launch, special, self._schemas.get(launch.binary.path), self._seconds)
        except ProviderError as error:
            raise StartError(error) from error
        self._schemas[launch.binary.path] = provider.schemas
        return provider
