"""Where the answers to messages arrive: which form a button opens, and what a form that was sent does.

The channel says who pressed; whether they may, the desk decides. Whatever goes wrong is said in words
that the person at the other end understands.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from drift.desk import Desk
from drift.errors import DriftError
from drift.model.action import (
    Approved,
    CorrectedActor,
    DeclaredEmergency,
    Deed,
    Disowned,
    Doer,
    Origin,
    Request,
    Waived,
)
from drift.model.change import Change
from drift.model.form import Answer, Asker, Field, Filled, Form, Option, Press, Wish
from drift.ports import Clock
from drift.store.changes import ChangeRow, changes_of_session

ALL: Final = "all"
"""Stands for every change of the session."""

MOST_OFFERED: Final = 50
"""Changes to choose from; a session may have thousands."""

_CHANGE, _TICKET, _TEXT, _INCIDENT, _OWNER, _DAYS = "change", "ticket", "text", "incident", "owner", "days"
_ACTOR = "actor"

NOTHING_IS_ASKED: Final = Answer(text="Nothing can be asked here.", is_done=False)

_WAIVED_FOR = ("7", "30", "90", "365")
"""Days to choose from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """Takes in presses and forms."""

    desk: Callable[[], Desk]
    """The desk with the rules in force."""
    clock: Clock
    acted: Callable[[], None] = lambda: None
    """Called when something was done: the changes are to be judged again."""
    asked: Callable[[str], Answer] = lambda _: NOTHING_IS_ASKED
    """Answers what people ask in words."""

    def form(self, press: Press) -> Form | Answer:
        """Return what is asked for, or why nothing is."""
        try:
            rows = self._rows(press.session_id)
        except DriftError as error:
            return _refused(error)
        if not rows:
            return Answer(text="These changes are not known any more.", is_done=False)
        if press.wish in (Wish.ADOPT, Wish.REVERT):
            return _commands(press.wish, rows)
        return _FORMS[press.wish](press, rows, self._name_of(press.by))

    def submit(self, filled: Filled) -> Answer:
        """Do what a form says; one that comes again changes nothing."""
        now = self.clock.now()
        try:
            said = list(self._done(filled, now))
        except DriftError as error:
            return _refused(error)
        self.acted()
        return Answer(text="\n".join(said), is_done=True)

    def answer(self, words: str) -> Answer:
        """Answer what somebody asks in words, which changes nothing."""
        try:
            return self.asked(words)
        except DriftError as error:
            return _refused(error)

    def _done(self, filled: Filled, now: datetime) -> Iterator[str]:
        chosen = filled.values.get(_CHANGE, ALL)
        ids = [
            row.change.change_id
            for row in self._rows(filled.session_id)
            if chosen in (ALL, row.change.change_id)
        ]
        by = Doer(
            name=self._name_of(filled.by),
            origin=Origin.SLACK,
            account=filled.by.account,
            is_self_asserted=False,
        )
        for change_id in ids:
            key = f"slack/{filled.key}/{change_id}"
            if filled.wish is Wish.LINK:
                done = self.desk().link(
                    change_id, filled.values.get(_TICKET, "").strip(), by, key=key, now=now
                )
            else:
                deed = _deed(filled, now)
                done = self.desk().take(Request(key=key, ref=change_id, by=by, deed=deed), now)
            again = "" if done.is_new else ", as it was before"
            yield f"{change_id}: {_SAID[filled.wish]}{again} (ledger entry {done.ledger_seq})"

    def _rows(self, session_id: str) -> Sequence[ChangeRow]:
        with self.desk().database.reading() as connection:
            return changes_of_session(connection, session_id)

    def _name_of(self, asker: Asker) -> str:
        """Return the name that stands for whoever pressed, by any that the configuration knows of them."""
        people = self.desk().people
        known = people.person(asker.account)
        return known if known != asker.account.lower() else asker.name or asker.account


def _deed(filled: Filled, now: datetime) -> Deed:
    text = filled.values.get(_TEXT, "")
    match filled.wish:
        case Wish.EMERGENCY:
            return DeclaredEmergency(justification=text, incident=filled.values.get(_INCIDENT))
        case Wish.APPROVE:
            return Approved(comment=text or None)
        case Wish.WAIVE:
            chosen = filled.values.get(_DAYS)
            days = timedelta(days=int(chosen if chosen in _WAIVED_FOR else _WAIVED_FOR[0]))
            return Waived(reason=text, owner=filled.values.get(_OWNER, ""), expires_at=now + days)
        case Wish.DISOWN:
            return Disowned(comment=text or None)
        case Wish.CORRECT:
            return CorrectedActor(actor=filled.values.get(_ACTOR, "").strip(), reason=text)
        case Wish.LINK | Wish.ADOPT | Wish.REVERT:
            raise ValueError(f"{filled.wish} is no deed of a form")


