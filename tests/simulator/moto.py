"""Serve moto on the loopback interface, in a process of its own."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

ACCOUNT = "111122223333"
REGION = "eu-west-1"
KEY = "simulated"
START_TIMEOUT_SECONDS = 60

PLAIN_MOTO = ("-m", "moto.server", "-H", "127.0.0.1", "-p", "{port}")
"""What Python runs; `{port}` stands for the port that was found free."""


@dataclass(frozen=True, kw_only=True)
class Moto:
    """A running moto, reachable on the loopback interface only."""

    url: str
    process: subprocess.Popen[str]


@contextmanager
def moto_server(
    *, seed: int, program: tuple[str, ...] = PLAIN_MOTO, environment: Mapping[str, str] = {}
) -> Iterator[Moto]:
    """Serve an empty account. The same calls in the same order give the same ids for the same seed."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, *(argument.format(port=port) for argument in program)],
        env={**os.environ, **_account_environment(), **environment},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_answers(process, port)
        _post(port, f"/moto-api/seed?a={seed}")
        yield Moto(url=f"http://127.0.0.1:{port}", process=process)
    finally:
        process.kill()  # It keeps nothing, and when it is asked to end it first waits for its callers.
        process.wait()
        if process.stdin:
            process.stdin.close()


def _account_environment() -> dict[str, str]:
    return {
        "MOTO_ACCOUNT_ID": ACCOUNT,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_DEFAULT_REGION": REGION,
        "PYTHONHASHSEED": "0",  # The order of moto's sets decides some of its answers.
    }


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_it_answers(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            _post(port, "/moto-api/reset")
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("moto does not answer; is moto[server] installed?") from error
            time.sleep(0.2)


def _post(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path)
        connection.getresponse().read()
    finally:
        connection.close()
