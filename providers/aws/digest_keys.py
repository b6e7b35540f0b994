"""The public keys by which CloudTrail's digests are verified, asked of CloudTrail itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from drift.errors import ProviderUnavailableError
from providers.aws.refusals import SOURCES, refusals
from providers.aws.session import AwsAccess, client_of, open_session

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

AROUND = timedelta(hours=2)
"""Keys change: those around the time of a digest are asked for (aws-cli pull request 10072, 2026-02)."""


class DigestKeys:
    """The keys of all regions, each region asked when a digest of it bears an unknown fingerprint."""

    def __init__(self, access: AwsAccess) -> None:
        self._access = access
        self._session: Any = None
        self._clients: dict[str, Any] = {}
        self._keys: dict[tuple[str, str], bytes] = {}

    def key_of(self, region: str, fingerprint: str, at: datetime) -> "RSAPublicKey | None":
        """Return the key with this fingerprint that was valid around `at`, `None` if AWS has none.

        Raises:
            ProviderError: CloudTrail cannot be asked.
        """
        if (region, fingerprint) not in self._keys:
            self._keys |= {(region, name): value for name, value in self._ask(region, at)}
        value = self._keys.get((region, fingerprint))
        return None if value is None else _loaded(value)

    def _ask(self, region: str, at: datetime) -> Iterator[tuple[str, bytes]]:
        asked: dict[str, Any] = {"StartTime": at - AROUND, "EndTime": at + AROUND}
        what = f"asking for the public keys of CloudTrail in {region}"
        while True:
            with refusals(what, action="cloudtrail:ListPublicKeys", on="*", asker=SOURCES):
                answer = self._client(region).list_public_keys(**asked)
            if "PublicKeyList" not in answer:  # it would look as if AWS had no such key
                raise ProviderUnavailableError(
                    f"{what}: somebody else answered",
                    hint="it is tried again in the next cycle; look for a proxy if it stays so",
                )
            for one in answer["PublicKeyList"]:
                yield one["Fingerprint"], one["Value"]
            if not answer.get("NextToken"):
                return
            asked = asked | {"NextToken": answer["NextToken"]}

    def _client(self, region: str) -> Any:
        if region not in self._clients:
            self._session = self._session or open_session(self._access)
            there = replace(self._access, region=region)
            self._clients[region] = client_of(self._session, "cloudtrail", there)
        return self._clients[region]


def _loaded(value: bytes) -> "RSAPublicKey | None":
    """Read a key in PKCS #1's DER."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(value)
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None
