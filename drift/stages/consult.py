"""What do the ticket system, the code host and the records of grants say about a change?

The one stage that asks them.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from drift.errors import ProviderError, only_provider_errors
from drift.model.action import LinkedTicket, of_kind
from drift.model.change import Change
from drift.model.consulted import Consulted
from drift.model.grant import Grant
from drift.model.ticket import Deployment, PullRequest, Ticket
from drift.model.verdict import ActorKind
from drift.ports import CodeHost, GrantSource, Reviewing, TicketSource
from drift.redacted import redact_deployment, redact_ticket

_Key = TypeVar("_Key", bound=Hashable)
_Told = TypeVar("_Told")


def consult(
    change: Change,
    ticket_sources: Collection[TicketSource],
    code_hosts: Collection[CodeHost],
    repositories: Mapping[str, str] = {},
    grant_sources: Collection[GrantSource] = (),
) -> Consulted:
    """Ask everybody what they know of `change`; one that fails hides no other.

    `repositories` are those of the configured pipelines, by the names of these.
    """
    unavailable: list[str] = []
    grants = _grants(change, grant_sources, unavailable)
    tickets, deleted = _tickets(change, grants, ticket_sources, unavailable)
    deployment = _deployment(change, code_hosts, repositories, unavailable)
    return Consulted(
        tickets=tickets,
        deleted=deleted,
        deployment=deployment,
        grants=grants,
        unavailable=tuple(unavailable),
        is_code_host_configured=bool(code_hosts),
    )


def _grants(change: Change, sources: Collection[GrantSource], unavailable: list[str]) -> tuple[Grant, ...]:
    """Return the grants in the account of a person's change, without secrets; machines are given none."""
    account = change.first.event.call.account
    if account is None or change.actor.kind is not ActorKind.HUMAN:
        return ()
    found: list[Grant] = []
    for source in sources:
        try:
            with only_provider_errors("asking for grants of access"):
                found += source.grants(account)
        except ProviderError as error:
            unavailable.append(f"the record of grants could not be asked: {error.what}")
    return tuple(replace(one, request=redact_ticket(one.request)) for one in found)


def _tickets(
    change: Change,
    grants: Collection[Grant],
    sources: Collection[TicketSource],
    unavailable: list[str],
) -> tuple[tuple[Ticket, ...], tuple[str, ...]]:
    """Return the tickets that are found, and the keys of those that were deleted."""
    keys = {reference.key for write in change.writes for reference in write.classification.references}
    keys |= {one.ticket_key for one in grants if one.ticket_key}
    keys |= {deed.ticket.key for _, deed in of_kind(change.actions, LinkedTicket)}
    found: dict[tuple[str, str], Ticket] = {}
    deleted: set[str] = set()
    for source in sources:
        try:
            with only_provider_errors("asking for tickets"):
                tickets = source.find(keys, {change.resource.id})
                found.update({(one.system, one.key): one for one in tickets})
                if missing := {key for key in keys if not any(one.is_called(key) for one in tickets)}:
                    deleted.update(source.deleted(missing))
        except ProviderError as error:
            unavailable.append(f"a ticket system could not be asked: {error.what}")
    return tuple(found.values()), tuple(sorted(deleted))


def _deployment(
    change: Change,
    hosts: Collection[CodeHost],
    repositories: Mapping[str, str],
    unavailable: list[str],
) -> Deployment | None:
    run_id = change.run_id
    if run_id is None:
        return None
    places = _places(change, repositories)
    for host in hosts:
        try:
            with only_provider_errors("asking for the pipeline's run"):
                if deployment := host.deployment(run_id, places):
                    return with_review(deployment, hosts)
        except ProviderError as error:
            unavailable.append(f"a code host could not be asked: {error.what}")
    return None


def with_review(deployment: Deployment, hosts: Collection[CodeHost]) -> Deployment:
    """Return a run without secrets, and with the review of its code, where another host has that.

    Raises:
        ProviderError: That host cannot be asked.
    """
    if deployment.is_reviewed_elsewhere:
        for host in hosts:
            if isinstance(host, Reviewing):
                found = host.pull_request(deployment.repository, deployment.head_sha)
                if found is not None:
                    return redact_deployment(replace(deployment, pull_request=found))
    return redact_deployment(deployment)


def _places(change: Change, repositories: Mapping[str, str]) -> tuple[str, ...]:
    """Return where the run may be of: what its token says, and what the policy says of its pipeline.

    Only a part of a subject that looks like a path may be a repository, and a ref is none.
    """
    found = dict.fromkeys(
        part
        for write in change.writes
        for part in (write.actor.subject or "").split(":")
        if "/" in part and not part.startswith("refs/")
    )
    pipelines = (write.classification.pipeline for write in change.writes)
    found |= dict.fromkeys(repositories[one] for one in pipelines if one and one in repositories)
    return tuple(found)


class _Once(Generic[_Key, _Told]):
    """What somebody said to each question at first, errors included: nobody is asked twice."""

    def __init__(self) -> None:
        self._said: dict[_Key, _Told | ProviderError] = {}

    def of(self, key: _Key, ask: Callable[[], _Told]) -> _Told:
        if key not in self._said:
            try:
                self._said[key] = ask()
            except ProviderError as error:
                self._said[key] = error
        said = self._said[key]
        if isinstance(said, ProviderError):
            raise said
        return said


class AskedOnce:
    """A code host that is asked no more than once about each run: a session may have hundreds of changes."""

    def __init__(self, host: CodeHost) -> None:
        self._host = host
        self._once = _Once[tuple[str, tuple[str, ...]], Deployment | None]()

    def check(self) -> str:
        """Try the host itself."""
        return self._host.check()

    def pull_request(self, repository: str, sha: str) -> PullRequest | None:
        """Ask the host, if it can tell."""
        return self._host.pull_request(repository, sha) if isinstance(self._host, Reviewing) else None

    def deployment(self, run_id: str, repositories: Collection[str] = ()) -> Deployment | None:
        """Return what the host said at first, or raise it."""
        places = tuple(repositories)
        return self._once.of((run_id, places), lambda: self._host.deployment(run_id, places))


class GrantsOnce:
    """A record of grants that is asked no more than once about each account: each time all of it is read."""

    def __init__(self, source: GrantSource) -> None:
        self._source = source
        self._once = _Once[str, Sequence[Grant]]()

    def check(self) -> str:
        """Try the record itself."""
        return self._source.check()

    def request(self, key: str) -> Ticket | None:
        """Ask the record itself."""
        return self._source.request(key)

    def grants(self, account: str) -> Sequence[Grant]:
        """Return what the record said at first, or raise it."""
        return self._once.of(account, lambda: self._source.grants(account))
