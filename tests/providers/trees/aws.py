"""An AWS organisation: moto's, behind a proxy that knows one key and may refuse everything."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from providers.aws.organisation import AwsOrganisation, AwsOrganisationSettings
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.state_stores.proxy import Answer, Headers, proxy_of
from tests.providers.trees.system import Company

CREDENTIALS = "Credential=simulated/"


def coded(code: str, message: str = "because") -> bytes:
    """Write an error as Organizations does."""
    return json.dumps({"__type": code, "message": message}).encode()


@contextmanager
def aws_organization() -> Iterator[Company]:
    """Accounts in the root, in a unit, and in a unit within it."""
    with simulated_aws() as aws:
        url = os.environ["AWS_ENDPOINT_URL"]
        client = boto3.client("organizations", region_name=REGION, endpoint_url=url)
        made = client.create_organization(FeatureSet="ALL")["Organization"]
        root = client.list_roots()["Roots"][0]["Id"]
        workloads = _unit(client, root, "Workloads")
        production = _unit(client, workloads, "Production")
        placed = {made["MasterAccountId"]: "Root"}
        for number in range(25):  # a page holds twenty
            placed[_account(client, root, production, number)] = "Root/Workloads/Production"
        sandbox = _account(client, root, workloads, 99)
        placed[sandbox] = "Root/Workloads"
        with proxy_of(url) as proxy:

            def check_key(_method: str, _path: str, headers: Headers) -> Answer | None:
                if CREDENTIALS in headers.get("authorization", ""):
                    return None
                return 400, {}, coded("UnrecognizedClientException", "The security token is invalid.")

            def tree() -> AwsOrganisation:
                return AwsOrganisation(AwsOrganisationSettings(region=REGION, endpoint=proxy.url))

            def stranger() -> AwsOrganisation:
                aws.environment.setenv("AWS_ACCESS_KEY_ID", "stranger")
                return tree()

            def move() -> str:
                client.move_account(
                    AccountId=sandbox, SourceParentId=workloads, DestinationParentId=production
                )
                placed[sandbox] = "Root/Workloads/Production"
                return sandbox

            def mend() -> None:
                proxy.answer = check_key
                aws.environment.setenv("AWS_ACCESS_KEY_ID", "simulated")

            mend()
            denied = "User is not authorized to perform: organizations:ListRoots"
            yield Company(
                tree=tree(),
                placed=placed,
                move=move,
                stranger=stranger,
                forbid=lambda: proxy.refuse(400, coded("AccessDeniedException", denied)),
                permission="organizations:ListRoots",
                break_down=lambda: proxy.refuse(500, coded("ServiceException")),
                mend=mend,
            )
        for account in placed:
            if account != made["MasterAccountId"]:
                client.remove_account_from_organization(AccountId=account)
        client.delete_organizational_unit(OrganizationalUnitId=production)
        client.delete_organizational_unit(OrganizationalUnitId=workloads)
        client.delete_organization()


def _unit(client: Any, parent: str, name: str) -> str:
    return str(client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"])


def _account(client: Any, root: str, unit: str, number: int) -> str:
    name = f"account-{number}"
    made = client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
    client.move_account(AccountId=made["AccountId"], SourceParentId=root, DestinationParentId=unit)
    return str(made["AccountId"])
