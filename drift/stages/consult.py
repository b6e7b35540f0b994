"""What do the ticket system and the code host say about a change? The one stage that asks them."""

from collections.abc import Collection

from drift.errors import ProviderError, only_provider_errors
from drift.model.action import LinkedTicket, of_kind
from drift.model.change import Change
from drift.model.ticket import Consulted, Deployment, Ticket
from drift.ports import CodeHost, TicketSource


def consult(
    change: Change, ticket_sources: Collection[TicketSource], code_hosts: Collection[CodeHost]
) -> Consulted:
    """Ask every ticket system and code host what they know of `change`; one that fails hides no other."""
    unavailable: list[str] = []
    tickets, deleted = _tickets(change, ticket_sources, unavailable)
    deployment = _deployment(change, code_hosts, unavailable)
    return Consulted(
        tickets=tickets,
        deleted=deleted,
        deployment=deployment,
        unavailable=tuple(unavailable),
        is_code_host_configured=bool(code_hosts),
    )


def _tickets(
    change: Change, sources: Collection[TicketSource], unavailable: list[str]
) -> tuple[tuple[Ticket, ...], tuple[str, ...]]:
    """Return the tickets that are found, and the keys of those that were deleted."""
    keys = {reference.key for write in change.writes for reference in write.classification.references}
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


def _deployment(change: Change, hosts: Collection[CodeHost], unavailable: list[str]) -> Deployment | None:
    run_id = change.run_id
    if run_id is None:
        return None
    for host in hosts:
        try:
            with only_provider_errors("asking for the pipeline's run"):
                if deployment := host.deployment(run_id):
                    return deployment
        except ProviderError as error:
            unavailable.append(f"a code host could not be asked: {error.what}")
    return None
