"""What was sent to prove who we are, and how a refusal that quotes it is passed on without it."""

from base64 import b64decode
from collections.abc import Collection, Iterator, Mapping

SECRET_HEADERS = ("Authorization", "PRIVATE-TOKEN")

HIDDEN = "(hidden)"


def sent_secrets(headers: Mapping[str, str]) -> Collection[str]:
    """Return what must not be shown of the headers: what stands behind `Basic`, `Bearer` or `Token token=`.

    Of `Basic` also the password: whatever stands before a server may have read it.
    """
    return list(_of(headers))


def without(said: str, secrets: Collection[str]) -> str:
    """Return what somebody said, without these secrets."""
    for secret in secrets:
        said = said.replace(secret, HIDDEN)
    return said


def _of(headers: Mapping[str, str]) -> Iterator[str]:
    for name in SECRET_HEADERS:
        scheme, _, rest = headers.get(name, "").rpartition(" ")
        if secret := rest.removeprefix("token="):
            yield secret
        if scheme == "Basic" and (password := b64decode(rest).decode().partition(":")[2]):
            yield password
