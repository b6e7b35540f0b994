"""The keys of whoever vouches for people: kept for a while, asked for again when an unknown one signs."""

import json
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError
from drift.web.vouching.fetch import MOST_BYTES, fetch

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

    PublicKey: TypeAlias = ECKey | RSAKey

KEPT_FOR: Final = 3600.0
"""Seconds: for no longer does a key that was taken back sign anybody in."""

ASKED_EVERY: Final = 5.0
"""Seconds between two questions: anybody can name a key that nobody knows."""

_EACH: Final = "{kid}"
_MOST_PLACES: Final = 32
_MOST_KEYS: Final = 100
_KID = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9_=.:-]{0,127}")
_PEM = b"-----BEGIN "

Ticks: TypeAlias = Callable[[], float]
"""A clock of seconds that never goes back."""


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    keys: "tuple[PublicKey, ...]"


class Keys:
    """Keys at one address, or each at its own where `{kid}` stands in it. Safe to use from any thread."""

    def __init__(self, place: str, what: str, ca_file: str | None, ticks: Ticks = time.monotonic) -> None:
        self._place = place
        self._what = what
        self._ca_file = ca_file
        self._ticks = ticks
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._asked_at = -math.inf
        self._failed: ProviderError | None = None
        self._lock = Lock()

    def key(self, kid: str | None) -> "PublicKey | None":
        """Return the key of this id, or the only one if none is named; `None` if there is none.

        Raises:
            ProviderError: The keys could not be asked for.
        """
        is_each = _EACH in self._place
        if (kid is None and is_each) or (kid is not None and not _KID.fullmatch(kid)):
            return None
        place = self._place.replace(_EACH, kid or "")
        with self._lock:
            found = self._known(place)
            key = _of(found, kid, is_each=is_each)
            if key is not None:
                return key
            now = self._ticks()
            if now - self._asked_at >= ASKED_EVERY:
                return _of(self._ask(place, now), kid, is_each=is_each)
            if self._failed is not None:
                raise self._failed
            return None

    def check(self) -> str:
        """Ask for the keys, and say what was seen.

        Raises:
            ProviderError: They could not be read.
        """
        if _EACH in self._place:
            return "each key is asked for when it signs"
        keys = len(_read(self._place, self._what, self._ca_file))
        return f"{keys} {'key' if keys == 1 else 'keys'}"

    def _known(self, place: str) -> "tuple[PublicKey, ...]":
        kept = self._kept.get(place)
        return kept.keys if kept and self._ticks() - kept.at < KEPT_FOR else ()

    def _ask(self, place: str, now: float) -> "tuple[PublicKey, ...]":
        self._asked_at, self._failed = now, None
        try:
            found = _read(place, self._what, self._ca_file)
        except ProviderError as error:
            self._failed = error
            raise
        self._kept[place] = _Kept(now, found)
        self._kept.move_to_end(place)
        while len(self._kept) > _MOST_PLACES:
            self._kept.popitem(last=False)
        return found


def _of(keys: "tuple[PublicKey, ...]", kid: str | None, *, is_each: bool) -> "PublicKey | None":
    """Return the key of an id. One in PEM has none of its own: it is whichever was asked for."""
    if kid is None or is_each or all(one.kid is None for one in keys):
        return keys[0] if len(keys) == 1 else None
    return next((one for one in keys if one.kid == kid), None)


def _read(place: str, what: str, ca_file: str | None) -> "tuple[PublicKey, ...]":
    data = fetch(place, what, ca_file) if "://" in place else _from_file(place, what)
    try:
        found = (_from_pem(data),) if data.lstrip().startswith(_PEM) else tuple(_from_jwks(data))
    except (ValueError, TypeError, KeyError) as error:
        raise _no_keys(what) from error
    if not found:
        raise _no_keys(what)
    return found


def _no_keys(what: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"{what}: there is no public key", hint="it must be a JWKS, or a public key in PEM, of RSA or EC"
    )


def _from_file(place: str, what: str) -> bytes:
    try:
        with Path(place).open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise ProviderAccessError(
            f"{what}: {place} cannot be read", hint="check `keys` of [proxy]"
        ) from error


def _from_pem(data: bytes) -> "PublicKey":
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from joserfc.jwk import ECKey, RSAKey

    is_rsa = isinstance(load_pem_public_key(data), RSAPublicKey)
    return RSAKey.import_key(data) if is_rsa else ECKey.import_key(data)


def _from_jwks(data: bytes) -> "Iterator[PublicKey]":
    """Yield the keys that sign. Those of other kinds, or damaged, stand beside them and mean nothing."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    told: list[Any] = json.loads(data)["keys"]
    for one in told[:_MOST_KEYS]:
        if not isinstance(one, dict) or one.get("use", "sig") != "sig":
            continue
        try:
            if one.get("kty") == "RSA":
                yield RSAKey.import_key(one)
            elif one.get("kty") == "EC":
                yield ECKey.import_key(one)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
