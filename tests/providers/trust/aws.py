"""A role that deploys, in moto's IAM behind a proxy that knows one key and may deny one call."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from providers.aws.trust import AwsRoles, AwsRolesSettings
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.state_stores.proxy import Answer, Headers, proxy_of
from tests.providers.trust.system import TrustingCloud

ROLE = "terraform-deploy"
ACCOUNT = "123456789012"
HOST = "token.actions.githubusercontent.com"
MAIN = "repo:example/infra:ref:refs/heads/main"
CREDENTIALS = "Credential=simulated/"


def statement(**condition: Any) -> dict[str, Any]:
    """Let pipelines of GitHub assume a role."""
    provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"}
    return {
        "Effect": "Allow",
        "Principal": provider,
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }


def policy(*statements: dict[str, Any]) -> str:
    """Write a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@contextmanager
def aws_roles(_: Path) -> Iterator[TrustingCloud]:
    """One role, with one policy of its own and one of its account's."""
    with simulated_aws() as aws:
        url = os.environ["AWS_ENDPOINT_URL"]
        iam = boto3.client("iam", region_name=REGION, endpoint_url=url)
        of_main = statement(StringEquals={f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:sub": MAIN})
        role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy(of_main))["Role"]
        may = policy({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"})
        iam.put_role_policy(RoleName=ROLE, PolicyName="deploy", PolicyDocument=may)
        attached = iam.create_policy(PolicyName="network", PolicyDocument=may)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=attached)
        with proxy_of(url) as proxy:
            hidden: list[bytes] = []

            def check_key(_method: str, _path: str, headers: Headers) -> Answer | None:
                if CREDENTIALS not in headers.get("authorization", ""):
                    return 403, {}, coded("InvalidClientTokenId", "The security token is invalid.")
                if any(b"Action=" + one in proxy.body for one in hidden):
                    return 403, {}, coded("AccessDenied", "not authorized to perform: iam:GetRolePolicy")
                return None

            proxy.answer = check_key

            def source() -> AwsRoles:
                return AwsRoles(AwsRolesSettings(roles=(ROLE,), region=REGION, endpoint=proxy.url))

            def stranger() -> AwsRoles:
                aws.environment.setenv("AWS_ACCESS_KEY_ID", "stranger")
                return source()

            def trust(*statements: dict[str, Any]) -> None:
                iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=policy(*statements))

            somebody = {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/erin"},
                "Action": "sts:AssumeRole",
            }
            any_branch = statement(StringLike={f"{HOST}:sub": "repo:example/infra:*"})

            def delete() -> None:
                iam.detach_role_policy(RoleName=ROLE, PolicyArn=attached)
                iam.delete_role_policy(RoleName=ROLE, PolicyName="deploy")
                iam.delete_role(RoleName=ROLE)

            yield TrustingCloud(
                source=source(),
                name=role["Arn"],
                stranger=stranger,
                trust_somebody=lambda: trust(of_main, somebody),
                trust_any_branch=lambda: trust(any_branch),
                allow_more=lambda: iam.create_policy_version(
                    PolicyArn=attached,
                    PolicyDocument=policy({"Effect": "Allow", "Action": "*", "Resource": "*"}),
                    SetAsDefault=True,
                ),
                hide_permissions=lambda: hidden.append(b"GetRolePolicy"),
                permission="iam:GetRolePolicy",
                delete=delete,
                break_down=lambda: proxy.refuse(500, coded("ServiceFailure", "try later")),
            )
            # What moto keeps outlives its server.
            for left in iam.list_roles()["Roles"]:
                if left["RoleName"] == ROLE:
                    delete()
            for version in iam.list_policy_versions(PolicyArn=attached)["Versions"]:
                if not version["IsDefaultVersion"]:
                    iam.delete_policy_version(PolicyArn=attached, VersionId=version["VersionId"])
            iam.delete_policy(PolicyArn=attached)


def coded(code: str, message: str) -> bytes:
    """Write an error as IAM does."""
    return (
        f'<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    ).encode()
