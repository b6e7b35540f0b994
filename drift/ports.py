"""What the core needs from outside.

Adapters under `providers/` implement these protocols and raise nothing but
`drift.errors.ProviderError`. Retry, paging limits and time-outs are the core's.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, Protocol, runtime_checkable

from drift.model.event import ChangeEvent, RawRecord, Repeat, UnreadableRecord
from drift.model.resource import Cloud, LiveReading, LiveResource

if TYPE_CHECKING:
    # `classify` waits for every import, and has nothing to do with these.
    from drift.model.adoption import CodeChange, CodePlace, Wanted
    from drift.model.alert import Alert
    from drift.model.api_calls import ApiCalls
    from drift.model.baseline import Declaration, DeclaredResource, Moved, StateLock
    from drift.model.coverage import AskedSince, Attestation, GivenUp
    from drift.model.form import Answer, Filled, Form, Press
    from drift.model.person import Person
    from drift.model.pipeline_control import PipelineControls
    from drift.model.run_log import RunLogs
    from drift.model.state_map import MappedState
    from drift.model.ticket import Deployment, PullRequest, Ticket
    from drift.model.ticket_search import TicketCandidate, TicketSearch


def _nothing() -> None:
    """There is nobody to tell."""


class AdapterKind(StrEnum):
    """Which port an adapter implements, as its table in the configuration is called."""

    AUDIT_LOG = "audit_log"
    BASELINE = "baseline"
    STATE_STORE = "state_store"
    LIVE = "live"
    TICKETS = "tickets"
    CODE_HOST = "code_host"
    NOTIFIER = "notifier"
    VAULT = "vault"
    CANARY = "canary"
    ON_CALL = "on_call"


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
    settle: Callable[[], None] = _nothing
    """Tell the service that all of it is kept, and need not come again: a queue removes its message.

    Called after the commit, again if that was not sure to have happened. Raises `ProviderError`.
    """
    is_followed: bool = False
    """Another one is at hand, which comes without waiting: both may be kept together."""

    @property
    def is_settled(self) -> bool:
        """Its service drops it once it is settled, and does not list it again and again."""
        return self.settle is not _nothing


class AuditLog(Protocol):
    """A source of audit-log records."""

    @property
    def delay(self) -> timedelta:
        """How long after a call its record may be delivered, by the cloud's own word.

        A source that was read to its end has told everything that is older than this.
        """
        ...

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Yield what was delivered after `cursor`, each with the cursor that resumes after it.

        Deliveries may repeat and may arrive out of order, but none is left out.
        `None` starts at the oldest delivery that the service still keeps.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
        """
        ...

    def again(self, name: str) -> Delivery | None:
        """Return what was delivered under this name, for another attempt at what could not be read.

        `None` where the service gives it only once; it may be gone, which shows when it is opened.

        Raises:
            ProviderError: The service cannot be asked.
        """
        ...


@runtime_checkable
class Awaiting(Protocol):
    """An audit log that waits for what is new, as queues do, so that nobody needs to look at intervals."""

    @property
    def waits(self) -> timedelta:
        """How long `read_since` waits for a first delivery. Zero: it does not."""
        ...


@runtime_checkable
class Attesting(Protocol):
    """An audit log for whose completeness the cloud itself vouches, with signatures."""

    def attested(self, since: "AskedSince") -> Iterator["Attestation"]:
        """Yield what the cloud vouches for, or fails to, of each trail since its time, in order of time.

        Raises:
            ProviderError: It cannot be asked; what was yielded before stands.
        """
        ...


