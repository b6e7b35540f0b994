"""What only AWS KMS does; the rest is in the contract of every key service."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from boto3.session import Session

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from providers.aws.kms import AwsKms
from tests.providers.aws.moto import SimulatedAws, simulated_aws


@pytest.fixture
def aws() -> Iterator[SimulatedAws]:
    """An account without keys of this test."""
    with simulated_aws() as opened:
        yield opened


@pytest.mark.usefixtures("aws")
def test_the_arn_of_a_key_tells_its_region() -> None:
    there = Session().client("kms", region_name="eu-central-1")
    arn = there.create_key()["KeyMetadata"]["Arn"]
    sealed = there.encrypt(KeyId=arn, Plaintext=b"data key")["CiphertextBlob"]

    assert AwsKms().unseal(sealed, arn) == b"data key"
    with pytest.raises(ProviderResponseError, match=r"NotFound.*check kms_key"):
        AwsKms().unseal(sealed, arn.rpartition("/")[2])


@pytest.mark.usefixtures("aws")
def test_an_alias_names_a_key() -> None:
    here = Session().client("kms")
    key = here.create_key()["KeyMetadata"]["KeyId"]
    here.create_alias(AliasName="alias/drift-test", TargetKeyId=key)
    sealed = here.encrypt(KeyId=key, Plaintext=b"data key")["CiphertextBlob"]

    try:
        assert AwsKms().unseal(sealed, "alias/drift-test") == b"data key"
    finally:
        here.delete_alias(AliasName="alias/drift-test")


@pytest.mark.usefixtures("aws")
def test_a_permission_that_lacks_is_named_with_the_key() -> None:
    here = Session().client("kms")
    key, other = (here.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    sealed = here.encrypt(KeyId=key, Plaintext=b"data key")["CiphertextBlob"]

    with pytest.raises(ProviderAccessError, match="AccessDenied") as caught:
        AwsKms().unseal(sealed, other)  # which AWS answers as if it were denied

    assert caught.value.hint == f"allow kms:Decrypt on {other} to these credentials"


def test_without_a_region_the_hint_says_where_to_name_one(aws: SimulatedAws) -> None:
    aws.environment.delenv("AWS_DEFAULT_REGION")

    with pytest.raises(ProviderAccessError, match=r"no known region .*kms_key as the ARN"):
        AwsKms().unseal(b"sealed", "alias/state")


def test_without_credentials_the_hint_says_how_to_get_some(aws: SimulatedAws) -> None:
    aws.environment.delenv("AWS_ACCESS_KEY_ID")
    aws.environment.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(ProviderAccessError, match=r"no credentials .*AWS_PROFILE"):
        AwsKms().unseal(b"sealed", None)


@pytest.mark.parametrize("code", ["ThrottlingException", "KMSInternalException"])
def test_a_service_that_is_busy_may_be_asked_later(aws: SimulatedAws, code: str) -> None:
    with answering(code) as url:
        aws.environment.setenv("AWS_ENDPOINT_URL", url)

        with pytest.raises(ProviderUnavailableError, match=code):
            AwsKms().unseal(b"sealed", None)


@contextmanager
def answering(code: str) -> Iterator[str]:
    """Stand in for a KMS that answers every call with this error, which moto never does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"__type": code}).encode()
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
