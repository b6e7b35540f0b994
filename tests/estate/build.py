"""Build the estate in a simulated account: with Terraform, or by making its recorded calls again."""

import gzip
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.estate.calls import Call
from tests.estate.proxy import proxy_before
from tests.estate.recording import replay
from tests.estate.versions import stored_calls, stored_state, write_configuration, write_lock_file
from tests.simulator.moto import Moto, moto_server
from tests.simulator.terraform import install_provider, run_terraform

SEED = 4711
AWS = "registry.terraform.io/hashicorp/aws"


@dataclass(frozen=True, kw_only=True)
class Estate:
    """The account, and the folder with the state that describes it."""

    moto: Moto
    folder: Path

    @property
    def state(self) -> Path:
        """Return the state file."""
        return self.folder / "terraform.tfstate"


@contextmanager
def account() -> Iterator[Moto]:
    """Serve an empty account, with the policies that AWS keeps in every one."""
    with moto_server(seed=SEED, environment={"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}) as moto:
        yield moto


def apply(version: str, moto: Moto, folder: Path, mirror: Path) -> tuple[Estate, Sequence[Call]]:
    """Apply the configuration, and return the estate with the calls that built it."""
    write_configuration(version, folder)
    with proxy_before(moto.url, admits=lambda _call: True) as proxy:
        install_provider(folder, mirror, proxy.url, ())
        install_provider(folder, mirror, proxy.url, _services(folder))
        run_terraform(folder, "apply", "-no-color", "-input=false", "-auto-approve")
    return Estate(moto=moto, folder=folder), proxy.calls


def rebuild(version: str, moto: Moto, folder: Path) -> Estate:
    """Make the stored calls again, and lay state and code beside the account that they built."""
    write_configuration(version, folder)
    estate = Estate(moto=moto, folder=folder)
    replay(stored_calls(version), moto.url)
    write_lock_file(version, folder)
    estate.state.write_bytes(gzip.decompress(stored_state(version).read_bytes()))
    return estate


def _services(folder: Path) -> Sequence[str]:
    """Return every service whose address the provider lets us choose."""
    schemas: dict[str, Any] = json.loads(run_terraform(folder, "providers", "schema", "-json"))
    provider = schemas["provider_schemas"][AWS]["provider"]["block"]
    return sorted(provider["block_types"]["endpoints"]["block"]["attributes"])
