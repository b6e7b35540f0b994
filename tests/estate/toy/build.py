"""Build the toy estate with the real Terraform, in a home of its own."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.providers.terraform.plugin.toy.cloud import FILE_AT_HOME
from tests.providers.terraform.plugin.toys import ToyCloud, install, toy_program
from tests.simulator.terraform import initialise, run_terraform

FILE_OF_WEST = "toy-cloud-west.json"
"""The cloud of the alias, as the code names it."""

HCL = Path(__file__).with_name("hcl")

MADE_BY_HAND = "thing-made-by-hand"
"""The id of what is there before Terraform is, and is imported."""

EARLIER = ("-var=zones=4", "-var=token=the-token-of-last-year", "-var=west=10.8.0.0/16")
"""What the code was given before: so Terraform also updates, replaces and destroys."""


@dataclass(frozen=True, kw_only=True)
class ToyEstate:
    """Code and state in a folder, and two clouds in the home of who applied them."""

    folder: Path
    cloud: ToyCloud
    west: ToyCloud

    @property
    def state(self) -> Path:
        """Return the state file."""
        return self.folder / "terraform.tfstate"

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the variables by which the provider finds its cloud."""
        return {"HOME": str(self.cloud.file.parent)}

    def config(self) -> Path:
        """Write a configuration that says what the code sets for the alias; return its file."""
        file = self.folder.with_name("config.toml")
        file.write_text(
            f"""
            [[baseline]]
            name = "toys"
            type = "terraform-state"
            live = "toys"
            state = "{self.state}"
            [[live]]
            name = "toys"
            type = "terraform"
            [live.providers."example/toy.west"]
            region = "west"
            cloud = "{self.west.file}"
            """
        )
        return file

    def things(self, thing_id: str) -> dict[str, dict[str, Any]]:
        """Return all things of the cloud that has this one."""
        return self.west.things if thing_id in self.west.things else self.cloud.things

    def calls(self) -> Counter[str]:
        """Return how often providers were called so far, whichever cloud they took."""
        return self.cloud.calls() + self.west.calls()

    def ids(self) -> dict[str, str]:
        """Return the id of each instance by its address, as Terraform tells them."""
        shown = json.loads(self.terraform("show", "-json"))
        return dict(_ids(shown["values"]["root_module"]))

    def seen_by_terraform(self) -> dict[str, frozenset[str]]:
        """Return the attributes that Terraform itself sees changed, by address: none of what is gone."""
        self.terraform("plan", "-refresh-only", "-input=false", "-out=refreshed")
        shown = json.loads(self.terraform("show", "-json", "refreshed"))
        return {one["address"]: _changed(one["change"]) for one in shown.get("resource_drift", [])}

    def terraform(self, *arguments: str) -> str:
        """Return what a command of Terraform's printed."""
        return run_terraform(self.folder, *arguments, environment=self.environment)


def apply(home: Path) -> ToyEstate:
    """Apply the configuration twice: as it was, and as it is."""
    cloud, west = ToyCloud(file=home / FILE_AT_HOME), ToyCloud(file=home / FILE_OF_WEST)
    cloud.put(MADE_BY_HAND, name="older", size=5)
    west.write()
    estate = ToyEstate(folder=home / "infra", cloud=cloud, west=west)
    shutil.copytree(HCL, estate.folder)
    install(home / "mirror", toy_program())
    initialise(estate.folder, home / "mirror")
    for given in (EARLIER, ()):
        estate.terraform("apply", "-input=false", "-auto-approve", *given)
    cloud.reload()
    west.reload()
    return estate


def _ids(module: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in module.get("resources", []):
        yield one["address"], one["values"]["id"]
    for inner in module.get("child_modules", []):
        yield from _ids(inner)


def _changed(change: Mapping[str, Any]) -> frozenset[str]:
    before, after = change["before"], change["after"]
    return frozenset(name for name in before if before[name] != after[name]) if after else frozenset()
