"""Modules from everywhere, as far as their code is at hand: what they ignore counts too."""

import json
from pathlib import Path
from typing import Any

import pytest

from providers.terraform.code import modules
from providers.terraform.code.modules import Fetching, local_place
from providers.terraform.hcl_facts import CalledModule, CodeFacts, read_code
from tests.providers.terraform.writing import commit, write

VPC = "terraform-aws-modules/vpc/aws"
IGNORING = 'resource "aws_vpc" "this" {\n  lifecycle {\n    ignore_changes = [tags]\n  }\n}\n'


def a_call(source: str, *, version: str | None = None, name: str = "vpc") -> str:
    asked = f'  version = "{version}"\n' if version else ""
    return f'module "{name}" {{\n  source  = "{source}"\n{asked}}}\n'


def installed(folder: Path, *modules: dict[str, Any]) -> None:
    root = {"Key": "", "Source": "", "Dir": "."}
    write(folder, {".terraform/modules/modules.json": json.dumps({"Modules": [root, *modules]})})


def a_module(key: str = "vpc", **but: Any) -> dict[str, Any]:
    facts = {
        "Key": key,
        "Source": f"registry.terraform.io/{VPC}",
        "Version": "5.1.2",
        "Dir": f".terraform/modules/{key}",
    }
    return facts | but


def facts(folder: Path, fetching: Fetching | None = None) -> CodeFacts:
    return read_code(local_place(folder), None, fetching)


def ignored(found: CodeFacts, address: str = "module.vpc.aws_vpc.this") -> tuple[str, ...] | None:
    block = found.block(address)
    return block.ignored if block else None


def test_a_registry_module_is_read_where_terraform_put_it(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": a_call(VPC, version="~> 5.0"), ".terraform/modules/vpc/main.tf": IGNORING})
    installed(tmp_path, a_module())

    found = facts(tmp_path)

    assert (ignored(found), found.unreadable) == (("tags",), ())
    block = found.block("module.vpc.aws_vpc.this[0]")
    assert block is not None
    assert block.source == ".terraform/modules/vpc/main.tf:1"


def test_the_tree_of_modules_is_told_with_places_and_sources(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "main.tf": "# first\n" + a_call("./a", name="a") + a_call(VPC, version="~> 5.0"),
            "a/main.tf": a_call("../b", name="b"),
            "b/main.tf": IGNORING,
        },
    )

    assert facts(tmp_path).modules == {
        "module.a": CalledModule(place="main.tf:2", source="./a", version=None, is_at_hand=True),
        "module.a.module.b": CalledModule(place="a/main.tf:1", source="../b", version=None, is_at_hand=True),
        "module.vpc": CalledModule(place="main.tf:5", source=VPC, version="~> 5.0", is_at_hand=False),
    }


def test_a_module_inside_a_registry_module_is_read_too(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "main.tf": a_call(VPC),
            ".terraform/modules/vpc/main.tf": a_call("git::https://host/label.git?ref=v1", name="label")
            + a_call("./modules/inner", name="inner"),
            ".terraform/modules/vpc/modules/inner/main.tf": IGNORING,
            ".terraform/modules/vpc.label/main.tf": IGNORING,
        },
    )
    installed(
        tmp_path,
        a_module(),
        a_module("vpc.label", Source="git::https://host/label.git?ref=v1", Version=None),
        a_module("vpc.inner", Source="./modules/inner", Version=None),
    )

    found = facts(tmp_path)

    assert ignored(found, "module.vpc.module.label.aws_vpc.this") == ("tags",)
    assert ignored(found, "module.vpc.module.inner.aws_vpc.this") == ("tags",)


def test_a_copy_of_another_version_or_source_does_not_count(tmp_path: Path) -> None:
    """
    What it ignores may be something else by now.
    """
    write(
        tmp_path,
        {
            "main.tf": a_call(VPC, version="5.2.0") + a_call("example/other/aws", name="other"),
            ".terraform/modules/vpc/main.tf": IGNORING,
        },
    )
    installed(tmp_path, a_module(), a_module("other", Dir=".terraform/modules/vpc"))

    found = facts(tmp_path)

    assert ignored(found) is None
    why = "the copy in .terraform/modules is of another source or version"
    assert found.unreadable == (
        f"main.tf:1: module.vpc ({VPC}): {why}",
        f"main.tf:5: module.other (example/other/aws): {why}",
    )


def test_a_damaged_manifest_is_none(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": a_call(VPC), ".terraform/modules/modules.json": '{"Modules": 7}'})

    assert len(facts(tmp_path).unreadable) == 1


def test_a_module_in_a_repository_is_fetched_at_its_ref_where_that_is_allowed(tmp_path: Path) -> None:
    url = commit(tmp_path / "modules", {"vpc/main.tf": IGNORING}, tag="v1")
    commit(tmp_path / "modules", {"vpc/main.tf": "# nothing is ignored any more\n"})
    write(tmp_path / "code", {"main.tf": a_call(f"git::{url}//vpc?ref=v1")})

    allowed = Fetching(cache=tmp_path / "cache", allowed=(f"{tmp_path.as_uri()}/*",))
    not_allowed = Fetching(cache=tmp_path / "cache", allowed=("https://git.example.com/*",))

    assert ignored(facts(tmp_path / "code", allowed)) == ("tags",)
    assert ignored(facts(tmp_path / "code", not_allowed)) is None


def test_a_repository_that_cannot_be_fetched_is_named_and_hides_nothing(tmp_path: Path) -> None:
    source = f"git::{(tmp_path / 'gone').as_uri()}?ref=v1"
    write(tmp_path / "code", {"main.tf": a_call(source) + IGNORING})

    found = facts(tmp_path / "code", Fetching(cache=tmp_path / "cache", allowed=("file://*",)))

    assert ignored(found, "aws_vpc.this") == ("tags",)
    (reason,) = found.unreadable
    assert reason.startswith("main.tf:1: module.vpc")
    assert "cannot be fetched" in reason


def test_code_in_a_repository_cannot_reach_out_of_it(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", {"main.tf": IGNORING})
    url = commit(tmp_path / "modules", {"vpc/main.tf": a_call(f"../../..{secret}", name="out")})
    write(tmp_path / "code", {"main.tf": a_call(f"git::{url}//vpc?ref=main")})

    found = facts(tmp_path / "code", Fetching(cache=tmp_path / "cache", allowed=("file://*",)))

    assert ignored(found, "module.vpc.module.out.aws_vpc.this") is None
    assert any("no such folder" in one for one in found.unreadable)


def test_more_modules_than_anybody_writes_are_named_and_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Each of thirty folders that calls the next one twice would be a thousand million modules.
    """
    monkeypatch.setattr(modules, "MAX_MODULES", 100)
    for number in range(30):
        calls = "".join(a_call(f"../m{number + 1}", name=name) for name in ("one", "two"))
        write(tmp_path, {f"m{number}/main.tf": calls + IGNORING})
    write(tmp_path, {"m30/main.tf": IGNORING})

    found = facts(tmp_path / "m0")

    assert 30 <= len(found.blocks) <= 101
    assert any("more modules than anybody writes" in one for one in found.unreadable)


def test_a_source_that_is_computed_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'module "vpc" {\n  source = "${var.where}/vpc"\n}\n'})

    assert facts(tmp_path).unreadable == ("main.tf:1: module.vpc (no source): its source is no plain text",)
