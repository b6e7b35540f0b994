"""States in S3 beyond the contract: workspaces, the lock table, roles, and every refusal by its name."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from providers.aws.state_store import S3States, S3StatesSettings
from tests.providers.state_stores.proxy import Proxy, proxy_of
from tests.providers.state_stores.s3 import REGION, a_bucket, a_client
from tests.providers.state_stores.servers import Servers
from tests.providers.state_stores.shelf import ALICE, a_lock_info

KEY = "network/terraform.tfstate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """A bucket, and what its owner does with it."""

    name: str
    client: Any
    url: str
    proxy: Proxy

    def put(self, *keys: str, body: bytes = b"{}", **options: str) -> None:
        """Write objects."""
        for key in keys:
            self.client.put_object(Bucket=self.name, Key=key, Body=body, **options)

    def store(self, **settings: str) -> S3States:
        """Return the adapter."""
        return S3States(S3StatesSettings(**{"region": REGION, "endpoint": self.proxy.url} | settings))

    def found(self, key: str, **settings: str) -> list[str]:
        """Return the keys of the states at a location."""
        states = self.store(**settings).find(f"s3://{self.name}/{key}")
        return [one.name.removeprefix(f"s3://{self.name}/") for one in states]


@pytest.fixture
def bucket(state_servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket."""
    url = state_servers.moto
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
    with proxy_of(url) as proxy:
        yield Bucket(name=a_bucket(url), client=a_client("s3", url), url=url, proxy=proxy)


# Where states are


def test_the_workspaces_of_a_key_are_found_with_it_and_those_of_no_other(bucket: Bucket) -> None:
    bucket.put(
        KEY, f"env:/dev/{KEY}", f"env:/prod/{KEY}", "env:/dev/storage/terraform.tfstate", f"{KEY}.tflock"
    )

    assert bucket.found(KEY) == [f"env:/dev/{KEY}", f"env:/prod/{KEY}", KEY]


def test_a_workspace_is_found_where_the_default_one_was_never_used(bucket: Bucket) -> None:
    bucket.put(f"env:/prod/{KEY}")

    assert bucket.found(KEY) == [f"env:/prod/{KEY}"]


def test_workspaces_lie_where_the_backend_was_told_to_put_them(bucket: Bucket) -> None:
    bucket.put(KEY, f"spaces/prod/{KEY}", f"env:/dev/{KEY}")

    assert bucket.found(KEY, workspace_key_prefix="spaces") == [KEY, f"spaces/prod/{KEY}"]
    assert bucket.found(KEY, workspace_key_prefix="") == [KEY]


def test_below_a_folder_only_states_are_found_and_nothing_beside_it(bucket: Bucket) -> None:
    others = ("network/main.tf", f"{KEY}.backup", "network-old/terraform.tfstate", "network.tfstate")
    bucket.put(KEY, "network/deep/er/a b ü.tfstate", "env:/dev/network/x.tfstate", *others)

    found = ["env:/dev/network/x.tfstate", "network/deep/er/a b ü.tfstate", KEY]
    assert bucket.found("network") == bucket.found("network/") == found


def test_a_whole_bucket_is_listed_once(bucket: Bucket) -> None:
    bucket.put(KEY, f"env:/dev/{KEY}")
    before = len(bucket.proxy.asked)

    assert bucket.found("") == [f"env:/dev/{KEY}", KEY]
    assert len(bucket.proxy.asked) - before == 1


def test_a_key_need_not_end_like_a_state(bucket: Bucket) -> None:
    bucket.put("prod/network")

    assert bucket.found("prod/network") == ["prod/network"]


