"""What belongs to a state, and how it was found: through the baseline, as the configuration names it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.baseline import Declaration
from drift.model.state_map import Fact, MappedState
from drift.ports import Mapped
from providers.terraform.baseline import TerraformState, TerraformStateSettings
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.estate.checkout import Checkout
from providers.terraform.estate.mapping import mapped
from providers.terraform.estate.rows import MapRow
from providers.terraform.state import read_state
from tests.providers.terraform.builders import AWS, a_resource, a_state, an_instance
from tests.providers.terraform.writing import commit, git, write

ARN = "arn:aws:sqs:eu-west-1:111122223333:orders"
KEY = "net/a.tfstate"
BACKEND = f'terraform {{\n  backend "s3" {{\n    bucket = "bucket"\n    key = "{KEY}"\n  }}\n}}\n'
PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n  allowed_account_ids = ["444455556666"]\n}\n'
IGNORING = 'resource "aws_sqs_queue" "orders" {\n  lifecycle {\n    ignore_changes = [tags]\n  }\n}\n'


def a_baseline(folder: Path, code: Mapping[str, str] | str | None, **but: Any) -> TerraformState:
    """Return the baseline of a folder of states, with code in a folder beside it or at an address."""
    if isinstance(code, Mapping):
        write(folder / "code", code)
        code = str(folder / "code")
    settings = TerraformStateSettings(state=str(folder / "states"), code=code, **but)
    return TerraformState("production", settings)


def keep(folder: Path, *resources: dict[str, Any], at: str = f"bucket/{KEY}") -> None:
    file = folder / "states" / at
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(a_state(*(resources or (a_resource(an_instance({"arn": ARN})),))))


def the_map(folder: Path, code: Mapping[str, str] | str | None, **but: Any) -> MappedState:
    (one,) = a_baseline(folder, code, **but).mapped()
    return one


def ignored(folder: Path, code: Mapping[str, str] | str | None, **but: Any) -> tuple[str, ...]:
    ((resource,),) = (one.resources for one in a_baseline(folder, code, **but).declared())
    return resource.ignored


def test_a_backend_block_leads_to_the_code_and_the_resources_to_the_rest(tmp_path: Path) -> None:
    keep(tmp_path)

    found = the_map(tmp_path, {"live/net/main.tf": BACKEND, "CODEOWNERS": "* @net\n"})

    assert isinstance(a_baseline(tmp_path, None), Mapped)
    assert found == MappedState(
        baseline="production",
        state=str(tmp_path / "states" / "bucket" / KEY),
        code=Fact(value="live/net", how="backend block of main.tf"),
        account=Fact(value="111122223333", how="identifiers in the state"),
        region=Fact(value="eu-west-1", how="identifiers in the state"),
        owner=Fact(value="@net", how="CODEOWNERS"),
        missing=("role: name it as read_role, or in a row of the map",),
    )


def test_the_code_that_was_found_says_what_is_ignored(tmp_path: Path) -> None:
    keep(tmp_path)

    assert ignored(tmp_path, {"live/net/main.tf": BACKEND + IGNORING, "live/other/main.tf": IGNORING}) == (
        "tags",
    )


def test_where_the_resources_are_silent_the_provider_block_tells(tmp_path: Path) -> None:
    keep(tmp_path, a_resource(an_instance({"id": "x"}), type="random_id"))

    found = the_map(
        tmp_path, {"net/main.tf": BACKEND, "net/p.tf": PROVIDER}, read_role="role/{account}/{region}"
    )

    how = "provider block of net/p.tf"
    assert found.account == Fact(value="444455556666", how=how)
    assert found.region == Fact(value="us-east-1", how=how)
    assert found.role == Fact(value="role/444455556666/us-east-1", how="read_role")


def test_of_several_accounts_the_main_providers_counts_and_the_others_are_told(tmp_path: Path) -> None:
    other = "arn:aws:sqs:us-east-1:444455556666:orders"
    main, more = a_resource(an_instance({"arn": other})), an_instance({"arn": ARN})
    keep(tmp_path, main, a_resource(more, more, provider=f"{AWS}.dns", name="more"))

    found = the_map(tmp_path, {"net/main.tf": BACKEND + PROVIDER})

    assert (found.account, found.other_accounts) == (
        Fact(value="444455556666", how="identifiers in the state"),
        ("111122223333",),
    )
    assert found.region == Fact(value="us-east-1", how="identifiers in the state")


def test_a_partial_backend_needs_its_file(tmp_path: Path) -> None:
    keep(tmp_path)
    partial = {"net/main.tf": 'terraform {\n  backend "s3" {}\n}\n'}
    file = f'bucket = "bucket"\nkey = "{KEY}"\n'

    assert the_map(tmp_path, partial).code is None
    assert the_map(tmp_path, {**partial, "net/other.conf": file}).code is None
    how = "partial backend of main.tf with other.conf"
    assert the_map(tmp_path, partial, backend_files=("*.conf",)).code == Fact(value="net", how=how)
    how = "partial backend of main.tf with env/prod.tfbackend"
    assert the_map(tmp_path, {**partial, "net/env/prod.tfbackend": file}).code == Fact(value="net", how=how)


def test_what_is_missing_says_what_to_do(tmp_path: Path) -> None:
    keep(tmp_path, a_resource(an_instance({"id": "x"}), type="random_id"))

    found = the_map(
        tmp_path, {"a/main.tf": 'terraform {\n  backend "s3" {}\n}\n', "b/main.tf": "cloud = = 1"}
    )

    code, *others = found.missing
    assert code == (
        "code: no backend block and no Terragrunt unit keeps a state there;"
        " not read: b/main.tf: not valid HCL at line 1, column 9;"
        " where a keeps its own does not follow from the code: add a row to the map"
    )
    assert others == [
        "account: neither the state nor the code's provider blocks tell it: add a row to the map",
        "region: neither the state nor the code's provider blocks tell it: add a row to the map",
        "role: name it as read_role, or in a row of the map",
    ]


def test_two_folders_with_the_same_key_are_told_and_none_is_taken(tmp_path: Path) -> None:
    keep(tmp_path)

    found = the_map(tmp_path, {"a/main.tf": BACKEND, "b/main.tf": BACKEND})

    assert found.code is None
    assert found.missing[0].startswith("code: its key is that of a, b: ")
    assert ignored(tmp_path, {"a/main.tf": BACKEND + IGNORING, "b/main.tf": BACKEND}) == ()


def test_rows_of_the_configuration_win(tmp_path: Path) -> None:
    keep(tmp_path)
    rows = (
        MapRow(state=r"/(?P<environment>net)/", code="legacy/{environment}", owner="@us"),
        MapRow(state="tfstate", owner="@them", role="role/{environment}", account="999900001111"),
    )

    found = the_map(tmp_path, {"live/main.tf": BACKEND, "legacy/net/main.tf": IGNORING}, map=rows)

    assert found.code == Fact(value="legacy/net", how="row 1 of the map")
    assert found.environment == Fact(value="net", how="row 1 of the map")
    assert (found.owner, found.account) == (
        Fact(value="@us", how="row 1 of the map"),
        Fact(value="999900001111", how="row 2 of the map"),
    )
    assert found.role is None  # its row knows no environment


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no regular expression"):
        MapRow(state="(")


def test_the_only_root_module_is_the_code_of_all_states(tmp_path: Path) -> None:
    keep(tmp_path, at="whatever.tfstate")

    found = the_map(tmp_path, {"main.tf": IGNORING, "modules/a/main.tf": ""})

    assert found.code == Fact(value=".", how="the configuration")


def test_without_code_in_the_configuration_it_lies_beside_the_state_or_nowhere(tmp_path: Path) -> None:
    keep(tmp_path)

    assert the_map(tmp_path, None).missing[0].startswith("code: no code lies beside the state")
    write(tmp_path / "states" / "bucket" / "net", {"main.tf": IGNORING})
    found = the_map(tmp_path, None)
    assert found.code == Fact(value=str(tmp_path / "states" / "bucket" / "net"), how="beside the state")
    assert ignored(tmp_path, None) == ("tags",)


def test_code_in_a_repository_is_read_at_its_ref(tmp_path: Path) -> None:
    keep(tmp_path)
    url = commit(
        tmp_path / "repository", {"live/net/main.tf": BACKEND + IGNORING, "CODEOWNERS": "* @a"}, tag="v1"
    )
    commit(tmp_path / "repository", {"live/net/main.tf": BACKEND})
    settings = {"code": f"git::{url}//live?ref=v1", "code_cache": str(tmp_path / "cache")}

    found = the_map(tmp_path, **settings)

    assert found.code == Fact(value="live/net", how="backend block of main.tf")
    assert found.owner == Fact(value="@a", how="CODEOWNERS")
    assert ignored(tmp_path, **settings) == ("tags",)
    [declaration] = a_baseline(tmp_path, **settings).declared()
    assert declaration.commit == git(tmp_path / "repository", "rev-parse", "v1")
    settings["code"] = f"git::{url}//live?ref=main"
    assert ignored(tmp_path, **settings) == ()


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("git::https://git.example.com/code.git?ref=main", "there is no cache to fetch to"),
        ("git::./code", "is no git address"),
    ],
)
def test_a_repository_needs_a_cache_and_an_address(tmp_path: Path, code: str, what: str) -> None:
    keep(tmp_path)

    with pytest.raises(ProviderAccessError, match=what) as raised:
        ignored(tmp_path, code)

    assert raised.value.hint


def test_a_repository_that_cannot_be_fetched_fails_the_baseline(tmp_path: Path) -> None:
    """
    Without the code nobody knows what is ignored, and all of that would be drift.
    """
    keep(tmp_path)
    code = f"git::{(tmp_path / 'gone').as_uri()}?ref=main"

    with pytest.raises(ProviderUnavailableError, match="cannot be fetched"):
        ignored(tmp_path, code, code_cache=str(tmp_path / "cache"))


ROOT = (
    f'remote_state {{\n  backend = "s3"\n  config = {{\n    bucket = "bucket"\n    key = "{KEY}"\n  }}\n}}\n'
)
UNIT = (
    "include {\n  path = find_in_parent_folders()\n}\n"
    'terraform {\n  source = "SOURCE"\n}\n'
    'inputs = {\n  name = "given"\n  environment = "prod"\n  aws_region = "eu-west-3"\n}\n'
)
MODULE = 'variable "name" {\n  default = "x"\n}\nresource "aws_sqs_queue" "orders" {\n  name = var.name\n}\n'


@pytest.mark.parametrize("source", ["../../modules//queue", "${get_repo_root()}/modules//queue"])
def test_terragrunt_takes_the_module_from_elsewhere_and_gives_it_values(tmp_path: Path, source: str) -> None:
    keep(tmp_path)
    code = {
        "terragrunt.hcl": ROOT,
        "live/queue/terragrunt.hcl": UNIT.replace("SOURCE", source),
        "modules/queue/main.tf": MODULE,
    }

    ((resource,),) = (one.resources for one in a_baseline(tmp_path, code).declared())

    assert resource.coded == {"name": "given"}
    assert resource.source == "main.tf:4"


def test_what_terragrunt_generates_is_set_for_a_provider_too(tmp_path: Path) -> None:
    keep(tmp_path)
    made = 'generate "provider" {\n  contents = <<EOF\nprovider "aws" {\n  profile = "x"\n}\nEOF\n}\n'
    code = {
        "terragrunt.hcl": ROOT + made,
        "live/queue/terragrunt.hcl": UNIT.replace("SOURCE", "../../modules//queue"),
        "modules/queue/main.tf": MODULE,
    }

    ((resource,),) = (one.resources for one in a_baseline(tmp_path, code).declared())

    assert resource.stored
    assert resource.stored.settings == {"profile"}


def test_a_module_of_terragrunt_that_is_not_at_hand_is_named(tmp_path: Path) -> None:
    keep(tmp_path)
    unit = UNIT.replace("SOURCE", "tfr:///example/queue/aws?version=1.0.0")
    code = {"terragrunt.hcl": ROOT, "live/queue/terragrunt.hcl": unit}

    (declaration,) = a_baseline(tmp_path, code).declared()

    assert declaration.unread_code == (
        "live/queue/terragrunt.hcl: tfr:///example/queue/aws: the module is not at hand",
    )
    found = the_map(tmp_path, code)
    assert found.code == Fact(value="live/queue", how="Terragrunt's remote_state of terragrunt.hcl")
    assert found.environment == Fact(value="prod", how="Terragrunt's locals and inputs")


def test_the_working_directory_that_the_store_tells_is_the_code(tmp_path: Path) -> None:
    """
    HCP Terraform knows it of each workspace.
    """
    write(tmp_path / "code", {"live/net/main.tf": IGNORING})
    settings = TerraformStateSettings(state="hcp://example/net", code=str(tmp_path / "code"))
    declaration = replace(a_declaration(), code_directory="live/net")

    found = mapped(declaration, Checkout(settings, ParsedFiles(), ""), settings)

    assert found.code == Fact(value="live/net", how="its workspace's working directory")


@pytest.mark.parametrize(("directory", "code"), [("../elsewhere", "code"), ("live/net", None)])
def test_a_working_directory_out_of_the_checkout_is_told_and_not_read(
    tmp_path: Path, directory: str, code: str | None
) -> None:
    write(tmp_path, {"code/main.tf": "", "elsewhere/main.tf": IGNORING})
    settings = TerraformStateSettings(state="hcp://example/net", code=code and str(tmp_path / code))
    declaration = replace(a_declaration(), code_directory=directory)

    found = Checkout(settings, ParsedFiles(), "").of(declaration)

    assert found is not None
    assert (found.folder.value, found.place) == (directory, None)


def a_declaration() -> Declaration:
    return read_state(a_state(a_resource()), name="production", origin="hcp://example/net")
