"""Run the real Terraform against the simulated account, in a folder that is thrown away."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.recorder.model import Json

SERVICES = (
    "autoscaling",
    "cloudwatchlogs",
    "dynamodb",
    "ec2",
    "iam",
    "rds",
    "s3",
    "sns",
    "sts",
)
USER_AGENT = re.compile(r"User-Agent: (APN/[^\r\n]+)")
SIMULATED_PASSWORD = "recorded-with-a-simulator"


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """A working folder with main.tf and an override that points the provider at the simulator."""

    folder: Path
    mirror: Path
    cloud_url: str

    def prepare(self, configuration: str) -> None:
        """Write the configuration and install the provider."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write(configuration)
        (self.folder / "simulator_override.tf").write_text(_override(self.cloud_url))
        (self.folder / "cli.tfrc").write_text(_cli_configuration(self.mirror))
        self._run("init", "-no-color", "-input=false")

    def write(self, configuration: str) -> None:
        """Replace the configuration, as the next commit does."""
        (self.folder / "main.tf").write_text(configuration)

    def apply(self, *, targets: Sequence[str] = ()) -> None:
        """Apply one resource at a time, so that a later recording gives the same ids."""
        self._run(
            "apply",
            "-no-color",
            "-input=false",
            "-auto-approve",
            "-parallelism=1",
            *(f"-target={target}" for target in targets),
        )

    def refreshed_copy(self, folder: Path) -> "Terraform":
        """Return a copy of this folder whose state has been refreshed from what really exists."""
        shutil.copytree(self.folder, folder)
        copy = Terraform(folder=folder, mirror=self.mirror, cloud_url=self.cloud_url)
        copy._run("apply", "-no-color", "-input=false", "-auto-approve", "-refresh-only")
        return copy

    def adopt(self, address: str, resource_id: str) -> None:
        """Import what was made by hand, to read it with the provider's eyes."""
        kind, name = address.split(".")
        (self.folder / f"adopt_{name}.tf").write_text(f'resource "{kind}" "{name}" {{}}\n')
        self._run("import", "-no-color", "-input=false", address, resource_id)

    def state(self) -> Json:
        """Return the state as Terraform last wrote it."""
        return json.loads((self.folder / "terraform.tfstate").read_text())

    def schemas(self) -> Json:
        """Return the provider's schema of every resource type."""
        answer = json.loads(self._run("providers", "schema", "-json"))
        return answer["provider_schemas"]["registry.terraform.io/hashicorp/aws"]["resource_schemas"]

    def user_agent(self) -> str:
        """Return the user agent that this very Terraform and provider sent."""
        match = USER_AGENT.search((self.folder / "debug.log").read_text(errors="replace"))
        if match is None:
            raise RuntimeError("Terraform's debug log names no user agent; it changed its wording")
        return match[1].strip()

    def _run(self, *arguments: str) -> str:
        environment = {
            **os.environ,
            "TF_CLI_CONFIG_FILE": str(self.folder / "cli.tfrc"),
            "TF_LOG": "DEBUG",
            "TF_LOG_PATH": str(self.folder / "debug.log"),
            "TF_VAR_orders_password": SIMULATED_PASSWORD,
            "CHECKPOINT_DISABLE": "1",
        }
        done = subprocess.run(
            ["terraform", *arguments], cwd=self.folder, env=environment, text=True, capture_output=True
        )
        if done.returncode:
            raise RuntimeError(
                f"terraform {arguments[0]} failed in {self.folder}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout


def _override(url: str) -> str:
    endpoints = "\n".join(f'    {service} = "{url}"' for service in SERVICES)
    return f"""provider "aws" {{
  access_key                  = "simulated"
  secret_key                  = "simulated"
  s3_force_path_style         = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  endpoints {{
{endpoints}
  }}
}}
"""


def _cli_configuration(mirror: Path) -> str:
    return f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
