"""AWS KMS over its own protocol, JSON 1.1: moto knows no Ed25519 yet. It signs with a real key."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from providers.aws.signing_key import AwsKmsKey, AwsKmsKeySettings
from tests.providers.signing_keys.keeper import OTHER_KIND, Keeper
from tests.providers.tickets.server import Answer, Asked, RefusedError, only_fields, served

ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class Kms:
    """One account with one key."""

    def __init__(self) -> None:
        self.key = self.signs_with = Ed25519PrivateKey.generate()
        self.is_ed25519 = True

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as KMS does."""
        if not asked.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=testing/"):
            raise RefusedError(refusal("MissingAuthenticationTokenException", "not signed"), "not signed")
        match asked.headers.get("x-amz-target"):
            case "TrentService.GetPublicKey":
                only_fields(asked.body, {"KeyId"}, set(), refusal("ValidationException", "fields"))
                return self._public()
            case "TrentService.Sign":
                names = {"KeyId", "Message", "MessageType", "SigningAlgorithm"}
                only_fields(asked.body, names, set(), refusal("ValidationException", "fields"))
                return self._signed(asked.body)
            case other:
                raise RefusedError(refusal("UnknownOperationException", ""), f"unknown {other}")

    def _public(self) -> Answer:
        public = self.key.public_key() if self.is_ed25519 else OTHER_KIND.public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return Answer(
            body={
                "KeyId": ARN,
                "PublicKey": base64.b64encode(der).decode(),
                "KeySpec": "ECC_NIST_EDWARDS25519" if self.is_ed25519 else "ECC_NIST_P256",
                "KeyUsage": "SIGN_VERIFY",
                "SigningAlgorithms": ["ED25519_SHA_512", "ED25519_PH_SHA_512"],
            }
        )

    def _signed(self, asked: dict[str, str]) -> Answer:
        message = base64.b64decode(asked["Message"])
        if asked["KeyId"] != ARN:
            return refusal("NotFoundException", "Invalid keyId")
        if (asked["SigningAlgorithm"], asked["MessageType"]) != ("ED25519_SHA_512", "RAW"):
            raise RefusedError(refusal("ValidationException", "algorithm"), "another algorithm")
        if not 1 <= len(message) <= 4096:
            raise RefusedError(refusal("ValidationException", "length"), "a message of another length")
        signature = base64.b64encode(self.signs_with.sign(message)).decode()
        return Answer(body={"KeyId": ARN, "Signature": signature, "SigningAlgorithm": "ED25519_SHA_512"})


def refusal(code: str, message: str, status: int = 400) -> Answer:
    """Refuse as AWS does."""
    return Answer(status=status, body={"__type": code, "message": message})


@contextmanager
def aws_kms(_: Path) -> Iterator[Keeper]:
    """AWS KMS with a key of the spec ECC_NIST_EDWARDS25519."""
    service = Kms()
    with served(service) as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        settings = AwsKmsKeySettings(key=ARN, region="eu-west-1", endpoint=server.url)
        denied = (
            "User: arn:aws:iam::111122223333:user/drift is not authorized to perform: kms:Sign on resource: "
            f"{ARN} because no identity-based policy allows the kms:Sign action"
        )

        def always(answer: Answer) -> None:
            server.fault = lambda asked: answer if asked.headers["x-amz-target"].endswith("Sign") else None

        yield Keeper(
            key=service.key,
            opened=lambda: AwsKmsKey(settings),
            server=server,
            throttle=lambda: always(refusal("ThrottlingException", "Rate exceeded")),
            deny=lambda: always(refusal("AccessDeniedException", denied)),
            sign_permission=f"kms:Sign on {ARN}",
            be_another=lambda: setattr(service, "signs_with", Ed25519PrivateKey.generate()),
            be_of_another_kind=lambda: setattr(service, "is_ed25519", False),
        )
