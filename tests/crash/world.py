"""An account with a bucket and a queue, a Slack, and the program that is killed and run again."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tests.crash.burst import Burst
from tests.providers.slack.fake_slack import CHANNEL, TOKEN, FakeSlack, fake_slack
from tests.simulator.moto import ACCOUNT, KEY, REGION, moto_server

BUCKET = "example-trail"
PREFIX = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/11/20/"

VISIBILITY_SECONDS = 30
"""How long a message stays away that a killed run had taken."""

SHORTEST, LONGEST = 0.5, 4.0
"""Seconds that a run lives before it is killed: the shortest have read little but their configuration."""

ROUNDS = 100
"""Runs after which a queue that is not empty never will be."""

CONFIG = """
[enrolment]
mode = "enforce"

[[audit_log]]
name = "trail"
type = "cloudtrail-queue"
queue_url = "{queue}"
region = "{region}"
endpoint = "{endpoint}"
visibility_seconds = {visibility}
wait_seconds = 0

[[notifier]]
name = "oncall"
type = "slack"
messages_a_minute = 6000
gather_low = "0s"
digest_above = 6000
channel = "{channel}"
token_env = "SLACK_TOKEN"
base_url = "{slack}"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """Everything that a run meets."""

    config: Path
    slack: FakeSlack
    waiting: Callable[[], int]
    """How many messages the queue still has, taken ones too."""

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start the program."""
        credentials = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": KEY, "SLACK_TOKEN": TOKEN}
        return subprocess.Popen(
            [sys.executable, "-m", "drift", *command, "--config", str(self.config)],
            env={**os.environ, **credentials},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def kill_again_and_again(self, kills: int, chance: random.Random) -> None:
        """Kill run after run at moments that nobody chose."""
        for _ in range(kills):
            process = self.start("run", "--once")
            time.sleep(chance.uniform(SHORTEST, LONGEST))
            process.kill()
            process.communicate()

    def run_to_the_end(self) -> None:
        """Run until the queue is empty and a run found nothing wrong."""
        for _ in range(ROUNDS):
            process = self.start("run", "--once")
            _, said = process.communicate()
            if self.waiting() == 0:
                assert process.returncode == 0, said.decode()
                return
            time.sleep(1)
        raise AssertionError(f"the queue still has {self.waiting()} messages: {said.decode()}")


@contextmanager
def world(folder: Path, burst: Burst) -> Iterator[World]:
    """Deliver the whole burst, and tell the queue of it, before the first run."""
    with moto_server(seed=1) as moto, fake_slack() as slack:
        s3, sqs = (_client(service, moto.url) for service in ("s3", "sqs"))
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        for file in burst.files:
            s3.put_object(Bucket=BUCKET, Key=PREFIX + file.name, Body=file.read_bytes())
        queue = sqs.create_queue(QueueName="trail")["QueueUrl"]
        for name in burst.announcements:
            sqs.send_message(QueueUrl=queue, MessageBody=_announcement(name))
        config = folder / "config.toml"
        config.write_text(
            CONFIG.format(
                queue=queue,
                region=REGION,
                endpoint=moto.url,
                visibility=VISIBILITY_SECONDS,
                channel=CHANNEL,
                slack=slack.base_url,
            )
        )
        yield World(config=config, slack=slack, waiting=lambda: _waiting(sqs, queue))


def _announcement(name: str) -> str:
    """Return what S3 tells a queue of a new object."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": PREFIX + name}},
    }
    return json.dumps({"Records": [record]})


def _waiting(sqs: Any, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def _client(service: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
    )
