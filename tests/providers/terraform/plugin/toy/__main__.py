"""A Terraform provider in Python: protocol 6, over TLS, with a JSON file as its cloud.

Run as a process of its own, under the name that Terraform would give it: by our engine, which
reads, and by Terraform itself, which also builds and changes. The type of its first resource is
`toy_thing`, or what its first argument says.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tf import runner
from tf.schema import Attribute, Schema
from tf.types import List, String
from tf.utils import Diagnostics

from tests.providers.terraform.plugin.toy.cloud import FILE_AT_HOME, Cloud
from tests.providers.terraform.plugin.toy.kinds import KINDS, Thing
from tests.providers.terraform.plugin.toy.resource import Resource


class Toy:
    """The provider itself."""

    cloud: Cloud | None = None
    """Known once the provider is configured."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def full_name(self) -> str:
        return "registry.example.com/example/toy"

    def get_model_prefix(self) -> str:
        return f"{self.prefix}_"

    def get_provider_schema(self, diags: Diagnostics) -> Schema:
        return Schema(
            attributes=[
                Attribute("cloud", String(), optional=True),
                Attribute("region", String(), optional=True),
                Attribute("accounts", List(String()), optional=True),
            ]
        )

    def validate_config(self, diags: Diagnostics, config: dict[str, Any]) -> None: ...

    def configure_provider(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        file = Path(config["cloud"] or Path.home() / FILE_AT_HOME)
        self.cloud = Cloud(file=file, region=config["region"])
        with Path(f"{file}.starts").open("a") as log:
            log.write(f"{json.dumps(dict(os.environ))}\n")
        account = json.loads(file.read_text()).get("account")
        if config["accounts"] and account not in config["accounts"]:
            diags.add_error("account not allowed", f"these credentials are of {account}")

    def get_data_sources(self) -> list[Any]:
        return []

    def get_resources(self) -> list[type[Resource]]:
        return list(KINDS)

    def new_resource(self, kind: type[Resource]) -> Resource:
        return kind(self.cloud)


if __name__ == "__main__":
    prefix, _, Thing.type_name = (sys.argv[1] if len(sys.argv) > 1 else "toy_thing").rpartition("_")
    runner.run_provider(Toy(prefix))
