"""What people may say about a change with a form: what is asked for, and what it comes to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from drift.errors import RefusedError
from drift.model.action import (
    Acknowledged,
    Approved,
    CorrectedActor,
    DeclaredEmergency,
    Deed,
    Disowned,
    FollowUp,
    Reviewed,
    Waived,
)
from drift.model.form import Field, Option
from drift.model.verdict import Disposition, Lane
from drift.model.visitor import Permission, Visitor
from drift.reports.browse.change_detail import ChangeDetail
from drift.reports.browse.filters import parse_time

Fields = Mapping[str, str]

_WAIVED_FOR: Final = ("7", "30", "90", "365")
"""Days to choose from."""

_ASKED: Final = frozenset({Disposition.PENDING, Disposition.UNTICKETED})
_PUT_RIGHT: Final = _ASKED | {Disposition.RETROACTIVE, Disposition.EMERGENCY}


@dataclass(frozen=True, kw_only=True, slots=True)
class Saying:
    """One thing that may be said of a change."""

    slug: str
    """What the form is sent to, below the change's page."""
    needs: Permission
    title: str
    send: str
    """What the button says."""
    intro: str
    fields: tuple[Field, ...]
    makes_sense: Callable[[ChangeDetail, bool], bool]
    """Whether it is offered of a change, and to whoever is recorded as its maker (`True`) or is not."""
    deed: Callable[[Fields, datetime], Deed] | None
    """`None`: a ticket is linked, which is asked for first."""
    is_first: bool = False
    """It is what most people come for."""


def sayings(detail: ChangeDetail, visitor: Visitor, *, is_maker: bool) -> Iterator[Saying]:
    """Yield what a visitor may say of a change, as far as it makes sense."""
    claimed = _claimed(detail)
    for one in ALL.values():
        if not visitor.may(one.needs) or not one.makes_sense(detail, is_maker):
            continue
        filled = {"ticket": claimed, "owner": visitor.name if one.slug == "waive" else None}
        yield replace(one, fields=tuple(_with(field, filled.get(field.name)) for field in one.fields))


def _with(field: Field, value: str | None) -> Field:
    return replace(field, value=value) if value else field


def _claimed(detail: ChangeDetail) -> str | None:
    """Return the ticket that the records name, should nothing count yet."""
    references = (one for write in detail.change.writes for one in write.classification.references)
    suggested = detail.judgement.match.suggestions if detail.judgement else ()
    return next((one.key for one in references), None) or next(iter(suggested), None)


def _disposition(detail: ChangeDetail) -> Disposition:
    return detail.judgement.decision.disposition if detail.judgement else Disposition.PENDING


def _is_asked(detail: ChangeDetail, _: bool) -> bool:
    return _disposition(detail) in _ASKED


def _may_be_put_right(detail: ChangeDetail, _: bool) -> bool:
    return _disposition(detail) in _PUT_RIGHT


def _is_emergency(detail: ChangeDetail, _: bool) -> bool:
    return detail.change.lane is Lane.EMERGENCY or _disposition(detail) is Disposition.EMERGENCY


def _is_theirs(detail: ChangeDetail, is_maker: bool) -> bool:
    return is_maker and _may_be_put_right(detail, is_maker)


def _emergency(given: Fields, _: datetime) -> Deed:
    return DeclaredEmergency(justification=given.get("text", ""), incident=given.get("incident") or None)


def _approved(given: Fields, _: datetime) -> Deed:
    return Approved(comment=given.get("text") or None)


def _reviewed(given: Fields, _: datetime) -> Deed:
    then = given.get("then", "")
    if then not in set(FollowUp):
        raise RefusedError("it is not said what has to become of it", hint="choose one")
    return Reviewed(
        notes=given.get("text", ""),
        then=FollowUp(then),
        owner=given.get("owner") or None,
        due_at=_day(given.get("due", "")),
    )


def _day(text: str) -> datetime | None:
    at = parse_time(text) if text else None
    if text and at is None:
        raise RefusedError(f'"{text[:40]}" is no day', hint="write a day such as 2026-12-31")
    return at


def _acknowledged(given: Fields, _: datetime) -> Deed:
    return Acknowledged(reason=given.get("text", ""))


def _waived(given: Fields, now: datetime) -> Deed:
    days = given.get("days", "")
    if days not in _WAIVED_FOR:
        raise RefusedError("it is not said for how long", hint=f"choose {', '.join(_WAIVED_FOR)} days")
    return Waived(
        reason=given.get("text", ""),
        owner=given.get("owner", ""),
        expires_at=now + timedelta(days=int(days)),
    )


