"""Checkpoints under Object Lock: what is refused. What all anchors do: tests/contracts/test_anchor.py."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from drift.errors import ProviderAccessError, ProviderResponseError
from providers.aws.object_lock import S3ObjectLock, S3ObjectLockSettings
from tests.builders import NOON, a_checkpoint
from tests.providers.aws.locked_bucket import a_locked_bucket
from tests.providers.state_stores.proxy import Proxy, proxy_of
from tests.providers.state_stores.s3 import DENIED, KEY, REGION, a_bucket, a_client
from tests.providers.state_stores.servers import Servers

PATH = "driftledger/checkpoints/000000000013.note"


@pytest.fixture
def proxy(state_servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    with proxy_of(state_servers.moto) as proxy:
        yield proxy


@pytest.fixture
def s3(state_servers: Servers) -> Any:
    return a_client("s3", state_servers.moto)


@pytest.fixture
def bucket(state_servers: Servers) -> str:
    return a_locked_bucket(state_servers.moto)


def anchor(proxy: Proxy, bucket: str) -> S3ObjectLock:
    settings = S3ObjectLockSettings(bucket=bucket, region=REGION, endpoint=proxy.url, retain_days=90)
    return S3ObjectLock(settings)


def test_nobody_can_delete_what_is_held_before_its_time(proxy: Proxy, bucket: str, s3: Any) -> None:
    anchor(proxy, bucket).hold(a_checkpoint(), NOON)
    version = s3.get_object(Bucket=bucket, Key=PATH)["VersionId"]

    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key=PATH, VersionId=version, BypassGovernanceRetention=True)


def test_it_is_kept_for_so_many_days_from_now_on(proxy: Proxy, bucket: str) -> None:
    receipt = anchor(proxy, bucket).hold(a_checkpoint(), NOON)

    assert receipt.kept_until == NOON + timedelta(days=90)


def test_a_bucket_without_object_lock_is_refused(proxy: Proxy, state_servers: Servers, s3: Any) -> None:
    open_bucket = a_bucket(state_servers.moto)

    for attempt in (
        anchor(proxy, open_bucket).check,
        lambda: anchor(proxy, open_bucket).hold(a_checkpoint(), NOON),
    ):
        with pytest.raises(ProviderResponseError, match=f"s3://{open_bucket} has no Object Lock") as raised:
            attempt()
        assert "docs/anchors.md" in raised.value.hint

    assert "Contents" not in s3.list_objects_v2(Bucket=open_bucket)


def test_one_that_somebody_wrote_in_governance_mode_is_refused(proxy: Proxy, bucket: str, s3: Any) -> None:
    """
    Who has the permission can lift it, and then delete.
    """
    put(s3, bucket, mode="GOVERNANCE", days=90)

    with pytest.raises(ProviderResponseError, match="in the mode GOVERNANCE, which can be lifted"):
        anchor(proxy, bucket).hold(a_checkpoint(), NOON)


def test_one_that_somebody_wrote_for_a_shorter_time_is_refused(proxy: Proxy, bucket: str, s3: Any) -> None:
    put(s3, bucket, mode="COMPLIANCE", days=89)

    with pytest.raises(ProviderResponseError, match="is kept until 2027-02-13 only"):
        anchor(proxy, bucket).hold(a_checkpoint(), NOON)


def test_one_that_was_held_before_a_long_pause_is_still_good(proxy: Proxy, bucket: str) -> None:
    first = anchor(proxy, bucket).hold(a_checkpoint(), NOON)

    again = anchor(proxy, bucket).hold(a_checkpoint(), NOON + timedelta(days=9))

    assert again == first


@pytest.mark.parametrize(
    ("method", "permission"),
    [("PUT", "s3:PutObject and s3:PutObjectRetention"), ("GET /drift", "s3:GetObject")],
)
def test_each_permission_that_lacks_is_named(proxy: Proxy, bucket: str, method: str, permission: str) -> None:
    def serve(verb: str, path: str, _: object) -> tuple[int, dict[str, str], bytes] | None:
        is_denied = verb == method or (method == "GET /drift" and verb == "GET" and PATH in path)
        return (403, {}, DENIED) if is_denied else None

    proxy.answer = serve

    with pytest.raises(ProviderAccessError, match=f"the permission {permission} on arn:aws:s3:::") as raised:
        anchor(proxy, bucket).hold(a_checkpoint(), NOON)

    assert "docs/anchors.md" in raised.value.hint


def test_where_we_may_not_know_how_long_it_is_kept_that_permission_is_named(
    proxy: Proxy, bucket: str
) -> None:
    """
    S3 leaves that out of its answer.
    """

    def serve(verb: str, path: str, _: object) -> tuple[int, dict[str, str], bytes] | None:
        is_read = verb == "GET" and PATH in path
        return (200, {"x-amz-version-id": "v1"}, a_checkpoint().note.encode()) if is_read else None

    proxy.answer = serve

    with pytest.raises(ProviderAccessError, match="s3:GetObjectRetention is missing"):
        anchor(proxy, bucket).hold(a_checkpoint(), NOON)


def put(s3: Any, bucket: str, *, mode: str, days: int) -> None:
    """Write the note as somebody else."""
    s3.put_object(
        Bucket=bucket,
        Key=PATH,
        Body=a_checkpoint().note.encode(),
        ChecksumAlgorithm="SHA256",
        ObjectLockMode=mode,
        ObjectLockRetainUntilDate=NOON + timedelta(days=days),
    )
