"""A state encrypted under AWS KMS, read as the catalog puts the parts together."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from boto3.session import Session

from drift.errors import ProviderAccessError
from providers.catalog import BASELINES, terraform_state
from tests.providers.aws.moto import simulated_aws
from tests.providers.terraform.builders import a_resource, a_state
from tests.providers.terraform.opentofu import encrypted, in_base64


@pytest.fixture
def key() -> Iterator[str]:
    """The ARN of a key in an account that the SDK finds."""
    with simulated_aws():
        yield Session().client("kms").create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def state(key: str, tmp_path: Path) -> Path:
    """A state as OpenTofu encrypts it: under a new data key, which the service sealed."""
    made = Session().client("kms").generate_data_key(KeyId=key, KeySpec="AES_256")
    note = {"ciphertext_blob": in_base64(made["CiphertextBlob"])}
    file = tmp_path / "terraform.tfstate"
    file.write_text(json.dumps(encrypted(a_state(a_resource()), made["Plaintext"], aws_kms__main=note)))
    return file


def test_a_state_is_opened_with_the_ambient_credentials(state: Path) -> None:
    (declaration,) = terraform_state(str(state)).declared()

    assert [one.address for one in declaration.resources] == ["aws_sqs_queue.orders"]


def test_the_configuration_may_name_the_key(state: Path, key: str) -> None:
    adapter = BASELINES["terraform-state"]
    baseline = adapter.make("production", adapter.settings(state=str(state), kms_key=key))

    (declaration,) = baseline.declared()

    assert len(declaration.resources) == 1


def test_another_key_than_the_configured_one_opens_nothing(state: Path) -> None:
    """
    Whoever can write states, but has no access to the key, must not be able to bring one of his own.
    """
    other = Session().client("kms").create_key()["KeyMetadata"]["Arn"]
    adapter = BASELINES["terraform-state"]
    baseline = adapter.make("production", adapter.settings(state=str(state), kms_key=other))

    with pytest.raises(ProviderAccessError, match="encrypted by OpenTofu, and AWS KMS refuses"):
        list(baseline.declared())
