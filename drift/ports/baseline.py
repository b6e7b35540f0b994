"""What is declared, and what is really there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from drift.model.resource import Cloud, LiveReading, LiveResource, NotListed

if TYPE_CHECKING:
    # `classify` waits for every import, and has nothing to do with these.
    from drift.model.adoption import CodeChange, CodePlace, Wanted
    from drift.model.baseline import Declaration, DeclaredResource, Moved
    from drift.model.state_map import MappedState


class Baseline(Protocol):
    """Something that declares configuration, a Terraform state for example."""

    @property
    def name(self) -> str:
        """The baseline's name in the configuration, or its path or URI."""
        ...

    def declared(self) -> Iterable["Declaration"]:
        """Read what is declared now: one declaration per state.

        A state that somebody holds is declared with its lock. One that cannot be read hides no other.

        Raises:
            ProviderUnavailableError: The state cannot be reached.
            ProviderAccessError: The credentials lack a permission, or the state's key is not at hand.
            ProviderResponseError: The state is damaged, or of a version that cannot be read.
            PartlyUnreadError: Some of several states cannot; it comes after all that can.
        """
        ...

    def moved(self, declared: Sequence["Declaration"]) -> Sequence["Moved"]:
        """Return which of these are declared differently by now, or were taken by somebody.

        What was read live meanwhile belongs to neither. Where nothing moved, it costs a look.

        Raises:
            ProviderError: It cannot be told.
        """
        ...


@runtime_checkable
class Mapped(Protocol):
    """A baseline that can tell what belongs to each of its states."""

    def mapped(self) -> Iterable["MappedState"]:
        """Tell of each state its code, account, region, role, environment and owner, where they are found.

        Raises:
            ProviderError: As `Baseline.declared`.
        """
        ...


class Code(Protocol):
    """The code behind a baseline: says how it would change, and changes nothing itself."""

    def edit(self, place: "CodePlace", wanted: Sequence["Wanted"]) -> "CodeChange":
        """Return the patch after which the code says what is there.

        What cannot be written without guessing is said in the remarks.

        Raises:
            ProviderError: The code cannot be read.
        """
        ...

    def import_block(self, type_: str, resource_id: str, provider: str | None) -> "CodeChange":
        """Return the block that brings an undeclared resource under the code.

        `provider` is the provider configuration that manages its neighbours, as a state names it.
        """
        ...

    def plan(self, state: str, address: str) -> str:
        """Return the command that shows what would bring one resource back to the code."""
        ...


class LiveConfig(Protocol):
    """Reads the configuration that is really there, in Terraform's attribute names."""

    def read(self, declared: Sequence["DeclaredResource"]) -> Iterator[LiveReading]:
        """Yield one reading per declared resource, in their order.

        One unreadable resource never hides another: what fails is yielded as `NotRead`.

        Raises:
            ProviderError: Nothing at all can be read.
        """
        ...

    def discover(
        self, declared: Sequence["DeclaredResource"], types: Sequence[str] = (), *, is_read: bool = False
    ) -> Iterator[LiveResource | NotListed]:
        """Yield every resource that exists where these stand, and where the reader itself is told to look.

        What is declared has the id that it has there. `types` are globs that narrow it. One type that
        cannot be listed hides no other: it is yielded as `NotListed`. What the cloud made by itself, or
        belongs to another resource, says so. Where it was just read with the same reader (`is_read`), what
        was listed for that need not be listed again.

        Raises:
            ProviderError: What exists cannot be listed.
        """
        ...


@runtime_checkable
class LeastPrivilege(Protocol):
    """A reader that knows which permissions it takes, and that it takes no other."""

    @property
    def cloud(self) -> Cloud:
        """The cloud whose permissions they are."""
        ...

    def policies(self) -> Sequence[str]:
        """Return the documents that grant them, in the cloud's own form: several, if one were too large."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A baseline and the reader of what is really there."""

    baseline: Baseline
    live: LiveConfig
