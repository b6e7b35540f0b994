"""How often somebody may try to get in."""

from drift.web.limits import OVERALL, PER_ADDRESS, SignInLimits
from tests.web.visiting import Visited


class At:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_an_address_waits_after_so_many_tries_and_others_do_not() -> None:
    clock = At()
    limits = SignInLimits(clock)

    mine = [limits.wait("192.0.2.1") for _ in range(PER_ADDRESS + 1)]

    assert mine == [0] * PER_ADDRESS + [60]
    assert limits.wait("192.0.2.2") == 0


def test_who_waited_may_go_on() -> None:
    clock = At()
    limits = SignInLimits(clock)
    for _ in range(PER_ADDRESS + 5):
        limits.wait("192.0.2.1")

    clock.seconds = 59.5
    assert limits.wait("192.0.2.1") == 1
    clock.seconds = 60.0
    assert limits.wait("192.0.2.1") == 0


def test_many_addresses_together_wait() -> None:
    limits = SignInLimits(At())

    waits = [limits.wait(f"198.51.{number // 200}.{number % 200}") for number in range(OVERALL + 1)]

    assert waits == [0] * OVERALL + [60]


def test_all_addresses_of_one_network_of_ipv6_are_one() -> None:
    limits = SignInLimits(At())

    waits = [limits.wait(f"2001:db8::{number:x}") for number in range(PER_ADDRESS + 1)]

    assert waits[-1] == 60
    assert limits.wait("2001:db8:0:1::1") == 0


def test_no_more_is_remembered_than_so() -> None:
    clock = At()
    limits = SignInLimits(clock)

    for number in range(5_000):
        clock.seconds += 1
        limits.wait(f"10.0.{number // 250}.{number % 250}")

    assert len(limits._tries) <= 1_000
    assert len(limits._all) <= OVERALL


def test_too_many_tries_are_told_when_to_come_again(by_link: Visited) -> None:
    by_link.site.limits.ticks = At()
    browser = by_link.visitor()

    answers = [browser.post("/sign-in/link", data={"token": "x"}) for _ in range(PER_ADDRESS + 1)]

    assert [one.status_code for one in answers] == [403] * PER_ADDRESS + [429]
    assert answers[-1].headers["retry-after"] == "60"
    assert "Try again in 60 seconds" in answers[-1].text
