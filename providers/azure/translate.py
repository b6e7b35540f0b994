"""What does a record of Azure say?

It emits neutral facts, each with its confidence: who began what a resource provider then
carried out is decided in the core, from a table of sessions, and so is what policy makes of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from drift.model.event import Call, ChangeEvent, Effect, Principal, RawRecord, UnreadableRecord
from drift.model.resource import Cloud
from drift.model.sign_in import SignIn
from drift.model.verdict import CredentialSign, ToolSign
from providers.azure import entra_audit
from providers.azure.app_configuration import STORES
from providers.azure.arm_ids import parsed
from providers.azure.caller import Caller, Evidence, caller_in
from providers.azure.callers import Who, who_calls
from providers.azure.contents import EMPTY, Contents, body_of, contents_of
from providers.azure.effects import (
    Meaning,
    effect_of,
    error_of,
    has_failed,
    lane_of,
    meaning_of,
    operation_of,
    refined,
)
from providers.azure.envelopes import RECORD_HEADS, unwrap
from providers.azure.identity import principal_of
from providers.azure.portal_sign_ins import portal_sign_in
from providers.azure.reading import read_record
from providers.azure.record import Activity
from providers.azure.request import text_at
from providers.azure.resources import AS_IT_STANDS, load_resources, parse_resources
from providers.azure.risks import found_risks
from providers.azure.sessions import OPENING_MARKS, opened_session, session_keys
from providers.azure.signals import load_signals
from providers.azure.statements import statements_of
from providers.azure.summary import summary_of
from providers.azure.tools import credential_signs, tool_signs

UNREADABLE = (ValueError, RecursionError, OverflowError)
"""What decoding hostile bytes can raise; msgspec's errors are values' too."""

TABLES = frozenset({"signals", "resources"})

MAX_CALLS = 4096
"""Kinds of calls that are kept, to be shared by records that agree in them."""

MAX_SHARED = 16 * 1024
"""Nothing of longer records is kept: a forged one may hold megabytes in any of its names."""


class Place(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What of a call is not about its caller, and the same in many records."""

    action: str | None
    account: str | None
    region: str | None
    source_ip: str | None
    session_keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Identified:
    """What was found out about a caller."""

    who: Who
    principal: Principal | None
    tools: tuple[ToolSign, ...]
    credentials: tuple[CredentialSign, ...]


