import pytest

from providers.terraform.code.sources import (
    GitSource,
    LocalSource,
    ModuleSource,
    OtherSource,
    RegistrySource,
    module_source,
)

PUBLIC = "registry.terraform.io/terraform-aws-modules/vpc/aws"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("./modules/a", LocalSource("./modules/a")),
        ("../a", LocalSource("../a")),
        ("terraform-aws-modules/vpc/aws", RegistrySource(PUBLIC)),
        ("registry.terraform.io/terraform-aws-modules/vpc/aws", RegistrySource(PUBLIC)),
        (
            "terraform-aws-modules/iam/aws//modules/role",
            RegistrySource("registry.terraform.io/terraform-aws-modules/iam/aws//modules/role"),
        ),
        ("app.terraform.io/example/vpc/aws", RegistrySource("app.terraform.io/example/vpc/aws")),
        (
            "git::https://host/code.git//modules/a?ref=v1.2.0",
            GitSource(url="https://host/code.git", folder="modules/a", ref="v1.2.0"),
        ),
        ("git::https://host/code.git", GitSource(url="https://host/code.git")),
        ("git::ssh://git@host/code.git?ref=a&depth=1", GitSource(url="ssh://git@host/code.git", ref="a")),
        ("git::file:///srv/code//a?ref=main", GitSource(url="file:///srv/code", folder="a", ref="main")),
        (
            "git@github.com:example/code.git?ref=v1",
            GitSource(url="ssh://git@github.com/example/code.git", ref="v1"),
        ),
        ("git::git@host:code.git//a", GitSource(url="ssh://git@host/code.git", folder="a")),
        ("github.com/example/code", GitSource(url="https://github.com/example/code")),
        (
            "github.com/example/code//modules/a?ref=v1",
            GitSource(url="https://github.com/example/code", folder="modules/a", ref="v1"),
        ),
        ("https://host/modules.zip", OtherSource("https://host/modules.zip")),
        ("s3::https://s3.amazonaws.com/b/a.zip", OtherSource("s3::https://s3.amazonaws.com/b/a.zip")),
        ("", OtherSource("")),
    ],
)
def test_a_source_is_understood_as_terraform_does(text: str, source: ModuleSource) -> None:
    assert module_source(text) == source
