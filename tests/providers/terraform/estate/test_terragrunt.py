"""What Terragrunt's files say, resolved without running it."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from providers.terraform.code.files import CommittedFiles, Files, LocalFiles
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.estate.backends import StatePlace
from providers.terraform.estate.terragrunt import TerragruntUnit
from providers.terraform.estate.terragrunt_reader import TerragruntReader
from tests.providers.terraform.writing import write

STATE = 'remote_state {\n  backend = "s3"\n  config = {\n    bucket = "b"\n    key = KEY\n  }\n}\n'
INCLUDE = "include {\n  path = find_in_parent_folders()\n}\n"
RELATIVE = '"${path_relative_to_include()}/terraform.tfstate"'

UNIT = "live/prod/vpc/terragrunt.hcl"


def unit(folder: Path, files: Mapping[str, str], path: str = UNIT) -> TerragruntUnit:
    write(folder, files)
    reader = TerragruntReader(LocalFiles(), PurePosixPath(folder), ParsedFiles())
    return reader.unit(PurePosixPath(folder, path))


def key(found: TerragruntUnit) -> str | None:
    backend = found.backend()
    place = backend[0].place() if backend else None
    return place.key if place else None


def a_key(expression: str) -> str:
    return STATE.replace("KEY", expression)


def test_the_key_follows_from_where_the_unit_lies(tmp_path: Path) -> None:
    found = unit(tmp_path, {"live/terragrunt.hcl": a_key(RELATIVE), UNIT: INCLUDE})

    backend = found.backend()
    assert backend is not None
    assert backend[0].place() == StatePlace(
        backend="s3", container=("b",), key="prod/vpc/terraform.tfstate", workspaces="env:"
    )
    assert backend[1] == PurePosixPath(tmp_path, "live/terragrunt.hcl")


def test_the_same_holds_for_code_in_a_repository(tmp_path: Path) -> None:
    contents = {"/live/terragrunt.hcl": a_key(RELATIVE), f"/{UNIT}": INCLUDE}
    files: Files = CommittedFiles({PurePosixPath(path): text.encode() for path, text in contents.items()})

    found = TerragruntReader(files, PurePosixPath("/"), ParsedFiles()).unit(PurePosixPath(f"/{UNIT}"))

    assert key(found) == "prod/vpc/terraform.tfstate"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"${path_relative_to_include("root")}/s"', "prod/vpc/s"),
        ('"${basename(get_terragrunt_dir())}/s"', "vpc/s"),
        ('"${get_path_from_repo_root()}/s"', "live/prod/vpc/s"),
        ('"${split("/", path_relative_to_include())[0]}/s"', "prod/s"),
        ('"${replace(path_relative_to_include(), "prod/", "")}/s"', "vpc/s"),
        ('join("/", [local.env, "s"])', "production/s"),
        ('"${local.account.locals.name}/s"', "main/s"),
        ('"${basename(dirname(find_in_parent_folders("account.hcl")))}/s"', "prod/s"),
        ('"${lower(upper(local.env))}/s"', "production/s"),
        ('"${jsondecode(file("names.json")).team}/s"', "payments/s"),
        ('"${find_in_parent_folders("gone.hcl", "none")}/s"', "none/s"),
        ('"${get_env("TIER", "dev")}/s"', None),
        ('"${run_cmd("whoami")}/s"', None),
        ('"${find_in_parent_folders("gone.hcl")}/s"', None),
        ('"${file("/etc/hostname")}/s"', None),
        ('"${file("../../../../../../etc/hostname")}/s"', None),
    ],
)
def test_functions_count_where_the_answer_lies_in_the_code(
    tmp_path: Path, expression: str, expected: str | None
) -> None:
    root = (
        'locals {\n  env = "production"\n'
        '  account = read_terragrunt_config(find_in_parent_folders("account.hcl"))\n}\n'
    )
    files = {
        "live/root.hcl": root + a_key(expression),
        "live/names.json": '{"team": "payments"}',
        "live/prod/account.hcl": 'locals {\n  name = "main"\n}\n',
        UNIT: 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n',
    }

    assert key(unit(tmp_path, files)) == expected


def test_what_a_unit_says_itself_wins(tmp_path: Path) -> None:
    files = {"live/terragrunt.hcl": a_key(RELATIVE), UNIT: INCLUDE + a_key('"own"')}

    assert key(unit(tmp_path, files)) == "own"


def test_inputs_are_merged_and_what_nobody_knows_of_them_is_named(tmp_path: Path) -> None:
    inputs = 'inputs = {\n  size = local.size\n  name = "root"\n  id = get_env("ID")\n}\n'
    root = f'locals {{\n  size = "small"\n}}\n{inputs}'
    own = 'inputs = {\n  name = "own"\n  vpc = dependency.vpc.outputs.id\n}\n'

    found = unit(tmp_path, {"live/terragrunt.hcl": root, UNIT: INCLUDE + own})

    assert found.inputs() == {"size": "small", "name": "own"}
    assert found.unknown_inputs() == {"id", "vpc"}


def test_where_inputs_are_computed_as_a_whole_any_may_be_given(tmp_path: Path) -> None:
    found = unit(tmp_path, {UNIT: "inputs = yamldecode(run_cmd())\n"})

    assert (found.inputs(), found.unknown_inputs()) == ({}, None)


def test_an_exposed_include_is_read(tmp_path: Path) -> None:
    files = {
        "live/common.hcl": 'locals {\n  size = "small"\n}\n',
        UNIT: 'include "common" {\n  path = "${get_terragrunt_dir()}/../../common.hcl"\n  expose = true\n}\n'
        "inputs = {\n  size = include.common.locals.size\n}\n",
    }

    assert unit(tmp_path, files).inputs() == {"size": "small"}


def test_a_generated_provider_is_read_as_code(tmp_path: Path) -> None:
    root = (
        'locals {\n  region = "eu-west-1"\n}\n'
        'generate "provider" {\n  path = "p.tf"\n  contents = <<EOF\n'
        'provider "aws" {\n  region = "${local.region}"\n}\nEOF\n}\n'
    )

    ((_, block),) = unit(tmp_path, {"live/terragrunt.hcl": root, UNIT: INCLUDE}).generated()

    assert (block.type, block.text("region")) == ("provider", "eu-west-1")


def test_what_cannot_be_resolved_is_said(tmp_path: Path) -> None:
    broken = unit(tmp_path, {"live/terragrunt.hcl": "x = = 1", UNIT: INCLUDE})
    nowhere = unit(
        tmp_path,
        {"other/terragrunt.hcl": 'include {\n  path = find_in_parent_folders("x")\n}\n'},
        "other/terragrunt.hcl",
    )

    assert broken.error == "terragrunt.hcl: not valid HCL at line 1, column 5"
    assert nowhere.error == "what it includes cannot be resolved, at line 1"


@pytest.mark.parametrize(
    "path", ["include.gone.locals.x", "include.root", "local.gone", "dependency.a.outputs.b"]
)
def test_names_that_lead_nowhere_have_no_value(tmp_path: Path, path: str) -> None:
    files = {
        "live/root.hcl": "",
        UNIT: f'include "root" {{\n  path = {path}\n}}\n' + a_key(f'"${{{path}}}/s"'),
    }

    found = unit(tmp_path, files)

    assert (key(found), found.error) == (None, "what it includes cannot be resolved, at line 1")


def test_files_that_read_each_other_end(tmp_path: Path) -> None:
    files = {
        "a.hcl": 'locals {\n  b = read_terragrunt_config("b.hcl")\n}\n',
        "b.hcl": 'locals {\n  a = read_terragrunt_config("a.hcl")\n}\n',
        UNIT: 'locals {\n  a = read_terragrunt_config("${get_repo_root()}/a.hcl")\n}\n',
    }

    assert key(unit(tmp_path, files)) is None
