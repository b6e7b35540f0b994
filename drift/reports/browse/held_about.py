"""What is held about one person, under all of their names? Counts, and the newest of each sort."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, literal, select

from drift.ledger.tables import IS_SELDOM, ledger
from drift.model.action import Action
from drift.model.evidence import EntryKind
from drift.model.person import People, Person
from drift.model.review import ReviewRecord
from drift.model.sign_in import SignInRecord
from drift.reports.browse.change_list import EVER, ListedChange, listed
from drift.reports.browse.conditions import CHANGES
from drift.reports.browse.places import MOST_LOOKED_THROUGH, Count, counted_up_to
from drift.reports.browse.search import Condition, count_of, look_for
from drift.reports.entries import entries_numbered, entries_of_kind
from drift.reports.population import Period
from drift.store.schema import action, directory_person

FIRST = 20
"""Rows of each sort that are shown."""

MOST_SIGN_INS = 2_000
"""The newest sign-ins, among which a person's are looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldChanges:
    """Changes that somebody made, or approved."""

    count: Count
    first: tuple[ListedChange, ...]
    """The newest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldSignIns:
    """Sign-ins to consoles."""

    found: tuple[SignInRecord, ...]
    """The newest."""
    count: Count
    """Of those that were looked through; `is_more` where there are older ones, which were not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """Everything that is held about one person. There is no count of anything by time of day or of speed."""

    names: tuple[str, ...]
    """Under which was looked, in lower case."""
    made: HeldChanges
    approved: HeldChanges
    """Changes whose ticket or pull request they approved."""
    actions: tuple[Action, ...]
    """What they did about changes and findings, the newest."""
    actions_count: Count
    directory: tuple[Person, ...]
    """What directories know of them."""
    sign_ins: HeldSignIns
    reviews: tuple[ReviewRecord, ...]
    """Weeks and quarters that they signed, the newest."""


def names_of_person(name: str, people: People) -> frozenset[str]:
    """Return every name of whoever is called `name`, in lower case."""
    stands = people.person(name)
    return frozenset(
        {name.lower(), stands, *(one for one, owner in people.aliases.items() if owner == stands)}
    )


def held_about(connection: Connection, names: Collection[str], *, within: Period = EVER) -> Held:
    """Return what is held about the person of these names."""
    known = sorted({name.lower() for name in names})
    return Held(
        names=tuple(known),
        made=_changes(connection, "actor_key", known, within),
        approved=_changes(connection, "approver_key", known, within),
        actions=_actions(connection, known),
        actions_count=_count_actions(connection, known),
        directory=_directory(connection, known),
        sign_ins=_sign_ins(connection, known),
        reviews=_reviews(connection, known),
    )


def _changes(connection: Connection, column: str, names: Sequence[str], within: Period) -> HeldChanges:
    mine = Condition(columns=(column,), test=lambda one: one[column].in_(names))
    at = CHANGES.at
    span = [*([at >= within.since] if within.since else []), *([at < within.until] if within.until else [])]
    each = [Condition(columns=(column,), test=_is(column, name), is_ordered=True) for name in names]
    keys = sorted(
        {key for one in each for key in look_for(connection, CHANGES, [one], span, None, FIRST).keys},
        reverse=True,
    )[:FIRST]
    lines = listed(connection, [id_ for _, id_ in keys])
    return HeldChanges(
        count=count_of(connection, CHANGES, [mine], span),
        first=tuple(lines[id_] for _, id_ in keys),
    )


def _is(column: str, name: str) -> Any:
    return lambda one: one[column] == name


def _actions(connection: Connection, names: Sequence[str]) -> tuple[Action, ...]:
    mine = select(action.c.body).where(action.c.by_key.in_(names))
    return tuple(connection.execute(mine.order_by(action.c.at.desc()).limit(FIRST)).scalars())


def _count_actions(connection: Connection, names: Sequence[str]) -> Count:
    mine = select(literal(1)).select_from(action).where(action.c.by_key.in_(names))
    some = mine.limit(MOST_LOOKED_THROUGH + 1).subquery()
    return counted_up_to(int(connection.execute(select(func.count()).select_from(some)).scalar_one()))


def _directory(connection: Connection, names: Sequence[str]) -> tuple[Person, ...]:
    wanted = set(names)
    everybody: Sequence[Person] = connection.execute(select(directory_person.c.body)).scalars().all()
    return tuple(one for one in everybody if wanted & {name.lower() for name in (one.name, *one.names)})


def _sign_ins(connection: Connection, names: Sequence[str]) -> HeldSignIns:
    newest = (
        select(ledger.c.seq)
        .where(ledger.c.kind == EntryKind.SIGN_IN.value, IS_SELDOM)
        .order_by(ledger.c.seq.desc())
        .limit(MOST_SIGN_INS + 1)
    )
    seqs = connection.execute(newest).scalars().all()
    records = (one.read_as(SignInRecord) for one in entries_numbered(connection, seqs[:MOST_SIGN_INS]))
    wanted = set(names)
    found = [one for one in records if one is not None and wanted & _names_in(one)]
    found.reverse()
    count = Count(number=len(found), is_more=len(seqs) > MOST_SIGN_INS)
    return HeldSignIns(found=tuple(found[:FIRST]), count=count)


def _names_in(record: SignInRecord) -> set[str]:
    return {name.lower() for name in (record.person, record.principal) if name}


def _reviews(connection: Connection, names: Sequence[str]) -> tuple[ReviewRecord, ...]:
    entries = entries_of_kind(connection, EntryKind.REVIEW)
    records = (entry.read_as(ReviewRecord) for entry in reversed(entries))
    return tuple(one for one in records if one is not None and one.by.name.lower() in names)[:FIRST]
