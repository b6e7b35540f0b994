"""A simulated AWS: moto, in this process, on the loopback interface only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from moto.server import ThreadedMotoServer

REGION = "eu-west-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedAws:
    """An account that the SDK finds through the environment."""

    environment: pytest.MonkeyPatch
    stop: Callable[[], None]
    """Let nothing answer any more."""


@contextmanager
def simulated_aws() -> Iterator[SimulatedAws]:
    """Serve an account, and let the SDK find it, and nothing else that this machine may have."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.post(f"http://{host}:{port}/moto-api/reset").raise_for_status()  # one process has one moto
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN"):
            environment.delenv(name, raising=False)
        found = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "simulated",
            "AWS_SECRET_ACCESS_KEY": "simulated",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": "none",
            "AWS_SHARED_CREDENTIALS_FILE": "none",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for name, value in found.items():
            environment.setenv(name, value)
        try:
            yield SimulatedAws(environment=environment, stop=server.stop)
        finally:
            server.stop()
