"""How a write reads that made a difference so: who, when, through which channel, under which ticket."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from drift.reports.wording import identity, moment

if TYPE_CHECKING:
    from drift.reports.blame import Maker


def made_by(keys: Sequence[str], makers: Mapping[str, "Maker"], is_explained: bool) -> Iterator[str]:
    """Say in a line each which writes made it so, and what of it none explains."""
    yield from (maker_text(makers[key]) for key in keys if key in makers)
    if not is_explained:
        yield "no known write explains the rest of it" if keys else "no known write explains it"


def maker_text(maker: "Maker") -> str:
    """Say in a line who made a write, how, and how it stands."""
    write, change, judgement = maker.write, maker.change, maker.judgement
    at = write.event.occurred_at or change.began_at
    call = write.event.call.action or "an unnamed call"
    ticket = judgement.match.ticket.key if judgement and judgement.match.ticket else "no ticket"
    stands = judgement.decision.disposition if judgement else "not judged yet"
    who = f"{identity(change)}, {change.channel}, {ticket}, {stands}"
    return f"{moment(at)} {who}: {call} ({change.change_id})"