def _disowned(given: Fields, _: datetime) -> Deed:
    return Disowned(comment=given.get("text") or None)


def _corrected(given: Fields, _: datetime) -> Deed:
    return CorrectedActor(actor=given.get("actor", ""), reason=given.get("text", ""))


_AUDITOR: Final = "An auditor will read it."

_EVERY: Final = (
    Saying(
        slug="link",
        needs=Permission.ACT,
        title="Link a ticket",
        send="Link",
        intro="The ticket is recorded as it is now. What was not approved before stays a deviation.",
        fields=(Field(name="ticket", label="Ticket", hint="Its key, such as OPS-123."),),
        makes_sense=_may_be_put_right,
        deed=None,
        is_first=True,
    ),
    Saying(
        slug="emergency",
        needs=Permission.ACT,
        title="Declare an emergency",
        send="Declare",
        intro="Somebody else who may must approve it, and it is reviewed afterwards.",
        fields=(
            Field(name="text", label="Why it could not wait", is_long=True, hint=_AUDITOR),
            Field(name="incident", label="Incident", is_optional=True),
        ),
        makes_sense=_is_asked,
        deed=_emergency,
        is_first=True,
    ),
    Saying(
        slug="approve",
        needs=Permission.APPROVE,
        title="Approve",
        send="Approve",
        intro="It is recorded as an approval after the change was made: the change stays a deviation.",
        fields=(Field(name="text", label="Comment", is_long=True, is_optional=True),),
        makes_sense=_may_be_put_right,
        deed=_approved,
        is_first=True,
    ),
    Saying(
        slug="review",
        needs=Permission.ACT,
        title="Record the review",
        send="Record",
        intro="Codifying or reverting is done once a comparison shows no difference: nobody can say so.",
        fields=(
            Field(
                name="text",
                label="What was changed, its impact, and what was learnt",
                is_long=True,
                hint=_AUDITOR,
            ),
            Field(
                name="then",
                label="What has to become of it",
                options=(
                    Option(value=FollowUp.NEEDS_CODIFY, text="it goes into the code"),
                    Option(value=FollowUp.REVERT, text="it is reverted"),
                    Option(value=FollowUp.NOTHING, text="nothing"),
                ),
            ),
            Field(name="owner", label="Who does that", is_optional=True),
            Field(name="due", label="By when", is_optional=True, hint="A day such as 2026-12-31."),
        ),
        makes_sense=_is_emergency,
        deed=_reviewed,
        is_first=True,
    ),
    Saying(
        slug="acknowledge",
        needs=Permission.ACT,
        title="Acknowledge",
        send="Acknowledge",
        intro="You have seen it, and see to it. That resolves nothing.",
        fields=(Field(name="text", label="What is done about it", is_long=True),),
        makes_sense=_may_be_put_right,
        deed=_acknowledged,
    ),
    Saying(
        slug="waive",
        needs=Permission.APPROVE,
        title="Waive for a while",
        send="Waive",
        intro="It is accepted as it is for a while; once the waiver ends it counts as before.",
        fields=(
            Field(name="text", label="Why it is accepted", is_long=True, hint=_AUDITOR),
            Field(name="owner", label="Who answers for it"),
            Field(
                name="days",
                label="For how long",
                options=tuple(Option(value=one, text=f"{one} days") for one in _WAIVED_FOR),
                value=_WAIVED_FOR[0],
            ),
        ),
        makes_sense=_may_be_put_right,
        deed=_waived,
    ),
    Saying(
        slug="disown",
        needs=Permission.ACT,
        title="It was not me",
        send="Raise the alarm",
        intro="Your credentials may be stolen: an alarm is raised at once.",
        fields=(Field(name="text", label="What you know", is_long=True, is_optional=True),),
        makes_sense=_is_theirs,
        deed=_disowned,
        is_first=True,
    ),
    Saying(
        slug="correct",
        needs=Permission.ACT,
        title="Somebody else made it",
        send="Correct",
        intro="It is recorded on your word, beside what the cloud recorded, which stays. Neither of the two "
        "may approve the change.",
        fields=(
            Field(name="actor", label="Who made it", hint="An address, or a name of a [[person]]."),
            Field(name="text", label="How you know", is_long=True, hint=_AUDITOR),
        ),
        makes_sense=_may_be_put_right,
        deed=_corrected,
    ),
)

ALL: Final[Mapping[str, Saying]] = {one.slug: one for one in _EVERY}
"""Everything that may be said, by what its form is sent to."""
