"""What is read past the SDK is what the SDK reads, and is signed as it signs."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from drift.model.resource import Found, NotRead
from providers.aws.native.bucket_settings import BucketSettings, Told, is_plain
from providers.aws.native.rows import Call
from providers.aws.native.table import load_types
from tests.estate.calls import Call as Made
from tests.providers.aws.native.account import REGION, Account, a_declared, an_account

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

DETAILS = {each.call: each for each in load_types().rows["aws_s3_bucket"].details}

DENIED = """<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"""


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account with a bucket of which most is set, and one of which nothing is."""
    with an_account() as opened:
        s3 = opened.client("s3")
        for name in ("full", "bare"):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket="full", VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_tagging(Bucket="full", Tagging={"TagSet": [{"Key": "a", "Value": "b & c"}]})
        s3.put_bucket_policy(Bucket="full", Policy='{"Version": "2012-10-17", "Statement": []}')
        s3.put_bucket_cors(
            Bucket="full",
            CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
        )
        s3.put_bucket_website(Bucket="full", WebsiteConfiguration={"IndexDocument": {"Suffix": "i.html"}})
        yield opened


def settings(client: Any, **but: Any) -> BucketSettings:
    facts = {
        "client": client,
        "credentials": boto3.Session().get_credentials(),
        "connections": 1,
        "count": lambda: None,
        "is_plain": True,
    }
    return BucketSettings(**(facts | but))


@pytest.mark.parametrize("bucket", ["full", "bare", "none"])
@pytest.mark.parametrize("name", sorted(DETAILS))
def test_the_answer_is_the_one_that_the_sdk_gives(account: Account, name: str, bucket: str) -> None:
    client = account.client("s3")
    call = DETAILS[name]

    told = settings(client).ask(call, {"Bucket": bucket}, {*call.none, *call.gone})

    try:
        expected = Told(answer=without_metadata(getattr(client, name)(Bucket=bucket)))
    except ClientError as error:
        expected = Told(answer={}, code=error.response["Error"]["Code"])
    assert told is not None
    assert Told(answer=without_metadata(told.answer), code=told.code) == expected


def without_metadata(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("token", [None, "session-token"])
@pytest.mark.parametrize("query", ["versioning", "list-type=2"])
def test_a_request_is_signed_as_the_sdk_signs_it(
    monkeypatch: pytest.MonkeyPatch, token: str | None, query: str
) -> None:
    credentials = Credentials("AKIDEXAMPLE", "secret", token)
    client = boto3.client("s3", region_name=REGION, endpoint_url="http://127.0.0.1:9")
    ours = settings(client, credentials=credentials, now=lambda: NOON)._signed("/a-bucket", query)

    request = AWSRequest("GET", f"http://127.0.0.1:9/a-bucket?{query}")
    monkeypatch.setattr(
        "botocore.auth.get_current_datetime", lambda: NOON.replace(tzinfo=None), raising=False
    )
    monkeypatch.setattr(
        "botocore.compat.get_current_datetime", lambda: NOON.replace(tzinfo=None), raising=False
    )
    S3SigV4Auth(credentials, "s3", REGION).add_auth(request)

    assert request.headers["X-Amz-Date"] == ours["x-amz-date"]
    theirs = request.headers["Authorization"].rpartition("Signature=")[2]
    assert ours["authorization"].rpartition("Signature=")[2] == theirs


def test_what_is_denied_is_asked_for_by_the_sdk_which_names_the_permission() -> None:
    def admits(call: Made) -> bool:
        return "website" not in call.path

    with an_account(admits, (403, DENIED)) as account:
        account.client("s3").create_bucket(
            Bucket="shut", CreateBucketConfiguration={"LocationConstraint": REGION}
        )

        (found,) = account.reader().read([a_declared("aws_s3_bucket", "shut", None)])

    assert isinstance(found, NotRead)
    assert "s3:GetBucketWebsite" in found.error


def test_what_fails_once_is_asked_for_again_by_the_sdk() -> None:
    refused: list[Made] = []

    def admits(call: Made) -> bool:
        if "versioning" not in call.path or call.method != "GET" or refused:
            return True
        refused.append(call)
        return False

    with an_account(admits, (503, DENIED.replace("AccessDenied", "SlowDown"))) as account:
        account.client("s3").create_bucket(
            Bucket="slow", CreateBucketConfiguration={"LocationConstraint": REGION}
        )

        (found,) = account.reader().read([a_declared("aws_s3_bucket", "slow", None)])

    assert isinstance(found, Found)
    assert len(refused) == 1


@pytest.mark.parametrize(
    ("call", "arguments", "is_plain"),
    [
        (Call(call="get_bucket_acl"), {"Bucket": "full"}, False),
        (Call(call="get_bucket_inventory_configuration"), {"Bucket": "full", "Id": "x"}, True),
        (Call(call="head_bucket"), {"Bucket": "full"}, True),
    ],
    ids=["behind a proxy", "with more than a bucket", "without an answer to read"],
)
def test_what_is_not_plain_is_left_to_the_sdk(
    account: Account, call: Call, arguments: dict[str, str], is_plain: bool
) -> None:
    assert settings(account.client("s3"), is_plain=is_plain).ask(call, arguments, ()) is None


@pytest.mark.parametrize(
    ("environment", "url", "is_"),
    [
        ({}, "https://s3.eu-west-1.amazonaws.com", True),
        ({"https_proxy": "http://proxy:3128"}, "https://s3.eu-west-1.amazonaws.com", False),
        ({"https_proxy": "http://proxy:3128"}, "http://127.0.0.1:5000", True),
        ({"http_proxy": "http://proxy:3128", "no_proxy": "127.0.0.1"}, "http://127.0.0.1:5000", True),
        ({"AWS_CA_BUNDLE": "own.pem"}, "https://s3.eu-west-1.amazonaws.com", False),
        ({"AWS_CA_BUNDLE": "own.pem"}, "http://127.0.0.1:5000", True),
    ],
)
def test_a_proxy_and_certificates_of_ones_own_are_the_business_of_the_sdk(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str, is_: bool
) -> None:
    for name in [*os.environ]:
        if name.lower().endswith("_proxy") or name == "AWS_CA_BUNDLE":
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert is_plain(url) is is_
