"""A state that Terraform itself writes, with the provider that is built into it, where it is installed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drift.model.baseline import Declaration
from drift.model.path import is_within, path_text
from providers.terraform.state import read_state

SECRET = "hunter2"
CODE = """
variable "secret" {
  type      = string
  sensitive = true
  default   = "hunter2"
}

resource "terraform_data" "keyed" {
  for_each = toset(["eu", "a/b.c", "say \\"hi\\"", "$${x}", "tab\\there", "é"])
  input = {
    plain = "x"
    deep  = ["a", var.secret, { inner = { key = var.secret } }]
    map   = { "a.b" = var.secret, ok = 1 }
    set   = toset([var.secret, "z"])
    large = 123456789012345678901234567890
  }
}

resource "terraform_data" "counted" {
  count = 2
  input = var.secret
}

module "web" {
  source   = "./web"
  for_each = toset(["x y"])
}
"""
MODULE = 'resource "terraform_data" "inner" { input = "y" }'

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Terraform has applied the code, and tainted one instance."""
    made = tmp_path_factory.mktemp("applied")
    (made / "web").mkdir()
    (made / "main.tf").write_text(CODE)
    (made / "web" / "main.tf").write_text(MODULE)
    terraform(made, "init")
    terraform(made, "apply", "-auto-approve")
    terraform(made, "taint", "terraform_data.counted[0]")
    return made


@pytest.fixture(scope="module")
def declaration(folder: Path) -> Declaration:
    """What we read of its state."""
    content = (folder / "terraform.tfstate").read_bytes()
    return read_state(content, name="own", origin="terraform.tfstate")


def terraform(folder: Path, *arguments: str) -> str:
    quiet = {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    done = subprocess.run(
        ["terraform", *arguments], cwd=folder, env={**os.environ, **quiet}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_address_is_spelt_as_terraform_spells_it(folder: Path, declaration: Declaration) -> None:
    addresses = [resource.address for resource in declaration.resources]

    assert sorted(addresses) == sorted(terraform(folder, "state", "list").splitlines())
    assert len(addresses) == 9
    assert not declaration.unreadable


def test_every_secret_lies_within_a_sensitive_path(declaration: Declaration) -> None:
    secrets = [
        (path, resource.sensitive)
        for resource in declaration.resources
        for path in places_of(SECRET, {"input": resource.attributes["input"]})
    ]

    assert len(secrets) == 6 * 4 + 2
    assert all(any(is_within(path, outer) for outer in sensitive) for path, sensitive in secrets)


def test_a_number_keeps_its_digits(declaration: Declaration) -> None:
    large = {
        resource.attributes["input"]["value"]["large"]
        for resource in declaration.resources
        if resource.address.startswith("terraform_data.keyed")
    }

    assert large == {123456789012345678901234567890}


def places_of(text: str, value: Any, *steps: str | int) -> Iterator[str]:
    """Yield every path at which `text` stands."""
    if value == text:
        yield path_text(steps)
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places_of(text, one, *steps, key)
