"""What the code sets for each provider configuration that a state names."""

from pathlib import Path

import pytest

from providers.terraform.estate.provider_settings import settings_at
from providers.terraform.hcl_facts import read_code
from tests.providers.terraform.writing import write

CODE = """
terraform {
  required_providers {
    ours = { source = "registry.example.com/example/toy" }
  }
}

provider "ours" {
  version = "1.0.0"
}

provider "ours" {
  alias  = "west"
  region = "west"
  cloud  = var.cloud

  retry { times = 3 }
}

provider "aws" {
  region = "eu-west-1"
}

module "shop" {
  source = "./shop"
}
"""
SHOP = 'provider "aws" {\n  profile = "shop"\n}\n'
TOY = 'provider["registry.example.com/example/toy"]'


@pytest.mark.parametrize(
    ("configuration", "names"),
    [
        (TOY, set()),
        (f"{TOY}.west", {"region", "cloud", "retry"}),
        (f"{TOY}.east", None),
        ("provider.toy.west", {"region", "cloud", "retry"}),
        ("provider.aws", {"region"}),
        ('module.shop.provider["registry.terraform.io/hashicorp/aws"]', {"profile"}),
        ("module.shop.provider.aws", {"profile"}),
        (f"module.shop.{TOY}", None),
        ("nonsense", None),
    ],
)
def test_the_names_of_what_is_set_are_found_by_the_states_address(
    tmp_path: Path, configuration: str, names: set[str] | None
) -> None:
    facts = read_code(write(tmp_path, {"main.tf": CODE, "shop/main.tf": SHOP}))

    assert settings_at(configuration, facts.settings) == names


def test_an_override_adds_to_what_is_set(tmp_path: Path) -> None:
    override = 'provider "ours" {\n  alias = "west"\n  token = "x"\n}\n'
    facts = read_code(write(tmp_path, {"main.tf": CODE, "shop/main.tf": SHOP, "override.tf": override}))

    assert settings_at(f"{TOY}.west", facts.settings) == {"region", "cloud", "retry", "token"}


def test_the_json_syntax_says_the_same(tmp_path: Path) -> None:
    code = '{"provider": {"toy": [{"region": "east"}, {"alias": "west", "cloud": "x"}]}}'
    facts = read_code(write(tmp_path, {"main.tf.json": code}))

    assert settings_at("provider.toy", facts.settings) == {"region"}
    assert settings_at("provider.toy.west", facts.settings) == {"cloud"}
