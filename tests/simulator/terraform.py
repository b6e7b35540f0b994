"""Run the real Terraform, against the simulated account or otherwise, in a folder that is thrown away."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.simulator.moto import KEY


def install_provider(folder: Path, mirror: Path, url: str, services: Iterable[str]) -> None:
    """Initialise `folder` with its provider from `mirror`, every named service answered at `url`."""
    (folder / "simulator_override.tf").write_text(_override(url, services))
    initialise(folder, mirror)


def initialise(folder: Path, mirror: Path) -> None:
    """Initialise `folder` with what its code requires, from `mirror` alone."""
    (folder / "cli.tfrc").write_text(_cli_configuration(mirror))
    run_terraform(folder, "init", "-no-color", "-input=false")


def run_terraform(folder: Path, *arguments: str, environment: Mapping[str, str] = {}) -> str:
    """Return what a command printed.

    Raises:
        RuntimeError: It failed; the message is what it printed.
    """
    settings = {"TF_CLI_CONFIG_FILE": str(folder / "cli.tfrc"), "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        env={**os.environ, **settings, **environment},
        text=True,
        capture_output=True,
    )
    if done.returncode:
        raise RuntimeError(f"terraform {arguments[0]} failed in {folder}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _override(url: str, services: Iterable[str]) -> str:
    endpoints = "\n".join(f'    {service} = "{url}"' for service in services)
    return f"""provider "aws" {{
  access_key                  = "{KEY}"
  secret_key                  = "{KEY}"
  s3_force_path_style         = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  max_retries                 = 2
  endpoints {{
{endpoints}
  }}
}}
"""


def _cli_configuration(mirror: Path) -> str:
    return f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
