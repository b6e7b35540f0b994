"""How the Admin Activity log tells of the canary's write is how the watch knows it: by what it touches."""

import pytest

from drift.errors import ProviderAccessError
from drift.model.event import Effect
from drift.stages.canary import MARK
from providers.gcp.canary import LABEL, UPDATE, GcpTopicLabel, GcpTopicLabelSettings
from tests.providers.gcp.entries import a_permission, an_entry, as_bytes, translated
from tests.providers.gcp.topic_service import NAME, topic

TOKEN = f"{MARK.decode()}{'ab' * 16}"


def test_the_entry_of_the_write_touches_the_topic_and_nothing_else() -> None:
    canary = GcpTopicLabel(GcpTopicLabelSettings(topic=NAME))
    entry = an_entry(
        serviceName="pubsub.googleapis.com",
        methodName="google.pubsub.v1.Publisher.UpdateTopic",
        resourceName=NAME,
        authorizationInfo=[a_permission(UPDATE, resource=NAME)],
        request={
            "@type": "type.googleapis.com/google.pubsub.v1.UpdateTopicRequest",
            "topic": {"name": NAME, "labels": {LABEL: TOKEN}},
            "updateMask": "labels",
        },
        response={
            "@type": "type.googleapis.com/google.pubsub.v1.Topic",
            "name": NAME,
            "labels": {LABEL: TOKEN},
        },
        resource={"type": "pubsub_topic", "labels": {"project_id": "example-prod", "topic_id": NAME}},
    )

    event = translated(entry)

    assert MARK in as_bytes(entry)
    assert event.intended is Effect.WRITE
    assert [one.id for one in event.resources] == [canary.resource]
    assert event.operation is None  # one entry tells all


def test_a_topic_that_may_be_seen_and_not_labelled_is_told_of_before_the_first_write() -> None:
    with topic() as service:
        service.granted.remove(UPDATE)
        canary = GcpTopicLabel(GcpTopicLabelSettings(topic=NAME, endpoint=service.endpoint))

        with pytest.raises(ProviderAccessError, match=UPDATE):
            canary.check()

        assert service.labels == {}


def test_the_token_is_the_only_label_that_the_topic_then_has() -> None:
    with topic() as service:
        service.labels = {"other": "label"}
        canary = GcpTopicLabel(GcpTopicLabelSettings(topic=NAME, endpoint=service.endpoint))

        canary.write(TOKEN)

        assert service.labels == {LABEL: TOKEN}
