"""A bucket and a queue in a simulated AWS, with all that a trail and its notifications do."""

import gzip
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from providers.aws.cloudtrail_queue import CloudTrailQueue, CloudTrailQueueSettings
from providers.aws.trail_bucket import TrailBucket, TrailBucketSettings
from tests.providers.aws.records import a_record
from tests.providers.state_stores.proxy import Proxy, proxy_of
from tests.providers.state_stores.s3 import REGION, a_client

ACCOUNT = "111122223333"
DAY = "2026/11/16"
CREATED = "s3:ObjectCreated:*"


def a_key(name: str = "1", *, account: str = ACCOUNT, region: str = REGION, day: str = DAY) -> str:
    """The key of a trail's file, as CloudTrail makes it."""
    stamp = f"{day.replace('/', '')}T1205Z"
    return f"AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{stamp}_{name}.json.gz"


def a_log(*ids: str) -> bytes:
    """A file with records of these ids."""
    return gzip.compress(json.dumps({"Records": [a_record(eventID=one) for one in ids]}).encode(), mtime=0)


@dataclass(kw_only=True, slots=True)
class Place:
    """What the owner of the bucket and the queue does, through a proxy between us and AWS."""

    url: str
    """Where AWS answers."""
    proxy: Proxy
    bucket: str
    queue_url: str
    endpoint: str = ""
    """Where we reach AWS, if not at the proxy."""
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """What the owner works with."""
        if service not in self.clients:
            self.clients[service] = a_client(service, self.url)
        return self.clients[service]

    @property
    def arn(self) -> str:
        """Of the queue."""
        return self.arn_of(self.queue_url)

    def arn_of(self, url: str) -> str:
        """Of a queue."""
        names = ["QueueArn"]
        told = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return str(told["Attributes"]["QueueArn"])

    def put(self, key: str, body: bytes = b"{}", **options: Any) -> None:
        """Write an object."""
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body, **options)

    def remove(self, key: str) -> None:
        """Delete an object."""
        self.client("s3").delete_object(Bucket=self.bucket, Key=key)

    def listed(self) -> list[str]:
        """What lies in the bucket."""
        told = self.client("s3").list_objects_v2(Bucket=self.bucket)
        return [one["Key"] for one in told.get("Contents", ())]

    def notify(self, **how: Any) -> None:
        """Set up the bucket's notifications."""
        self.client("s3").put_bucket_notification_configuration(
            Bucket=self.bucket, NotificationConfiguration=how
        )

    def notify_queue(self) -> None:
        """Let S3 tell the queue, without anything between."""
        self.notify(QueueConfigurations=[{"QueueArn": self.arn, "Events": [CREATED]}])
        self.purge()  # S3 has sent its test

    def topic(self, *, raw: bool = False) -> str:
        """Make a topic that the queue is subscribed to."""
        arn = str(self.client("sns").create_topic(Name=f"topic-{uuid.uuid4().hex}")["TopicArn"])
        attributes = {"RawMessageDelivery": "true"} if raw else {}
        self.client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=self.arn, Attributes=attributes)
        return arn

    def rule(self, **pattern: Sequence[str]) -> None:
        """Let EventBridge send to the queue what fits."""
        name = f"rule-{uuid.uuid4().hex}"
        fits = {key.replace("_", "-"): value for key, value in pattern.items()}
        self.client("events").put_rule(Name=name, EventPattern=json.dumps(fits))
        self.client("events").put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": self.arn}])

    def unrule(self) -> None:
        """Take all rules away: they hold for the account."""
        events = self.client("events")
        for one in events.list_rules()["Rules"]:
            events.remove_targets(Rule=one["Name"], Ids=["queue"])
            events.delete_rule(Name=one["Name"])

    def send(self, *bodies: str) -> None:
        """Put messages into the queue."""
        for body in bodies:
            self.client("sqs").send_message(QueueUrl=self.queue_url, MessageBody=body)

    def purge(self) -> None:
        """Take all messages out of the queue that nobody holds, as its retention does."""
        while found := self.client("sqs").receive_message(QueueUrl=self.queue_url).get("Messages"):
            handle = found[0]["ReceiptHandle"]
            self.client("sqs").delete_message(QueueUrl=self.queue_url, ReceiptHandle=handle)

    def waiting(self) -> int:
        """How many messages there are, held or not."""
        told = self.client("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["All"])
        counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        return sum(int(told["Attributes"][one]) for one in counts)

    def asked(self, action: str) -> int:
        """How often SQS was asked for this."""
        targets = (one.headers.get("x-amz-target", "") for one in self.proxy.asked)
        return sum(one == f"AmazonSQS.{action}" for one in targets)

    def queue_source(self, now: Callable[[], float] = lambda: 0.0, **settings: Any) -> CloudTrailQueue:
        """The queue as we read it; its clock stands still unless it is given another one."""
        given = {"queue_url": self.queue_url, "wait_seconds": 0, **self.access(), **settings}
        return CloudTrailQueue(CloudTrailQueueSettings(**given), now=now)

    def bucket_source(self, page: int = 1000, **settings: Any) -> TrailBucket:
        """The bucket as we read it, so many objects at a time."""
        given: dict[str, Any] = {"bucket": self.bucket, **self.access(), **settings}
        return TrailBucket(TrailBucketSettings(**given), now=lambda: 0.0, page=page)

    def access(self) -> dict[str, Any]:
        """How we reach AWS."""
        return {"region": REGION, "endpoint": self.endpoint or self.proxy.url}


@contextmanager
def a_place(moto: str) -> Iterator[Place]:
    """Make a bucket and a queue that no other test knows."""
    with pytest.MonkeyPatch.context() as environment, proxy_of(moto) as proxy:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        environment.setenv("AWS_ENDPOINT_URL_STS", moto)
        name = uuid.uuid4().hex
        queue_url = a_client("sqs", moto).create_queue(QueueName=f"queue-{name}")["QueueUrl"]
        place = Place(url=moto, proxy=proxy, bucket=f"trail-{name}", queue_url=queue_url)
        where = {"LocationConstraint": REGION}
        place.client("s3").create_bucket(Bucket=place.bucket, CreateBucketConfiguration=where)
        yield place
        place.unrule()
