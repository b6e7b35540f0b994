"""Which values of the code count: those that follow from it alone."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from drift.model.resource import Json
from providers.terraform.code.modules import local_place
from providers.terraform.code.variables import Given
from providers.terraform.hcl_facts import Block, read_code
from tests.providers.terraform.writing import write

QUEUE = 'resource "aws_sqs_queue" "orders" {{\n{}\n}}\n'
NAMED = QUEUE.format("  name = var.name")


def block(folder: Path, files: Mapping[str, str], given: Given | None = None) -> Block:
    write(folder, files)
    found = read_code(local_place(folder), given=given)
    assert found.unreadable == ()
    (only,) = found.blocks.values()
    return only


def coded(folder: Path, body: str, more: str = "") -> Mapping[str, Json]:
    return block(folder, {"main.tf": QUEUE.format(body) + more}).coded


def named(folder: Path, variable: str, files: Mapping[str, str] = {}, given: Given | None = None) -> Json:
    """Return the name that the code gives, `None` where it is not evaluable."""
    text = f'variable "name" {{\n{variable}\n}}\n{NAMED}'
    found = block(folder, {"main.tf": text, **files}, given)
    assert (found.unknown_count == 0) == ("name" in found.coded)
    return found.coded.get("name")


def test_literals_locals_and_texts_made_of_them_count(tmp_path: Path) -> None:
    found = coded(
        tmp_path,
        '  name = "${local.prefix}-orders"\n  delay_seconds = 5\n  tags = { team = local.team }',
        'locals {\n  prefix = "live"\n}\nlocals {\n  team = local.prefix\n}\n',
    )

    assert found == {"name": "live-orders", "delay_seconds": 5, "tags": {"team": "live"}}


def test_what_does_not_follow_is_counted_and_never_guessed(tmp_path: Path) -> None:
    found = block(
        tmp_path,
        {
            "main.tf": QUEUE.format(
                "  name = each.key\n  for_each = toset([])\n  policy = data.x.y.json\n  delay_seconds = 1"
            )
        },
    )

    assert (found.coded, found.unknown_count) == ({"delay_seconds": 1}, 2)


def test_the_known_keys_of_a_map_count(tmp_path: Path) -> None:
    body = '  tags = {\n    team = "a"\n    "example.com/id" = "b"\n    vpc = aws_vpc.main.id\n  }'
    found = block(tmp_path, {"main.tf": QUEUE.format(body)})

    assert found.coded == {"tags.team": "a", 'tags["example.com/id"]': "b"}
    assert found.unknown_count == 1


def test_nested_blocks_count_with_what_is_known_of_them(tmp_path: Path) -> None:
    body = (
        "  ingress {\n    from_port = 22\n    cidr_blocks = [aws_vpc.main.cidr_block]\n  }\n"
        "  ingress {\n    from_port = 80\n    inner {\n      a = 1\n    }\n  }\n"
        '  lifecycle {\n    prevent_destroy = true\n  }\n  timeouts {\n    create = "5m"\n  }\n'
    )

    found = block(tmp_path, {"main.tf": QUEUE.format(body)})

    assert found.coded == {"ingress": [{"from_port": 22}, {"from_port": 80, "inner": [{"a": 1}]}]}
    assert found.unknown_count == 1


def test_blocks_of_which_some_are_dynamic_do_not_count(tmp_path: Path) -> None:
    body = (
        "  ingress {\n    from_port = 22\n  }\n"
        '  dynamic "ingress" {\n    for_each = var.ports\n    content {\n      from_port = 1\n    }\n  }\n'
    )

    found = block(tmp_path, {"main.tf": QUEUE.format(body)})

    assert (found.coded, found.unknown_count) == ({}, 1)


def test_a_default_counts(tmp_path: Path) -> None:
    assert named(tmp_path, '  default = "a"') == "a"


def test_a_variable_without_a_value_does_not(tmp_path: Path) -> None:
    assert named(tmp_path, "  type = string") is None


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"terraform.tfvars": 'name = "b"\n'}, "b"),
        ({"terraform.tfvars.json": '{"name": "b"}'}, "b"),
        ({"terraform.tfvars": 'name = "b"\n', "x.auto.tfvars": 'name = "c"\n'}, "c"),
        ({"x.auto.tfvars": 'name = "c"\n', "y.auto.tfvars": 'name = "d"\n'}, "d"),
    ],
)
def test_files_of_values_win_in_terraforms_order(tmp_path: Path, files: Mapping[str, str], name: str) -> None:
    assert named(tmp_path, '  default = "a"', files) == name


def test_a_file_that_may_be_named_on_the_command_line_makes_a_value_doubtful(tmp_path: Path) -> None:
    """
    Nobody knows whether `production.tfvars` is given, so that the default may not hold.
    """
    files = {"production.tfvars": 'name = "b"\n'}

    assert named(tmp_path, '  default = "a"', files) is None
    assert named(tmp_path, '  default = "a"', files, Given(var_files=("production.tfvars",))) == "b"


@pytest.mark.parametrize("path", ["env/production.tfvars", "env/eu/production.tfvars"])
def test_such_a_file_may_lie_below(tmp_path: Path, path: str) -> None:
    files = {path: 'name = "b"\n'}

    assert named(tmp_path, '  default = "a"', files) is None
    assert (
        named(tmp_path, '  default = "a"', files, Given(var_files=(path.replace("production", "*"),))) == "b"
    )
    assert named(tmp_path, '  default = "a"', files, Given(var_files=("gone.tfvars",))) == "a"


def test_other_values_of_such_files_stay_certain(tmp_path: Path) -> None:
    assert named(tmp_path, '  default = "a"', {"production.tfvars": 'other = "b"\n'}) == "a"


def test_what_terragrunt_passes_on_wins_and_what_nobody_knows_of_it_is_unknown(tmp_path: Path) -> None:
    assert named(tmp_path, '  default = "a"', given=Given(values={"name": "b"})) == "b"
    assert named(tmp_path, '  default = "a"', given=Given(unknown=frozenset({"name"}))) is None
    assert named(tmp_path, '  default = "a"', given=Given(unknown=None)) is None


@pytest.mark.parametrize("backend", ['cloud {\n    organization = "a"\n  }', 'backend "remote" {\n  }'])
def test_where_hcp_terraform_may_hold_other_values_defaults_do_not_count(
    tmp_path: Path, backend: str
) -> None:
    assert named(tmp_path, '  default = "a"', {"cloud.tf": f"terraform {{\n  {backend}\n}}\n"}) is None


@pytest.mark.parametrize("hidden", ["sensitive", "ephemeral"])
def test_a_secret_value_is_as_good_as_unknown(tmp_path: Path, hidden: str) -> None:
    assert named(tmp_path, f'  default = "hunter2"\n  {hidden} = true') is None


def test_the_inputs_of_a_module_count(tmp_path: Path) -> None:
    found = block(
        tmp_path,
        {
            "main.tf": 'locals {\n  n = "a"\n}\nmodule "q" {\n  source = "./q"\n  name = "${local.n}-b"\n}\n',
            "q/main.tf": f'variable "name" {{\n  default = "x"\n}}\n{NAMED}',
        },
    )

    assert found.coded == {"name": "a-b"}


@pytest.mark.parametrize(
    ("given", "nullable", "name"),
    [
        ("null", "", None),
        ("null", "nullable = false", "x"),
        ("aws_vpc.main.id", "", "unknown"),
        ("", "", "x"),
    ],
)
def test_an_input_that_is_null_or_left_out_may_mean_the_default(
    tmp_path: Path, given: str, nullable: str, name: str | None
) -> None:
    argument = f"  name = {given}\n" if given else ""
    found = block(
        tmp_path,
        {
            "main.tf": f'module "q" {{\n  source = "./q"\n{argument}}}\n',
            "q/main.tf": f'variable "name" {{\n  default = "x"\n  {nullable}\n}}\n{NAMED}',
        },
    )

    assert found.coded.get("name", "unknown") == name


def test_an_override_file_gives_the_value(tmp_path: Path) -> None:
    files = {"main.tf": QUEUE.format('  name = "a"'), "main_override.tf": QUEUE.format('  name = "b"')}

    assert block(tmp_path, files).coded == {"name": "b"}


def test_a_file_of_values_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": NAMED, "terraform.tfvars": "name = = 1\n"})

    assert read_code(tmp_path).unreadable == ("terraform.tfvars: not valid HCL at line 1, column 8",)
