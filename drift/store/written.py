"""Which changes wrote to a resource? A change may name it by any of its names."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from drift.model.change import Write
from drift.model.finding import DriftFinding
from drift.model.naming import Name, is_same_place
from drift.store.addresses import is_same_row
from drift.store.changes import ChangeRow, changes
from drift.store.columns import as_key
from drift.store.late import in_time
from drift.store.schema import change, change_session, change_write, declared, declared_name, write
from drift.store.upsert import in_chunks

MOST_WRITES = 100
"""Of a resource that is written daily, the newest are enough to tell which one made it so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A resource that may have been written to, declared or not."""

    key: str
    """Tells it from the others that are asked for."""
    state: str | None
    address: str | None
    type: str
    resource_id: str | None
    account: str | None
    region: str | None


def subject_of(finding: DriftFinding) -> Subject:
    """Return the resource of a finding, under the finding's id."""
    return Subject(
        key=finding.finding_id,
        state=finding.state,
        address=finding.address,
        type=finding.type,
        resource_id=finding.resource_id,
        account=finding.account,
        region=finding.region,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    """A change that bears one of the names."""

    change_id: str
    type: str | None
    resource_id: str
    key: str
    """The name that it bears: its own, or that of what it lies in."""
    account: str | None
    is_inside: bool
    """It lies in what bears the name."""


def writes_to(connection: Connection, subjects: Collection[Subject]) -> Mapping[str, tuple[Write, ...]]:
    """Return the newest writes to the resource of each finding, by its id, in order of time."""
    by_subject = _changes_of(connection, subjects)
    keys = _newest(connection, by_subject)
    wanted = {key for some in keys.values() for key in some}
    bodies: dict[str, Write] = {}
    for some in in_chunks(wanted):
        rows = in_time(connection).execute(select(write.c.key, write.c.body).where(write.c.key.in_(some)))
        bodies.update((key, body) for key, body in rows)
    regions = {one.key: one.region for one in subjects}
    return {
        subject: tuple(
            bodies[key] for key in some if is_same_place(bodies[key].event.call.region, regions[subject])
        )
        for subject, some in keys.items()
    }


def changes_to(connection: Connection, subjects: Collection[Subject]) -> Mapping[str, tuple[ChangeRow, ...]]:
    """Return the changes to each resource, by its key, in order of their first write."""
    by_subject = _changes_of(connection, subjects)
    rows: dict[str, ChangeRow] = {}
    for some in in_chunks({one for ids in by_subject.values() for one in ids}):
        rows.update((row.change.change_id, row) for row in changes(connection, change.c.change_id.in_(some)))
    regions = {one.key: one.region for one in subjects}
    found = {
        key: [rows[one] for one in ids if is_same_place(_region(rows[one]), regions[key])]
        for key, ids in by_subject.items()
    }
    return {key: tuple(sorted(some, key=_by_time)) for key, some in found.items()}


def names_of(connection: Connection, subjects: Collection[Subject]) -> Mapping[str, tuple[Name, ...]]:
    """Return by which texts calls may name each resource, by its key."""
    found: dict[str, dict[tuple[str, str | None], Name]] = defaultdict(dict)
    by_state: dict[str | None, dict[str, list[Subject]]] = defaultdict(lambda: defaultdict(list))
    for one in subjects:
        if one.resource_id:
            name = Name(text=one.resource_id.lower(), exact=one.resource_id)
            found[one.key][name.text, None] = name
        if one.address is not None:
            by_state[one.state][as_key(one.address)].append(one)
    for state, there in by_state.items():
        in_state = () if state is None else (declared_name.c.baseline == as_key(state),)
        for some in in_chunks(there):
            rows = connection.execute(
                select(declared_name).where(declared_name.c.address.in_(some), *in_state)
            )
            for row in rows:
                name = Name(
                    text=row.name, exact=row.exact, of_type=row.of_type or None, is_unique=row.is_unique
                )
                for one in there[row.address]:
                    found[one.key][name.text, name.of_type] = name
    return {key: tuple(names.values()) for key, names in found.items()}


def _changes_of(connection: Connection, subjects: Collection[Subject]) -> dict[str, list[str]]:
    names = names_of(connection, subjects)
    by_text: dict[str, list[tuple[Subject, Name]]] = defaultdict(list)
    for one in subjects:
        for name in names.get(one.key, ()):
            by_text[as_key(name.text)].append((one, name))
    types = _types_declared(connection, by_text)
    found: dict[str, list[str]] = {one.key: [] for one in subjects}
    for candidate in _bearing(connection, by_text):
        for one, name in by_text[candidate.key]:
            if _is_about(candidate, one, name, types[candidate.key]):
                found[one.key].append(candidate.change_id)
    return {key: list(dict.fromkeys(ids)) for key, ids in found.items()}


def _is_about(candidate: _Candidate, one: Subject, name: Name, declared_types: Mapping[str, str]) -> bool:
    """Tell whether a change that bears the name is one to the resource.

    Where the code declares a resource of the change's own type under the name, it is to that one.
    """
    if candidate.is_inside:
        return name.exact is None and name.of_type is None and is_same_place(candidate.account, one.account)
    if name.exact not in (None, candidate.resource_id) and as_key(name.exact or "") != candidate.resource_id:
        return False
    if not name.is_unique and not is_same_place(candidate.account, one.account):
        return False
    if name.of_type is not None:
        return candidate.type == name.of_type
    is_its_type = candidate.type in (one.type, declared_types.get(one.type))
    return is_its_type or candidate.type not in declared_types.values()


def _types_declared(connection: Connection, texts: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """Return the types of what is declared under each name for all types, and how calls know these types."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for some in in_chunks(texts):
        rows = connection.execute(
            select(declared_name.c.name, declared.c.known_as, declared.c.type)
            .join(declared, is_same_row)
            .where(declared_name.c.name.in_(some), declared_name.c.of_type == "")
        )
        for name, known_as, type_ in rows:
            found[name][type_] = known_as or type_
    return found


def _bearing(connection: Connection, texts: Iterable[str]) -> Iterator[_Candidate]:
    """Yield the changes whose resource is named so, or lies in what is."""
    for some in in_chunks(texts):
        for column in (change.c.resource_key, change.c.outer_key):
            rows = connection.execute(
                select(
                    change.c.change_id,
                    change.c.resource_type,
                    change.c.resource_id,
                    column,
                    change_session.c.account,
                )
                .join(change_session, change_session.c.session_id == change.c.session_id)
                .where(column.in_(some))
                .order_by(change.c.began_at, change.c.change_id)
            )
            for change_id, type_, resource_id, key, account in rows:
                yield _Candidate(
                    change_id=change_id,
                    type=type_,
                    resource_id=resource_id,
                    key=key,
                    account=account or None,
                    is_inside=column is change.c.outer_key,
                )


def _newest(connection: Connection, by_subject: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the keys of the newest writes of the changes to each resource, in order of time."""
    written: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for some in in_chunks({one for ids in by_subject.values() for one in ids}):
        rows = in_time(connection).execute(
            select(change_write.c.change_id, write.c.occurred_at, write.c.key)
            .join(write, write.c.key == change_write.c.write_key)
            .where(change_write.c.change_id.in_(some), change_write.c.left_because.is_(None))
        )
        for change_id, at, key in rows:
            written[change_id].append((at, key))
    found = {}
    for subject, ids in by_subject.items():
        keys = sorted({one for change_id in ids for one in written[change_id]})
        found[subject] = [key for _, key in keys[-MOST_WRITES:]]
    return found


def _region(row: ChangeRow) -> str | None:
    return row.change.first.event.call.region


def _by_time(row: ChangeRow) -> tuple[datetime, str]:
    return row.change.began_at, row.change.change_id
