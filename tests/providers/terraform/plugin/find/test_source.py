import pytest

from providers.terraform.plugin.find.source import reference
from providers.terraform.plugin.find.versions import rank


@pytest.mark.parametrize(
    ("configuration", "provider", "expected"),
    [
        (
            'provider["registry.terraform.io/hashicorp/aws"]',
            "",
            ("registry.terraform.io", "hashicorp", "aws", None),
        ),
        ('provider["registry.opentofu.org/a/b-c"].west', "", ("registry.opentofu.org", "a", "b-c", "west")),
        ('module.x["y"].provider["registry.terraform.io/-/aws"].e', "", (None, None, "aws", "e")),
        ('provider["example.com:8443/a/b"]', "", ("example.com:8443", "a", "b", None)),
        ('provider["hashicorp/aws"]', "", (None, "hashicorp", "aws", None)),
        ("provider.aws", "-/aws", (None, None, "aws", None)),
        ("module.web.provider.aws.west", "-/aws", (None, None, "aws", "west")),
        (None, "hashicorp/aws", (None, "hashicorp", "aws", None)),
        (None, "-/aws", (None, None, "aws", None)),
        ("", "aws", (None, None, "aws", None)),
    ],
)
def test_the_provider_of_a_configuration_is_told(
    configuration: str | None, provider: str, expected: tuple[str | None, ...]
) -> None:
    found = reference(configuration, provider)

    assert found is not None
    assert (found.source.host, found.source.namespace, found.source.type, found.alias) == expected


@pytest.mark.parametrize(
    ("configuration", "provider"),
    [
        ('provider["../../etc/passwd"]', ""),
        ('provider["registry.terraform.io/../aws"]', ""),
        ('provider["a/b/c d"]', ""),
        (None, ""),
        (None, "../.."),
        (None, "a/b/c/d"),
        (None, "a/*"),
    ],
)
def test_what_would_lead_elsewhere_on_the_disk_is_no_provider(
    configuration: str | None, provider: str
) -> None:
    assert reference(configuration, provider) is None


def test_versions_are_in_the_order_of_their_numbers() -> None:
    ordered = [
        "0.9.10",
        "1.0.0-alpha",
        "1.0.0-alpha.2",
        "1.0.0-alpha.10",
        "1.0.0-beta",
        "1.0.0",
        "1.2.0",
        "1.10.0",
    ]

    assert sorted(set(ordered), key=lambda one: rank(one) or ()) == ordered
    assert [rank(one) for one in ("latest", "1.0", "../1.0.0", "1.0.0/..")] == [None] * 4
