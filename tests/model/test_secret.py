import msgspec
import pytest

from drift.model.secret import Secret


class _Settings(msgspec.Struct, frozen=True):
    token: Secret


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("xoxb-very-secret")

    shown = f"{secret} {secret!r} {_Settings(token=secret)!r}"

    assert "very" not in shown
    assert secret.reveal() == "xoxb-very-secret"


def test_a_secret_cannot_be_encoded_by_accident() -> None:
    settings = _Settings(token=Secret("xoxb-very-secret"))

    with pytest.raises(TypeError, match="unsupported") as raised:
        msgspec.json.encode(settings)

    assert "very" not in str(raised.value)


def test_a_secret_cannot_be_changed() -> None:
    secret = Secret("xoxb-very-secret")

    with pytest.raises(AttributeError):
        secret.value = "other"

    assert secret.reveal() == "xoxb-very-secret"
