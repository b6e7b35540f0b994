"""AWS's sources in the program: one change, told by two sources, and what `drift check` says of them."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drift import wiring
from drift.pipeline import Pipeline
from tests.cli.processes import drift
from tests.providers.aws.sources.place import Place, a_key, a_log
from tests.providers.state_stores.s3 import REGION
from tests.scenarios.world import Story, expected, lay_out

STORY = "s3-console-public"

FILES = """
[[audit_log]]
name = "trail"
type = "log-files"
path = "*/audit-log.json"
"""

SOURCES = """
[[audit_log]]
name = "bus"
type = "eventbridge-queue"
queue_url = "{bus}"
wait_seconds = 0
region = "{region}"
endpoint = "{endpoint}"

[[audit_log]]
name = "trail"
type = "cloudtrail-queue"
queue_url = "{queue}"
wait_seconds = 0
region = "{region}"
endpoint = "{endpoint}"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """An account whose records come twice: soon from EventBridge, and all of them from S3."""

    place: Place
    bus: str
    story: Story

    @property
    def pipeline(self) -> Pipeline:
        return self.story.pipeline

    @property
    def records(self) -> list[dict[str, Any]]:
        """What was logged."""
        content = json.loads((self.story.folder / STORY / "audit-log.json").read_bytes())
        return list(content["Records"])

    def tell_bus(self) -> None:
        """EventBridge sends each write as soon as it knows of it."""
        for record in self.records:
            if record["readOnly"] is False:
                event = {"detail-type": "AWS API Call via CloudTrail", "source": "aws.s3", "detail": record}
                self.place.client("sqs").send_message(QueueUrl=self.bus, MessageBody=json.dumps(event))

    def deliver_file(self) -> None:
        """CloudTrail writes its file, and S3 tells the queue."""
        self.place.put(a_key(), gzip.compress(json.dumps({"Records": self.records}).encode()))

    def went_well(self) -> None:
        """Let the program do one cycle."""
        assert self.pipeline.run_once() == ()

    def left(self) -> int:
        """How many messages there are in both queues."""
        told = self.place.client("sqs").get_queue_attributes(QueueUrl=self.bus, AttributeNames=["All"])
        return int(told["Attributes"]["ApproximateNumberOfMessages"]) + self.place.waiting()


@pytest.fixture
def config(place: Place, tmp_path: Path) -> Path:
    """The configuration of a story that AWS's sources tell."""
    config = lay_out(tmp_path, [STORY])
    text = config.read_text()
    assert FILES in text
    bus = place.client("sqs").create_queue(QueueName=f"bus-{place.bucket}")["QueueUrl"]
    told = {"bus": bus, "queue": place.queue_url, "region": REGION, "endpoint": place.proxy.url}
    config.write_text(text.replace(FILES, SOURCES.format(**told)))
    place.notify_queue()
    return config


@pytest.fixture
def watched(config: Path, place: Place) -> Iterator[Watched]:
    """The program, before its first cycle."""
    settings = wiring.settings_of(str(config))
    with wiring.running(settings) as pipeline:
        story = Story(folder=config.parent, settings=settings, pipeline=pipeline)
        bus = place.client("sqs").get_queue_url(QueueName=f"bus-{place.bucket}")["QueueUrl"]
        yield Watched(place=place, bus=bus, story=story)


def test_what_both_sources_tell_is_one_change_and_one_alert(watched: Watched) -> None:
    watched.tell_bus()
    watched.deliver_file()

    watched.went_well()

    assert len(watched.story.changes()) == len(expected(STORY)["changes"])
    assert len(watched.story.messages()) == 1
    assert watched.left() == 0


def test_the_fast_source_alerts_and_the_complete_one_adds_nothing_to_it(watched: Watched) -> None:
    watched.tell_bus()
    watched.went_well()
    told = watched.story.messages()

    watched.deliver_file()
    watched.went_well()

    assert len(told) == 1
    assert watched.story.messages() == told
    assert len(watched.story.changes()) == len(expected(STORY)["changes"])


def test_what_the_fast_source_left_out_comes_with_the_complete_one(watched: Watched) -> None:
    watched.deliver_file()

    watched.went_well()

    assert len(watched.story.changes()) == len(expected(STORY)["changes"])
    assert len(watched.story.messages()) == 1


def test_a_file_that_cannot_be_read_is_told_of_and_hides_no_other(watched: Watched) -> None:
    watched.place.put(a_key("denied"), a_log("other"))
    watched.deliver_file()
    denied = (403, {}, b"<Error><Code>AccessDenied</Code></Error>")
    watched.place.proxy.answer = lambda _method, path, _headers: denied if "denied" in path else None

    (problem,) = watched.pipeline.run_once()

    assert "the permission s3:GetObject (or kms:Decrypt on the key that encrypts it)" in problem
    assert len(watched.story.messages()) == 1
    assert watched.place.waiting() == 1


def test_check_tells_how_the_queues_stand_and_takes_nothing(config: Path, watched: Watched) -> None:
    watched.tell_bus()
    watched.deliver_file()

    checked = drift(config.parent, "check")

    assert "ok      audit log bus: about 4 messages to read" in checked.out
    assert "ok      audit log trail: about 1 message to read, 0 being read; no dead" in checked.out
    watched.went_well()
    assert len(watched.story.messages()) == 1


def test_check_names_the_permission_that_is_missing(config: Path, watched: Watched) -> None:
    refused = json.dumps({"__type": "com.amazon.coral.service#AccessDeniedException", "message": "no"})
    watched.place.proxy.refuse(403, refused.encode())

    checked = drift(config.parent, "check")

    assert checked.code == 1
    assert "the permission sqs:ReceiveMessage on arn:aws:sqs:" in checked.out
    assert "docs/sources-aws.md" in checked.out
