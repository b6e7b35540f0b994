"""Start and stop the simulated AWS account, one fresh account a story."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

ACCOUNT = "111122223333"
REGION = "eu-west-1"
START_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class SimulatedCloud:
    """A running moto, reachable on the loopback interface only."""

    url: str
    process: subprocess.Popen[str]

    def set_clock(self, at: datetime) -> None:
        """Continue the account's time from `at`."""
        if self.process.stdin is None:
            raise RuntimeError("the simulator was started without an input to set its clock by")
        self.process.stdin.write(f"{at.isoformat()}\n")
        self.process.stdin.flush()
        time.sleep(0.5)  # The line is read by a thread that does not answer.


@contextmanager
def simulated_cloud(*, seed: int, start: datetime) -> Iterator[SimulatedCloud]:
    """Serve an empty account; the seed keeps its ids apart from those of other stories."""
    port = _free_port()
    environment = {
        **os.environ,
        "MOTO_ACCOUNT_ID": ACCOUNT,
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "AWS_DEFAULT_REGION": REGION,
    }
    command = [sys.executable, "-m", "tests.recorder.moto_clock", str(port), start.isoformat()]
    process = subprocess.Popen(
        command,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    cloud = SimulatedCloud(url=f"http://127.0.0.1:{port}", process=process)
    try:
        _wait_until_it_answers(process, port)
        _post(port, f"/moto-api/seed?a={seed}")
        yield cloud
    finally:
        process.terminate()
        process.wait(timeout=20)


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
                raise RuntimeError(
                    "moto does not answer; are moto[server] and freezegun installed?"
                ) from error
            time.sleep(0.2)


def _post(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path)
        connection.getresponse().read()
    finally:
        connection.close()
