"""Posts alerts as CloudEvents to an address of your own, signed.

An event is structured-mode JSON, https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md. The
signature is that of https://www.standardwebhooks.com, whose libraries verify it: HMAC-SHA256 over id,
timestamp and body. A repeat bears the same `id`, so a receiver can drop it.
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError
from drift.model.alert import Alert, AlertedChange
from drift.model.secret import Secret
from providers.difference import difference
from providers.meter import Meter, given_meter
from providers.posting import asked, is_safe, post, refused
from providers.visible import shortened

CONTENT_TYPE: Final = "application/cloudevents+json"

_HINT = "check `url` and the secret, and whether the receiver still takes events"
_PREFIX = "event:"
_LONG = 1000
_NAME = 200
_CHANGES = 100
_OK = range(200, 300)
_UNASKED = frozenset({400, 405})
"""How a receiver answers OPTIONS that knows only POST."""


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where events are posted, and the secret that signs them."""

    url: str
    secret: Secret
    """At least 24 bytes in Base64, with or without `whsec_` before them."""
    source: Annotated[str, msgspec.Meta(pattern="^[!-~]+$")] = "/driftledger"
    """The CloudEvents attribute: tells two installations apart."""
    ca_file: str | None = None
    """The authority that the receiver's certificate is of, where it is a private one."""

    def __post_init__(self) -> None:
        """Refuse a line that others can read.

        Raises:
            ValueError: The address is no `https://`, or holds a password.
        """
        if not is_safe(self.url):
            raise ValueError('"url" must begin with https://, and hold no password')


class Webhook:
    """A `Notifier` that machines read: an event for each message and each edit, about the same `subject`."""

    def __init__(self, settings: WebhookSettings, *, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._meter = given_meter()
        self._now = now

    def check(self) -> str:
        """Ask the receiver what it takes, with OPTIONS; no event is sent."""
        signing_key(self._settings.secret)
        return f"answers OPTIONS with status {options(self._settings, self._meter)}"

    def takes(self, alert: Alert) -> bool:
        """Take change sessions and alarms, and no digests: those are for people."""
        return not alert.notice

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Post an event about the session; an edit is another event about it."""
        body = msgspec.json.encode(event_of(alert, self._settings.source))
        post_event(self._settings, alert.client_id, body, str(int(self._now())), self._meter)
        return replaces if replaces and replaces.startswith(_PREFIX) else f"{_PREFIX}{alert.client_id}"


def post_event(settings: WebhookSettings, event_id: str, body: bytes, stamp: str, meter: Meter) -> None:
    """Post an event, signed at the time `stamp`, in seconds.

    Raises:
        ProviderError: It was not taken, or nobody knows.
    """
    headers = {
        "Content-Type": f"{CONTENT_TYPE}; charset=utf-8",
        "Webhook-Id": event_id,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": signature(signing_key(settings.secret), event_id, stamp, body),
    }
    what, ca_file = _what(settings), settings.ca_file
    answer = post(settings.url, body, headers, what=what, hint=_HINT, meter=meter, ca_file=ca_file)
    if answer.status not in _OK:
        raise refused(answer, what=what)


def signing_key(secret: Secret) -> bytes:
    """Return the bytes of a secret.

    Raises:
        ProviderAccessError: It is none.
    """
    try:
        key = base64.b64decode(secret.reveal().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < 24:
        raise ProviderAccessError(
            "the webhook's secret is no Base64 of at least 24 bytes",
            hint="make one: `openssl rand -base64 32`, for both sides",
        )
    return key


def _what(settings: WebhookSettings) -> str:
    return f"the webhook at {shortened(settings.url.partition('?')[0], _NAME)}"


def signature(key: bytes, event_id: str, timestamp: str, body: bytes) -> str:
    """Return the value of `webhook-signature`."""
    signed = b".".join((event_id.encode(), timestamp.encode(), body))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def event_of(alert: Alert, source: str) -> dict[str, Any]:
    """Return the event; every text in it is visible, and none is longer than its place."""
    return {
        "specversion": "1.0",
        "id": alert.client_id,
        "source": source,
        "type": f"io.driftledger.{_kind(alert)}.v1",
        "subject": shortened(alert.session_id, _NAME),
        "time": alert.detected_at.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "session_id": shortened(alert.session_id, _NAME),
            "state": alert.state,
            "severity": alert.severity,
            "headline": shortened(alert.headline, _LONG),
            "call_to_action": shortened(alert.call_to_action, _LONG),
            "actor": None if alert.actor is None else shortened(alert.actor, _NAME),
            "identity": shortened(alert.identity, _LONG),
            "channel": shortened(alert.channel, _NAME),
            "account": shortened(alert.account, _NAME),
            "environment": None if alert.environment is None else shortened(alert.environment, _NAME),
            "began_at": alert.began_at.isoformat(),
            "detected_at": alert.detected_at.isoformat(),
            "changes": [_change(change) for change in alert.changes[:_CHANGES]],
            "more_changes": max(0, len(alert.changes) - _CHANGES),
            "notice": [shortened(one, _LONG) for one in alert.notice],
            "link": alert.link,
            "alarm": alert.alarm and {"slug": alert.alarm.alarm.slug, "ledger_seq": alert.alarm.ledger_seq},
        },
    }


def _kind(alert: Alert) -> str:
    if alert.alarm is not None:
        return "alarm"
    return "notice" if alert.notice else "change-session"


def _change(change: AlertedChange) -> dict[str, Any]:
    return {
        "change_id": shortened(change.change_id, _NAME),
        "ledger_seq": change.ledger_seq,
        "resource": shortened(change.resource, _LONG),
        "actions": [shortened(one, _NAME) for one in change.actions[:20]],
        "disposition": change.disposition,
        "severity": change.severity,
        "ticket": None if change.ticket is None else shortened(change.ticket, _NAME),
        "declared_at": None if change.declared_at is None else shortened(change.declared_at, _NAME),
        "reasons": [shortened(one, _LONG) for one in change.reasons[:20]],
        "difference": difference(change.drift),
    }


def options(settings: WebhookSettings, meter: Meter) -> int:
    """Return the status of OPTIONS. A receiver that knows only POST is there all the same.

    Raises:
        ProviderError: It is not there, or refuses us.
    """
    what, headers = _what(settings), {"WebHook-Request-Origin": "driftledger"}
    answer = asked(
        "OPTIONS", settings.url, headers, what=what, hint=_HINT, meter=meter, ca_file=settings.ca_file
    )
    if answer.status not in _OK and answer.status not in _UNASKED:
        raise refused(answer, what=what)
    return answer.status
