"""Reads the settings of buckets, each a call of its own, in a third of the time that the SDK takes.

An account of a thousand buckets takes thirteen thousand such calls, and most of their cost is the SDK's own
work. So plain questions are signed and sent here, over connections that stay open, and the SDK's parser reads
the answers. Whatever is not plain (a refusal that is no answer, another region, a proxy) is left to the SDK.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Any, Final
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

from providers.aws.native.rows import Call
from providers.live_tables.expressions import Answer

NO_BODY: Final = hashlib.sha256(b"").hexdigest()

OK, NOT_FOUND = 200, 404


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What S3 said: an answer, or the code of the error that is one."""

    answer: Answer
    code: str | None = None


@dataclass(kw_only=True)
class BucketSettings:
    """Asks S3 in one region with the credentials of its client."""

    client: Any
    credentials: Any
    """Those of the SDK's session, which renews them."""
    connections: int
    count: Callable[[], None]
    """Called for each request."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    is_plain: bool | None = None
    """Whether nothing stands between us and S3: no proxy, and no certificates but the usual ones."""
    _pool: Any = None
    _lock: Lock = field(default_factory=Lock)

    def ask(self, call: Call, arguments: Mapping[str, Any], expected: Collection[str]) -> Told | None:
        """Return what S3 says of a bucket; `None` where the SDK has to ask."""
        if self.is_plain is None:
            self.is_plain = is_plain(self.client.meta.endpoint_url)
        if not self.is_plain or set(arguments) != {"Bucket"}:
            return None
        from urllib3.exceptions import HTTPError

        operation = self._operation(call.call)
        http = operation.http
        if http["method"] != "GET":
            return None
        path = quote(f"/{arguments['Bucket']}", safe="/-_.~")
        query = http["requestUri"].partition("?")[2]
        try:
            self.count()
            answer = self._opened().urlopen(
                "GET",
                f"{path}?{query}",
                headers=self._signed(path, query),
                retries=False,
                redirect=False,
            )
        except HTTPError:
            return None
        return self._told(operation, answer, expected)

    def _told(self, operation: Any, answer: Any, expected: Collection[str]) -> Told | None:
        if answer.status not in (OK, NOT_FOUND):
            return None
        from botocore.parsers import ResponseParserError

        raw = {"headers": answer.headers, "status_code": answer.status, "body": answer.data}
        try:
            parsed = _parser().parse(raw, operation.output_shape)
        except ResponseParserError:
            return None
        if answer.status == OK:
            return Told(answer=parsed)
        code = parsed.get("Error", {}).get("Code")
        return Told(answer={}, code=code) if code in expected else None

    def _operation(self, call: str) -> Any:
        return _operation(self.client.meta.service_model, self.client.meta.method_to_api_mapping[call])

    def _opened(self) -> Any:
        with self._lock:
            if self._pool is None:
                from urllib3 import connection_from_url

                self._pool = connection_from_url(
                    self.client.meta.endpoint_url, maxsize=self.connections, timeout=60, block=True
                )
            return self._pool

    def _signed(self, path: str, query: str) -> Mapping[str, str]:
        """Return the headers of a request that Signature Version 4 vouches for.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
        """
        credentials = self.credentials.get_frozen_credentials()
        at = f"{self.now():%Y%m%dT%H%M%SZ}"
        region = self.client.meta.region_name
        headers = {
            "host": urlsplit(self.client.meta.endpoint_url).netloc,
            "x-amz-content-sha256": NO_BODY,
            "x-amz-date": at,
        }
        if credentials.token:
            headers["x-amz-security-token"] = credentials.token
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = f"GET\n{path}\n{query if '=' in query else query + '='}\n{lines}\n{names}\n{NO_BODY}"
        scope = f"{at[:8]}/{region}/s3/aws4_request"
        to_sign = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = _key(credentials.secret_key, at[:8], region)
        signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope},"
            f"SignedHeaders={names},Signature={signature}"
        )
        return headers


def is_plain(url: str) -> bool:
    """Tell whether an address is reached without a proxy, and with the certificates that everybody has."""
    at = urlsplit(url)
    is_direct = at.scheme not in getproxies() or bool(proxy_bypass(at.hostname or ""))
    return is_direct and (at.scheme == "http" or not os.environ.get("AWS_CA_BUNDLE"))


@lru_cache(maxsize=64)
def _key(secret: str, day: str, region: str) -> bytes:
    """Return the key of a day, which every request of it is signed with."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


@lru_cache(maxsize=256)
def _operation(model: Any, name: str) -> Any:
    return model.operation_model(name)


@lru_cache(maxsize=1)
def _parser() -> Any:
    from botocore.parsers import create_parser

    return create_parser("rest-xml")
