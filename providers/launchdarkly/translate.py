"""What does an entry of LaunchDarkly's audit log say?

Every entry is a success: what LaunchDarkly refused is not in its log. All of it belongs to the
configuration lane: flags change what a product does without a deployment.
"""

from collections.abc import Mapping, Sequence

from msgspec import structs

from drift.model.event import (
    Call,
    ChangeEvent,
    Effect,
    Outcome,
    RawRecord,
    Risk,
    Source,
    UnreadableRecord,
)
from drift.model.resource import Cloud, Json
from drift.model.verdict import Lane, Statement
from providers.launchdarkly.callers import Caller, caller_of
from providers.launchdarkly.entry import Entry, read_entry
from providers.launchdarkly.envelopes import RECORD_HEADS, unwrap
from providers.launchdarkly.places import account_of, places_of, resources_of
from providers.launchdarkly.signals import load_signals

UNREADABLE = (ValueError, RecursionError, OverflowError)
"""What decoding hostile bytes can raise; msgspec's errors are values' too."""

STRONGEST_FIRST = (Effect.WRITE, Effect.DEPLOY, Effect.RUNTIME, Effect.AUTH, Effect.DATA, Effect.READ)

REQUEST = ("kind", "name", "titleVerb", "description", "shortDescription", "comment", "accesses", "delta")
"""What is kept of an entry. The versions of a flag that webhooks bring list the people it is served to."""

MAX_SUMMARY = 200
MAX_CALLS = 4096


class LaunchDarklyTranslator:
    """Understands entries of LaunchDarkly's audit log, from its API and from webhooks."""

    cloud = Cloud.LAUNCHDARKLY
    record_heads = RECORD_HEADS

    def __init__(self, overrides: Mapping[str, str] = {}) -> None:
        """Understand them by the shipped rows, behind those of the user's own: `signals`.

        Raises:
            ValueError: The user's own rows are not of their form.
        """
        self._signals = load_signals(overrides.get("signals", ""))
        self._calls: dict[Call, Call] = {}

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Return the entries on a page of the API, or `None` if it is none."""
        return unwrap(document)

    def may_open(self, body: bytes) -> bool:
        """Return false: no entry opens a session."""
        return False

    def translate(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord | None:
        """Say what an entry means, or `None` if it is none."""
        try:
            entry = read_entry(raw.body)
            return None if entry is None else self._event(entry, raw.source)
        except UNREADABLE as problem:
            return UnreadableRecord(error=f"not readable as JSON: {problem}", source=raw.source)

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Add the risks of the actions, and the summary."""
        actions = [one.get("action") for one in _accesses(event.request)]
        rows = [
            row
            for row in self._signals.risks
            if any(isinstance(action, str) and row.pattern.search(action) for action in actions)
        ]
        risks = tuple(dict.fromkeys(Risk(slug=row.slug, text=row.text) for row in rows))
        return structs.replace(event, risks=risks, summary=_summary(event))

    def _event(self, entry: Entry, source: Source) -> ChangeEvent:
        places = places_of(entry, self._signals)
        effects = {access.action: self._signals.effect_of(access.action) for access in entry.accesses}
        effect = next((one for one in STRONGEST_FIRST if one in effects.values()), Effect.WRITE)
        action = next((name for name, one in effects.items() if one is effect), None)
        comment = entry.text("comment")
        return ChangeEvent(
            event_id=entry.text("_id"),
            occurred_at=entry.occurred_at,
            call=self._call(account_of(entry, places), action, caller_of(entry)),
            effect=effect,
            intended=effect,
            outcome=Outcome.SUCCESS,
            error=None,
            lane=Lane.CONFIGURATION,
            opens=None,
            resources=resources_of(places),
            statements=(Statement(place="comment", text=comment),) if comment else (),
            risks=(),
            summary="",
            request={key: entry.fields[key] for key in REQUEST if key in entry.fields},
            source=source,
        )

    def _call(self, account: str | None, action: str | None, caller: Caller) -> Call:
        """Return the call, the same object for the same call."""
        call = Call(
            cloud=self.cloud,
            account=account,
            region=None,
            service=self.cloud.value,
            action=action,
            principal=caller.principal,
            acting_service=None,
            tools=caller.tools,
            credentials=caller.credentials,
            source_ip=None,
            user_agent=None,
        )
        if len(self._calls) >= MAX_CALLS:
            self._calls.clear()
        return self._calls.setdefault(call, call)


def _accesses(request: Json) -> list[dict[str, Json]]:
    found = request.get("accesses") if isinstance(request, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _summary(event: ChangeEvent) -> str:
    """Return what was done in LaunchDarkly's own words: `turned on the flag checkout in web/production`."""
    request = event.request if isinstance(event.request, dict) else {}
    verb, name = request.get("titleVerb"), request.get("name")
    if isinstance(verb, str) and verb.strip():
        said = f"{verb} {name}" if isinstance(name, str) else verb
        where = event.call.account if "/" in (event.call.account or "") else None
        told = f"{said} in {where}" if where else said
    else:
        ids = ", ".join(one.id for one in event.resources[:2])
        called = f"called {event.call.action}" if event.call.action else "made an unnamed change"
        told = f"{called} on {ids}" if ids else called
    return " ".join(told.split())[:MAX_SUMMARY]
