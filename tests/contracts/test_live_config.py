"""What every reader of live configuration must do; a new one is one row of `READERS`."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from drift.errors import ProviderError
from drift.model.baseline import DeclaredResource
from drift.model.resource import Absent, Found, Json, LiveReading, LiveResource, NotRead, NotReadReason
from drift.ports import LiveConfig
from providers.aws.native.live_config import AwsNative, AwsNativeSettings
from providers.recorded.live_config import RecordedLiveConfig, RecordedLiveConfigSettings
from providers.terraform.live_config import TerraformProviders, TerraformProvidersSettings
from tests.estate.calls import Call
from tests.estate.proxy import proxy_before
from tests.providers.aws.moto import simulated_aws
from tests.providers.terraform.plugin.toys import a_cloud, install, toy_program

ACCOUNT, REGION = "111122223333", "eu-west-1"
QUEUE = "aws_sqs_queue"


@dataclass(frozen=True, kw_only=True, slots=True)
class Estate:
    """A reader, with what happens to the queues that it reads."""

    live: LiveConfig
    create: Callable[[str, Json], None]
    """Make a queue of this name, or give it other attributes."""
    deny: Callable[[str], None]
    """Let the read of this queue fail."""
    break_down: Callable[[], None]
    can_list: bool = True
    """Whether it can tell what exists that nobody declares."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Recording:
    file: Path
    queues: dict[str, Json] = field(default_factory=dict)
    denied: list[str] = field(default_factory=list)

    def create(self, name: str, attributes: Json) -> None:
        self.queues[name] = attributes
        self.write()

    def deny(self, name: str) -> None:
        self.queues.pop(name, None)
        self.denied.append(name)
        self.write()

    def write(self) -> None:
        place = {"type": QUEUE, "account": ACCOUNT, "region": REGION}
        document = {
            "schemas": {QUEUE: {}},
            "resources": [
                place | {"id": name, "attributes": attributes} for name, attributes in self.queues.items()
            ],
            "unreadable": [{"type": QUEUE, "id": name, "error": "access denied"} for name in self.denied],
        }
        self.file.write_text(json.dumps(document))


@contextmanager
def recorded(folder: Path) -> Iterator[Estate]:
    """Recorded answers."""
    recording = _Recording(file=folder / "live.json")
    recording.write()
    yield Estate(
        live=RecordedLiveConfig(RecordedLiveConfigSettings(path=str(recording.file))),
        create=recording.create,
        deny=recording.deny,
        break_down=recording.file.unlink,
    )


@contextmanager
def terraform(folder: Path) -> Iterator[Estate]:
    """A provider of Terraform's that reads queues: a program of its own, with a file as its cloud."""
    cloud = a_cloud(folder)
    install(folder / "mirror", toy_program(QUEUE), source="hashicorp/aws")
    settings = TerraformProvidersSettings(
        folders=(str(folder / "mirror"),),
        cache=str(folder / "own-cache"),
        providers={"hashicorp/aws": {"cloud": str(cloud.file)}},
    )
    live = TerraformProviders(settings)
    try:
        yield Estate(
            live=live,
            create=lambda name, attributes: cloud.put(name, **attributes),
            deny=lambda name: cloud.put(name, on_read="deny"),
            break_down=lambda: shutil.rmtree(folder / "mirror"),
            can_list=False,
        )
    finally:
        live.close()


@contextmanager
def aws(_: Path) -> Iterator[Estate]:
    """AWS's own APIs, in a simulated account behind a proxy that may refuse."""
    denied: set[str] = set()

    def admits(call: Call) -> bool:
        asked = json.loads(call.body or b"{}") if call.operation == "GetQueueUrl" else {}
        return asked.get("QueueName") not in denied

    with ExitStack() as opened:
        moto = opened.enter_context(simulated_aws())
        moto.environment.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
        httpx.post(f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset").raise_for_status()
        sqs: Any = boto3.client("sqs")
        proxy = opened.enter_context(ExitStack())
        url = proxy.enter_context(proxy_before(os.environ["AWS_ENDPOINT_URL"], admits=admits)).url
        moto.environment.setenv("AWS_ENDPOINT_URL", url)

        def create(name: str, attributes: Json) -> None:
            given = {"DelaySeconds": str(attributes.get("delay_seconds", 0))}
            queue = sqs.create_queue(QueueName=name)["QueueUrl"]
            sqs.set_queue_attributes(QueueUrl=queue, Attributes=given)

        yield Estate(
            live=AwsNative(AwsNativeSettings(region=REGION, types=(QUEUE,), share=1)),
            create=create,
            deny=denied.add,
            break_down=proxy.close,
        )


READERS: dict[str, Callable[[Path], AbstractContextManager[Estate]]] = {
    "aws": aws,
    "recorded": recorded,
    "terraform": terraform,
}


@pytest.fixture(params=READERS)
def estate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Estate]:
    """Each reader in turn, on an estate with nothing in it."""
    with READERS[request.param](tmp_path) as opened:
        yield opened


