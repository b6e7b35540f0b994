"""Buckets and their settings, as Terraform keeps them."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.asking import Asking
from providers.aws.native.live_config import AwsNative, AwsNativeSettings
from providers.aws.native.rows import Call
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.aws.native.live import a_declared, live, reading_of

BUCKET = "shop"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
    }
)


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with simulated_aws():
        client = boto3.client("s3")
        for name in (BUCKET, "bare", "copies", "moved", "plain"):
            client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield client


def test_a_bucket_of_which_nothing_is_set_says_so(s3: Any) -> None:
    found = live("aws_s3_bucket", "plain", bucket="plain", acl="private")

    assert found["acl"] == "private"
    assert found["versioning"] == [{"enabled": False, "mfa_delete": False}]
    empty = ("cors_rule", "lifecycle_rule", "logging", "website", "replication_configuration", "policy")
    assert not any(found[name] for name in (*empty, "object_lock_configuration", "tags"))


def test_a_bucket_that_is_gone_is_missing_with_its_settings(s3: Any) -> None:
    assert isinstance(reading_of("aws_s3_bucket", "gone"), Absent)
    assert isinstance(reading_of("aws_s3_bucket_versioning", "gone", bucket="gone"), Absent)


@pytest.mark.parametrize(
    "type_",
    [
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_cors_configuration",
        "aws_s3_bucket_website_configuration",
        "aws_s3_bucket_replication_configuration",
        "aws_s3_bucket_object_lock_configuration",
        "aws_s3_bucket_logging",
        "aws_s3_bucket_accelerate_configuration",
        "aws_s3_bucket_server_side_encryption_configuration",
    ],
)
def test_a_setting_that_somebody_took_away_is_missing(s3: Any, type_: str) -> None:
    assert isinstance(reading_of(type_, "bare", bucket="bare"), Absent)


def test_a_named_setting_that_somebody_took_away_is_missing(s3: Any) -> None:
    type_ = "aws_s3_bucket_intelligent_tiering_configuration"

    assert isinstance(reading_of(type_, f"{BUCKET}:all", bucket=BUCKET, name="all"), Absent)


def test_what_everybody_may_do_shows_in_bucket_and_policy(s3: Any) -> None:
    s3.put_bucket_policy(Bucket=BUCKET, Policy=POLICY)
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")

    bucket = live("aws_s3_bucket", BUCKET, bucket=BUCKET, acl="private")
    policy = live("aws_s3_bucket_policy", BUCKET, bucket=BUCKET)
    acl = live("aws_s3_bucket_acl", f"{BUCKET},private", bucket=BUCKET, acl="private")

    assert bucket["acl"] == acl["acl"] == "public-read"
    assert json.loads(str(bucket["policy"])) == json.loads(str(policy["policy"])) == json.loads(POLICY)


def test_encryption_and_versions_show_in_both_forms(s3: Any) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/shop"}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    bucket = live("aws_s3_bucket", BUCKET, bucket=BUCKET)
    encryption = live("aws_s3_bucket_server_side_encryption_configuration", BUCKET, bucket=BUCKET)
    versioning = live("aws_s3_bucket_versioning", BUCKET, bucket=BUCKET)

    by_default = [{"sse_algorithm": "aws:kms", "kms_master_key_id": "alias/shop"}]
    rule = {"apply_server_side_encryption_by_default": by_default, "bucket_key_enabled": True}
    assert bucket["server_side_encryption_configuration"] == [{"rule": [rule]}]
    assert encryption["rule"] == [{**rule, "blocked_encryption_types": None}]
    assert bucket["versioning"] == [{"enabled": True, "mfa_delete": False}]
    assert versioning["versioning_configuration"] == [{"status": "Enabled", "mfa_delete": None}]


def test_a_lifecycle_shows_in_both_forms(s3: Any) -> None:
    rule = {
        "ID": "old",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "keep", "Value": "no"}]}},
        "Expiration": {"Date": "2027-01-02T00:00:00Z"},
        "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 5},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})

    (inline,) = live("aws_s3_bucket", BUCKET, bucket=BUCKET)["lifecycle_rule"]
    (split,) = live("aws_s3_bucket_lifecycle_configuration", BUCKET, bucket=BUCKET)["rule"]

    assert (inline["enabled"], inline["prefix"], inline["tags"]) == (True, "logs/", {"keep": "no"})
    assert inline["expiration"][0]["date"] == "2027-01-02"
    assert inline["transition"] == [{"date": None, "days": 30, "storage_class": "GLACIER"}]
    assert inline["noncurrent_version_expiration"] == [{"days": 5}]
    assert (split["status"], split["expiration"][0]["date"]) == ("Enabled", "2027-01-02T00:00:00Z")
    assert (split["filter"][0]["and"][0]["prefix"], split["filter"][0]["and"][0]["tags"]) == (
        "logs/",
        {"keep": "no"},
    )


def test_a_website_shows_in_both_forms(s3: Any) -> None:
    rule = {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}
    website = {
        "IndexDocument": {"Suffix": "index.html"},
        "ErrorDocument": {"Key": "no.html"},
        "RoutingRules": [rule],
    }
    s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration=website)

    (inline,) = live("aws_s3_bucket", BUCKET, bucket=BUCKET)["website"]
    split = live("aws_s3_bucket_website_configuration", BUCKET, bucket=BUCKET)

    assert (inline["index_document"], inline["error_document"]) == ("index.html", "no.html")
    assert json.loads(inline["routing_rules"]) == [rule]
    assert split["index_document"] == [{"suffix": "index.html"}]
    assert split["routing_rule"][0]["condition"][0]["key_prefix_equals"] == "old/"
    assert split["routing_rule"][0]["redirect"][0]["replace_key_prefix_with"] == "new/"


def test_a_bucket_that_redirects_everything_says_where_to(s3: Any) -> None:
    target = {"HostName": "shop.example.com", "Protocol": "https"}
    s3.put_bucket_website(Bucket="moved", WebsiteConfiguration={"RedirectAllRequestsTo": target})

    (inline,) = live("aws_s3_bucket", "moved", bucket="moved")["website"]

    assert inline["redirect_all_requests_to"] == "https://shop.example.com"


def test_whom_a_bucket_tells_shows_with_its_filters(s3: Any) -> None:
    topic = boto3.client("sns").create_topic(Name="uploads")["TopicArn"]
    filters = [{"Name": "suffix", "Value": ".png"}, {"Name": "prefix", "Value": "in/"}]
    told = {
        "Id": "all",
        "TopicArn": topic,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": filters}},
    }
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"TopicConfigurations": [told]}
    )

    found = live("aws_s3_bucket_notification", BUCKET, bucket=BUCKET)

    (topic_block,) = found["topic"]
    assert (topic_block["filter_prefix"], topic_block["filter_suffix"]) == ("in/", ".png")
    assert not any(found[name] for name in ("queue", "lambda_function", "eventbridge"))


def test_replication_shows_in_both_forms(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "all",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::copies", "StorageClass": "STANDARD_IA"},
    }
    s3.put_bucket_versioning(Bucket="copies", VersioningConfiguration={"Status": "Enabled"})
    role = "arn:aws:iam::123456789012:role/copy"
    s3.put_bucket_replication(Bucket=BUCKET, ReplicationConfiguration={"Role": role, "Rules": [rule]})

    (inline,) = live("aws_s3_bucket", BUCKET, bucket=BUCKET)["replication_configuration"]
    split = live("aws_s3_bucket_replication_configuration", BUCKET, bucket=BUCKET)

    assert inline["role"] == split["role"] == role
    assert inline["rules"][0]["destination"][0]["storage_class"] == "STANDARD_IA"
    assert split["rule"][0]["destination"][0]["bucket"] == "arn:aws:s3:::copies"
    assert split["rule"][0]["delete_marker_replication"] == [{"status": "Disabled"}]


def test_a_setting_that_several_types_show_is_asked_once(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    pages = Asking.pages

    def noted(self: Asking, service: str, region: str, call: Call, *rest: Any, **more: Any) -> Any:
        asked.append(call.call)
        return pages(self, service, region, call, *rest, **more)

    monkeypatch.setattr(Asking, "pages", noted)
    native = AwsNative(AwsNativeSettings(region=REGION, share=1))
    types = ("aws_s3_bucket", "aws_s3_bucket_versioning", "aws_s3_bucket_policy")

    list(native.read([a_declared(type_, "bare", bucket="bare") for type_ in types]))

    counted = [asked.count(one) for one in ("list_buckets", "get_bucket_versioning", "get_bucket_policy")]
    assert counted == [1, 1, 1]


def test_the_account_blocks_public_access_or_nothing_does(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    AWS's name for the account stands before that of the host, where it is asked as on the loopback interface.
    """
    type_, account = "aws_s3_account_public_access_block", "123456789012"
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest: resolve(str(host).removeprefix(f"{account}."), *rest)
    )
    assert isinstance(reading_of(type_, account), Absent)
    boto3.client("s3control").put_public_access_block(
        AccountId=account, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
    )

    assert live(type_, account)["block_public_acls"] is True


def test_an_object_shows_that_somebody_replaced_or_opened_it(s3: Any) -> None:
    for key in ("index.html", "index.html.old"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"hello", Tagging="a=b")
    s3.put_object_acl(Bucket=BUCKET, Key="index.html", ACL="public-read")

    found = live("aws_s3_object", "index.html", bucket=BUCKET, key="index.html", acl="private", grant=[])

    assert found["etag"] == "5d41402abc4b2a76b9719d911017c592"
    assert (found["acl"], found["tags"]) == ("public-read", {"a": "b"})
    assert isinstance(reading_of("aws_s3_object", "index", bucket=BUCKET, key="index"), Absent)
