"""Build a story with the real Terraform, as its commits did."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.recorder.model import Json
from tests.simulator.terraform import install_provider, run_terraform

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
        install_provider(self.folder, self.mirror, self.cloud_url, SERVICES)

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
            "TF_LOG": "DEBUG",
            "TF_LOG_PATH": str(self.folder / "debug.log"),
            "TF_VAR_orders_password": SIMULATED_PASSWORD,
        }
        return run_terraform(self.folder, *arguments, environment=environment)
