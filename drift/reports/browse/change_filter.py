"""Which changes somebody wants to see, as it stands in a URL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from drift.model.verdict import Channel, Disposition, Lane, Severity
from drift.reports.browse.filters import NotUnderstood, Words, pairs_of, parse_filter, query_of

WORDS: Words = {"disposition": Disposition, "severity": Severity, "channel": Channel, "lane": Lane}


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeFilter:
    """What changes must be; nothing that is not given. The order is that of the query string."""

    disposition: frozenset[Disposition] = frozenset()
    severity: frozenset[Severity] = frozenset()
    channel: frozenset[Channel] = frozenset()
    lane: frozenset[Lane] = frozenset()
    environment: str | None = None
    """By name."""
    account: str | None = None
    actor: str | None = None
    """The whole name, in any case."""
    type: str | None = None
    """Of the resource."""
    resource: str | None = None
    """The beginning of its id in any case, or of its address in the code."""
    resource_id: str | None = None
    """The whole id, in any case."""
    ticket: str | None = None
    since: datetime | None = None
    """They began then or later."""
    until: datetime | None = None
    """They began before."""
    needs: bool = False
    """Somebody still has to bring something."""

    def query(self) -> str:
        """Return the filter as a query string, always the same for the same filter."""
        return query_of(self, WORDS)

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Yield the keys and values of the query string, in its order."""
        return pairs_of(self, WORDS)


def parse_change_filter(pairs: Iterable[tuple[str, str]]) -> ChangeFilter | tuple[NotUnderstood, ...]:
    """Return what the keys and values of a query string ask for, or all that is wrong with them."""
    return parse_filter(ChangeFilter, WORDS, pairs)
