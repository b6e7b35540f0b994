"""A canary in a project of Google Cloud: the label of one topic of Pub/Sub.

`UpdateTopic` takes a permission of the type ADMIN_WRITE, so the Admin Activity log has it, which nobody can
turn off, and its entry bears the request: https://cloud.google.com/pubsub/docs/audit-logging. The token is a
valid value of a label: at most 63 lower-case letters, digits and hyphens.
"""

from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError
from providers.gcp.access import GcpAccess, GcpApi, open_api
from providers.gcp.refusals import refusals

LABEL: Final = "driftledger-canary"

SCOPE: Final = "https://www.googleapis.com/auth/pubsub"
UPDATE: Final = "pubsub.topics.update"
GET: Final = "pubsub.topics.get"
DOCS: Final = "docs/the-watch-itself.md"

TIMEOUT: Final = timedelta(seconds=20)


class GcpTopicLabelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which topic is labelled, and as whom."""

    topic: Annotated[str, msgspec.Meta(pattern=r"^projects/[^/]+/topics/[^/]+$")]
    """`projects/PROJECT/topics/NAME`: one that nothing else uses, and no code declares."""
    credentials_file: str | None = None
    endpoint: str | None = None


class GcpTopicLabel:
    """A `Canary` that sets the label `driftledger-canary` of a topic that is there already.

    It is the only label that the topic then has. It takes the permissions `pubsub.topics.update` and, to be
    tried, `pubsub.topics.get` on that topic, and no other.
    """

    def __init__(self, settings: GcpTopicLabelSettings) -> None:
        self._topic = settings.topic
        self._access = GcpAccess(credentials_file=settings.credentials_file, endpoint=settings.endpoint)

    @property
    def resource(self) -> str:
        """The name of the topic."""
        return self._topic

    @cached_property
    def _api(self) -> GcpApi:
        from google.pubsub_v1 import PublisherClient

        return open_api(PublisherClient, self._access, SCOPE)

    def check(self) -> str:
        """Look at the topic, and ask whether it may be changed, which Google tells; see `Canary`."""
        with self._refusals("looking at the canary", GET):
            request = {"topic": self._topic}
            self._api.ready().get_topic(request, retry=None, timeout=TIMEOUT.total_seconds())
        with self._refusals("asking for our permissions", GET):
            asked = {"resource": self._topic, "permissions": [UPDATE]}
            answer = self._api.ready().test_iam_permissions(asked, timeout=TIMEOUT.total_seconds())
        if UPDATE not in answer.permissions:
            raise ProviderAccessError(
                f"the permission {UPDATE} on {self._topic} is missing",
                hint=f"grant it; {DOCS} lists all that are needed",
            )
        return f"the topic {self._topic} is there, and may be labelled"

    def write(self, token: str) -> None:
        """Set the label; see `Canary`."""
        request = {
            "topic": {"name": self._topic, "labels": {LABEL: token}},
            "update_mask": {"paths": ["labels"]},
        }
        with self._refusals("labelling the canary", UPDATE):
            self._api.ready().update_topic(request, retry=None, timeout=TIMEOUT.total_seconds())

    def _refusals(self, what: str, permission: str) -> Any:
        return refusals(f"{self._topic}: {what}", permission=permission, on=self._topic, docs=DOCS)
