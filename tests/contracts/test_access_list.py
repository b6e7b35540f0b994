"""What every list of who may write must do; a new one is one row of `LISTS`."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest

from drift.errors import ProviderResponseError, ProviderUnavailableError
from drift.model.access import Entitlement
from drift.model.verdict import ActorKind
from drift.ports import AccessList
from providers import catalog
from providers.aws.access import AwsIam, AwsIamSettings
from providers.azure.access import AzureRoles, AzureRolesSettings
from tests.providers.access.projects import projects
from tests.providers.access.subscriptions import authorization, id_of
from tests.providers.aws.moto import simulated_aws
from tests.providers.azure.records import SUBSCRIPTION
from tests.providers.tickets.server import Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """A system that knows who may write, and the list that reads it."""

    access: AccessList
    let_write: Callable[[str], str]
    """Let somebody of this name write; return what the system calls them."""
    let_read: Callable[[str], str]
    stop: Callable[[], None]


@contextmanager
def aws_iam(_: Path) -> Iterator[System]:
    """Serve an account."""
    with simulated_aws() as aws:
        iam = boto3.client("iam")

        def let(action: str, name: str) -> str:
            iam.create_user(UserName=name)
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=a_policy(action))
            return name

        yield System(
            access=AwsIam(AwsIamSettings()),
            let_write=partial(let, "ec2:*"),
            let_read=partial(let, "ec2:Describe*"),
            stop=aws.stop,
        )


@contextmanager
def azure_roles(folder: Path) -> Iterator[System]:
    """Serve a subscription."""
    with authorization(folder) as service:
        settings = AzureRolesSettings(subscriptions=(SUBSCRIPTION,), **service.cloud.signed_in())
        yield System(
            access=AzureRoles(settings),
            let_write=partial(service.assign, role="Contributor"),
            let_read=partial(service.assign, role="Reader"),
            stop=partial(service.cloud.refuse, 503),
        )


@contextmanager
def gcp_project_roles(folder: Path) -> Iterator[System]:
    """Serve a project."""
    broken = Answer(status=503, body={"error": {"code": 503, "message": "later", "status": "UNAVAILABLE"}})
    with projects(folder) as (service, access, server):
        yield System(
            access=access,
            let_write=partial(service.bind, role="roles/editor"),
            let_read=partial(service.bind, role="roles/viewer"),
            stop=lambda: setattr(server, "fault", lambda asked: None if asked.path == "/token" else broken),
        )


LISTS: dict[str, Callable[[Path], AbstractContextManager[System]]] = {
    "aws-iam": aws_iam,
    "azure-roles": azure_roles,
    "gcp-project-roles": gcp_project_roles,
}


def a_policy(*actions: str, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module", params=LISTS)
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with LISTS[request.param](tmp_path_factory.mktemp("access")) as opened:
        yield opened


def test_every_list_is_tried_here() -> None:
    assert LISTS.keys() == catalog.ACCESS_LISTS.keys()


def test_who_may_write_is_listed_once_and_who_may_only_read_is_not(system: System) -> None:
    alice, bob = system.let_write("alice"), system.let_read("bob")

    found = [one for one in system.access.entitlements() if one.name in (alice, bob)]

    assert [one.name for one in found] == [alice]
    assert found[0].account
    assert found[0].right


def test_two_looks_at_the_same_rights_are_alike(system: System) -> None:
    system.let_write("carol")

    assert system.access.entitlements() == system.access.entitlements()
    assert system.access.check()


@pytest.mark.parametrize("open_list", LISTS.values(), ids=LISTS)
def test_one_that_does_not_answer_is_no_empty_list(
    open_list: Callable[[Path], AbstractContextManager[System]], tmp_path: Path
) -> None:
    with open_list(tmp_path) as system:
        system.stop()

        with pytest.raises(ProviderUnavailableError) as raised:
            system.access.entitlements()

    assert raised.value.hint


def test_aws_tells_by_which_group_policy_or_trust_and_who_has_a_password() -> None:
    with simulated_aws():
        iam = boto3.client("iam")
        admin = iam.create_policy(PolicyName="admin", PolicyDocument=a_policy("*"))["Policy"]["Arn"]
        iam.create_group(GroupName="admins")
        iam.attach_group_policy(GroupName="admins", PolicyArn=admin)
        iam.create_user(UserName="dave")
        iam.add_user_to_group(GroupName="admins", UserName="dave")
        iam.create_login_profile(UserName="dave", Password="correct-horse-1A!")
        of_people = a_trust({"AWS": "arn:aws:iam::444455556666:root"})
        of_service = a_trust({"Service": "lambda.amazonaws.com"})
        for name, trust in (("breakglass", of_people), ("worker", of_service)):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
            iam.attach_role_policy(RoleName=name, PolicyArn=admin)

        found = {one.name: one for one in AwsIam(AwsIamSettings()).entitlements()}

    assert facts(found["dave"]) == (ActorKind.HUMAN, True, "group admins", "admin")
    assert facts(found["breakglass"]) == (
        ActorKind.UNKNOWN,
        None,
        "for arn:aws:iam::444455556666:root",
        "admin",
    )
    assert facts(found["worker"]) == (ActorKind.SERVICE, None, "for lambda.amazonaws.com", "admin")


def test_aws_takes_no_role_for_a_services_that_somebody_else_may_take_on_too() -> None:
    """
    Cognito signs in whoever an app lets in; all but one is nobody in particular.
    """
    federated = a_trust({"Federated": "cognito-identity.amazonaws.com"})
    with simulated_aws():
        iam = boto3.client("iam")
        for name, trust in (("app", federated), ("open", federated.replace('"Principal"', '"NotPrincipal"'))):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
            iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=a_policy("*"))

        found = {one.name: facts(one) for one in AwsIam(AwsIamSettings()).entitlements()}

    assert (found["app"], found["open"]) == (
        (ActorKind.UNKNOWN, None, "for cognito-identity.amazonaws.com", "all (inline)"),
        (ActorKind.UNKNOWN, None, "for *", "all (inline)"),
    )


def test_azure_tells_in_which_role_and_where(tmp_path: Path) -> None:
    with authorization(tmp_path) as service:
        service.assign("ops", "Contributor", "Group")
        service.assign("deploy", "Contributor", "ServicePrincipal")
        service.assign("dana", "Blob Reader")
        odd = service.assign("mallory", "a role that is gone")
        settings = AzureRolesSettings(subscriptions=(SUBSCRIPTION,), **service.cloud.signed_in())

        found = {one.name: facts(one) for one in AzureRoles(settings).entitlements()}

    where = f"on /subscriptions/{SUBSCRIPTION}"
    gone = f"role {id_of('a role that is gone')}, which cannot be read"
    assert found == {
        id_of("ops"): (ActorKind.UNKNOWN, None, f"group, {where}", "Contributor"),
        id_of("deploy"): (ActorKind.MACHINE, None, f"serviceprincipal, {where}", "Contributor"),
        odd: (ActorKind.HUMAN, None, f"user, {where}", gone),
    }


def test_a_record_that_is_none_of_azures_is_an_error_and_no_shorter_list(tmp_path: Path) -> None:
    with authorization(tmp_path) as service:
        service.assigned.append({"principalId": 7})
        settings = AzureRolesSettings(subscriptions=(SUBSCRIPTION,), **service.cloud.signed_in())

        with pytest.raises(ProviderResponseError, match="none of Azure's"):
            AzureRoles(settings).entitlements()


def test_google_tells_who_has_which_role_under_which_condition(tmp_path: Path) -> None:
    with projects(tmp_path) as (service, access, _):
        service.bind("erin", "roles/that-is-gone")
        service.bindings.append(
            {
                "role": "roles/editor",
                "members": ["serviceAccount:ci@example.com", "allUsers"],
                "condition": {"title": "for a while", "expression": "request.time < x"},
            }
        )

        found = {one.name: facts(one) for one in access.entitlements()}

    assert found == {
        "erin@example.com": (ActorKind.HUMAN, None, "user", "roles/that-is-gone"),
        "ci@example.com": (ActorKind.MACHINE, None, "serviceAccount if request.time < x", "roles/editor"),
        "allUsers": (ActorKind.UNKNOWN, None, "allUsers if request.time < x", "roles/editor"),
    }


def facts(one: Entitlement) -> tuple[Any, ...]:
    return one.kind, one.has_console, one.via, one.right


def a_trust(principal: dict[str, str]) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})
