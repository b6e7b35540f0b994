"""What is read past the SDK is what the SDK reads, and is signed as it signs."""

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
from providers.aws.native.bucket_settings import BucketSettings, Told
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
        "has_proxy": False,
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
    ("call", "arguments", "has_proxy"),
    [
        (Call(call="get_bucket_acl"), {"Bucket": "full"}, True),
        (Call(call="get_bucket_inventory_configuration"), {"Bucket": "full", "Id": "x"}, False),
        (Call(call="head_bucket"), {"Bucket": "full"}, False),
    ],
    ids=["behind a proxy", "with more than a bucket", "without an answer to read"],
)
def test_what_is_not_plain_is_left_to_the_sdk(
    account: Account, call: Call, arguments: dict[str, str], has_proxy: bool
) -> None:
    assert settings(account.client("s3"), has_proxy=has_proxy).ask(call, arguments, ()) is None
