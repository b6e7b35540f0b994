"""The daemon, what it watches through the faults, and where it tells of it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tests.providers.slack.fake_slack import CHANNEL, TOKEN, fake_slack
from tests.simulator.moto import ACCOUNT, KEY, REGION, moto_server
from tests.soak.faults import Faults, faulty
from tests.soak.feed import Feed

BUCKET = "example-trail"
PREFIX = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/11/30/"

CONFIG = """
[schedule]
poll_every = "1s"

[enrolment]
mode = "enforce"

[policy]
settle_window = "0s"

[[audit_log]]
name = "trail"
type = "cloudtrail-queue"
queue_url = "{queue}"
region = "{region}"
endpoint = "{endpoint}"
visibility_seconds = 30
wait_seconds = 1

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


@dataclass(kw_only=True, slots=True)
class World:
    """A running daemon."""

    config: Path
    feed: Feed
    faults: Faults
    daemon: "subprocess.Popen[bytes]"
    told_at: dict[str, float]
    """When Slack took the message about each person."""

    def memory(self) -> float:
        """Return the daemon's resident memory in megabytes."""
        pages = Path(f"/proc/{self.daemon.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


@contextmanager
def world(folder: Path, rate: int) -> Iterator[World]:
    """Start everything; the feed waits to be started."""
    told_at: dict[str, float] = {}

    def note(line: dict[str, Any]) -> None:
        text = json.dumps(line)
        for name in feed.delivered_at.keys() - told_at.keys():
            if name in text:
                told_at[name] = time.monotonic()

    with (
        moto_server(seed=1) as moto,
        fake_slack(on_accepted=note) as slack,
        faulty(moto.url) as (url, faults),
    ):
        s3, sqs = (_client(service, moto.url) for service in ("s3", "sqs"))
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        queue = sqs.create_queue(QueueName="trail")["QueueUrl"]

        def put(name: str, body: bytes) -> None:
            s3.put_object(Bucket=BUCKET, Key=PREFIX + name, Body=body)
            sqs.send_message(QueueUrl=queue, MessageBody=_announcement(PREFIX + name))

        feed = Feed(put, rate)
        config = folder / "config.toml"
        config.write_text(
            CONFIG.format(
                queue=queue.replace(moto.url, url),
                region=REGION,
                endpoint=url,
                channel=CHANNEL,
                slack=slack.base_url,
            )
        )
        daemon = _start(config, folder / "daemon.log")
        try:
            yield World(config=config, feed=feed, faults=faults, daemon=daemon, told_at=told_at)
        finally:
            daemon.kill()
            daemon.wait()


def _start(config: Path, log: Path) -> "subprocess.Popen[bytes]":
    credentials = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": KEY, "SLACK_TOKEN": TOKEN}
    with log.open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "drift", "run", "--config", str(config)],
            env={**os.environ, **credentials},
            stdout=said,
            stderr=said,
        )


def _announcement(key: str) -> str:
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}},
    }
    return json.dumps({"Records": [record]})


def _client(service: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
    )
