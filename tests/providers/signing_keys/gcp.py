"""Google Cloud KMS over REST, for a service account. It signs with a real key."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import google_crc32c
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from providers.gcp.signing_key import SCOPE, SIGN, GcpKmsKey, GcpKmsKeySettings
from tests.providers.gcp.key_file import a_key_file
from tests.providers.signing_keys.keeper import OTHER_KIND, Keeper
from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only, only_fields, served

VERSION = "projects/example/locations/europe-west1/keyRings/drift/cryptoKeys/ledger/cryptoKeyVersions/1"


class Kms:
    """One project with one version of one key."""

    def __init__(self) -> None:
        self.key = self.signs_with = Ed25519PrivateKey.generate()
        self.is_ed25519 = True

    def answer(self, asked: Asked) -> Answer:
        """Issue a token, or answer one request as Google does."""
        if (asked.method, asked.path) == ("POST", "/token"):
            claims = json.loads(base64.urlsafe_b64decode(asked.body["assertion"].split(".")[1] + "=="))
            if claims.get("scope") != SCOPE:
                raise RefusedError(Answer(status=400, body={"error": "invalid_scope"}), "another scope")
            return Answer(body={"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            raise RefusedError(refusal(401, "UNAUTHENTICATED", "no token"), "no token")
        only(asked)
        match (asked.method, asked.path):
            case ("GET", path) if path == f"/v1/{VERSION}/publicKey":
                return self._public()
            case ("POST", path) if path == f"/v1/{VERSION}:asymmetricSign":
                invalid = refusal(400, "INVALID_ARGUMENT", "fields")
                only_fields(asked.body, {"data", "dataCrc32c"}, set(), invalid)
                return self._signed(asked.body)
            case (method, path):
                raise RefusedError(refusal(404, "NOT_FOUND", "no such path"), f"unknown {method} {path}")

    def _public(self) -> Answer:
        public = self.key.public_key() if self.is_ed25519 else OTHER_KIND.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        algorithm = "EC_SIGN_ED25519" if self.is_ed25519 else "EC_SIGN_P256_SHA256"
        return Answer(
            body={"pem": pem, "algorithm": algorithm, "name": VERSION, "protectionLevel": "SOFTWARE"}
        )

    def _signed(self, asked: dict[str, str]) -> Answer:
        data = base64.b64decode(asked["data"])
        signature = self.signs_with.sign(data)
        return Answer(
            body={
                "signature": base64.b64encode(signature).decode(),
                "signatureCrc32c": str(google_crc32c.value(signature)),
                "verifiedDataCrc32c": asked["dataCrc32c"] == str(google_crc32c.value(data)),
                "name": VERSION,
                "protectionLevel": "SOFTWARE",
            }
        )


def refusal(status: int, name: str, message: str) -> Answer:
    """Refuse as Google does."""
    return Answer(status=status, body={"error": {"code": status, "message": message, "status": name}})


@contextmanager
def gcp_kms(folder: Path) -> Iterator[Keeper]:
    """Google Cloud KMS with a key of the algorithm EC_SIGN_ED25519."""
    service = Kms()
    with served(service) as server:
        file = str(a_key_file(folder, f"{server.url}/token"))
        settings = GcpKmsKeySettings(key=VERSION, credentials_file=file, base_url=server.url)

        def always(answer: Answer) -> None:
            server.fault = lambda asked: answer if asked.path.endswith(":asymmetricSign") else None

        denied = f"Permission '{SIGN}' denied on resource '{VERSION}' (or it may not exist)."
        yield Keeper(
            key=service.key,
            opened=lambda: GcpKmsKey(settings),
            server=server,
            throttle=lambda: always(refusal(429, "RESOURCE_EXHAUSTED", "Quota exceeded")),
            deny=lambda: always(refusal(403, "PERMISSION_DENIED", denied)),
            sign_permission=f"{SIGN} on {VERSION}",
            be_another=lambda: setattr(service, "signs_with", Ed25519PrivateKey.generate()),
            be_of_another_kind=lambda: setattr(service, "is_ed25519", False),
        )