def _link(press: Press, rows: Sequence[ChangeRow], _: str) -> Form:
    claimed = dict.fromkeys(
        reference.key
        for row in rows
        for write in row.change.writes
        for reference in write.classification.references
    )
    hint = f"Named in the records: {', '.join(list(claimed)[:5])}." if claimed else None
    return Form(
        wish=press.wish,
        session_id=press.session_id,
        title="Link ticket",
        send="Link",
        intro="The ticket is recorded as it is now. What was not approved before stays a deviation.",
        fields=(
            *_which(rows),
            Field(name=_TICKET, label="Ticket", value=next(iter(claimed), None), hint=hint),
        ),
    )


def _emergency(press: Press, rows: Sequence[ChangeRow], _: str) -> Form:
    return Form(
        wish=press.wish,
        session_id=press.session_id,
        title="Declare emergency",
        send="Declare",
        intro="Somebody else who may must approve it, and it is reviewed afterwards.",
        fields=(
            *_which(rows),
            Field(name=_TEXT, label="Why it could not wait", is_long=True, hint="An auditor will read it."),
            Field(name=_INCIDENT, label="Incident", is_optional=True),
        ),
    )


def _approve(press: Press, rows: Sequence[ChangeRow], name: str) -> Form:
    return Form(
        wish=press.wish,
        session_id=press.session_id,
        title="Approve",
        send="Approve",
        intro=f"Recorded as the approval of {name}, after the change was made.",
        fields=(*_which(rows), Field(name=_TEXT, label="Comment", is_long=True, is_optional=True)),
    )


def _waive(press: Press, rows: Sequence[ChangeRow], name: str) -> Form:
    days = tuple(Option(value=one, text=f"{one} days") for one in _WAIVED_FOR)
    return Form(
        wish=press.wish,
        session_id=press.session_id,
        title="Not a change",
        send="Waive",
        intro="It is accepted as it is for a while; once the waiver ends it counts as before.",
        fields=(
            *_which(rows),
            Field(name=_TEXT, label="Why it is accepted", is_long=True),
            Field(name=_OWNER, label="Who answers for it", value=name),
            Field(name=_DAYS, label="For how long", options=days, value=_WAIVED_FOR[0]),
        ),
    )


def _disown(press: Press, rows: Sequence[ChangeRow], name: str) -> Form:
    return Form(
        wish=press.wish,
        session_id=press.session_id,
        title="It was not me",
        send="Raise the alarm",
        intro=f"The credentials of {name} may be stolen: an alarm is raised at once.",
        fields=(*_which(rows), Field(name=_TEXT, label="What you know", is_long=True, is_optional=True)),
    )


def _correct(press: Press, rows: Sequence[ChangeRow], name: str) -> Form:
    return Form(
        wish=press.wish,
        session_id=press.session_id,
        title="Wrong attribution",
        send="Correct",
        intro=f"Recorded on the word of {name}, beside what the cloud recorded, which stays. "
        "Neither of the two may approve the change.",
        fields=(
            *_which(rows),
            Field(name=_ACTOR, label="Who made it", hint="An address, or a name of a [[person]]."),
            Field(name=_TEXT, label="How you know", is_long=True, hint="An auditor will read it."),
        ),
    )


def _which(rows: Sequence[ChangeRow]) -> tuple[Field, ...]:
    """Ask which change is meant, if there are several."""
    if len(rows) == 1:
        return ()
    each = tuple(Option(value=row.change.change_id, text=_called(row.change)) for row in rows[:MOST_OFFERED])
    everyone = Option(value=ALL, text=f"all {len(rows)} changes of the session")
    return (Field(name=_CHANGE, label="Which change", options=(everyone, *each), value=ALL),)


def _called(change: Change) -> str:
    return f"{change.first.event.summary} ({change.resource.id})"


def _commands(wish: Wish, rows: Sequence[ChangeRow]) -> Answer:
    """Say which command prints what would make code and cloud agree: nothing is changed from here."""
    found = dict.fromkeys(
        one.finding_id for row in rows if row.judgement for one in row.judgement.standing.findings
    )
    if not found:
        return Answer(text="Nothing differs from the code.", is_done=False)
    lines = [f"drift {wish} {one}" for one in list(found)[:MOST_OFFERED]]
    return Answer(
        text="\n".join(["Nothing is changed from here. This prints what to do:", *lines]), is_done=False
    )


def _refused(error: DriftError) -> Answer:
    hint = f" Next: {error.hint}." if error.hint else ""
    return Answer(text=f"{error.what[:1].upper()}{error.what[1:]}.{hint}", is_done=False)


_FORMS: Final[dict[Wish, Callable[[Press, Sequence[ChangeRow], str], Form]]] = {
    Wish.LINK: _link,
    Wish.EMERGENCY: _emergency,
    Wish.APPROVE: _approve,
    Wish.WAIVE: _waive,
    Wish.DISOWN: _disown,
    Wish.CORRECT: _correct,
}

_SAID: Final[dict[Wish, str]] = {
    Wish.LINK: "linked",
    Wish.EMERGENCY: "declared an emergency",
    Wish.APPROVE: "approved",
    Wish.WAIVE: "waived",
    Wish.DISOWN: "disowned, and the alarm raised",
    Wish.CORRECT: "corrected",
}
