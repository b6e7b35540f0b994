"""Asks AWS on behalf of the tables: one account in all of its regions, and no faster than its budget."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from drift.errors import ProviderResponseError
from providers.aws.native.bucket_settings import BucketSettings, Told
from providers.aws.native.rows import Call
from providers.aws.native.services import Services
from providers.aws.refusals import Asker, code_of, refusals
from providers.aws.session import AwsAccess, ClientOptions, client_of
from providers.live_tables.expressions import Answer
from providers.request_budget import Bucket

LIVE: Final = Asker("[[live]]", "`drift permissions aws`")

MAX_PAGES: Final = 10_000
"""An API that never comes to an end must not keep us for ever."""

BUCKETS: Final = "s3"

ATTEMPTS: Final = 5
"""Of one call, ever further apart: a scan of thousands must not begin anew because of one refusal."""

Arguments: TypeAlias = Mapping[str, Any]


class ExpectedRefusalError(Exception):
    """An error that the call takes for an answer, by its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(kw_only=True)
class Asking:
    """One account as it answers now; it may be asked from several threads."""

    session: Any
    access: AwsAccess
    services: Services
    share: float
    """Of what AWS lets an account ask."""
    connections: int
    ticks: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _settings: dict[str, BucketSettings] = field(default_factory=dict)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def pages(
        self,
        service: str,
        region: str,
        call: Call,
        arguments: Arguments,
        *,
        on: str,
        expected: Collection[str] = (),
    ) -> Sequence[Answer]:
        """Return the pages of an answer, of which most calls have one.

        Raises:
            ProviderError: It cannot be had; where a permission lacks, it is named.
            ExpectedRefusalError: AWS answered one of the codes `expected`.
        """
        from botocore.exceptions import ClientError

        if service == BUCKETS and (told := self._told_of_bucket(region, call, arguments, expected)):
            if told.code is not None:
                raise ExpectedRefusalError(told.code)
            return [told.answer]
        found: list[Answer] = []
        with refusals(
            f"{call.call} of {on}", action=self.services.actions(service, call)[0], on=on, asker=LIVE
        ):
            try:
                for page in self._paged(self._client(service, region), call, arguments, (service, region)):
                    found.append(page)
                    if len(found) > MAX_PAGES:
                        raise ProviderResponseError(
                            f"{call.call} of {on}: more than {MAX_PAGES} pages", hint="look for a proxy"
                        )
            except ClientError as error:
                if (code := code_of(error)) in expected:
                    raise ExpectedRefusalError(code) from error
                raise
        return found

    def _told_of_bucket(
        self, region: str, call: Call, arguments: Arguments, expected: Collection[str]
    ) -> Told | None:
        """Return what S3 says of a bucket, where that can be had without the SDK."""
        client = self._client(BUCKETS, region)
        with self._lock:
            if region not in self._settings:
                self._settings[region] = BucketSettings(
                    client=client,
                    credentials=self.session.get_credentials(),
                    connections=self.connections,
                    count=self.access.meter.count,
                )
        self._wait((BUCKETS, region))
        return self._settings[region].ask(call, arguments, expected)

    def _paged(
        self, client: Any, call: Call, arguments: Arguments, place: tuple[str, str]
    ) -> Iterator[Answer]:
        if not call.is_paginated or not client.can_paginate(call.call):
            self._wait(place)
            yield getattr(client, call.call)(**arguments)
            return
        sizes = {"PageSize": call.page_size} if call.page_size else {}
        pages = iter(client.get_paginator(call.call).paginate(**arguments, PaginationConfig=sizes))
        while True:
            self._wait(place)
            page = next(pages, None)
            if page is None:
                return
            yield page

    def _client(self, service: str, region: str) -> Any:
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = client_of(
                    self.session,
                    service,
                    replace(self.access, region=region),
                    options=ClientOptions(attempts=ATTEMPTS, mode="adaptive", connections=self.connections),
                )
            return self._clients[service, region]

    def _wait(self, place: tuple[str, str]) -> None:
        """Return when the service may be asked once more; what stands in for AWS always may."""
        if not is_of_aws(self._client(*place).meta.endpoint_url):
            return
        with self._lock:
            now = self.ticks()
            if (bucket := self._buckets.get(place)) is None:
                rate, burst = (self.share * one for one in self.services.rate(place[0]))
                bucket = Bucket(per_second=rate, burst=max(1.0, burst), level=max(1.0, burst), filled_at=now)
                self._buckets[place] = bucket
            seconds = bucket.wait(1, now)
            bucket.take(1, now)
        if seconds:
            self.sleep(seconds)


def is_of_aws(url: str) -> bool:
    """Tell whether AWS itself answers at an address.

    https://docs.aws.amazon.com/general/latest/gr/rande.html
    """
    return (urlsplit(url).hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws"))
