"""Signing in as a GitHub App: what GitHub would verify is verified here."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as new_rsa_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from drift.errors import ProviderAccessError
from drift.model.secret import Secret
from tests.providers.code_service import answered
from tests.providers.github.service import TOKEN, Hub, a_repository, github
from tests.providers.state_stores.loopback import json_answer
from tests.providers.state_stores.proxy import Answer, Headers

APP = "Iv23liEXAMPLE"

KEY = new_rsa_key(public_exponent=65537, key_size=2048)


def pem(key: RSAPrivateKey = KEY) -> Secret:
    return Secret(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode())


def behind_sign_in(hub: Hub, lasts: timedelta = timedelta(hours=1)) -> list[str]:
    """Let the service give tokens to whoever signs as the app; return who asked, as it goes on."""
    asked: list[str] = []

    def answer(method: str, path: str, headers: Headers) -> Answer:
        if path != "/app/installations/42/access_tokens":
            return hub.service.answer(method, path, headers)
        assert method == "POST"
        asked.append(path)
        if not is_of_the_app(headers["authorization"].removeprefix("Bearer ")):
            return json_answer(b'{"message": "A JSON web token could not be decoded"}', 401)
        expires_at = (datetime.now(UTC) + lasts).strftime("%Y-%m-%dT%H:%M:%SZ")
        return 201, {}, json.dumps({"token": TOKEN, "expires_at": expires_at, "permissions": {}}).encode()

    hub.proxy.answer = answer
    return asked


def is_of_the_app(jwt: str) -> bool:
    """Verify what an app signs in with as GitHub does: its key, its name, and no longer than ten minutes."""
    said, _, signature = jwt.rpartition(".")
    header, claims = (json.loads(decoded(part)) for part in said.split("."))
    try:
        KEY.public_key().verify(decoded(signature), said.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    is_timely = claims["iat"] <= time.time() < claims["exp"] <= time.time() + 600
    return header == {"alg": "RS256", "typ": "JWT"} and claims["iss"] == APP and is_timely


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_an_app_signs_in_once_and_sees_the_repositories_that_it_is_installed_in() -> None:
    with github(token=None, app=APP, installation=42, private_key=pem(), organisation="example") as hub:
        asked = behind_sign_in(hub)
        hub.service.documents["installation/repositories"] = [
            a_repository(f"example/{one}") for one in ("web", "app", "db")
        ]

        assert hub.host.repositories() == ["example/app", "example/db", "example/infra", "example/web"]
        assert hub.host.deployment("1") is None
        assert len(asked) == 1


def test_the_token_of_an_app_is_renewed_before_it_expires() -> None:
    with github(token=None, app=APP, installation=42, private_key=pem()) as hub:
        asked = behind_sign_in(hub, lasts=timedelta(minutes=4))

        hub.host.deployment("1")

        assert len(asked) == 2  # the run, and the repository that it is not in


def test_an_app_with_the_key_of_another_one_is_refused() -> None:
    other = new_rsa_key(public_exponent=65537, key_size=2048)
    with github(token=None, app=APP, installation=42, private_key=pem(other)) as hub:
        behind_sign_in(hub)

        with pytest.raises(ProviderAccessError, match="signing in as the GitHub App: GitHub does not know"):
            hub.host.deployment("1")


def test_a_key_that_is_none_is_not_told() -> None:
    elliptic = generate_private_key(SECP256R1())
    for text in (
        "not a key",
        elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    ):
        with github(token=None, app=APP, installation=42, private_key=Secret(text)) as hub:
            behind_sign_in(hub)
            with pytest.raises(ProviderAccessError, match="no RSA key in PEM form") as raised:
                hub.host.deployment("1")
            assert text not in str(raised.value)


@pytest.mark.parametrize(
    "settings",
    [{"token": None}, {"app": APP}, {"token": None, "app": APP, "installation": 42}, {"repositories": ()}],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="needs"), github(**settings):
        pass


def test_an_answer_of_the_sign_in_that_is_none_is_said() -> None:
    with github(token=None, app=APP, installation=42, private_key=pem()) as hub:
        hub.proxy.answer = lambda *_: answered({"message": "?"})

        with pytest.raises(
            Exception, match="signing in as the GitHub App: the answer is not what it should be"
        ):
            hub.host.deployment("1")
