"""That every adapter over a network counts what it asks, and how often it was told to ask less."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.secret import Secret
from drift.ports import AuditLog
from providers.catalog import AUDIT_LOGS, STATE_STORES, VAULTS
from providers.launchdarkly.audit_log import LaunchDarklyAuditLog, LaunchDarklyAuditLogSettings
from providers.meter import Meter, given_meter, metered
from providers.slack.web_api import Slack, SlackSettings
from tests.builders import NOON
from tests.contracts.test_audit_log_faults import SERVICES
from tests.contracts.test_raw_vault import FIRST_KEY, a_record
from tests.contracts.test_raw_vault import VAULTS as CELLARS
from tests.contracts.test_state_store import STORES
from tests.providers.azure.sources.trails import TRAILS
from tests.providers.launchdarkly.service import TOKEN, launchdarkly
from tests.providers.slack.fake_slack import CHANNEL, Scripted, fake_slack
from tests.providers.slack.fake_slack import TOKEN as BOT
from tests.providers.state_stores.servers import Servers
from tests.providers.terraform.builders import a_state

METER = "audit_log", "trail"


@contextmanager
def of_service(name: str, _: Path) -> Iterator[tuple[AuditLog, Callable[[], None], Callable[[], None]]]:
    with SERVICES[name]() as one:
        one.deliver("1")
        yield one.log, one.throttle, one.repair


@contextmanager
def of_trail(name: str, folder: Path) -> Iterator[tuple[AuditLog, Callable[[], None], Callable[[], None]]]:
    with TRAILS[name](folder) as one:
        one.deliver(b"1")
        yield one.log, one.throttle, one.mend


@contextmanager
def of_launchdarkly(_: str, __: Path) -> Iterator[tuple[AuditLog, Callable[[], None], Callable[[], None]]]:
    with launchdarkly() as service:
        whole = service.answer
        settings = LaunchDarklyAuditLogSettings(token=Secret(TOKEN), base_url=service.url)
        yield (
            LaunchDarklyAuditLog(settings),
            lambda: setattr(service, "answer", lambda: (429, {}, b"{}")),
            lambda: setattr(service, "answer", whole),
        )


SOURCES = {
    **dict.fromkeys(SERVICES, of_service),
    **dict.fromkeys(TRAILS, of_trail),
    "launchdarkly": of_launchdarkly,
}


def test_every_source_over_a_network_is_tried_here() -> None:
    assert SOURCES.keys() == AUDIT_LOGS.keys() - {"log-files"}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_counts_its_calls_and_those_that_were_throttled(name: str, tmp_path: Path) -> None:
    meter = Meter(*METER)
    with metered(meter), SOURCES[name](name, tmp_path) as (log, throttle, repair):
        assert meter.read().made == 0
        throttle()
        with pytest.raises(ProviderUnavailableError):
            list(log.read_since(None))
        refused = meter.read()
        repair()
        for delivery in log.read_since(None):
            with delivery.open() as stream:
                stream.read()
        later = meter.read()

    assert (refused.kind, refused.name) == METER
    assert 1 <= refused.throttled <= refused.made
    assert later.made > refused.made
    assert later.throttled == refused.throttled


@pytest.mark.parametrize("name", sorted(STATE_STORES.keys() - {"local"}))
def test_a_store_of_states_counts_its_calls_and_those_that_were_throttled(
    name: str, tmp_path: Path, state_servers: Servers
) -> None:
    meter = Meter("state_store", name)
    with metered(meter), STORES[name](tmp_path, state_servers) as shelf:
        shelf.put("app", a_state())
        (state,) = shelf.store.find(shelf.uri("app"))
        content = shelf.store.read(state)
        assert content is not None
        assert content.whole()
        read = meter.read()
        assert shelf.proxy is not None
        shelf.proxy.refuse(429, b"")
        with pytest.raises(ProviderUnavailableError):
            shelf.store.read(state)
        refused = meter.read()

    assert (read.made > 0, read.throttled) == (True, 0)
    assert refused.made > read.made
    assert refused.throttled == 1


@pytest.mark.parametrize("name", sorted(VAULTS.keys() - {"local-folder"}))
def test_a_vault_counts_its_calls(name: str, tmp_path: Path, state_servers: Servers) -> None:
    meter = Meter("vault", name)
    with metered(meter), CELLARS[name](tmp_path, state_servers) as cellar:
        cellar.opened(FIRST_KEY).keep([a_record(b"{}")], NOON)
        kept = meter.read()

    assert (kept.made > 0, kept.throttled) == (True, 0)


def test_slack_counts_its_calls_and_those_that_were_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    meter = Meter("notifier", "slack")
    with metered(meter), fake_slack() as running:
        settings = SlackSettings(channel=CHANNEL, token=Secret(BOT), base_url=running.base_url)
        slack = Slack(settings)
        slack.check()
        running.problems.append(Scripted(status=429, body=b"{}"))
        with pytest.raises(ProviderUnavailableError):
            slack.check()

    counted = meter.read()
    assert (counted.made, counted.throttled) == (2, 1)


def test_what_is_made_elsewhere_counts_for_nobody() -> None:
    meter = Meter("audit_log", "trail")
    with metered(meter):
        pass
    given_meter().count()

    assert meter.read().made == 0
