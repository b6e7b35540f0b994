"""What is answered over HTTP, and where."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drift.config import Listen
from drift.errors import ConfigError
from drift.operations.http import Answers, probes, serving

ANYWHERE = Listen(host="127.0.0.1", port=0)
WELL = Answers(is_alive=lambda: True, awaited=lambda: (), metrics=lambda: b"up 1\n")


@contextmanager
def asked(answers: Answers, path: str, method: str = "GET") -> Iterator[http.client.HTTPResponse]:
    """Ask one thing."""
    with serving(ANYWHERE, lambda _: probes(answers)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(method, path)
        yield connection.getresponse()
        connection.close()


def test_a_schedule_that_is_stuck_is_not_alive() -> None:
    stuck = Answers(is_alive=lambda: False, awaited=lambda: (), metrics=lambda: b"")

    with asked(stuck, "/healthz") as answer:
        assert (answer.status, answer.read()) == (503, b'{"alive":false}')


def test_who_waits_for_something_is_not_ready_and_says_for_what() -> None:
    early = Answers(is_alive=lambda: True, awaited=lambda: ("read trail",), metrics=lambda: b"")

    with asked(early, "/readyz") as answer:
        assert (answer.status, answer.read()) == (503, b'{"ready":false,"awaited":["read trail"]}')


def test_metrics_come_as_prometheus_reads_them() -> None:
    with asked(WELL, "/metrics") as answer:
        assert answer.getheader("content-type", "").startswith("text/plain; version=")
        assert answer.read() == b"up 1\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_ordered(method: str) -> None:
    with asked(WELL, "/metrics", method) as answer:
        assert answer.status == 405


def test_it_does_not_say_what_it_is_made_of() -> None:
    with asked(WELL, "/healthz") as answer:
        assert answer.getheader("server") is None


def test_a_port_that_is_taken_is_named() -> None:
    with (
        serving(ANYWHERE, lambda _: probes(WELL)) as port,
        pytest.raises(ConfigError, match=f"127.0.0.1:{port}") as refused,
        serving(Listen(host="127.0.0.1", port=port), lambda _: probes(WELL)),
    ):
        pass

    assert "a port that is free" in refused.value.hint


def test_the_port_is_free_afterwards() -> None:
    with serving(ANYWHERE, lambda _: probes(WELL)) as port:
        pass

    with serving(Listen(host="127.0.0.1", port=port), lambda _: probes(WELL)) as again:
        assert again == port
