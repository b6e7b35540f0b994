"""An incident in the night: what whoever is called reads first of all that was changed before it."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from drift.around import Lookout, Question
from drift.model.environment import Environment
from drift.model.event import ChangeEvent, Principal, Risk
from drift.model.resource import Resource
from drift.model.ticket import Ticket, TicketKind
from drift.model.verdict import ActorKind
from drift.stages.decide import DecisionRules
from drift.store.database import Database
from tests.builders import ACCOUNT, NOON, a_principal, a_ticket, an_event, minutes
from tests.scenarios.cloud import ALICE, Watch

TEST_ACCOUNT = "999900001111"

BOT = a_principal("deploy-bot", kind=ActorKind.MACHINE, role="deploy")
OPEN = Risk(slug="open-to-the-world", text="open to everybody")

INCIDENT = replace(
    a_ticket("example.pagerduty.com#Q1ABCDEF", kind=TicketKind.INCIDENT),
    title="Logins fail",
    text=f"5xx from login-api in {ACCOUNT}",
    created_at=NOON + minutes(60),
)


@dataclass
class Pager:
    """Knows the one incident."""

    def check(self) -> str:
        """Say that it is there."""
        return "a pager"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> list[Ticket]:
        """Return the incident, if it is asked for."""
        return [INCIDENT] if INCIDENT.key in keys else []

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return nothing."""
        return ()


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    environments = (
        Environment(name="production", accounts=(re.compile(ACCOUNT),), is_production=True),
        Environment(name="test", accounts=(re.compile(TEST_ACCOUNT),), is_production=False),
    )
    return Watch(
        database=sqlite_database,
        decision=DecisionRules(environments=environments),
        ticket_sources={"pager": Pager()},
    )


def a_call(name: str, minute: float, *, by: Principal = ALICE, **facts: Any) -> ChangeEvent:
    """Somebody writes to a resource of this name, so many minutes after noon."""
    resource = Resource(type="aws_ssm_parameter", id=name)
    return an_event(
        event_id=f"{name} {minute}", at=NOON + minutes(minute), principal=by, resources=(resource,), **facts
    )


def around(watch: Watch, question: Question) -> list[str]:
    """Return which resources are listed, in their order."""
    lookout = Lookout(
        database=watch.database,
        decision=watch.decision,
        routing=watch.routing,
        ticket=watch.pipeline.desk.ticket,
    )
    found = lookout.look(question, watch.clock.now())
    return [one.row.change.resource.id for one in found.found]


def test_whoever_is_called_reads_first_what_the_incident_is_about(watch: Watch) -> None:
    """
    The order, from the top: named in the incident though it is old and small; opened to everybody in
    its account; close in its account, the hand before the machine; in its account, hours before; and
    last what another account did, however close.
    """
    watch.deliver(
        a_call("login-api", -300),
        a_call("in-test", 58, account=TEST_ACCOUNT),
        a_call("by-machine", 40, by=BOT),
        a_call("by-hand", 40),
        a_call("opened", 20, risks=(OPEN,)),
        a_call("hours-before", -250),
        a_call("too-old", -60 * 24),
        a_call("too-late", 65),
    )
    watch.cycle(minute=90)

    listed = around(watch, Question(what=INCIDENT.key, hours=12))

    assert listed == ["login-api", "opened", "by-hand", "by-machine", "hours-before", "in-test"]


def test_a_scope_narrows_the_list_and_leaves_its_order(watch: Watch) -> None:
    watch.deliver(
        a_call("login-api", -300),
        a_call("in-test", 58, account=TEST_ACCOUNT),
        a_call("by-hand", 40),
    )
    watch.cycle(minute=90)

    assert around(watch, Question(what=INCIDENT.key, scopes=("environment:production",))) == [
        "login-api",
        "by-hand",
    ]
    assert around(watch, Question(what=INCIDENT.key, scopes=("environment:test",))) == ["in-test"]


def test_a_change_that_goes_on_into_the_hours_is_listed(watch: Watch) -> None:
    """
    It began before what is looked at, and its last write lies within.
    """
    watch.deliver(*(a_call("busy", minute) for minute in (-10, 0, 10)))
    watch.cycle(minute=90)

    at = (NOON + minutes(5) + timedelta(hours=1)).isoformat()
    assert around(watch, Question(what=at, hours=1)) == ["busy"]
    assert around(watch, Question(what=(NOON + minutes(75)).isoformat(), hours=1)) == []