def test_more_states_than_one_page_holds_are_all_found(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    keys = [f"states/{number}.tfstate" for number in range(5)]
    bucket.put(*keys)

    assert bucket.found("states") == keys
    assert sum("continuation-token" in one.path for one in bucket.proxy.asked) == 2


def test_an_object_encrypted_by_kms_is_read_like_any_other(bucket: Bucket) -> None:
    bucket.put(KEY, body=b"secret", ServerSideEncryption="aws:kms")
    store = bucket.store()

    (state,) = store.find(f"s3://{bucket.name}/{KEY}")

    read = store.read(state)
    assert read is not None
    assert read.whole() == b"secret"


# Who holds them


@pytest.fixture
def lock_table(bucket: Bucket) -> Iterator[str]:
    """A table for locks; Terraform keeps the digest of each state in it as well."""
    client = a_client("dynamodb", bucket.url)
    name = f"locks-{bucket.name}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    digest = {"LockID": {"S": f"{bucket.name}/{KEY}-md5"}, "Digest": {"S": "0" * 32}}
    client.put_item(TableName=name, Item=digest)
    yield name
    client.delete_table(TableName=name)


def test_a_lock_in_the_table_says_who_holds_the_state(bucket: Bucket, lock_table: str) -> None:
    bucket.put(KEY, f"env:/dev/{KEY}")
    item = {"LockID": {"S": f"{bucket.name}/{KEY}"}, "Info": {"S": a_lock_info().decode()}}
    a_client("dynamodb", bucket.url).put_item(TableName=lock_table, Item=item)

    dev, default = bucket.store(lock_table=lock_table).find(f"s3://{bucket.name}/{KEY}")

    assert dev.lock is None
    assert default.lock is not None
    assert str(default.lock) == f"{ALICE} since 2026-11-16 11:59 UTC (OperationTypeApply)"


def test_the_locks_of_many_states_are_asked_for_together(bucket: Bucket, lock_table: str) -> None:
    bucket.put(*(f"states/{number:04}.tfstate" for number in range(101)))
    before = len(bucket.proxy.asked)

    bucket.found("states", lock_table=lock_table)

    asked = [one for one in bucket.proxy.asked[before:] if "x-amz-target" in one.headers]
    assert [one.headers["x-amz-target"] for one in asked] == ["DynamoDB_20120810.BatchGetItem"] * 2


def test_a_lock_table_that_is_not_there_is_named(bucket: Bucket) -> None:
    bucket.put(KEY)

    with pytest.raises(ProviderResponseError, match="the lock table none: it is not there"):
        bucket.found(KEY, lock_table="none")


def test_a_lock_that_cannot_be_understood_holds_the_state_since_it_was_written(bucket: Bucket) -> None:
    bucket.put(KEY)
    bucket.put(f"{KEY}.tflock", body=b"\xff")

    (state,) = bucket.store().find(f"s3://{bucket.name}/{KEY}")

    assert state.lock is not None
    assert (state.lock.who, state.lock.changes_nothing) == (None, False)
    assert state.lock.since is not None


# As whom


def test_a_role_of_another_account_is_assumed(bucket: Bucket) -> None:
    """
    What an account of moto holds, no other one sees.
    """
    role = "arn:aws:iam::222233334444:role/driftledger-states"
    made = a_client("sts", bucket.url).assume_role(RoleArn=role, RoleSessionName="owner")["Credentials"]
    theirs = a_client("s3", bucket.url, key=made["AccessKeyId"], secret=made["SecretAccessKey"])
    name = f"theirs-{bucket.name}"[:63]
    theirs.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    theirs.put_object(Bucket=name, Key=KEY, Body=b"theirs")

    store = bucket.store(role=role, external_id="driftledger")
    (state,) = store.find(f"s3://{name}/{KEY}")

    read = store.read(state)
    assert read is not None
    assert read.whole() == b"theirs"


def test_without_credentials_it_says_how_to_get_some(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", "/nonexistent")

    with pytest.raises(ProviderAccessError, match="no credentials that work") as raised:
        bucket.found(KEY)

    assert "`profile` or `role`" in raised.value.hint


def test_a_role_takes_credentials_to_assume_it_with(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", "/nonexistent")

    with pytest.raises(ProviderAccessError, match="no credentials that work"):
        bucket.found(KEY, role="arn:aws:iam::222233334444:role/driftledger-states")


def test_a_profile_that_is_none_is_named(bucket: Bucket) -> None:
    with pytest.raises(ProviderAccessError, match="states-reader"):
        bucket.found(KEY, profile="states-reader")


# What AWS refuses


def an_error(code: str, message: str = "no") -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


KMS = (
    "User: arn:aws:sts::111122223333:assumed-role/drift/x is not authorized to perform: kms:Decrypt on"
    " resource: arn:aws:kms:eu-west-1:111122223333:key/k because no identity-based policy allows it"
)


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (403, an_error("AccessDenied"), ProviderAccessError, "s3:GetObject on arn:aws:s3:::"),
        (
            403,
            an_error("AccessDenied", KMS),
            ProviderAccessError,
            "kms:Decrypt on arn:aws:kms:eu-west-1:111122223333:key/k is missing",
        ),
        (403, an_error("InvalidAccessKeyId"), ProviderAccessError, "refuses the credentials"),
        (400, an_error("ExpiredToken"), ProviderAccessError, "refuses the credentials (ExpiredToken)"),
        (503, an_error("SlowDown"), ProviderUnavailableError, "wants fewer requests (SlowDown)"),
        (500, an_error("InternalError"), ProviderUnavailableError, "status 500"),
        (404, an_error("NoSuchBucket"), ProviderResponseError, "it is not there (NoSuchBucket"),
        (400, an_error("InvalidRequest"), ProviderResponseError, "InvalidRequest"),
    ],
    ids=["denied", "key denied", "unknown", "expired", "throttled", "broken", "gone", "odd"],
)
def test_a_refusal_says_what_is_missing(
    bucket: Bucket, status: int, body: bytes, error: type[ProviderError], said: str
) -> None:
    bucket.put(KEY)
    store = bucket.store()
    (state,) = store.find(f"s3://{bucket.name}/{KEY}")
    bucket.proxy.refuse(status, body)

    with pytest.raises(error) as raised:
        store.read(state)

    assert said in raised.value.what
    assert raised.value.hint


def test_a_lock_table_that_may_not_be_read_names_the_permission(bucket: Bucket) -> None:
    bucket.put(KEY)
    denied = json.dumps(
        {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}
    ).encode()
    bucket.proxy.answer = lambda _, __, headers: (400, {}, denied) if "x-amz-target" in headers else None

    with pytest.raises(ProviderAccessError, match=r"dynamodb:BatchGetItem on arn:aws:dynamodb:.*table/locks"):
        bucket.found(KEY, lock_table="locks")


def test_an_endpoint_that_nobody_listens_at_may_work_later(bucket: Bucket) -> None:
    with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
        bucket.found(KEY, endpoint="http://127.0.0.1:9")
