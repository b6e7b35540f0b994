"""What every canary must do; a new one is one row of `CANARIES`."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.ports import Canary
from providers.aws.canary import TAG, AwsParameterTag, AwsParameterTagSettings
from providers.gcp.canary import LABEL, GcpTopicLabel, GcpTopicLabelSettings
from tests.providers.gcp.sources.grpc_server import UNAVAILABLE
from tests.providers.gcp.topic_service import NAME, topic
from tests.providers.state_stores.proxy import proxy_of
from tests.providers.state_stores.s3 import REGION, a_client
from tests.providers.state_stores.servers import Servers

TOKEN = "driftledger-canary-" + "ab" * 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Cage:
    """A canary, with what the cloud does at its other end."""

    canary: Canary
    written: Callable[[], list[str]]
    """The tokens that were written and are still to be seen."""
    take_away: Callable[[], None]
    """Remove what the canary touches."""
    deny: Callable[[], None]
    permission: str
    """What writing takes."""
    looking: str
    """What trying it takes."""
    break_down: Callable[[], None]


@contextmanager
def aws_parameter_tag(servers: Servers) -> Iterator[Cage]:
    """A parameter on moto."""
    ssm, name = a_client("ssm", servers.moto), "/driftledger/canary"
    ssm.put_parameter(Name=name, Value="tweet", Type="String", Overwrite=True)

    def written() -> list[str]:
        tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
        return [tag["Value"] for tag in tags if tag["Key"] == TAG]

    with pytest.MonkeyPatch.context() as environment, proxy_of(servers.moto) as proxy:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        settings = AwsParameterTagSettings(parameter=name, region=REGION, endpoint=proxy.url)
        denied = {"__type": "AccessDeniedException", "message": "no identity-based policy allows it"}
        yield Cage(
            canary=AwsParameterTag(settings),
            written=written,
            take_away=lambda: ssm.delete_parameter(Name=name),
            deny=lambda: proxy.refuse(400, json.dumps(denied).encode()),
            permission="ssm:AddTagsToResource",
            looking="ssm:ListTagsForResource",
            break_down=lambda: proxy.refuse(500, b"{}"),
        )


@contextmanager
def gcp_topic_label(_: Servers) -> Iterator[Cage]:
    """A topic of Pub/Sub."""
    with topic() as service:
        settings = GcpTopicLabelSettings(topic=NAME, endpoint=service.endpoint)

        def break_down() -> None:
            service.down = UNAVAILABLE

        def take_away() -> None:
            service.is_there = False

        yield Cage(
            canary=GcpTopicLabel(settings),
            written=lambda: [value for key, value in service.labels.items() if key == LABEL],
            take_away=take_away,
            deny=service.granted.clear,
            permission="pubsub.topics.update",
            looking="pubsub.topics.get",
            break_down=break_down,
        )


CANARIES: dict[str, Callable[[Servers], AbstractContextManager[Cage]]] = {
    "aws-parameter-tag": aws_parameter_tag,
    "gcp-topic-label": gcp_topic_label,
}


@pytest.fixture(params=CANARIES)
def cage(request: pytest.FixtureRequest, state_servers: Servers) -> Iterator[Cage]:
    """Each canary in turn, nothing written yet."""
    with CANARIES[request.param](state_servers) as opened:
        yield opened


def test_a_write_bears_the_token(cage: Cage) -> None:
    cage.canary.write(TOKEN)

    assert cage.written() == [TOKEN]


def test_writing_again_leaves_nothing_behind_but_the_last(cage: Cage) -> None:
    """
    It goes on for years: what it touches must not fill up.
    """
    cage.canary.write(TOKEN)
    cage.canary.write(TOKEN[:-1] + "0")

    assert cage.written() == [TOKEN[:-1] + "0"]


def test_it_says_what_it_touches(cage: Cage) -> None:
    assert cage.canary.resource


def test_trying_it_writes_nothing(cage: Cage) -> None:
    cage.canary.write(TOKEN)

    assert cage.canary.check()
    assert cage.written() == [TOKEN]


def test_trying_it_names_a_permission_that_lacks(cage: Cage) -> None:
    cage.deny()

    with pytest.raises(ProviderAccessError, match=cage.looking) as raised:
        cage.canary.check()

    assert "the-watch-itself" in raised.value.hint


def test_trying_it_tells_that_what_it_touches_is_gone(cage: Cage) -> None:
    cage.take_away()

    with pytest.raises(ProviderResponseError) as raised:
        cage.canary.check()

    assert raised.value.hint


def test_where_a_permission_lacks_it_is_named(cage: Cage) -> None:
    cage.deny()

    with pytest.raises(ProviderAccessError, match=cage.permission) as raised:
        cage.canary.write(TOKEN)

    assert "the-watch-itself" in raised.value.hint


def test_where_what_it_touches_is_gone_that_is_said(cage: Cage) -> None:
    cage.take_away()

    with pytest.raises(ProviderResponseError) as raised:
        cage.canary.write(TOKEN)

    assert raised.value.hint


def test_a_cloud_that_fails_may_be_asked_later(cage: Cage) -> None:
    cage.break_down()

    with pytest.raises(ProviderUnavailableError) as raised:
        cage.canary.write(TOKEN)

    assert raised.value.hint
