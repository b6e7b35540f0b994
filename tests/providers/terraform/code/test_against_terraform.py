"""Held against Terraform itself: what we evaluate has the value that Terraform gives it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from drift.model.resource import Json
from providers.terraform.code.evaluate import NotEvaluableError
from providers.terraform.code.module import read_module
from providers.terraform.code.modules import local_place
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.code.variables import Given, Inputs, root_scope
from tests.providers.terraform.writing import write

EXPRESSIONS = {
    "plain": '"a"',
    "escapes": r'"a\n\t\"b\" \\ \u00e9 \U0001F600 $${c} %%{d} $ {e} 100%"',
    "dollars": '"$$ $$$${a} %% {b}"',
    "whole": "007",
    "negative": "-1",
    "float": "1.50",
    "large": "123456789012345678901234567890",
    "exponent": "1e3",
    "tiny": "1e-7",
    "joined": '"${1.50} ${1e3} ${true} ${-1} ${123456789012}"',
    "null": "null",
    "list": '[1, "a", true, null]',
    "object": '{ a = 1, "b c" = 2, (var.word) = 3, true = 4, 5 = 6 }',
    "words": "{ null = 1, false = 2 }",
    "heredoc": '<<EOT\n  a \\n "b"\n\n  $${c} ${var.word}\nEOT',
    "indented": "<<-EOT\n    a\n      ${var.word}\n\n    b\n    EOT",
    "tabs": "<<-EOT\n\t\ta\n\tb\n\tEOT",
    "chain": '"${local.plain}-${local.joined}"',
    "member": 'var.map["x y"].list[1]',
    "dotted": "var.map.a",
    "splat index": "var.list.0",
    "variable": "var.word",
    "file": "var.from_file",
    "auto": "var.from_auto",
    "single": '"${var.list}"',
    "nested": '"a${"b${var.word}"}"',
    "empty": '""',
    "parentheses": "(var.word)",
    "condition": 'var.word == "w" ? 1 : 2',
    "call": "upper(var.word)",
    "comments": "[1, # one\n 2, // two\n /* three */ 3]",
    "keys": '{ "${var.word}-key" : "${var.word}" }',
    "unicode": '"ä\u2028é"',
}
"""Our answer must be Terraform's; that we have none is allowed."""

NOT_OURS = {"condition", "call"}
"""What we never evaluate."""

VARIABLES = """
variable "word" {
  default = "w"
}

variable "list" {
  default = ["x", "y"]
}

variable "map" {
  default = {
    a     = 1
    "x y" = { list = [1, "two"] }
  }
}

variable "from_file" {
  default = "default"
}

variable "from_auto" {
  default = "default"
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    locals_ = "".join(f"  {_name(name)} = {text}\n" for name, text in EXPRESSIONS.items())
    return write(
        tmp_path_factory.mktemp("code"),
        {
            "main.tf": f"{VARIABLES}\nlocals {{\n{locals_}}}\n",
            "terraform.tfvars": 'from_file = "tfvars"\nfrom_auto = "tfvars"\n',
            "a.auto.tfvars": 'from_auto = "auto"\n',
        },
    )


@pytest.fixture(scope="module")
def theirs(folder: Path) -> dict[str, Json]:
    """Return the values that Terraform gives."""
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("there is no terraform here")
    asked = f"jsonencode({{ {', '.join(f'{_name(name)} = local.{_name(name)}' for name in EXPRESSIONS)} }})\n"
    done = subprocess.run(
        [terraform, f"-chdir={folder}", "console"], input=asked, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    values: dict[str, Json] = json.loads(json.loads(done.stdout))
    return values


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_value_is_what_terraform_says(name: str, folder: Path, theirs: dict[str, Json]) -> None:
    place, parsed = local_place(folder), ParsedFiles()
    module = read_module(place.files, place.folder, parsed)
    scope = root_scope(module, Inputs(place.files, place.folder, parsed), Given())

    if name in NOT_OURS:
        with pytest.raises(NotEvaluableError):
            scope.names["local"](_name(name))
    else:
        assert scope.names["local"](_name(name)) == theirs[_name(name)]


def _name(name: str) -> str:
    return name.replace(" ", "_")
