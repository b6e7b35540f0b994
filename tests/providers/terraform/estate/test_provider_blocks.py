from pathlib import Path

import pytest

from providers.terraform.code.module import Module, read_module
from providers.terraform.code.modules import local_place
from providers.terraform.code.parsed_files import ParsedFiles
from providers.terraform.estate.provider_blocks import (
    ProviderBlock,
    RequiredProvider,
    main_provider,
    provider_blocks,
    required_providers,
)
from tests.providers.terraform.writing import write

ROLE = "arn:aws:iam::111122223333:role/deploy"


def a_module(folder: Path, text: str) -> Module:
    place = local_place(write(folder, {"main.tf": text}))
    return read_module(place.files, place.folder, ParsedFiles())


def the_blocks(folder: Path, text: str) -> list[ProviderBlock]:
    return list(provider_blocks(a_module(folder, text).providers))


@pytest.mark.parametrize(
    ("text", "account", "region"),
    [
        ('provider "aws" {\n  region = "eu-west-1"\n}', None, "eu-west-1"),
        ('provider "aws" {\n  allowed_account_ids = ["111122223333"]\n}', "111122223333", None),
        ('provider "aws" {\n  allowed_account_ids = ["111122223333", "444455556666"]\n}', None, None),
        (
            f'provider "aws" {{\n  assume_role {{\n    role_arn = "{ROLE}"\n  }}\n}}',
            "111122223333",
            None,
        ),
        (
            'provider "google" {\n  project = "example"\n  region = "europe-west4"\n}',
            "example",
            "europe-west4",
        ),
        ('provider "azurerm" {\n  subscription_id = "0f1e"\n  features {}\n}', "0f1e", None),
        ('provider "aws" {\n  region = var.region\n}', None, None),
        ('provider "datadog" {\n  region = "x"\n}', None, None),
    ],
)
def test_a_provider_block_says_where_it_works(
    tmp_path: Path, text: str, account: str | None, region: str | None
) -> None:
    (block,) = the_blocks(tmp_path, text)

    assert (block.account, block.region, block.alias) == (account, region, None)


def test_aliases_are_told_and_the_main_one_is_without(tmp_path: Path) -> None:
    dns = 'provider "aws" {\n  alias = "dns"\n  region = "us-east-1"\n}\n'

    blocks = the_blocks(tmp_path, f'{dns}provider "aws" {{\n  region = "eu-west-1"\n}}\n')

    main = main_provider(blocks)
    assert [one.alias for one in blocks] == ["dns", None]
    assert main is not None
    assert (main.region, main.line) == ("eu-west-1", 5)


def test_the_role_that_applies_is_told(tmp_path: Path) -> None:
    (block,) = the_blocks(tmp_path, f'provider "aws" {{\n  assume_role {{\n    role_arn = "{ROLE}"\n  }}\n}}')

    assert block.role == ROLE


def test_required_providers_have_their_source_and_version(tmp_path: Path) -> None:
    aws = 'aws = {\n  source = "hashicorp/aws"\n  version = "~> 5.0"\n}\n'
    block = f'required_providers {{\n{aws}random = "3.1.0"\n}}\n'
    module = a_module(tmp_path, f"terraform {{\n{block}}}\n")

    assert list(required_providers(module)) == [
        RequiredProvider(name="aws", source="hashicorp/aws", version="~> 5.0"),
        RequiredProvider(name="random", source=None, version="3.1.0"),
    ]
