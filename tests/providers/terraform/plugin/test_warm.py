"""Providers that stay running, as many as fit."""

import threading
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.resource import Found
from providers.terraform.live_config import TerraformProviders
from providers.terraform.plugin import warm as warm_module
from providers.terraform.plugin.configuration import Configuration
from providers.terraform.plugin.find.finder import Binary
from providers.terraform.plugin.find.source import Source
from providers.terraform.plugin.provider import Launch, Provider
from providers.terraform.plugin.table import Special
from providers.terraform.plugin.warm import Limits, Warm
from tests.providers.terraform.plugin.toys import (
    ToyCloud,
    a_declared,
    environment,
    install,
    is_running,
    read,
    settings,
    toy_program,
)

GIGABYTE = 2**30
REGIONS = '[toy]\nregion = { region = "{region}" }'


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """Starts toy providers, and remembers them."""

    cloud: ToyCloud
    folder: Path
    providers: list[Provider]

    def launch(self, region: str) -> Launch:
        """Return what the provider of a region is started from."""
        wanted = f'{{"cloud": "{self.cloud.file}", "region": "{region}"}}'
        binary = next(self.folder.glob("terraform-provider-*"))
        return Launch(
            binary=Binary(
                source=Source(host=None, namespace=None, type="toy"),
                version="1.0.0",
                path=binary,
                is_chosen=False,
            ),
            configuration=Configuration(
                wanted=wanted, filled="{}", endpoint=None, environment=tuple(environment().items())
            ),
        )

    def start(self, launch: Launch) -> Provider:
        """Start one."""
        provider = Provider(launch, Special(), None, 60)
        self.providers.append(provider)
        return provider

    def running(self) -> list[bool]:
        """Return which of them still run, in the order of their start."""
        return [not one.has_ended for one in self.providers]


@pytest.fixture
def started(cloud: ToyCloud, tmp_path: Path) -> Started:
    """Nothing runs yet."""
    return Started(cloud=cloud, folder=install(tmp_path / "m", toy_program()), providers=[])


def test_a_provider_is_shared_by_all_who_want_the_same(started: Started) -> None:
    warm = Warm(started.start, Limits(processes=4, memory=GIGABYTE))

    with warm.lease(started.launch("a")) as one, warm.lease(started.launch("a")) as other:
        assert one is other
    with warm.lease(started.launch("a")) as later:
        assert later is one
    warm.close()

    assert started.running() == [False]


def test_the_one_that_was_used_longest_ago_makes_place(started: Started) -> None:
    warm = Warm(started.start, Limits(processes=2, memory=GIGABYTE))

    for region in ("a", "b", "a", "c"):
        with warm.lease(started.launch(region)):
            pass
    running = started.running()
    warm.close()

    assert running == [True, False, True]


def test_one_that_is_at_work_is_waited_for(started: Started) -> None:
    warm = Warm(started.start, Limits(processes=1, memory=GIGABYTE))
    second_began = threading.Event()

    def want_another() -> None:
        with warm.lease(started.launch("b")):
            second_began.set()

    with warm.lease(started.launch("a")):
        thread = threading.Thread(target=want_another)
        thread.start()
        began_meanwhile = second_began.wait(0.3)
    thread.join(60)
    warm.close()

    assert not began_meanwhile
    assert second_began.is_set()


def test_memory_makes_place_as_numbers_do(started: Started) -> None:
    """
    One provider may run even if it alone takes more than there is.
    """
    warm = Warm(started.start, Limits(processes=9, memory=1))

    for region in ("a", "b"):
        with warm.lease(started.launch(region)) as provider:
            assert provider.memory() > 10 * 2**20
    running = started.running()
    warm.close()

    assert running == [False, True]


def test_one_that_has_grown_starts_anew_where_memory_is_short(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_module, "LOOK_SECONDS", 0.0)
    warm = Warm(started.start, Limits(processes=9, memory=1))
    with warm.lease(started.launch("a")) as provider:
        provider.first_memory //= 3  # as if it took three times as much as at its start

    with warm.lease(started.launch("a")) as another:
        assert another is not provider
    warm.close()

    assert provider.has_ended


def test_a_start_that_fails_leaves_no_place_taken(started: Started) -> None:
    attempts = []

    def start(launch: Launch) -> Provider:
        attempts.append(launch)
        if len(attempts) == 1:
            raise ProviderUnavailableError("it does not start", hint="try again")
        return started.start(launch)

    warm = Warm(start, Limits(processes=1, memory=GIGABYTE))
    with pytest.raises(ProviderUnavailableError), warm.lease(started.launch("a")):
        pass
    with warm.lease(started.launch("b")) as provider:
        assert not provider.has_ended
    warm.close()


def test_providers_stay_warm_between_reads(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a")
    live = TerraformProviders(settings(cloud, mirror))

    for _ in range(3):
        list(live.read([a_declared("a")]))
    live.close()

    assert len(cloud.starts()) == 1
    assert len(cloud.reads()) == 3


def test_more_configurations_than_may_run_are_read_one_after_another(cloud: ToyCloud, mirror: Path) -> None:
    """
    And none of them is started twice: that takes longer than reading.
    """
    for name in "abcdef":
        cloud.put(name)
    declared = [
        replace(a_declared(name), region=region) for region in ("1", "2", "3", "4") for name in "abcdef"
    ]
    live = TerraformProviders(settings(cloud, mirror, processes=2), {"providers": REGIONS})

    readings = read(live, *declared)

    assert [one.address for one in readings] == [one.address for one in declared]
    assert all(isinstance(one, Found) for one in readings)
    assert len(cloud.starts()) == 4
    assert not any(is_running(int(pid)) for pid, _, _ in cloud.reads())
