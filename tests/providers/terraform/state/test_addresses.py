from typing import Any

import pytest

from providers.terraform.state.addresses import instance_address, old_provider_of, provider_of

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'


@pytest.mark.parametrize(
    ("module", "key", "address"),
    [
        (None, None, "aws_sqs_queue.orders"),
        (None, 0, "aws_sqs_queue.orders[0]"),
        (None, 2.0, "aws_sqs_queue.orders[2]"),
        (None, "eu", 'aws_sqs_queue.orders["eu"]'),
        (None, "", 'aws_sqs_queue.orders[""]'),
        (None, 'a"b\\c', r'aws_sqs_queue.orders["a\"b\\c"]'),
        (None, "a\nb\tc\r", r'aws_sqs_queue.orders["a\nb\tc\r"]'),
        (None, "${x} %{y} $z", 'aws_sqs_queue.orders["$${x} %%{y} $z"]'),
        (None, "é\u200b\x07", 'aws_sqs_queue.orders["é\\u200b\\u0007"]'),
        (None, "\U000e0001", 'aws_sqs_queue.orders["\\U000e0001"]'),
        ("module.web", None, "module.web.aws_sqs_queue.orders"),
        ('module.web["x"].module.db[1]', 2, 'module.web["x"].module.db[1].aws_sqs_queue.orders[2]'),
    ],
)
def test_an_address_is_spelt_as_terraform_spells_it(module: str | None, key: Any, address: str) -> None:
    assert instance_address(module, "aws_sqs_queue", "orders", key) == address


@pytest.mark.parametrize("key", [True, 1.5, [], {}])
def test_what_is_no_key_has_no_address(key: Any) -> None:
    with pytest.raises(ValueError, match="index key"):
        instance_address(None, "aws_sqs_queue", "orders", key)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (AWS, "hashicorp/aws"),
        (f"{AWS}.ireland", "hashicorp/aws"),
        (f"module.web.{AWS}.ireland", "hashicorp/aws"),
        ('provider["registry.opentofu.org/hashicorp/aws"].by_region["eu-west-1"]', "hashicorp/aws"),
        ('provider["registry.opentofu.org/hashicorp/aws"].by_region["a]b"]', "hashicorp/aws"),
        ('module.x["provider[\\"a/b/c\\"]"].provider["terraform.example.com/acme/vault"]', "acme/vault"),
        ('provider["terraform.io/builtin/terraform"]', "builtin/terraform"),
        ('provider["registry.terraform.io/-/aws"]', "-/aws"),
        ('provider["hashicorp/aws"]', "hashicorp/aws"),
        ("provider.aws", "-/aws"),
        ("provider. aws", "-/aws"),
        ("provider.aws.west", "-/aws"),
        ("module.web.provider.aws.ireland", "-/aws"),
        ("module.a.module.b.provider.google-beta", "-/google-beta"),
    ],
)
def test_a_provider_is_named_by_namespace_and_type(text: str, name: str) -> None:
    assert provider_of(text).name == name


def test_the_configuration_of_a_provider_keeps_its_module_and_alias() -> None:
    west = f"module.web.{AWS}.west"

    assert provider_of(west).configuration == west
    assert provider_of("module.web.provider. aws.west").configuration == "module.web.provider.aws.west"


@pytest.mark.parametrize("text", ["", "aws", "provider", "provider.", 'provider["aws"]', f"{AWS} and more"])
def test_what_names_no_provider_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="provider cannot be read"):
        provider_of(text)


@pytest.mark.parametrize(
    ("text", "configuration"),
    [
        ("provider.aws", "provider.aws"),
        ("module.net.provider.aws.west", "module.net.provider.aws.west"),
        ("aws", "module.net.provider.aws"),
        ("aws.west", "module.net.provider.aws.west"),
        ("", "module.net.provider.aws"),
    ],
)
def test_the_provider_of_an_old_state_is_an_address_or_a_name_or_the_one_of_the_type(
    text: str, configuration: str
) -> None:
    provider = old_provider_of(text, "module.net", "aws_sqs_queue")

    assert (provider.name, provider.configuration) == ("-/aws", configuration)


def test_a_name_with_an_expression_in_it_is_no_provider() -> None:
    with pytest.raises(ValueError, match="provider cannot be read"):
        old_provider_of("aws.${var.region}", "", "aws_sqs_queue")
