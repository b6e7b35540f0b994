"""What does an entry of a Cloud Audit Log say?

It emits neutral facts, each with its confidence: whose grant or deployment a call belongs to is
decided in the core, from a table of sessions, and so is what policy makes of them.
"""

from collections.abc import Mapping, Sequence

from msgspec import structs

from drift.model.event import ChangeEvent, Effect, RawRecord, Source, UnreadableRecord
from drift.model.resource import Cloud
from drift.model.sign_in import SignIn
from providers.gcp.calls import Calls
from providers.gcp.contents import EMPTY, contents_of
from providers.gcp.effects import (
    OPERATION_BEGINS,
    effect_of,
    error_of,
    intended_effect,
    lane_of,
    operation_of,
    refined,
)
from providers.gcp.envelopes import RECORD_HEADS, unwrap
from providers.gcp.grants import opened_session
from providers.gcp.names import name_of
from providers.gcp.place import event_id_of, log_of, project_of
from providers.gcp.reading import read_record
from providers.gcp.record import LogEntry
from providers.gcp.resources import load_resources
from providers.gcp.risks import DOWNLOADED_KEY, found_risks
from providers.gcp.signals import load_signals
from providers.gcp.statements import statements_of_request
from providers.gcp.summary import summary_of
from providers.gcp.touched import Subject, touched

UNREADABLE = (ValueError, RecursionError, OverflowError)
"""What decoding hostile bytes can raise; msgspec's errors are values' too."""


class GcpTranslator:
    """Understands entries of Cloud Audit Logs."""

    cloud = Cloud.GCP
    record_heads = RECORD_HEADS

    def __init__(self, overrides: Mapping[str, str] = {}) -> None:
        """Put the user's own rows, `signals` as TOML and `resources` as JSON, before the shipped ones.

        Raises:
            ValueError: An own table is not of its form.
        """
        self._signals = load_signals(overrides.get("signals", ""))
        resources = load_resources(overrides.get("resources", ""))
        self._calls = Calls(self._signals, resources)
        self._opening_marks = (OPERATION_BEGINS, *resources.opening_services)

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Return the entries inside an envelope of Google's, or `None` if it is none."""
        return unwrap(document)

    def may_open(self, body: bytes) -> bool:
        """Tell quickly whether a record may begin an operation, or a session."""
        return any(mark in body for mark in self._opening_marks)

    def translate(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord | None:
        """Say what an entry means, or `None` if it is no audit entry."""
        try:
            entry = read_record(raw.body)
            return None if entry is None else self._event(entry, raw.source)
        except UNREADABLE as problem:
            return UnreadableRecord(error=f"not readable as JSON: {problem}", source=raw.source)

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Add the risks that lie in what was asked for, and the summary."""
        method = self._calls.method(event.call.service, event.call.action)
        found = found_risks(method, event.request, event.resources)
        marks = [one.mark for one in found if one.mark]
        summary = summary_of(method, event.request, event.resources, event.outcome, marks, self._signals)
        risks = dict.fromkeys((*event.risks, *(one.risk for one in found)))
        return structs.replace(event, risks=tuple(risks), summary=summary)

    def sign_in_of(self, event: ChangeEvent) -> SignIn | None:
        """Say what somebody signed in to; Google does not tell the second factor."""
        call, name = event.call, self._signals.method_key(event.call.action)
        row = next((one for one in self._signals.sign_ins if one.cover(call.service, name)), None)
        return None if row is None else SignIn(to=row.to, has_failed=row.has_failed)

    def _event(self, entry: LogEntry, source: Source) -> ChangeEvent:
        signals, payload, log = self._signals, entry.payload, log_of(entry)
        at, project = entry.occurred_at, project_of(entry)
        name = name_of(payload.resource_name, project)
        known = self._calls.known(entry, log, project, name)
        method = self._calls.method(payload.service_name, payload.method_name)

        meant = intended_effect(entry, log, method)
        is_read = meant is Effect.READ
        contents = EMPTY if is_read else contents_of(payload, method.hidden)
        refinement = refined(method, meant, contents.request)
        intended = refinement.effect or meant
        error = error_of(entry, log, contents.response, signals)
        effect, outcome = effect_of(intended, error)
        subject = Subject(name=name, project=project, labels=entry.labels, contents=contents)
        return ChangeEvent(
            event_id=event_id_of(entry, at),
            occurred_at=at,
            call=known.call,
            effect=effect,
            intended=intended,
            outcome=outcome,
            error=error,
            lane=lane_of(method, intended, refinement.lane),
            opens=None if error else opened_session(at, known, method, subject, signals),
            resources=() if is_read else touched(method.row, subject),
            statements=statements_of_request(contents.request, signals),
            risks=(DOWNLOADED_KEY,) if known.has_key and not is_read else (),
            summary="",
            request=contents.with_deltas(),
            source=source,
            operation=operation_of(entry),
        )