def a_declared(name: str, type_: str = QUEUE) -> DeclaredResource:
    return DeclaredResource(
        address=f"{type_}.{name}",
        type=type_,
        resource_id=name,
        provider="hashicorp/aws",
        account=ACCOUNT,
        region=REGION,
        attributes={},
    )


def readings(estate: Estate, *declared: DeclaredResource) -> list[LiveReading]:
    return list(estate.live.read(declared))


def test_a_resource_is_found_with_its_attributes_and_where_it_is(estate: Estate) -> None:
    estate.create("orders", {"delay_seconds": 5})

    (reading,) = readings(estate, a_declared("orders"))

    assert isinstance(reading, Found)
    found = reading.resource
    assert (found.type, found.id, found.account, found.region) == (QUEUE, "orders", ACCOUNT, REGION)
    assert found.attributes["delay_seconds"] == 5


def test_there_is_one_reading_for_each_declared_resource_in_their_order(estate: Estate) -> None:
    for name in ("a", "b", "c"):
        estate.create(name, {})
    estate.deny("d")
    declared = [a_declared(name) for name in ("c", "gone", "d", "a", "b", "a")]

    assert [one.address for one in readings(estate, *declared)] == [one.address for one in declared]


def test_what_is_not_there_is_absent(estate: Estate) -> None:
    estate.create("orders", {})

    assert readings(estate, a_declared("gone")) == [Absent(address=f"{QUEUE}.gone")]


def test_a_read_that_fails_hides_no_other_and_says_why(estate: Estate) -> None:
    """
    To take it for absent would be a false finding.
    """
    estate.create("orders", {})
    estate.deny("secret")

    failed, found = readings(estate, a_declared("secret"), a_declared("orders"))

    assert isinstance(failed, NotRead)
    assert failed.reason is NotReadReason.UNREADABLE
    assert failed.error
    assert isinstance(found, Found)


def test_a_type_without_a_reader_is_unsupported_and_hides_no_other(estate: Estate) -> None:
    estate.create("orders", {})

    unknown, found = readings(estate, a_declared("x", "example_unheard_of"), a_declared("orders"))

    assert isinstance(unknown, NotRead)
    assert unknown.reason is NotReadReason.UNSUPPORTED
    assert isinstance(found, Found)


def test_nothing_declared_is_nothing_to_read(estate: Estate) -> None:
    assert readings(estate) == []


def test_live_configuration_is_read_anew_each_time(estate: Estate) -> None:
    estate.create("orders", {"delay_seconds": 5})
    readings(estate, a_declared("orders"))

    estate.create("orders", {"delay_seconds": 6})

    (reading,) = readings(estate, a_declared("orders"))
    assert isinstance(reading, Found)
    assert reading.resource.attributes["delay_seconds"] == 6


def test_everything_that_exists_is_discovered_once_or_nothing_at_all(estate: Estate) -> None:
    for name in ("a", "b"):
        estate.create(name, {"delay_seconds": 5})

    expected = [(QUEUE, "a"), (QUEUE, "b")] if estate.can_list else []
    found = estate.live.discover([a_declared("a"), a_declared("b")])
    assert sorted((one.type, one.id) for one in found if isinstance(one, LiveResource)) == expected


def test_what_is_discovered_is_as_it_is_read(estate: Estate) -> None:
    estate.create("orders", {"delay_seconds": 5})
    if not estate.can_list:
        pytest.skip("this reader lists nothing")

    (discovered,) = estate.live.discover([a_declared("orders")])

    (reading,) = readings(estate, a_declared("orders"))
    assert isinstance(reading, Found)
    # What exists is listed without its attributes where they take more calls.
    assert discovered in (reading.resource, replace(reading.resource, attributes={}))


@pytest.mark.parametrize("ask", ["read", "discover"])
def test_a_reader_that_can_read_nothing_says_so_with_the_next_step(estate: Estate, ask: str) -> None:
    """
    Else every resource would be missing.
    """
    estate.create("orders", {})
    estate.break_down()
    if ask == "discover" and not estate.can_list:
        pytest.skip("this reader lists nothing")
    answers = (
        estate.live.discover([a_declared("other")])
        if ask == "discover"
        else estate.live.read([a_declared("orders")])
    )

    with pytest.raises(ProviderError) as raised:
        list(answers)

    assert raised.value.hint