@runtime_checkable
class Probing(Protocol):
    """An audit log that can tell how it stands without delivering: whoever is given something takes it."""

    def probe(self) -> Sequence[str]:
        """Try everything that reading takes, and tell what waits and what was given up, a sentence each.

        Raises:
            ProviderError: It cannot be read; a permission that is missing is named.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerTime:
    """What time an answer of a service bore, and what time it was here when it came."""

    theirs: datetime
    """To the second."""
    ours: datetime


@runtime_checkable
class GivingUp(Protocol):
    """An audit log whose service puts aside what was given out some times and never settled."""

    def given_up(self) -> "GivenUp | None":
        """Tell what lies there, taking nothing; `None`: it puts nothing aside.

        Raises:
            ProviderError: It cannot be asked; a permission that is missing is named.
        """
        ...


class Canary(Protocol):
    """Makes a harmless write, by which it is tried whether the watch sees what is written."""

    @property
    def resource(self) -> str:
        """The id of what it touches, as records name it: a record of anything else is none of it."""
        ...

    def check(self) -> str:
        """Try whether it could write, as far as that can be told without; say what was seen.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: What it should touch is not there.
        """
        ...

    def write(self, token: str) -> None:
        """Make one write whose record bears `token` in its request. What it changes matters to nobody.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: What it should touch is not there.
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

    def may_open(self, body: bytes) -> bool:
        """Tell quickly whether a record may open a session or begin an operation: later ones rest on it.

        It may say so of a record that does not, but never overlooks one that does. Never raises.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredState:
    """One state as its store lists it."""

    name: str
    """Its path or URI, by which the same store finds it again."""
    version: str | None
    """Changes whenever the content does (ETag, generation, id). `None`: only reading it tells."""
    lock: "StateLock | None" = None
    """Who holds it now, where the store tells that without being written to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StateContent:
    """What a state holds, as its store delivers it: some are a hundred megabytes long."""

    pieces: Iterable[bytes] = field(repr=False)
    """To be taken once, and to the end. Taking them raises `ProviderError` where `read` would."""
    version: str | None
    """Of these bytes: newer than the listed one where the state was written meanwhile."""

    def whole(self) -> bytes:
        """Take all pieces, joined."""
        return b"".join(self.pieces)


