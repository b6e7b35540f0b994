"""Verifies a signed token (JWT), as one that a stranger may have forged.

1. It is short, in three parts, and its header names an algorithm of ours: not "none", no shared secret.
2. A key of whoever vouches has signed it, and the key is of the algorithm's kind.
3. It is of that issuer, for us, and holds now, give or take a minute.
"""

import binascii
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from drift.errors import RefusedError
from drift.web.vouching.keys import Keys

LONGEST: Final = 32 * 1024
"""Characters."""

SKEW: Final = 60
"""Seconds by which clocks may differ."""

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")

_PARTS: Final = 3
_PART = re.compile(rb"[A-Za-z0-9_-]+={0,2}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Of whom a token must be, and for whom."""

    issuer: str
    audience: str
    hint: str
    """What somebody is to do whose token proves nothing."""
    is_by_signer: bool = False
    """A token for nobody in particular is for us if its header says that `audience` signed it. So AWS's load
    balancers have it: at one address lie the keys of all of them, whosever they are."""

    def refused(self, why: str) -> RefusedError:
        """Return the error that says why a token proves nothing; of what stands in it, it says nothing."""
        return RefusedError(f"What vouches for you does not do: {why}.", hint=self.hint)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Opened:
    """The parts of a token, before anybody knows whether they are true."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    payload: bytes
    segments: tuple[bytes, bytes, bytes]


def verified(token: str, keys: Keys, wanted: Wanted, now: float) -> Mapping[str, Any]:
    """Return what a token says of somebody; `now` in seconds since 1970.

    Raises:
        RefusedError: It proves nothing.
        ProviderError: The keys could not be asked for.
    """
    opened = _opened(token, wanted)
    _check_signature(opened, keys, wanted)
    _check_claims(opened, wanted, now)
    return opened.claims


def _opened(token: str, wanted: Wanted) -> _Opened:
    segments = token.encode("ascii", "replace").split(b".")
    if len(token) > LONGEST or len(segments) != _PARTS:
        raise wanted.refused("it is no signed token")
    header, payload, signature = segments
    try:
        told = _json(_decoded(header)), _json(_decoded(payload))
    except ValueError as error:
        raise wanted.refused("it cannot be read") from error
    # AWS's load balancers pad what they sign, which the standard forbids: signed is what was sent.
    return _Opened(
        header=told[0],
        claims=told[1],
        payload=_decoded(payload),
        segments=(header, payload, signature.rstrip(b"=")),
    )


def _decoded(segment: bytes) -> bytes:
    if not _PART.fullmatch(segment):
        raise binascii.Error("not base64url")
    plain = segment.rstrip(b"=")
    return urlsafe_b64decode(plain + b"=" * (-len(plain) % 4))


def _json(data: bytes) -> Mapping[str, Any]:
    found = json.loads(data, parse_constant=_no_number)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _check_signature(opened: _Opened, keys: Keys, wanted: Wanted) -> None:
    from joserfc.errors import JoseError
    from joserfc.jws import CompactSignature, JWSRegistry, validate_compact

    algorithm, kid = opened.header.get("alg"), opened.header.get("kid")
    if algorithm not in ALGORITHMS or "crit" in opened.header:
        raise wanted.refused("it is signed in a way that is not taken here")
    key = keys.key(kid) if kid is None or isinstance(kid, str) else None
    if key is None:
        raise wanted.refused("nobody knows the key that signed it")
    header, payload, signature = opened.segments
    told = CompactSignature(dict(opened.header), opened.payload)
    told.segments = {"header": header, "payload": payload, "signature": signature}
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        fits = key.alg in {None, algorithm} and validate_compact(told, key, ALGORITHMS, registry)
    except (JoseError, ValueError, TypeError) as error:
        raise wanted.refused("its signature does not fit") from error
    if not fits:
        raise wanted.refused("its signature does not fit")


def _check_claims(opened: _Opened, wanted: Wanted, now: float) -> None:
    from joserfc.errors import ExpiredTokenError, JoseError
    from joserfc.jwt import JWTClaimsRegistry

    claims = dict(opened.claims)
    checks = JWTClaimsRegistry(now=int(now), leeway=SKEW, exp={"essential": True})
    try:
        checks.validate(claims)
    except ExpiredTokenError as error:
        raise wanted.refused("it is too old") from error
    except JoseError as error:
        raise wanted.refused("it does not say when it holds, or not yet") from error
    if claims.get("iss") != wanted.issuer:
        raise wanted.refused("somebody else issued it")
    if not _is_for(claims.get("aud"), opened.header, wanted):
        raise wanted.refused("it is for somebody else")


def _is_for(audience: object, header: Mapping[str, Any], wanted: Wanted) -> bool:
    if audience is None:
        return wanted.is_by_signer and header.get("signer") == wanted.audience
    return wanted.audience in audience if isinstance(audience, list) else audience == wanted.audience
