"""What does a CloudTrail record say?

It emits neutral facts, each with its confidence: which session means which person is
decided in the core, from a table of sessions, and so is what policy makes of them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache

from msgspec.structs import replace

from drift.model.event import (
    ChangeEvent,
    Effect,
    OpenedSession,
    RawRecord,
    Repeat,
    Source,
    UnreadableRecord,
)
from drift.model.resource import Cloud
from drift.model.sign_in import SignIn
from providers.aws.contents import Contents
from providers.aws.effects import Deed, effect_of, error_of, has_trace_of_error
from providers.aws.envelopes import RECORD_HEADS, unwrap
from providers.aws.known_calls import MAX_DEEDS, KnownCalls
from providers.aws.may_open import may_open
from providers.aws.openings import opened_by_console, opened_by_launch, opened_by_sts
from providers.aws.reading import read_identity, read_record
from providers.aws.record import TrailRecord, moment
from providers.aws.resources import ResourceMap, load_resources, own_resources
from providers.aws.risks import found_risks
from providers.aws.signals import Signals, ToldRows, load_signals
from providers.aws.statements import Keys, said_in_request
from providers.aws.summary import summary_of
from providers.aws.touched import listed, touched

UNREADABLE = (ValueError, RecursionError, OverflowError)
"""What decoding hostile bytes can raise; msgspec's errors are values' too."""

UPDATED = "UPDATED_DATA"
"""The reason of an addendum that corrects an earlier record; others only came late."""

STS = "sts"
"""The service that hands out the keys of sessions."""


class AwsTranslator:
    """Understands CloudTrail records."""

    cloud = Cloud.AWS
    record_heads = RECORD_HEADS

    def __init__(self, overrides: Mapping[str, str] = {}) -> None:
        """Take the texts of own tables by their names, `signals` (TOML) and `resources` (JSON).

        Raises:
            ValueError: A text is not of its table's form; the message names the row.
        """
        if "signals" in overrides:
            self._signals = load_signals(overrides["signals"])
        if "resources" in overrides:
            self._resources = own_resources(overrides["resources"])

    # The tables are read for the first record that is of this cloud: saying that one is not needs none.

    @cached_property
    def _signals(self) -> Signals:
        return load_signals()

    @cached_property
    def _resources(self) -> ResourceMap:
        return load_resources()

    @cached_property
    def _known(self) -> KnownCalls:
        return KnownCalls(self._signals, self._resources)

    @cached_property
    def _keys(self) -> Keys:
        return Keys(self._signals)

    @cached_property
    def _rows_of(self) -> Callable[[str | None, str | None], ToldRows]:
        return lru_cache(maxsize=MAX_DEEDS)(self._signals.told_of)

    @cached_property
    def _opening_services(self) -> tuple[str, ...]:
        return (STS, *sorted({row.service for row in self._signals.launches}))

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Return the records inside an envelope of AWS, or `None` if it is none."""
        return unwrap(document)

    def may_open(self, body: bytes) -> bool:
        """Tell quickly whether a record may open a session."""
        return may_open(body, self._opening_services)

    def translate(self, raw: RawRecord) -> ChangeEvent | Repeat | UnreadableRecord | None:
        """Say what a record means, or `None` if it is no record of a trail."""
        try:
            record = read_record(raw.body)
            if record is None:
                return None
            said = self._said(record, raw.source)
            return _related(said, record, raw.source) if record.shared_event_id or record.addendum else said
        except UNREADABLE as problem:
            return UnreadableRecord(error=f"not readable as JSON: {problem}", source=raw.source)

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Add the risks that lie in what was asked for, and the summary."""
        if event.intended is Effect.READ:
            return event
        call = event.call
        name = self._signals.event_name(call.action) if call.action else None
        rows = self._rows_of(call.service, name)
        found = found_risks(rows.risks, event.request)
        risks = dict.fromkeys((*event.risks, *(one.risk for one in found)))
        marks = [one.mark for one in found if one.mark]
        summary = summary_of(event, name, marks, rows.phrase)
        return replace(event, risks=tuple(risks), summary=summary)

    def sign_in_of(self, event: ChangeEvent) -> SignIn | None:
        """Say what somebody signed in to; the second factor is that of the caller."""
        call = event.call
        name = self._signals.event_name(call.action) if call.action else None
        row = next((one for one in self._signals.sign_ins if one.cover(call.service, name)), None)
        if row is None:
            return None
        caller = call.principal
        return SignIn(to=row.to, role=caller.role if caller else None, mfa=caller.mfa if caller else None)

    def _said(self, record: TrailRecord, source: Source) -> ChangeEvent | Repeat:
        """Return what a record says; a read says nothing but when it was made, and why it failed."""
        known, deed = self._known.of(record)
        if not deed.is_read:
            return self._write(known, deed, record, source)
        error = error_of(record, Contents(record)) if has_trace_of_error(record) else None
        like = known if error is None else self._known.failed(known)
        called = deed.called if deed.is_alike else replace(deed.called, account=known.call.account)
        return Repeat(record.event_id or None, moment(record.event_time), like, called, error)

    def _write(self, known: ChangeEvent, deed: Deed, record: TrailRecord, source: Source) -> ChangeEvent:
        """Add what only the request and the response tell."""
        contents = Contents(record)
        refined = deed.refined(contents.request)
        intended = refined.effect or deed.effect
        error = error_of(record, contents) if has_trace_of_error(record) else None
        effect, outcome = effect_of(intended, error)
        return replace(
            known,
            event_id=record.event_id or None,
            occurred_at=moment(record.event_time),
            effect=effect,
            intended=intended,
            outcome=outcome,
            error=error,
            lane=deed.lane_of(intended, refined),
            opens=self._opens(known, deed, record, contents, error),
            resources=listed(contents, self._resources)
            if deed.is_sign_in
            else touched(deed.row, refined, contents, self._resources),
            statements=said_in_request(contents.request, intended, self._keys),
            request=contents.request,
            source=source,
        )

    def _opens(
        self, known: ChangeEvent, deed: Deed, record: TrailRecord, contents: Contents, error: str | None
    ) -> OpenedSession | None:
        """Return the session that the call opens; what was refused opens none, but may be made in one."""
        if deed.launch and error is None:
            return opened_by_launch(known.call, deed.launch, record, contents)
        if not deed.is_sign_in:
            return known.opens
        if error is not None:
            return None
        opened = (
            opened_by_sts(known.call, record, contents, self._signals)
            if deed.called.service == STS
            else opened_by_console(known.call, record, self._signals)
        )
        return opened or known.opens


def _related(said: ChangeEvent | Repeat, record: TrailRecord, source: Source) -> ChangeEvent:
    """Say which other records tell of the same call.

    A copy that was delivered to another account than the caller's is that of the resource's owner.
    """
    addendum = record.addendum
    is_correction = addendum is not None and addendum.reason == UPDATED
    callers = read_identity(record.user_identity).account_id
    return replace(
        said.event(source) if isinstance(said, Repeat) else said,
        corrects=addendum.original_event_id if addendum and is_correction else None,
        shared_id=record.shared_event_id,
        is_owners=not (record.shared_event_id and callers and callers == record.recipient_account_id),
    )