class AzureTranslator:
    """Understands the Activity Log, resource changes, and the logs of App Configuration and Key Vault."""

    cloud = Cloud.AZURE
    record_heads = RECORD_HEADS

    def __init__(self, overrides: Mapping[str, str] = {}) -> None:
        """Take the shipped tables, with the user's own rows before them.

        Raises:
            ValueError: An own table has another name, is not of its form, or a row of it does not fit.
        """
        if unknown := sorted(overrides.keys() - TABLES):
            raise ValueError(f"no table is called {unknown[0]!r}: there are {' and '.join(sorted(TABLES))}")
        self._signals = load_signals(overrides.get("signals", ""))
        own_resources = overrides.get("resources")
        self._known = load_resources() if own_resources is None else parse_resources(own_resources)
        self._known_meaning = lru_cache(MAX_CALLS)(self._meaning)
        self._known_caller = lru_cache(MAX_CALLS)(self._identified)
        self._known_call = lru_cache(MAX_CALLS)(self._call)

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Return the records inside an envelope of Azure, or `None` if it is none."""
        return unwrap(document)

    def may_open(self, body: bytes) -> bool:
        """Tell quickly whether a record may open a session or begin an operation."""
        return any(mark in body for mark in OPENING_MARKS)

    def translate(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord | None:
        """Say what a record means, or `None` if it is none of Azure's."""
        try:
            activity = read_record(raw.body)
            return None if activity is None else self._event(activity, raw)
        except UNREADABLE as problem:
            return UnreadableRecord(error=f"not readable as JSON: {problem}", source=raw.source)

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Add the risks that lie in what was asked for, and the summary."""
        operation, body = _operation_in(event), body_of(event.request)
        is_read = event.intended is Effect.READ
        risks = () if is_read else found_risks(operation, body, self._signals)
        marks = [one.mark for one in risks if one.mark]
        return msgspec.structs.replace(
            event,
            risks=tuple(one.risk for one in risks),
            summary=summary_of(event, operation, body, marks, self._signals),
        )

    def sign_in_of(self, event: ChangeEvent) -> SignIn | None:
        """Say who signed in to the portal, as a directory's sign-in log tells it."""
        return portal_sign_in(event, self._signals)

    def _event(self, activity: Activity, raw: RawRecord) -> ChangeEvent:
        signals, is_shared = self._signals, len(raw.body) <= MAX_SHARED
        meaning = (self._known_meaning if is_shared else self._meaning)(activity.operation, activity.category)
        arm_id = parsed(activity.resource_id or activity.rights.scope)
        contents = EMPTY if meaning.effect is Effect.READ else contents_of(activity, signals)
        found = refined(meaning, contents.request, signals) if contents is not EMPTY else AS_IT_STANDS
        intended = found.effect or meaning.effect
        is_read = intended is Effect.READ

        caller = caller_in(activity, meaning.service, contents.policies, signals)
        known = (self._known_caller if is_shared else self._identified)(caller)
        subscription = (arm_id.subscription if arm_id else None) or (activity.subscription_id or "").lower()
        place = Place(
            action=activity.action,
            account=subscription or None,
            region=_region(activity, contents),
            source_ip=activity.client_ip,
            session_keys=session_keys(activity, known.who),
        )
        call = self._known_call(caller, place) if is_shared else self._call(caller, place)
        opens = opened_session(activity, known.principal, known.tools, intended, contents, signals)
        is_failed = has_failed(activity, signals)
        effect, outcome = effect_of(intended, is_failed)
        touched = () if is_read or arm_id is None else self._known.touched(meaning.row, arm_id, found)
        return ChangeEvent(
            event_id=activity.id,
            occurred_at=activity.occurred_at,
            call=call,
            effect=effect,
            intended=intended,
            outcome=outcome,
            error=error_of(activity, contents) if is_failed else None,
            lane=lane_of(activity.operation, intended, arm_id, found, signals),
            opens=opens if opens and any(mark in raw.body for mark in OPENING_MARKS) else None,
            resources=touched,
            statements=() if is_read else statements_of(activity, arm_id, contents.request, signals),
            risks=(),
            summary="",
            request=contents.request,
            source=raw.source,
            operation=operation_of(activity, intended, signals),
        )

    def _meaning(self, operation: str, category: str) -> Meaning:
        return meaning_of(operation, category, self._known.row(operation), self._signals)

    def _identified(self, caller: Caller) -> Identified:
        evidence = Evidence(caller=caller, signals=self._signals)
        who = who_calls(evidence)
        tools = tool_signs(evidence, who)
        credentials = credential_signs(evidence, who, tools)
        principal = principal_of(evidence, who)
        return Identified(who=who, principal=principal, tools=tools, credentials=credentials)

    def _call(self, caller: Caller, place: Place) -> Call:
        known = self._identified(caller)
        return Call(
            cloud=self.cloud,
            account=place.account,
            region=place.region,
            service=caller.operation.partition("/")[0] or None,
            action=place.action,
            principal=known.principal,
            acting_service=known.who.service if known.who.acts_alone else None,
            tools=known.tools,
            credentials=known.credentials,
            session_keys=place.session_keys,
            source_ip=place.source_ip,
            user_agent=caller.user_agent,
        )


def _region(activity: Activity, contents: Contents) -> str | None:
    """Return the region of the resource, where the record tells it: most do not."""
    places = (
        text_at(contents.request, "location"),
        text_at(contents.response, "location"),
        activity.location,
    )
    said = next((one for one in places if one), None) or text_at(contents.request, "resourceLocation")
    return "".join(said.split()).lower()[:64] if said else None


def _operation_in(event: ChangeEvent) -> str:
    """Return the operation of an event in the spelling of the tables."""
    action = (event.call.action or "").lower()
    if event.call.service == STORES.partition("/")[0] and "/" not in action:
        return f"{STORES}/keyvalues/{'delete' if 'delete' in action else 'write'}"
    is_of_pim = event.call.service == entra_audit.REQUESTS.partition("/")[0] and "/" not in action
    return entra_audit.operation_of(action) if is_of_pim else action
