"""What the contract of sinks asks of each stand-in, and the stand-ins of S3 and of a webhook's receiver."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from drift.model.secret import Secret
from drift.ports import EvidenceSink
from providers.aws.evidence_drop import TRIAL, S3Drop, S3DropSettings
from providers.webhook.evidence import EvidenceWebhook, EvidenceWebhookSettings
from tests.providers.channels.fake_receiver import NOW, SECRET, FakeReceiver
from tests.providers.channels.http_server import Reply, serving
from tests.providers.evidence_sinks.packs import MANIFEST
from tests.providers.state_stores import s3
from tests.providers.state_stores.proxy import proxy_of
from tests.providers.state_stores.servers import Servers


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place that takes evidence, seen from inside."""

    sink: EvidenceSink
    contents: Callable[[], dict[str, bytes]]
    """What has arrived, by the path in the pack; of each file the last."""
    throttle: Callable[[], None]
    deny: Callable[[], None]
    permission: str
    """What the error then names."""
    mistakes: Callable[[], list[str]] = list
    """What no client may ask."""


@contextmanager
def s3_drop(servers: Servers) -> Iterator[Place]:
    """A bucket, as moto simulates it."""
    client, bucket = s3.a_client("s3", servers.moto), s3.a_bucket(servers.moto)
    root = f"evidence/{MANIFEST}/"

    def contents() -> dict[str, bytes]:
        listed = client.list_objects_v2(Bucket=bucket, Prefix="evidence/").get("Contents", ())
        keys = [one["Key"] for one in listed if not one["Key"].endswith(TRIAL)]
        return {
            key.removeprefix(root): client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys
        }

    with pytest.MonkeyPatch.context() as environment, proxy_of(servers.moto) as proxy:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield Place(
            sink=S3Drop(S3DropSettings(bucket=bucket, region=s3.REGION, endpoint=proxy.url)),
            contents=contents,
            throttle=lambda: proxy.refuse(503, b"", Retry_After="17"),
            deny=lambda: proxy.refuse(403, s3.DENIED),
            permission=f"s3:PutObject on arn:aws:s3:::{bucket}/evidence/",
        )


@contextmanager
def webhook(_: Servers) -> Iterator[Place]:
    """A receiver that verifies each event as the documents say."""
    receiver = FakeReceiver(attributes={"path", "data_base64"})

    def contents() -> dict[str, bytes]:
        events = receiver.events.values()
        return {
            event.get("path", "pack"): base64.b64decode(event["data_base64"])
            if "path" in event
            else repr(event["data"]).encode()
            for event in events
        }

    def always(status: int) -> None:
        receiver.problems.extend([Reply(status=status)] * 9)

    with serving(receiver.answer) as url:
        settings = EvidenceWebhookSettings(url=f"{url}/hook", secret=Secret(SECRET))
        yield Place(
            sink=EvidenceWebhook(settings, now=lambda: NOW),
            contents=contents,
            throttle=lambda: always(429),
            deny=lambda: always(401),
            permission="the webhook at",
        )


def digest_of(content: bytes) -> str:
    """The hash as manifests write it."""
    return hashlib.sha256(content).hexdigest()
