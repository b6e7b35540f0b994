"""Pages people through PagerDuty's Events API v2.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/: an event is accepted with 202. The
`dedup_key` says what it is about, so a repeat makes no second incident, and what is settled resolves it.
"""

import hashlib
from typing import Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError
from drift.model.alert import Alert, AlertState
from drift.model.secret import Secret
from drift.model.verdict import Severity
from providers.meter import given_meter
from providers.posting import Answer, is_safe, post, refused
from providers.telling import telling
from providers.visible import shortened

SEVERITIES: Final[dict[Severity, str]] = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
}

_WHAT = "PagerDuty"
_HINT = "give the notifier the integration key of an Events API v2 integration, and check `base_url`"
_SUMMARY = 1000
"""Bytes; PagerDuty takes 1,024 characters."""
_KEY = 255
_PREFIX = "pagerduty:"


class PagerDutySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The service that is paged, and for what."""

    routing_key: Secret
    """The integration key of an Events API v2 integration: 32 characters."""
    at_least: Severity = Severity.HIGH
    """Nobody is paged for what is milder."""
    base_url: Annotated[str, msgspec.Meta(pattern="^https?://")] = "https://events.pagerduty.com"
    """In the EU region `https://events.eu.pagerduty.com`."""

    def __post_init__(self) -> None:
        """Refuse to send the key over a line that others can read.

        Raises:
            ValueError: The address is no `https://`.
        """
        if not is_safe(self.base_url):
            raise ValueError('"base_url" must begin with https://')


class PagerDuty:
    """A `Notifier` for which each change session and each alarm is an alert of one service."""

    def __init__(self, settings: PagerDutySettings) -> None:
        self._settings = settings
        self._meter = given_meter()

    def check(self) -> str:
        """Resolve an alert that never was, which has no effect; it shows whether the key is taken."""
        self._enqueue({"event_action": "resolve", "dedup_key": "driftledger/check"})
        return f"pages for what is {self._settings.at_least} or worse"

    def takes(self, alert: Alert) -> bool:
        """Take what is severe enough and still open: nobody is paged for what is over, or for a digest."""
        is_severe = alert.severity.rank >= self._settings.at_least.rank
        return is_severe and not alert.notice and alert.state is not AlertState.SETTLED

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Trigger the alert, acknowledge it once somebody answered, and resolve it once it is settled."""
        key = _dedup_key(alert.session_id)
        action = _action(alert, is_told=replaces == f"{_PREFIX}{key}")
        more = _more(alert) if action == "trigger" else {}
        self._enqueue({"event_action": action, "dedup_key": key, **more})
        return f"{_PREFIX}{key}"

    def _enqueue(self, event: dict[str, Any]) -> None:
        body = msgspec.json.encode({"routing_key": self._key(), **event})
        url = f"{self._settings.base_url.rstrip('/')}/v2/enqueue"
        headers = {"Content-Type": "application/json"}
        answer = post(url, body, headers, what=_WHAT, hint=_HINT, meter=self._meter)
        if answer.status == 202:
            return
        if b"routing" in answer.body:
            raise ProviderAccessError(f"{_WHAT}: the routing key is refused", hint=_HINT)
        raise refused(_without_key(answer, self._key()), what=_WHAT)

    def _key(self) -> str:
        key = self._settings.routing_key.reveal()
        if not key or not key.isascii() or not key.isalnum():
            raise ProviderAccessError(f"{_WHAT}: the routing key is empty or no key at all", hint=_HINT)
        return key


def _action(alert: Alert, *, is_told: bool) -> str:
    """Say what the event does. What nobody was paged for cannot be acknowledged."""
    if alert.state is AlertState.SETTLED:
        return "resolve"
    return "acknowledge" if alert.state is AlertState.ANSWERED and is_told else "trigger"


def _more(alert: Alert) -> dict[str, Any]:
    """Return what is told when somebody is paged. `client_url` is where the name of the client leads."""
    told = {"payload": _payload(alert), "client": "Driftledger"}
    return told | {"client_url": alert.link} if alert.link else told


def _payload(alert: Alert) -> dict[str, Any]:
    said = telling(alert)
    return {
        "summary": shortened(f"{alert.headline} {alert.call_to_action}", _SUMMARY) or "Driftledger",
        "severity": SEVERITIES[alert.severity],
        "source": shortened(alert.account, _KEY) or "driftledger",
        "timestamp": alert.began_at.isoformat(),
        "group": shortened(alert.environment or "", _KEY),
        "class": "alarm" if alert.alarm else "change session",
        "custom_details": {
            "client_id": alert.client_id,
            "title": said.title,
            "to do": said.call_to_action,
            "said": [
                [*(f"{fact.label}: {fact.text}" for fact in part.facts), *part.lines] for part in said.parts
            ],
        },
    }


def _dedup_key(session_id: str) -> str:
    """Return what the alert is about, in at most 255 characters, whatever the session is called."""
    if len(session_id) < _KEY - len("driftledger/") and session_id.isascii() and session_id.isprintable():
        return f"driftledger/{session_id}"
    return f"driftledger/{hashlib.sha256(session_id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _without_key(answer: Answer, key: str) -> Answer:
    """Cut the key out of an answer that quotes the event."""
    return Answer(status=answer.status, body=answer.body.replace(key.encode(), b"(routing key)"))
