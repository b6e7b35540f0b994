"""What the stand-ins of channels refuse: one that takes anything would prove nothing."""

import json
from typing import Any

import pytest

from tests.providers.channels.fake_pagerduty import KEY, FakePagerDuty
from tests.providers.channels.fake_receiver import FakeReceiver
from tests.providers.channels.http_server import Request

TRIGGER = {
    "routing_key": KEY,
    "event_action": "trigger",
    "dedup_key": "chg-1",
    "payload": {"summary": "opened tcp/22", "source": "driftledger", "severity": "critical"},
}


def to_pagerduty(event: dict[str, Any], *, path: str = "/v2/enqueue") -> Request:
    headers = {"content-type": "application/json"}
    return Request(method="POST", path=path, headers=headers, body=json.dumps(event).encode())


def test_pagerduty_takes_an_event_of_its_documents() -> None:
    assert FakePagerDuty().answer(to_pagerduty(TRIGGER)).status == 202


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"routing_key": "f" * 32}, "Invalid routing key"),
        ({"routing_key": "short"}, "incorrect"),
        ({"colour": "red"}, "unknown fields"),
        ({"event_action": "shout"}, "event_action"),
        ({"dedup_key": ""}, "dedup_key"),
        ({"payload": {**TRIGGER["payload"], "colour": "red"}}, "unknown fields of 'payload'"),  # type: ignore[dict-item]
        ({"payload": {"source": "driftledger", "severity": "critical"}}, "summary"),
        ({"payload": {"summary": "x", "source": "driftledger", "severity": "bad"}}, "severity"),
    ],
)
def test_pagerduty_refuses_what_its_documents_do_not_know(change: dict[str, Any], said: str) -> None:
    reply = FakePagerDuty().answer(to_pagerduty({**TRIGGER, **change}))

    assert reply.status == 400
    assert said in reply.body.decode()


def test_pagerduty_has_no_other_path() -> None:
    assert FakePagerDuty().answer(to_pagerduty(TRIGGER, path="/v2/other")).status == 404


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/other", "application/cloudevents+json", 404),
        ("/hook", "application/json", 415),
        ("/hook", "application/cloudevents+json", 401),
    ],
)
def test_a_receiver_refuses_other_paths_other_forms_and_what_nobody_signed(
    path: str, kind: str, status: int
) -> None:
    unsigned = Request(method="POST", path=path, headers={"content-type": kind}, body=b"{}")

    assert FakeReceiver().answer(unsigned).status == status
