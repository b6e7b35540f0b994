import pytest

from providers.terraform.code.parse import parse_hcl
from providers.terraform.estate.backends import Backend, StatePlace, backends_in


def the_backend(text: str) -> Backend:
    (backend,) = backends_in(parse_hcl(f"terraform {{\n{text}\n}}\n".encode()).body.blocks[0])
    return backend


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            'backend "s3" {\n bucket = "b"\n key = "a/b.tfstate"\n}',
            StatePlace(backend="s3", container=("b",), key="a/b.tfstate", workspaces="env:"),
        ),
        (
            'backend "s3" {\n bucket = "b"\n key = "a"\n workspace_key_prefix = "w"\n}',
            StatePlace(backend="s3", container=("b",), key="a", workspaces="w"),
        ),
        (
            'backend "gcs" {\n bucket = "b"\n prefix = "a/b"\n}',
            StatePlace(backend="gcs", container=("b",), key="a/b", is_prefix=True),
        ),
        (
            'backend "azurerm" {\n storage_account_name = "s"\n container_name = "c"\n key = "k"\n}',
            StatePlace(backend="azurerm", container=("s", "c"), key="k"),
        ),
        (
            'backend "http" {\n address = "https://host/states/a"\n}',
            StatePlace(backend="http", container=(), key="host/states/a"),
        ),
        ('backend "local" {\n}', StatePlace(backend="local", container=(), key="terraform.tfstate")),
        (
            'cloud {\n organization = "o"\n workspaces {\n name = "w"\n }\n}',
            StatePlace(backend="remote", container=("o",), key="w"),
        ),
        (
            'backend "remote" {\n organization = "o"\n workspaces {\n prefix = "w-"\n }\n}',
            StatePlace(backend="remote", container=("o",), key="w-", is_prefix=True),
        ),
        ('cloud {\n workspaces {\n tags = ["a"]\n }\n}', None),
        ('backend "s3" {\n bucket = "b"\n}', None),
        ('backend "s3" {\n key = var.key\n}', None),
        ('backend "etcdv3" {\n prefix = "a"\n}', None),
    ],
)
def test_a_backend_says_where_its_state_is(text: str, place: StatePlace | None) -> None:
    assert the_backend(text).place() == place


@pytest.mark.parametrize(
    ("text", "is_partial"),
    [
        ('backend "s3" {}', True),
        ('backend "s3" {\n key = "a"\n}', True),
        ('backend "s3" {\n key = "a"\n bucket = "b"\n}', False),
        ('backend "gcs" {\n bucket = "b"\n}', False),
        ('backend "local" {}', False),
        ("cloud {}", False),
    ],
)
def test_a_backend_is_partial_where_its_place_is_given_elsewhere(text: str, is_partial: bool) -> None:
    assert the_backend(text).is_partial is is_partial


def test_a_file_completes_a_partial_backend() -> None:
    whole = the_backend('backend "s3" {\n key = "a"\n}').given({"bucket": "b"})

    assert (whole.is_partial, whole.place()) == (
        False,
        StatePlace(backend="s3", container=("b",), key="a", workspaces="env:"),
    )
