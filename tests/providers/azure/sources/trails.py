"""Every source of Azure's, with what can happen at its other end."""

import gc
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from drift.ports import AuditLog
from providers.azure import activity_log, hub_refusals, pim
from providers.azure import workspace as workspaces
from providers.azure.activity_log import AzureActivityLog, AzureActivityLogSettings
from providers.azure.event_hub import AzureEventHub, AzureEventHubSettings
from providers.azure.log_analytics import AzureLogAnalytics, AzureLogAnalyticsSettings
from providers.azure.pim import EntraPim, EntraPimSettings
from tests.providers.azure.records import SUBSCRIPTION
from tests.providers.azure.sources.cloud import Answer, Asked, AzureCloud, azure_cloud
from tests.providers.azure.sources.directory import directory
from tests.providers.azure.sources.hub import HUB, NAMESPACE, event_hub
from tests.providers.azure.sources.subscriptions import subscriptions
from tests.providers.azure.sources.workspace import WORKSPACE, workspace

WAIT = timedelta(seconds=17)


@dataclass(frozen=True, kw_only=True, slots=True)
class AzureTrail:
    """A source, and the service that it reads."""

    log: AuditLog
    deliver: Callable[[bytes], None]
    """Log a record that bears these bytes as a text."""
    deliver_record: Callable[[bytes], None]
    """Log a record that is these bytes."""
    delivered: Callable[[bytes], bytes]
    """The text that the one record of a delivery bears."""
    clear: Callable[[], None]
    """Let all that was logged be no longer kept."""
    throttle: Callable[[], None]
    deny: Callable[[], None]
    cut: Callable[[], None]
    """Break the connection within what is answered."""
    mend: Callable[[], None]
    """Let everything work again."""
    permission: str
    wait: timedelta | None = WAIT
    """How long the service asks us to wait, when it is asked too often."""


class _Minutes:
    """Times in the recent past, a minute apart, so that each record is a delivery."""

    def __init__(self) -> None:
        self._last = datetime.now(UTC) - timedelta(hours=2)

    def next(self) -> datetime:
        self._last += timedelta(minutes=1)
        return self._last


def _note(delivery: bytes) -> bytes:
    (record,) = json.loads(delivery)["value"]
    note: str = record["note"]
    return note.encode()


def _over_http(
    cloud: AzureCloud,
    log: AuditLog,
    permission: str,
    log_bytes: Callable[[datetime, bytes], None],
    clear: Callable[[], None],
) -> AzureTrail:
    minutes = _Minutes()

    def deliver(content: bytes) -> None:
        at = minutes.next()
        times = dict.fromkeys(
            ("eventTimestamp", "activityDateTime", "TimeGenerated"), f"{at:%Y-%m-%dT%H:%M:%SZ}"
        )
        log_bytes(at, json.dumps({"note": content.decode(), **times}).encode())

    def cut() -> None:
        def broken(asked: Asked) -> Answer:
            whole = cloud.api(asked)
            return Answer(body=whole.body, cut_at=len(whole.body) // 2)

        cloud.instead = broken

    return AzureTrail(
        log=log,
        deliver=deliver,
        deliver_record=lambda body: log_bytes(minutes.next(), body),
        delivered=_note,
        clear=clear,
        throttle=lambda: cloud.refuse(429, "TooManyRequests", Retry_After="17"),
        deny=lambda: cloud.refuse(403, "AuthorizationFailed"),
        cut=cut,
        mend=lambda: setattr(cloud, "instead", None),
        permission=permission,
    )


@contextmanager
def a_subscription(folder: Path) -> Iterator[AzureTrail]:
    """The Activity Log of a subscription."""
    with subscriptions(folder) as service:
        settings = AzureActivityLogSettings(subscriptions=(SUBSCRIPTION,), **service.cloud.signed_in())
        yield _over_http(
            service.cloud,
            AzureActivityLog(settings),
            activity_log.PERMISSION,
            service.log_bytes,
            service.logged.clear,
        )


@contextmanager
def a_directory(folder: Path) -> Iterator[AzureTrail]:
    """The audit log of a directory."""
    with directory(folder) as service:
        settings = EntraPimSettings(**service.cloud.signed_in())
        yield _over_http(
            service.cloud,
            EntraPim(settings),
            pim.PERMISSION,
            lambda at, body: service.logged.append((at, body)),
            service.logged.clear,
        )


@contextmanager
def a_workspace(folder: Path) -> Iterator[AzureTrail]:
    """A table of a workspace."""
    with workspace(folder) as service:
        settings = AzureLogAnalyticsSettings(workspace=WORKSPACE, **service.cloud.signed_in())
        yield _over_http(
            service.cloud,
            AzureLogAnalytics(settings),
            workspaces.PERMISSION,
            lambda at, body: service.arrive_row(at, _row(body)),
            service.tables["AzureActivity"].clear,
        )


def _row(body: bytes) -> dict[str, Any]:
    """A workspace holds rows, of which no cell is nested: objects are texts in it."""
    try:
        row = json.loads(body)
    except RecursionError:
        return {"note": body.decode()}
    return row if isinstance(row, dict) else {"note": body.decode()}


@contextmanager
def a_hub(folder: Path) -> Iterator[AzureTrail]:
    """An event hub with one partition."""
    with event_hub(folder) as hub, azure_cloud(folder, lambda _: Answer()) as cloud:
        trusted = folder / "both.pem"
        trusted.write_bytes(b"".join(Path(one).read_bytes() for one in (hub.ca_file, cloud.ca_file)))
        signed_in = cloud.signed_in() | {"endpoint": hub.url, "ca_file": str(trusted)}

        def mend() -> None:
            hub.is_denied, hub.refuses_links_with, hub.cut_after = False, None, None

        yield AzureTrail(
            log=AzureEventHub(AzureEventHubSettings(hub=HUB, namespace=NAMESPACE, **signed_in)),
            deliver=lambda content: hub.send(json.dumps({"records": [{"note": content.decode()}]}).encode()),
            deliver_record=lambda body: hub.send(b'{"records": [' + body + b"]}"),
            delivered=lambda event: json.loads(event)["records"][0]["note"].encode(),
            clear=lambda: setattr(hub.partitions["0"], "first", hub.partitions["0"].last + 1),
            throttle=lambda: setattr(hub, "refuses_links_with", "com.microsoft:server-busy"),
            deny=lambda: setattr(hub, "is_denied", True),
            cut=lambda: setattr(hub, "cut_after", 1),
            mend=mend,
            permission=hub_refusals.PERMISSION,
            wait=None,
        )
    with warnings.catch_warnings():
        # Microsoft's client leaves the socket of a broken connection to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


TRAILS: dict[str, Callable[[Path], AbstractContextManager[AzureTrail]]] = {
    "azure-log-analytics": a_workspace,
    "azure-activity-log": a_subscription,
    "azure-event-hub": a_hub,
    "entra-pim": a_directory,
}
