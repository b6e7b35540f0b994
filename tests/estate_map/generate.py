"""Writes the estate."""

from pathlib import Path

from tests.estate_map.elsewhere import add_other_clouds, add_what_no_code_tells, add_workspaces
from tests.estate_map.model import ENVIRONMENTS, TEAMS, Estate
from tests.estate_map.terraform import add_partial_backends, add_whole_backends
from tests.estate_map.terragrunt import add_terragrunt

CONFIG = """
[organisation]
name = "example"

[[baseline]]
name = "estate"
type = "terraform-state"
live = "recorded"
state = "states"
code = "code"
read_role = "arn:aws:iam::{account}:role/drift-read"

[[live]]
name = "recorded"
type = "recorded"
path = "live.json"
"""


def generate(folder: Path) -> Estate:
    """Write code, states and the configuration into a folder."""
    estate = Estate(code=folder / "code", states=folder / "states")
    add_terragrunt(estate)
    add_partial_backends(estate)
    add_whole_backends(estate)
    add_other_clouds(estate)
    add_workspaces(estate)
    add_what_no_code_tells(estate)
    estate.write("CODEOWNERS", _owners())
    (folder / "config.toml").write_text(CONFIG + "".join(map(_environment, range(len(ENVIRONMENTS)))))
    return estate


def _owners() -> str:
    return "* @example/platform\n" + "".join(f"/stacks/{team}/ @example/{team}\n" for team in TEAMS)


def _environment(number: int) -> str:
    name = ENVIRONMENTS[number]
    accounts = [f"{number + 1}00000000???", f"example-{name}-*", f"{number}f1e2d3c-*"]
    return (
        f'\n[[environment]]\nname = "{name}"\naccounts = {accounts}\nproduction = {str(not number).lower()}\n'
    )
