"""What reading through the provider engine costs our process: CPU for each resource, and memory."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from drift.model.baseline import DeclaredResource, StoredForm
from drift.model.resource import Found
from providers.terraform.live_config import TerraformProviders, TerraformProvidersSettings
from tests.providers.terraform.plugin.toys import install, toy_program

RESOURCES = 4_000
CHANGED = RESOURCES // 100


def measure() -> Iterator[str]:
    """Yield what a child of ours that reads all of them measured of itself."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.provider_engine"], check=True, capture_output=True, text=True
    )
    yield done.stdout.strip()


def main() -> None:
    """Read all resources once, and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        things = {f"t{number}": _thing(number) for number in range(RESOURCES)}
        declared = [_declared(name, thing) for name, thing in things.items()]
        for number in range(CHANGED):
            things[f"t{number * 100}"]["name"] = "changed by hand"
        cloud = place / "cloud.json"
        cloud.write_text(json.dumps({"things": things}))
        install(place / "mirror", toy_program())
        print(_measured(cloud, place / "mirror", declared))


def _measured(cloud: Path, mirror: Path, declared: Sequence[DeclaredResource]) -> str:
    live = TerraformProviders(
        TerraformProvidersSettings(
            folders=(str(mirror),),
            cache=str(mirror / "own-cache"),
            providers={"example/toy": {"cloud": str(cloud)}},
        )
    )
    next(live.read(declared[:1]))  # the provider is warm, as it is in a daemon
    before, began = time.process_time(), time.perf_counter()
    changed = sum(
        isinstance(one, Found) and one.declared is not one.resource.attributes for one in live.read(declared)
    )
    seconds, wall = time.process_time() - before, time.perf_counter() - began
    live.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"provider engine: {1000 * seconds / len(declared):.2f} ms of CPU a resource (at most 3), "
        f"{memory:.0f} MB (at most 150), {len(declared)} in {wall:.1f} s; "
        f"{changed} of {CHANGED} changed resources differ"
    )


def _thing(number: int) -> dict[str, object]:
    return {
        "name": f"thing-{number}",
        "size": number,
        "enabled": True,
        "tags": [f"team-{number % 7}", "production"],
        "steps": [f"step {step} of {number}" for step in range(5)],
        "rule": [{"port": port, "cidrs": [f"10.{number % 256}.{port}.0/24"]} for port in range(3)],
        "password": None,
        "seen_at": None,
    }


def _declared(name: str, thing: dict[str, object]) -> DeclaredResource:
    return DeclaredResource(
        address=f"toy_thing.{name}",
        type="toy_thing",
        resource_id=name,
        provider="example/toy",
        account=None,
        region=None,
        attributes={"id": name, **thing},
        stored=StoredForm(configuration='provider["registry.example.com/example/toy"]', schema_version=1),
    )


if __name__ == "__main__":
    main()
