"""What does a CloudTrail record say?

It emits neutral facts, each with its confidence: which session means which person is
decided in the core, from a table of sessions, and so is what policy makes of them.
"""

from collections.abc import Sequence

from drift.model.event import ChangeEvent, Effect, RawRecord, Source, UnreadableRecord
from drift.model.resource import Cloud, Resource
from drift.model.verdict import ActorKind
from providers.aws.contents import EMPTY, Contents, contents_of
from providers.aws.credentials import credential_signs, is_console_session
from providers.aws.effects import call_of, effect_of, error_of, intended_effect, lane_of
from providers.aws.envelopes import unwrap
from providers.aws.identity import principal_of
from providers.aws.names import names_of
from providers.aws.reading import read_record
from providers.aws.record import TrailRecord
from providers.aws.resources import AS_IT_STANDS, ResourceMap, ResourceRow, load_resources
from providers.aws.risks import found_risks
from providers.aws.services import acting_service
from providers.aws.sessions import opened_session, session_key
from providers.aws.signals import Signals, load_signals
from providers.aws.statements import statements_of
from providers.aws.summary import summary_of
from providers.aws.tools import tool_signs
from providers.aws.touched import listed, touched
from providers.aws.user_agent import read_user_agent

UNREADABLE = (ValueError, RecursionError, OverflowError)
"""What decoding hostile bytes can raise; msgspec's errors are values' too."""


class AwsTranslator:
    """Understands CloudTrail records."""

    cloud = Cloud.AWS

    def __init__(self) -> None:
        self._signals: Signals = load_signals()
        self._known: ResourceMap = load_resources()

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Return the records inside an envelope of AWS, or `None` if it is none."""
        return unwrap(document)

    def translate(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord | None:
        """Say what a record means, or `None` if it is no record of a trail."""
        try:
            record = read_record(raw.body)
            return None if record is None else self._event(record, raw.source)
        except UNREADABLE as problem:
            return UnreadableRecord(error=f"not readable as JSON: {problem}", source=raw.source)

    def _event(self, record: TrailRecord, source: Source) -> ChangeEvent:
        signals, known = self._signals, self._known
        call = call_of(record, signals)
        row = known.row(call.service, call.event)
        meant = intended_effect(record, call, row, signals)
        contents = EMPTY if meant is Effect.READ else contents_of(record)
        refined = row.refined(contents.request) if row and meant is row.effect else AS_IT_STANDS
        intended = refined.effect or meant

        agent = read_user_agent(record.user_agent)
        names = names_of(record, signals)
        service = acting_service(record, signals)
        principal = principal_of(record, names, agent, service, signals)
        kind = principal.kind if principal else ActorKind.UNKNOWN
        tools = tool_signs(record, agent, service, kind, signals)
        credentials = credential_signs(record, agent, names, tools, signals)
        key = session_key(record, is_console_session(credentials))

        error = error_of(record, contents.response)
        effect, outcome = effect_of(intended, error)
        is_read = intended is Effect.READ
        risks = () if is_read else found_risks(record, call, service, contents.request, signals)
        resources = self._resources(row, contents, intended)
        return ChangeEvent(
            event_id=record.event_id or None,
            occurred_at=record.occurred_at,
            cloud=self.cloud,
            account=record.recipient_account_id or record.identity.account_id or None,
            region=record.aws_region or None,
            service=call.service,
            action=record.event_name,
            effect=effect,
            intended=intended,
            outcome=outcome,
            error=error,
            lane=lane_of(call, intended, refined.lane, signals),
            principal=principal,
            acting_service=service,
            tools=tools,
            credentials=credentials,
            session_key=key,
            opens=opened_session(record, principal, key, contents),
            resources=resources,
            statements=statements_of(record, agent, names, contents.request, intended, signals),
            risks=tuple(one.risk for one in risks),
            summary=summary_of(
                call, contents.request, resources, outcome, [one.mark for one in risks if one.mark], signals
            ),
            request=contents.request,
            source_ip=record.source_ip_address or None,
            user_agent=record.user_agent or None,
            source=source,
        )

    def _resources(
        self, row: ResourceRow | None, contents: Contents, intended: Effect
    ) -> tuple[Resource, ...]:
        if intended is Effect.READ:
            return ()
        if intended is Effect.AUTH:
            return listed(contents, self._known)
        return touched(row, contents, self._known)
