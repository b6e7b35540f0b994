"""The daemon, what it watches through the faults, and where it tells of it."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3

from tests.providers.slack.fake_slack import CHANNEL, TOKEN, FakeSlack, fake_slack
from tests.simulator.moto import ACCOUNT, KEY, REGION, moto_server
from tests.soak.faults import OF_AWS, OF_SLACK, Faults, faulty
from tests.soak.feed import Feed
from tests.soak.stores import Store, store

BUCKET = "example-trail"
PREFIX = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/11/30/"

# All but the settle window is as it is by default, and how long a message stays away that was
# given to somebody who never got the answer: no program can shorten that.
CONFIG = """
[store]
url_file = "store-url"

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

_PERSON = re.compile(r"person\d+@example\.com")


@dataclass(kw_only=True, slots=True)
class World:
    """A running daemon."""

    config: Path
    store: Store
    feed: Feed
    faults: tuple[Faults, Faults]
    """Of AWS, and of Slack."""
    slack: FakeSlack
    daemon: "subprocess.Popen[bytes]"
    told_at: dict[str, float]
    """When Slack took the first message about each person."""

    def memory(self) -> float:
        """Return the daemon's resident memory in megabytes."""
        pages = Path(f"/proc/{self.daemon.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024

    def processor_seconds(self) -> float:
        """Return how long the daemon has kept a processor busy."""
        fields = Path(f"/proc/{self.daemon.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start the program beside the daemon."""
        return _start(self.config, *command)


@contextmanager
def world(folder: Path, rate: int, engine: str) -> Iterator[World]:
    """Start everything; the feed waits to be started."""
    told_at: dict[str, float] = {}

    def note(line: dict[str, Any]) -> None:
        at = time.monotonic()
        for name in set(_PERSON.findall(json.dumps(line))):
            told_at.setdefault(name, at)

    with ExitStack() as stack:
        moto = stack.enter_context(moto_server(seed=1))
        slack = stack.enter_context(fake_slack(on_accepted=note))
        url, of_aws = stack.enter_context(faulty(moto.url, OF_AWS))
        slack_url, of_slack = stack.enter_context(faulty(slack.base_url, OF_SLACK))
        kept = stack.enter_context(store(engine, folder))
        s3, sqs = (_client(service, moto.url) for service in ("s3", "sqs"))
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        queue = sqs.create_queue(QueueName="trail")["QueueUrl"]

        def put(name: str, body: bytes, times: int) -> None:
            s3.put_object(Bucket=BUCKET, Key=PREFIX + name, Body=body)
            for _ in range(times):
                sqs.send_message(QueueUrl=queue, MessageBody=_announcement(PREFIX + name))

        config = folder / "config.toml"
        config.write_text(
            CONFIG.format(
                queue=queue.replace(moto.url, url),
                region=REGION,
                endpoint=url,
                channel=CHANNEL,
                slack=f"{slack_url}/api/",
            )
        )
        (folder / "store-url").write_text(kept.url)
        daemon = _start(config, "run")
        saying = threading.Thread(target=_keep, args=(daemon.stderr, folder / "daemon.log"), daemon=True)
        saying.start()
        try:
            yield World(
                config=config,
                store=kept,
                feed=Feed(put, rate),
                faults=(of_aws, of_slack),
                slack=slack,
                daemon=daemon,
                told_at=told_at,
            )
        finally:
            daemon.kill()
            daemon.wait()
            saying.join()


def _start(config: Path, *command: str) -> "subprocess.Popen[bytes]":
    credentials = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": KEY, "SLACK_TOKEN": TOKEN}
    return subprocess.Popen(
        [sys.executable, "-m", "drift", *command, "--config", str(config)],
        env={**os.environ, **credentials},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _keep(stream: IO[bytes] | None, log: Path) -> None:
    """Keep what the daemon says, through a pipe: the full disk is its disk alone."""
    with log.open("ab") as file:
        for line in stream or ():
            file.write(b"%.1f %s" % (time.monotonic(), line))
            file.flush()


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