class StateStore(Protocol):
    """A place where the states of Terraform and the like are kept. It is only ever read."""

    def find(self, location: str) -> "Sequence[StoredState]":
        """List the states at a location, which is a state or what lies above several, and their workspaces.

        Sorted by name, each once, with its version and lock as they are now. It costs a request or
        two, however many the states, and reads none of them.

        Raises:
            ProviderResponseError: There is no state there, or `location` is none of this store.
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
        """
        ...

    def read(self, state: StoredState, *, known: str | None = None) -> StateContent | None:
        """Return what the state holds now, or `None` if its version still is `known`.

        Raises:
            ProviderResponseError: It is gone, or is no answer of such a store.
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
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


class KeyService(Protocol):
    """A service that keeps keys to itself, and opens what was sealed with one of them."""

    def unseal(self, sealed: bytes, key: str | None) -> bytes:
        """Return what was sealed with `key`, as the service names it; `None` lets what is sealed tell.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: The key is another one, or nothing was sealed.
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

    def check(self) -> str:
        """Try all that `find` takes, changing nothing; say what was seen.

        Raises:
            ProviderError: It cannot be asked, or not for all; the message names what is missing.
        """
        ...

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence["Ticket"]:
        """Return the tickets with these keys, and those that name these resources, each once.

        Keys that do not exist, or that are of no project in which changes are approved, are left
        out: they are cut out of text that anybody may have written. A ticket that was moved is found
        by its former key too, and says so. Descriptions come whole, with what secrets they hold.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: The answer is none of such a system.
        """
        ...

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return those of these keys whose tickets existed and were deleted.

        Empty where the system does not tell that from a ticket that never was.

        Raises:
            ProviderError: As `find`.
        """
        ...

    def candidates(self, search: "TicketSearch") -> Sequence["TicketCandidate"]:
        """Return tickets that may be the one that is looked for, the likeliest first, `search.most` at most.

        They are for a person to choose from. What was written a moment ago may still be missing.

        Raises:
            ProviderError: As `find`.
        """
        ...


class CodeHost(Protocol):
    """A host of reviewed code and of the pipelines that deploy it."""

    def check(self) -> str:
        """Try what reading runs and reviews takes; say what was seen.

        Raises:
            ProviderError: It does not work; the message names the permission that is missing.
        """
        ...

    def deployment(self, run_id: str, repositories: Collection[str] = ()) -> "Deployment | None":
        """Return the pipeline run with its pull request and reviews, or `None` if there is no such run.

        `repositories` are those that it may be of, by what its session says: they are looked at
        first, and only where this host was told to look. A run is read anew each time.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: The answer is not what the host's documents promise.
        """
        ...


@runtime_checkable
class Reviewing(Protocol):
    """A code host that can tell the review of code which another one deploys."""

    def pull_request(self, repository: str, sha: str) -> "PullRequest | None":
        """Return the pull request that a commit belongs to; `None` if none does, or it is not in scope.

        Raises:
            ProviderError: It cannot be told.
        """
        ...


@runtime_checkable
class Controlled(Protocol):
    """A code host that can tell how the pipelines of its repositories are controlled."""

    def repositories(self) -> Sequence[str]:
        """Return the repositories in scope, sorted: those that are named, or all of an organisation.

        Raises:
            ProviderError: They cannot be listed.
        """
        ...

    def controls(self, repository: str, since: datetime | None) -> "PipelineControls | None":
        """Return how a repository is controlled now, and who got round it after `since`.

        What the host's plan does not offer is `not_verifiable`, and so is what the credentials may not
        read; neither is a failure. `None`: there is no such repository here.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: Nothing of it can be read; the message names the permission.
            ProviderResponseError: The answer is not what the host's documents promise.
        """
        ...


@runtime_checkable
class Logged(Protocol):
    """A code host that keeps what its runs said, for a while."""

    def log_digests(self, deployment: "Deployment") -> "RunLogs":
        """Return the hashes of what a run that has ended said, or why there are none any more.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: The answer is not what the host's documents promise.
        """
        ...


class Directory(Protocol):
    """Knows people under all the names that they have in the cloud, the code host, the tickets and Slack."""

    def people(self) -> Sequence["Person"]:
        """Return everybody, each once, with every name that is known of them.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
        """
        ...


class Counter(Protocol):
    """Where the answers of people arrive. Never raises; may be called from any thread."""

    def form(self, press: "Press") -> "Form | Answer":
        """Return what is asked for before a wish is granted, or why it is not."""
        ...

    def submit(self, filled: "Filled") -> "Answer":
        """Do what a form says; one that is delivered again changes nothing."""
        ...


@runtime_checkable
class Answerable(Protocol):
    """A notifier under whose messages people press buttons."""

    @property
    def is_answerable(self) -> bool:
        """Its settings say how the answers arrive."""
        ...

    def hear(self, counter: Counter, is_over: Callable[[], bool]) -> None:
        """Take in what people answer until it is over.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials are refused; the message names what is missing.
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
        that cannot be edited, since it was deleted or belongs to another channel, is sent anew. An
        alert with a `notice` says that, and nothing of who did what where.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials or the destination are refused.
            ProviderResponseError: The message itself is refused; asking again is useless.
        """
        ...


@runtime_checkable
class Searching(Protocol):
    """A notifier that can look up what it sent: for channels that would show a repeat as a second message."""

    def find(self, client_id: str, since: datetime, *, to: str | None = None) -> str | None:
        """Return the reference of the message that bears `client_id`, or `None` if none was sent since then.

        `to` is where it was sent to, as the alert had it; `None`: to the notifier's own channel.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials do not allow to look; the message names what is missing.
        """
        ...


@runtime_checkable
class Choosing(Protocol):
    """A notifier that is not for every alert: one that wakes people, or one that machines read."""

    def takes(self, alert: "Alert") -> bool:
        """Tell whether an alert is sent, unless it edits one that was. A digest has a `notice`."""
        ...


class OnCall(Protocol):
    """Knows who is on call now."""

    def check(self) -> str:
        """Try whether it can be asked; say what was seen.

        Raises:
            ProviderError: It could not; a permission that is missing is named.
        """
        ...

    def who(self, rota: str) -> Sequence[str]:
        """Return the mail addresses of who is on call by a rota, whoever is called first at the beginning.

        Nobody may be on call.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: There is no such rota.
        """
        ...


@runtime_checkable
class Private(Protocol):
    """A notifier whose channel knows people, whom it can mention, and write to by themselves."""

    def can_reach(self, names: Sequence[str]) -> str | None:
        """Return how a person is addressed there (`Alert.to`, `Alert.mention`), `None` if they are not known.

        `names` are all of one person. Nobody is told anything by it; asking again costs little.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials do not allow to look; the message names what is missing.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptBatch:
    """Records that a vault keeps together."""

    name: str
    """The same whenever the vault is asked, and of no other batch of it."""
    open: Callable[[], Sequence[RawRecord]]
    """Return the records, in the order in which they were kept. Raises as `RawVault.read`."""


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

    def check(self) -> str:
        """Try whether records could be kept and erased, leaving none behind; say what was seen.

        Raises:
            ProviderError: They could not be kept; a permission that is missing is named.
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

    def batches(self, since: datetime, until: datetime | None = None) -> Iterator[KeptBatch]:
        """Yield what was kept between two times, those of the oldest day first, always in the same order.

        When a record was kept says when it was read, not when the call was made. There may be records
        that were kept a little earlier or later, but for less than a day.

        Raises:
            ProviderError: What is kept cannot be listed; what was yielded before stands.
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


class Meter(Protocol):
    """Counts what one adapter asks its service for."""

    def read(self) -> "ApiCalls":
        """Return what it counted since the program began. May be asked from any thread."""
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


@runtime_checkable
class Remarking(Protocol):
    """An adapter that decided something for its user, who should know of it."""

    def remarks(self) -> Sequence[str]:
        """Return what it decided so far, a sentence each."""
        ...
