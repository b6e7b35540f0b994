"""Toy providers as real programs on the disk, and the cloud that they read."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from drift.model.baseline import DeclaredResource, StoredForm
from drift.model.resource import LiveReading
from providers.terraform.live_config import TerraformProviders, TerraformProvidersSettings
from providers.terraform.plugin.find.versions import this_machine

ROOT = Path(__file__).resolve().parents[4]
CONFIGURATION = 'provider["registry.example.com/example/toy"]'


@dataclass(frozen=True, kw_only=True, slots=True)
class ToyCloud:
    """The JSON file that the toy provider takes for its cloud."""

    file: Path
    things: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(self, thing_id: str, **attributes: Any) -> None:
        """Make a thing, or make it another one."""
        self.things[thing_id] = attributes
        self.write()

    def write(self, **but: Any) -> None:
        """Write the cloud, with what else stands in it."""
        self.file.write_text(json.dumps({"things": self.things, **but}))

    def reload(self) -> None:
        """Take over what others made of the cloud."""
        self.things.clear()
        self.things.update(json.loads(self.file.read_text())["things"])

    def reads(self) -> list[tuple[str, str, str]]:
        """Return the process, the region and the id of each read so far."""
        return [(pid, region, name) for pid, region, call, name in self._log() if call == "read"]

    def calls(self) -> Counter[str]:
        """Return how often a provider was asked so far to `create`, `read`, `plan` and so on."""
        return Counter(call for _, _, call, _ in self._log())

    def starts(self) -> list[dict[str, str]]:
        """Return the environment of each provider that was configured so far."""
        log = Path(f"{self.file}.starts")
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def _log(self) -> list[tuple[str, str, str, str]]:
        """Return the process, the region, the call and the id of each call so far."""
        log = Path(f"{self.file}.log")
        lines = log.read_text().splitlines() if log.exists() else []
        return [(pid, region, call, name) for pid, region, call, name in (line.split(" ") for line in lines)]


def a_cloud(folder: Path) -> ToyCloud:
    """Return an empty cloud."""
    cloud = ToyCloud(file=folder / "cloud.json")
    cloud.write()
    return cloud


def install(root: Path, program: str, *, version: str = "1.0.0", source: str = "example/toy") -> Path:
    """Put a program, as a text with its first line, below the mirror `root`; return its folder."""
    type_ = source.rpartition("/")[2]
    folder = root / "registry.example.com" / source / version / this_machine()
    folder.mkdir(parents=True)
    binary = folder / f"terraform-provider-{type_}_v{version}"
    binary.write_text(program)
    binary.chmod(0o755)
    return folder


def toy_program(type_: str = "toy_thing") -> str:
    """Return the program that is the toy provider, with a thing of this type."""
    return f"""#!/bin/sh
export PYTHONPATH="{ROOT}"
exec "{sys.executable}" -m tests.providers.terraform.plugin.toy {type_}
"""


def python_program(body: str) -> str:
    """Return a program in Python that is hardly a provider."""
    return f"#!/bin/sh\n'''exec' \"{sys.executable}\" -u \"$0\"\n'''\nimport os, sys, time\n{body}\n"


def settings(cloud: ToyCloud, mirror: Path, **but: Any) -> TerraformProvidersSettings:
    """Return settings by which the toy provider is found and reads `cloud`."""
    given: dict[str, Any] = {
        "folders": (str(mirror),),
        "cache": str(mirror / "own-cache"),
        "providers": {"example/toy": {"cloud": str(cloud.file)}},
        "concurrency": 4,
    }
    return TerraformProvidersSettings(**(given | but))


def a_declared(name: str, *, type_: str = "toy_thing", **but: Any) -> DeclaredResource:
    """Return a declared thing of this id, of the present version unless `version` says otherwise."""
    stored = StoredForm(
        configuration=but.pop("configuration", CONFIGURATION),
        schema_version=but.pop("version", 1),
        settings=but.pop("settings", None),
    )
    given: dict[str, Any] = {
        "address": f"{type_}.{name}",
        "type": type_,
        "resource_id": name,
        "provider": "example/toy",
        "account": None,
        "region": None,
        "attributes": {"id": name, "rule": []} | but.pop("attributes", {}),
        "stored": stored,
    }
    return DeclaredResource(**(given | but))


def in_folder(declared: DeclaredResource, folder: Path) -> DeclaredResource:
    """Return it as a resource of the state whose working folder this is."""
    assert declared.stored
    return replace(declared, stored=replace(declared.stored, folder=str(folder)))


def read(live: TerraformProviders, *declared: DeclaredResource) -> list[LiveReading]:
    """Return the readings, and end the providers."""
    try:
        return list(live.read(declared))
    finally:
        live.close()


def is_running(pid: int) -> bool:
    """Tell whether a process of this id runs; what is left of one until somebody asks for it does not."""
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    status = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return bool(status) and not status.startswith("Z")


def environment(**variables: str) -> Mapping[str, str]:
    """Return an environment with no more than a program needs."""
    return {"PATH": os.environ["PATH"], **variables}
