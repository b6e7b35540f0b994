"""Where changes are requested, reviewed and approved, and who people are."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    # `classify` waits for every import, and has nothing to do with these.
    from drift.model.account import PlacedAccount
    from drift.model.grant import Grant
    from drift.model.person import Person
    from drift.model.pipeline_control import PipelineControls
    from drift.model.run_log import KeepLog, RunLogs
    from drift.model.ticket import Deployment, PullRequest, Ticket
    from drift.model.ticket_search import TicketCandidate, TicketSearch
    from drift.model.trust import DeployingIdentity


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


class GrantSource(Protocol):
    """A system that gives people access for a time, once somebody has approved it."""

    def check(self) -> str:
        """Try all that `grants` and `request` take; say what was seen.

        Raises:
            ProviderError: It cannot be asked; the message names what is missing.
        """
        ...

    def grants(self, account: str) -> Sequence["Grant"]:
        """Return every access that was given in an account of the cloud, also what has ended; each once.

        What was asked for and never given is left out. Of an account that is none of this system's
        cloud there is none, and nobody is asked.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: The answer is none of such a system.
        """
        ...

    def request(self, key: str) -> "Ticket | None":
        """Return the request with this key as it is now; `None` if it is not there, or gave no access.

        Raises:
            ProviderError: As `grants`.
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


class TrustSource(Protocol):
    """Knows who may act as the identities that deploy into a cloud."""

    def check(self) -> str:
        """Try what reading them takes; say what was seen.

        Raises:
            ProviderError: It does not work; the message names the permission that is missing.
        """
        ...

    def identities(self) -> Sequence["DeployingIdentity"]:
        """Return the identities that are asked about, each once, sorted by name.

        What the credentials may not read of one is said in its `why`, and hides no other. One that does
        not exist is left out.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: Nothing can be read; the message names the permission.
            ProviderResponseError: The answer is not what the cloud's documents promise.
        """
        ...


class AccountTree(Protocol):
    """Knows in which organisational units accounts lie."""

    def check(self) -> str:
        """Try what reading them takes; say what was seen.

        Raises:
            ProviderError: It does not work; the message names the permission that is missing.
        """
        ...

    def accounts(self) -> Sequence["PlacedAccount"]:
        """Return every account of the organisation, each once, sorted.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: The answer is not what the cloud's documents promise.
        """
        ...


@runtime_checkable
class Logged(Protocol):
    """A code host that keeps what its runs said, for a while."""

    def log_digests(self, deployment: "Deployment", keep: "KeepLog | None" = None) -> "RunLogs":
        """Return the hashes of what a run that has ended said, or why there are none any more.

        What each job said is handed to `keep`, if there is one, as it was delivered and one at a time.
        What that raises passes through.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: The answer is not what the host's documents promise.
        """
        ...


class Directory(Protocol):
    """Knows people under all the names that they have in the cloud, the code host, the tickets and Slack."""

    def check(self) -> str:
        """Try what reading people takes; say what was seen.

        Raises:
            ProviderError: It does not work; the message names the permission that is missing.
        """
        ...

    def people(self) -> Sequence["Person"]:
        """Return everybody, each once, also who was deactivated, with every name that proves who it is.

        Names that two may share, or that people choose for themselves, prove nothing and are left out:
        display names, and addresses that nobody confirmed.

        Raises:
            ProviderResponseError: The answer is not what the directory's documents promise.
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
        """
        ...
