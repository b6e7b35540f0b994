"""Grants of access and deployments, which later calls belong to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.config.values import role_glob
from drift.model.event import ChangeEvent, Effect
from drift.model.verdict import ActorKind, Channel, Tool, Trust
from drift.stages.classify import ChannelRules
from tests.providers.gcp.entries import (
    DEPLOYER,
    NUMBER,
    PROJECT,
    TRANSLATOR,
    an_entry,
    as_bytes,
    delegated,
    event_of,
    first_party,
    identity,
    judged,
    log_name,
    metadata,
)

SERVICE = "privilegedaccessmanager.googleapis.com"
METHODS = "google.cloud.privilegedaccessmanager.v1.PrivilegedAccessManager."
ENTITLEMENT = f"projects/{PROJECT}/locations/global/entitlements/admin"
AT = datetime(2026, 11, 20, 10, 11, 12, 345678, tzinfo=UTC)


def a_grant(method: str = "CreateGrant", who: str = "alice@example.com", **fields: Any) -> ChangeEvent:
    """A grant that is asked for, given or taken away."""
    answer = fields.pop("answer", {})
    known: dict[str, Any] = {
        "serviceName": SERVICE,
        "methodName": METHODS + method,
        "resourceName": ENTITLEMENT,
        "authenticationInfo": identity(who),
        "response": {"name": f"{ENTITLEMENT}/grants/g1"} | answer,
        "request": {"parent": ENTITLEMENT},
    }
    if method == "CreateGrant":
        justification = {"unstructuredJustification": "OPS-123 incident"}
        known["request"]["grant"] = {"requestedDuration": "3600s", "justification": justification}
    return event_of(**known | fields)


def later(minutes: int, **fields: Any) -> ChangeEvent:
    """A write of the same person."""
    at = AT + timedelta(minutes=minutes)
    return event_of(timestamp=at.isoformat().replace("+00:00", "Z"), insertId=f"later-{minutes}", **fields)


def test_a_grant_names_the_ticket_of_the_calls_that_are_made_with_it() -> None:
    opened = a_grant().opens

    assert opened is not None
    assert (opened.expires_at, opened.is_renewable, opened.role) == (
        AT + timedelta(hours=1),
        True,
        ENTITLEMENT,
    )
    [reference] = judged(later(30), opened)[1].references
    assert (reference.key, reference.trust, reference.place) == ("OPS-123", Trust.GRANT, "justification")


def test_a_grant_is_known_by_its_entitlement_and_the_roles_it_gives() -> None:
    bindings = {"roleBindings": [{"role": "roles/owner"}, {"role": "roles/iam.securityAdmin"}]}
    given = a_grant(answer={"privilegedAccess": {"gcpIamAccess": bindings}}).opens
    awaited = a_grant(answer={"state": "APPROVAL_AWAITED"}).opens
    withdrawn = a_grant("RevokeGrant", answer={"requester": "alice@example.com"}).opens

    assert given is not None
    assert awaited is not None
    assert withdrawn is not None
    assert given.grants == (ENTITLEMENT, "admin", "roles/owner", "roles/iam.securityAdmin")
    assert (awaited.grants, withdrawn.grants) == ((), ())


@pytest.mark.parametrize("role", ["adm*", ENTITLEMENT, "*/entitlements/admin"])
def test_what_is_done_with_a_grant_may_be_an_emergency(role: str) -> None:
    rules = ChannelRules(break_glass=(role_glob(role),))
    opened = a_grant().opens

    assert opened is not None
    assert rules.is_break_glass(judged(later(30), opened)[0])
    assert not rules.is_break_glass(judged(later(61), opened)[0])
    assert not rules.is_break_glass(judged(later(30))[0])


def test_a_grant_is_over_when_its_time_is() -> None:
    opened = a_grant().opens

    assert opened is not None
    assert judged(later(61), opened)[1].references == ()


def test_a_grant_covers_nobody_else_and_no_other_project() -> None:
    opened = a_grant().opens

    assert opened is not None
    assert opened.key in later(1).call.session_keys
    assert opened.key not in later(1, authenticationInfo=identity("bob@example.com")).call.session_keys
    other = later(1, resource={"labels": {"project_id": "example-dev"}})
    assert opened.key not in other.call.session_keys


def test_a_grant_for_an_organisation_covers_its_projects() -> None:
    owner = "organizations/7"
    opened = a_grant(
        resourceName=ENTITLEMENT.replace(f"projects/{PROJECT}", owner),
        resource={"labels": {"organization_id": "7"}},
        logName=log_name("activity", owner),
    ).opens

    assert opened is not None
    assert opened.key in later(1).call.session_keys


def test_a_grant_counts_for_what_is_done_through_a_service_account() -> None:
    opened = a_grant().opens

    assert opened is not None
    through = later(1, authenticationInfo=delegated(first_party("Alice@example.com"), to=DEPLOYER))
    assert opened.key in through.call.session_keys


def test_a_grant_that_waits_for_approval_is_a_claim_and_no_more() -> None:
    opened = a_grant(answer={"state": "APPROVAL_AWAITED"}).opens

    assert opened is not None
    assert [one.trust for one in opened.statements] == [Trust.NAME]


def test_an_approval_makes_the_grant_of_whoever_asked_for_it_count() -> None:
    answer = {
        "requester": "alice@example.com",
        "requestedDuration": "7200s",
        "state": "ACTIVATING",
        "justification": {"unstructuredJustification": "OPS-123"},
    }

    approved = a_grant("ApproveGrant", who="bob@example.com", answer=answer).opens

    asked = a_grant().opens
    assert approved is not None
    assert asked is not None
    assert (approved.key, approved.opener.name) == (asked.key, "alice@example.com")
    assert [(one.text, one.trust) for one in approved.statements] == [("OPS-123", Trust.GRANT)]
    assert approved.expires_at == AT + timedelta(hours=2)


@pytest.mark.parametrize("method", ["DenyGrant", "RevokeGrant", "WithdrawGrant"])
def test_a_grant_that_is_taken_away_is_over_at_once(method: str) -> None:
    opened = a_grant(method, who="bob@example.com", answer={"requester": "alice@example.com"}).opens

    assert opened is not None
    assert opened.expires_at == AT


def test_an_approval_that_does_not_say_whose_grant_opens_nothing() -> None:
    assert a_grant("ApproveGrant").opens is None


@pytest.mark.parametrize("duration", [None, "soon", "9" * 30 + "s", {"seconds": 5}])
def test_a_grant_of_no_known_length_is_short(duration: Any) -> None:
    opened = a_grant(answer={"requestedDuration": duration}, request={"parent": ENTITLEMENT}).opens

    assert opened is not None
    assert opened.expires_at == AT + timedelta(hours=1)


def test_a_forged_length_is_cut() -> None:
    opened = a_grant(answer={"requestedDuration": "999999999s"}).opens

    assert opened is not None
    assert opened.expires_at == AT + timedelta(days=7)


def test_what_was_refused_opens_nothing() -> None:
    assert a_grant(status={"code": 7}).opens is None


def test_asking_for_access_changes_nothing() -> None:
    assert a_grant().effect is Effect.AUTH


AGENT = identity(f"{NUMBER}@cloudservices.gserviceaccount.com")


def a_deployment(**fields: Any) -> ChangeEvent:
    return event_of(
        serviceName="deploymentmanager.googleapis.com",
        methodName="v2.deploymentmanager.deployments.insert",
        resourceName=f"projects/{PROJECT}/global/deployments/d",
        **fields,
    )


def test_what_is_written_right_after_a_deployment_is_its_doing() -> None:
    opened = a_deployment().opens

    assert opened is not None
    actor, found = judged(later(5, authenticationInfo=AGENT, requestMetadata=metadata(None)), opened)
    assert (found.tool, found.channel, actor.kind) == (
        Tool.DEPLOYMENT_MANAGER,
        Channel.SERVICE,
        ActorKind.SERVICE,
    )
    assert "alice@example.com" in actor.chain


def test_what_instance_groups_do_is_nobodys_deployment() -> None:
    call = later(5, authenticationInfo=AGENT, methodName="v1.compute.instances.insert").call

    assert call.session_keys == ()
    assert [one.tool for one in call.tools][:1] == [Tool.CLOUD_SERVICE]


def test_the_agent_without_a_deployment_is_a_service() -> None:
    _, found = judged(later(5, authenticationInfo=AGENT, requestMetadata=metadata(None)))

    assert found.channel is Channel.SERVICE


def test_what_opens_something_is_told_by_its_bytes() -> None:
    """
    The core looks for these marks before it translates anything.
    """
    first = an_entry(operation={"id": "op", "producer": "p", "first": True})
    bodies = [as_bytes(first), as_bytes(an_entry(serviceName=SERVICE))]

    for body in bodies:
        assert TRANSLATOR.may_open(body)
    assert not TRANSLATOR.may_open(as_bytes(an_entry()))
