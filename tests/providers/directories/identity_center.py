"""An IAM Identity Center: moto's, which keeps users and gives them page by page."""

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from providers.aws.identity_store import AwsIdentityCenter, AwsIdentityCenterSettings
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.directories.system import DirectorySystem, Entry
from tests.providers.state_stores.proxy import Answer, Headers, proxy_of

CREDENTIALS = "Credential=simulated/"


def coded(code: str, message: str = "because") -> bytes:
    """Write an error as AWS does."""
    return json.dumps({"__type": code, "message": message}).encode()


@contextmanager
def identity_center(_: Path) -> Iterator[DirectorySystem]:
    """One identity store, behind a proxy that knows one key."""
    with simulated_aws() as aws:
        url = os.environ["AWS_ENDPOINT_URL"]
        store_id = f"d-{uuid.uuid4().hex[:10]}"  # what moto keeps outlives its server
        store = boto3.client("identitystore", region_name=REGION, endpoint_url=url)
        ids: dict[int, str] = {}
        with proxy_of(url) as proxy:

            def check_key(_method: str, _path: str, headers: Headers) -> Answer | None:
                if CREDENTIALS in headers.get("authorization", ""):
                    return None
                return 400, {}, coded("UnrecognizedClientException", "The security token is invalid.")

            proxy.answer = check_key

            def directory() -> AwsIdentityCenter:
                settings = AwsIdentityCenterSettings(
                    identity_store=store_id, region=REGION, endpoint=proxy.url
                )
                return AwsIdentityCenter(settings)

            def stranger() -> AwsIdentityCenter:
                aws.environment.setenv("AWS_ACCESS_KEY_ID", "stranger")
                return directory()

            def enrol(entry: Entry) -> None:
                made = store.create_user(
                    IdentityStoreId=store_id,
                    UserName=f"person{entry.number}",
                    DisplayName=entry.display_name,
                    Name={"FamilyName": "Example", "GivenName": "Alice"},
                    Emails=[
                        {"Value": entry.alias, "Type": "other", "Primary": False},
                        {"Value": entry.mail, "Type": "work", "Primary": True},
                    ],
                )
                ids[entry.number] = made["UserId"]

            def refuse(status: int, body: Any = b"{}", **headers: str) -> None:
                proxy.refuse(
                    status, body if isinstance(body, bytes) else json.dumps(body).encode(), **headers
                )

            nobody = {"Users": [{"IdentityStoreId": store_id, "UserId": "u-1"}], "NextToken": None}
            endless = {"Users": [], "NextToken": "the-same-again"}
            denied = "User is not authorized to perform: identitystore:ListUsers"
            yield DirectorySystem(
                directory=directory(),
                stranger=stranger,
                enrol=enrol,
                refuse=refuse,
                forbid=lambda: refuse(400, coded("AccessDeniedException", denied)),
                permission="identitystore:ListUsers",
                drop=lambda: refuse(200, nobody),
                loop=lambda: refuse(200, endless),
                names=lambda one: {one.mail, one.alias, f"person{one.number}", ids[one.number]},
                many=101,
                secret="simulated-secret",
            )
