"""What people ask in a chat, in the words of the command line: `around OPS-7 --hours 6`."""

from collections.abc import Iterator

from drift.around import Lookout, Question, Surroundings
from drift.desk import Desk
from drift.equipment import Equipment
from drift.errors import UsageError
from drift.model.form import Answer
from drift.model.verdict import Disposition
from drift.reports.around import Ranked
from drift.reports.around_scope import HOURS
from drift.reports.wording import done, moment, person, resource_name
from drift.terminal import shown

MOST_TOLD = 20
"""Changes of one answer; the command line lists all."""

LONGEST = 300
"""Characters of a line."""

USAGE = (
    "Write: around INCIDENT|TIME [--scope SCOPE] [--hours N]\n"
    "INCIDENT is the key or the address of a ticket; TIME is 2026-11-16T09:30Z, or an age such as 2h."
)

_DASHES = str.maketrans({"—": "--", "–": "--"})
"""What a phone or a Mac makes of two hyphens."""


def answer(words: str, have: Equipment, desk: Desk) -> Answer:
    """Answer what somebody asks.

    Raises:
        DriftError: It cannot be answered; the message says why.
    """
    asked = words.translate(_DASHES).split()
    if asked[:1] != ["around"] or len(asked) == 1:
        return Answer(text=USAGE, is_done=False)
    policy = have.policy
    lookout = Lookout(
        database=have.database, decision=policy.decision, routing=policy.routing, ticket=desk.ticket
    )
    found = lookout.look(_question(asked[1:]), have.clock.now())
    # A line end in somebody's text would make a line that says what they like.
    return Answer(text="\n".join(shown(line, LONGEST) for line in _lines(found)), is_done=True)


def _question(asked: list[str]) -> Question:
    what, scopes, hours = None, [], HOURS
    words = iter(asked)
    for word in words:
        name, is_given, value = word.partition("=")
        if name in ("--scope", "--hours"):
            value = value if is_given else next(words, "")
            if name == "--scope":
                scopes.append(value)
            elif value.isdecimal() and value.isascii():
                hours = int(value[:6])
            else:
                raise UsageError(f'"{value}" is no number of hours', hint="write --hours 12")
        elif what is None:
            what = word
        else:
            raise UsageError(f'"{word}" is one word too many', hint="write --scope before a scope")
    if what is None:
        raise UsageError("nothing is said of what is looked around", hint="write an incident or a time")
    return Question(what=what, scopes=tuple(scopes), hours=hours)


def _lines(found: Surroundings) -> Iterator[str]:
    some = found.found[:MOST_TOLD]
    more = f"; the {MOST_TOLD} most relevant" if len(found.found) > MOST_TOLD else ""
    yield f"{found.headline}{more}"
    if found.unseen:
        yield found.unseen
    for number, one in enumerate(some, 1):
        yield from _change(number, one)


def _change(number: int, one: Ranked) -> Iterator[str]:
    """Name a person only where it is sure, as in every message that goes out."""
    change, judgement = one.row.change, one.row.judgement
    stands = judgement.decision.disposition if judgement else Disposition.PENDING
    yield f"{number}. {resource_name(change, judgement)}: {done(change)}"
    yield f"{moment(one.last_at)}, {stands}, {change.channel}, {person(change)}"
    yield f"{change.change_id}: {one.why}"
