"""When AWS itself called, and when it only worked in somebody's name."""

from typing import Any

import pytest

from drift.model.verdict import ActorKind, Tool
from tests.providers.aws.records import (
    BROWSER,
    a_permission_set_session,
    a_role_session,
    a_root_user,
    an_iam_user,
    event_of,
    tool_of,
)

AUTOSCALING = "autoscaling.amazonaws.com"
CLOUDFORMATION = "cloudformation.amazonaws.com"


def through(host: str, **identity: Any) -> dict[str, Any]:
    """The fields of a call that a service makes."""
    return {
        "userIdentity": identity | {"invokedBy": host},
        "sourceIPAddress": host,
        "userAgent": host,
    }


def test_a_service_linked_role_is_the_service() -> None:
    role = a_role_session(
        "AWSServiceRoleForAutoScaling", "AutoScaling", path=f"/aws-service-role/{AUTOSCALING}/"
    )

    event = event_of(**through(AUTOSCALING, **role))

    assert event.call.acting_service == AUTOSCALING
    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.name) == (ActorKind.SERVICE, AUTOSCALING)
    assert tool_of(event) is Tool.CLOUD_SERVICE


def test_a_service_linked_role_names_its_service_in_its_path() -> None:
    role = a_role_session(
        "AWSServiceRoleForAutoScaling", "AutoScaling", path=f"/aws-service-role/{AUTOSCALING}/"
    )

    assert event_of(userIdentity=role).call.acting_service == AUTOSCALING


def test_a_role_that_is_named_like_a_services_is_none_where_its_path_tells() -> None:
    """
    Anybody may name a role so; without its path the name is all there is.
    """
    imitated = a_role_session("AWSServiceRoleForMe", "mallory@example.com")
    deeper = a_role_session("Ops", "mallory@example.com", path=f"/team/aws-service-role/{AUTOSCALING}/")
    without_path = a_role_session("AWSServiceRoleForAutoScaling", "AutoScaling")
    del without_path["sessionContext"]["sessionIssuer"]["arn"]

    event = event_of(userIdentity=imitated)

    assert event.call.acting_service is None
    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.HUMAN
    assert event_of(userIdentity=deeper).call.acting_service is None
    assert event_of(userIdentity=without_path).call.acting_service == "AWSServiceRoleForAutoScaling"


@pytest.mark.parametrize(
    "identity",
    [{"type": "AWSService"}, {"type": "AWSAccount", "accountId": "111122223333"}, {}],
)
def test_an_event_of_a_service_is_its_own(identity: dict[str, Any]) -> None:
    event = event_of(eventType="AwsServiceEvent", **through("rds.amazonaws.com", **identity))

    assert event.call.acting_service == "rds.amazonaws.com"
    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.SERVICE


def test_an_event_of_a_service_without_any_identity_names_the_service() -> None:
    event = event_of(
        eventType="AwsServiceEvent", userIdentity=None, eventSource="secretsmanager.amazonaws.com"
    )

    assert event.call.acting_service == "secretsmanager.amazonaws.com"
    assert event.call.principal is None


@pytest.mark.parametrize(
    ("identity", "kind", "name"),
    [
        (a_permission_set_session("alice@example.com"), ActorKind.HUMAN, "alice@example.com"),
        (an_iam_user("bob"), ActorKind.HUMAN, "bob"),
        (a_role_session("Ops", "s-1"), ActorKind.UNKNOWN, "Ops"),
        (a_role_session("stack-role", "AWSCloudFormation"), ActorKind.SERVICE, CLOUDFORMATION),
    ],
)
def test_what_cloudformation_does_keeps_the_identity_of_who_launched_the_stack(
    identity: dict[str, Any], kind: ActorKind, name: str
) -> None:
    event = event_of(**through(CLOUDFORMATION, **identity))

    assert event.call.acting_service == CLOUDFORMATION
    assert tool_of(event) is Tool.CLOUDFORMATION
    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.name) == (kind, name)


def test_a_service_with_a_role_that_no_rule_names_is_the_service() -> None:
    event = event_of(**through("elasticmapreduce.amazonaws.com", **a_role_session("EMR_Role", "CCSSession")))

    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.SERVICE


@pytest.mark.parametrize(
    "host", ["signin.amazonaws.com", "console.amazonaws.com", "console.ec2.amazonaws.com"]
)
def test_the_consoles_own_servers_are_no_service(host: str) -> None:
    event = event_of(userIdentity=an_iam_user(key="ASIAEXAMPLE", invokedBy=host), userAgent=host)

    assert event.call.acting_service is None
    assert tool_of(event) is Tool.CONSOLE


def test_a_service_behind_a_console_session_leaves_the_call_with_the_person() -> None:
    """
    A click in the RDS console that opens a security group was the person's, although RDS carried it out.
    """
    identity = a_permission_set_session() | {"invokedBy": "rds.amazonaws.com"}

    event = event_of(
        userIdentity=identity, userAgent="rds.amazonaws.com", sessionCredentialFromConsole="true"
    )

    assert event.call.acting_service is None
    assert tool_of(event) is Tool.CONSOLE


def test_infrastructure_code_launched_in_the_console_is_still_carried_out_by_its_service() -> None:
    identity = a_permission_set_session() | {"invokedBy": CLOUDFORMATION}

    event = event_of(userIdentity=identity, userAgent=CLOUDFORMATION, sessionCredentialFromConsole="true")

    assert event.call.acting_service == CLOUDFORMATION
    assert tool_of(event) is Tool.CLOUDFORMATION


def test_aws_internal_on_both_ends_is_aws() -> None:
    event = event_of(sourceIPAddress="AWS Internal/4", userAgent="AWS Internal")

    assert event.call.acting_service == "AWS Internal/4"
    assert tool_of(event) is Tool.CLOUD_SERVICE


def test_what_a_service_does_later_with_the_root_users_identity_is_not_his() -> None:
    event = event_of(**through(AUTOSCALING, **a_root_user()))

    assert event.risks == ()


def test_a_person_on_his_own_acts_for_no_service() -> None:
    assert event_of(userAgent=BROWSER).call.acting_service is None
