"""What the core needs from outside.

Adapters under `providers/` implement these protocols and raise nothing but
`drift.errors.ProviderError`. Retry, paging limits and time-outs are the core's.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, Protocol, runtime_checkable

from drift.model.event import ChangeEvent, RawRecord, Repeat, UnreadableRecord
from drift.model.resource import Cloud, LiveReading, LiveResource

if TYPE_CHECKING:
    # `classify` waits for every import, and has nothing to do with these.
    from drift.model.adoption import CodeChange, CodePlace, Wanted
    from drift.model.alert import Alert
    from drift.model.baseline import Declaration, DeclaredResource
    from drift.model.ticket import Deployment, Ticket


class AdapterKind(StrEnum):
    """Which port an adapter implements, as its table in the configuration is called."""

    AUDIT_LOG = "audit_log"
    BASELINE = "baseline"
    LIVE = "live"
    TICKETS = "tickets"
    CODE_HOST = "code_host"
    NOTIFIER = "notifier"
    VAULT = "vault"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One object that an audit log delivered: a file, an S3 object, a queue message."""

    name: str
    version: str
    """Changes when the object's content does (ETag, generation, size and time)."""
    cursor: str
    """Resumes after this delivery."""
    open: Callable[[], BinaryIO]
    """Open the delivered bytes, compressed or not. Raises `ProviderError`."""


class AuditLog(Protocol):
    """A source of audit-log records."""

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Yield what was delivered after `cursor`, each with the cursor that resumes after it.

        Deliveries may repeat and may arrive out of order, but none is left out.
        `None` starts at the oldest delivery that the service still keeps.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
        """
        ...


class Unwrapper(Protocol):
    """Takes the records of one cloud out of what they travel in. Pure: no input or output, no clock."""

    @property
    def record_heads(self) -> tuple[bytes, ...]:
        """How plain records of this cloud mostly begin: `{"eventVersion":"1.` for example.

        What begins so is never shown to `unwrap`: no envelope of any cloud, and no list of records,
        may begin like it. Records that begin otherwise are only slower to read.
        """
        ...

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Return the records inside an envelope in their order, or `None` if it is no envelope of this cloud.

        An envelope may hold none, and what only announces records is such an envelope. The bytes of
        a record are exactly as delivered. Lists of records are split before, so that each element is
        shown by itself, and so is every plain record without one of the `record_heads`.
        """
        ...


class Translator(Unwrapper, Protocol):
    """Understands the records of one cloud. Pure: no input or output, no clock."""

    @property
    def cloud(self) -> Cloud:
        """The cloud whose records it understands."""
        ...

    @property
    def opening_marks(self) -> tuple[bytes, ...]:
        """Texts one of which stands in every record that opens a session or begins an operation.

        They tell the few records that later ones rest on from all the others, without translating them.
        """
        ...

    def translate(self, raw: RawRecord) -> ChangeEvent | Repeat | UnreadableRecord | None:
        """Say what a record means, or `None` if it is not this cloud's.

        A record that lacks an id, a time or a region is readable. The risks are those of the caller
        alone, and there is no summary, until `describe` adds them. Never raises.

        A `Repeat` is what makes judging fast: most records are reads, and most reads were made before.
        """
        ...

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Add the risks that lie in what was asked for, and the summary.

        Only who tells people of a write needs them, so judging goes without. Reads nothing but
        the event, changes nothing else, and may be repeated. Never raises.
        """
        ...


class Baseline(Protocol):
    """Something that declares configuration, a Terraform state for example."""

    @property
    def name(self) -> str:
        """The baseline's name in the configuration, or its path or URI."""
        ...

    def declared(self) -> Iterable["Declaration"]:
        """Read what is declared now: one declaration per state.

        Raises:
            ProviderUnavailableError: The state cannot be reached, or is being written.
            ProviderResponseError: The state is damaged, encrypted or of a version that cannot be read.
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

    def discover(self) -> Iterator[LiveResource]:
        """Yield every resource that exists in the scope of this reader.

        Raises:
            ProviderError: What exists cannot be listed.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A baseline and the reader of what is really there."""

    baseline: Baseline
    live: LiveConfig


class TicketSource(Protocol):
    """A system in which changes are requested and approved."""

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence["Ticket"]:
        """Return the tickets with these keys, and those that name these resources, each once.

        Keys that do not exist are left out.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission.
        """
        ...


class CodeHost(Protocol):
    """A host of reviewed code and of the pipelines that deploy it."""

    def deployment(self, run_id: str) -> "Deployment | None":
        """Return the pipeline run with its pull request and reviews, or `None` if there is no such run.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission.
        """
        ...


class Notifier(Protocol):
    """Tells people."""

    def check(self) -> str:
        """Try whether a message could be sent, sending none; say what was seen.

        Raises:
            ProviderError: It could not; the message names what is missing.
        """
        ...

    def send(self, alert: "Alert", *, replaces: str | None) -> str:
        """Send the alert, or edit the message that `replaces` names; return the message's reference.

        `alert.client_id` travels with the message, so that a repeat can be recognised. A message
        that cannot be edited, since it was deleted or belongs to another channel, is sent anew.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials or the destination are refused.
            ProviderResponseError: The message itself is refused; asking again is useless.
        """
        ...


class RawVault(Protocol):
    """Keeps the records that evidence rests on, byte for byte as they were delivered.

    They hold secrets and personal data, so they lie encrypted, apart from all that is stored, shown
    or sent, and go when the policy says so; the ledger keeps their hashes.
    """

    def keep(self, records: Sequence[RawRecord], kept_at: datetime) -> None:
        """Keep these records; once it returns, they outlive a crash of the machine.

        Keeping a record again is harmless, and lets it stay as long as the later time says.

        Raises:
            ProviderUnavailableError: Trying again later may succeed.
            ProviderAccessError: The key or a permission is missing.
            ProviderResponseError: A record is not what its hash says; nothing is kept.
        """
        ...

    def read(self, sha256: str) -> bytes | None:
        """Return the record of this hash, or `None` if it was never kept or is erased.

        Raises:
            ProviderUnavailableError: Trying again later may succeed.
            ProviderAccessError: The key that it was kept under, or a permission, is missing.
            ProviderResponseError: What is kept was altered, or `sha256` is no hash.
        """
        ...

    def count(self, before: datetime) -> int:
        """Return how many records `erase` would erase.

        Raises:
            ProviderError: They cannot be looked at.
        """
        ...

    def erase(self, before: datetime) -> int:
        """Erase what was kept before this time, and nothing newer; return how many records it was.

        A vault may hold back what is hardly older, but for less than a day.

        Raises:
            ProviderError: They cannot be erased, or not all of them.
        """
        ...


class Clock(Protocol):
    """Tells the time that judgements are made at."""

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        ...


@runtime_checkable
class Recorded(Protocol):
    """An adapter whose answers were recorded earlier."""

    def read_at(self) -> datetime | None:
        """Return the newest time in the recording, if it bears one."""
        ...
