"""Identities and what is attached to them, as Terraform keeps them."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.identities import group_members, policy_holders
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of

ACCOUNT = "123456789012"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/team/read"
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
WRITE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def iam() -> Iterator[Any]:
    with simulated_aws():
        client = boto3.client("iam")
        client.create_role(RoleName="shop", AssumeRolePolicyDocument=json.dumps(READ))
        for name in ("dana", "sam"):
            client.create_user(UserName=name)
        client.create_group(GroupName="readers")
        client.create_policy(PolicyName="read", Path="/team/", PolicyDocument=json.dumps(READ))
        yield client


def test_a_policy_shows_the_version_that_holds(iam: Any) -> None:
    iam.create_policy_version(PolicyArn=POLICY, PolicyDocument=json.dumps(WRITE), SetAsDefault=True)

    found = live("aws_iam_policy", POLICY)

    assert json.loads(str(found["policy"])) == WRITE
    assert (found["name"], found["path"], found["tags"]) == ("read", "/team/", {})


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_what_is_attached_to_an_identity_is_there_until_somebody_detaches_it(iam: Any, kind: str) -> None:
    holder = {"role": "shop", "user": "sam", "group": "readers"}[kind]
    given = {f"{kind.title()}Name": holder, "PolicyArn": POLICY}
    type_, declared = f"aws_iam_{kind}_policy_attachment", {kind: holder, "policy_arn": POLICY}
    getattr(iam, f"attach_{kind}_policy")(**given)
    assert live(type_, f"{holder}-2026", **declared) == declared

    getattr(iam, f"detach_{kind}_policy")(**given)

    assert isinstance(reading_of(type_, f"{holder}-2026", **declared), Absent)


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_an_inline_policy_shows_what_somebody_made_of_it(iam: Any, kind: str) -> None:
    holder = {"role": "shop", "user": "sam", "group": "readers"}[kind]
    given = {f"{kind.title()}Name": holder, "PolicyName": "own", "PolicyDocument": json.dumps(WRITE)}
    getattr(iam, f"put_{kind}_policy")(**given)

    found = live(f"aws_iam_{kind}_policy", f"{holder}:own")

    assert (found[kind], found["name"], json.loads(str(found["policy"]))) == (holder, "own", WRITE)
    assert isinstance(reading_of(f"aws_iam_{kind}_policy", f"{holder}:another"), Absent)


def test_everybody_who_has_a_policy_shows_in_its_attachment(iam: Any) -> None:
    iam.attach_user_policy(UserName="dana", PolicyArn=POLICY)

    found = live("aws_iam_policy_attachment", "readers of orders", policy_arn=POLICY)

    assert (found["users"], found["roles"], found["groups"]) == (["dana"], [], [])
    gone = reading_of("aws_iam_policy_attachment", "another", policy_arn=f"{POLICY}-nobody-has")
    assert isinstance(gone, Absent)


def test_who_is_in_a_group_shows_on_both_sides(iam: Any) -> None:
    iam.create_group(GroupName="writers")
    iam.add_user_to_group(GroupName="writers", UserName="dana")
    iam.add_user_to_group(GroupName="readers", UserName="dana")

    group = live("aws_iam_group_membership", "team", group="writers", users=[])
    user = live("aws_iam_user_group_membership", "terraform-2026", user="dana", groups=["writers", "gone"])

    assert group["users"] == ["dana"]
    assert user["groups"] == ["writers"], "other groups are no matter of this membership"


def test_a_key_of_a_user_shows_its_status_until_it_is_gone(iam: Any) -> None:
    key = iam.create_access_key(UserName="sam")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="sam", AccessKeyId=key, Status="Inactive")
    assert live("aws_iam_access_key", key, user="sam") == {"user": "sam", "status": "Inactive"}

    iam.delete_access_key(UserName="sam", AccessKeyId=key)

    assert isinstance(reading_of("aws_iam_access_key", key, user="sam"), Absent)
    assert isinstance(reading_of("aws_iam_access_key", key, user="gone"), Absent)


def test_an_account_without_rules_for_passwords_has_none(iam: Any) -> None:
    type_, id_ = "aws_iam_account_password_policy", "iam-account-password-policy"
    assert isinstance(reading_of(type_, id_), Absent)
    iam.update_account_password_policy(MinimumPasswordLength=10)

    found = live(type_, id_)

    assert (found["minimum_password_length"], found["max_password_age"]) == (10, 0)


def test_an_instance_profile_shows_the_role_that_somebody_put_into_it(iam: Any) -> None:
    iam.create_instance_profile(InstanceProfileName="web", Tags=[{"Key": "Team", "Value": "web"}])
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="shop")

    found = live("aws_iam_instance_profile", "web")

    assert (found["role"], found["tags"]) == ("shop", {"Team": "web"})
    assert isinstance(reading_of("aws_iam_instance_profile", "gone"), Absent)


def test_a_provider_of_identities_shows_its_clients_in_the_declared_order(iam: Any) -> None:
    arn = iam.create_open_id_connect_provider(
        Url="https://tokens.example.com", ClientIDList=["a", "b"], ThumbprintList=["c" * 40]
    )["OpenIDConnectProviderArn"]

    found = live("aws_iam_openid_connect_provider", arn, client_id_list=["b", "a"])

    assert found["client_id_list"] == ["b", "a"]


def test_holders_and_members_are_found_on_whatever_page_they_stand() -> None:
    attached = [{"PolicyArn": POLICY}]
    identities = {
        "UserDetailList": [
            {"UserName": "dana", "GroupList": ["readers"], "AttachedManagedPolicies": attached},
            {"UserName": "sam", "GroupList": []},
        ],
        "GroupDetailList": [{"GroupName": "readers", "AttachedManagedPolicies": attached}],
    }

    assert list(policy_holders(identities)) == [
        {"PolicyArn": POLICY, "groups": ["readers"], "roles": [], "users": ["dana"]}
    ]
    assert list(group_members(identities)) == [{"GroupName": "readers", "users": ["dana"]}]


def test_a_key_for_repositories_stands_without_its_comment(iam: Any) -> None:
    made = iam.upload_ssh_public_key(UserName="sam", SSHPublicKeyBody="ssh-rsa AAAA sam@example.com")
    key = made["SSHPublicKey"]["SSHPublicKeyId"]

    found = live("aws_iam_user_ssh_key", key, username="sam", encoding="SSH")

    assert found == {"username": "sam", "public_key": "ssh-rsa AAAA", "status": "Active"}
