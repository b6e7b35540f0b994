"""Asks an API of Microsoft's for a list, page by page, with a token.

Through `azure-core`, so that tokens are fetched, kept and renewed by Microsoft's own code. It retries
nothing, since the core does, and follows no redirect: the token would go wherever it leads.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from drift.errors import ProviderResponseError
from providers.answer_times import note_answer
from providers.azure.record import moment
from providers.azure.refusals import refusals
from providers.azure.sign_in import AzureSignIn, sign_in
from providers.azure.spans import Row
from providers.azure.torn import elements_by_brackets
from providers.meter import Meter, given_meter
from providers.raw_json import elements_of, fields_of, text_of

MAX_PAGES = 10_000
"""Beyond it, a list that has no end is taken for what it is."""

_NEXT = ("nextLink", "@odata.nextLink")
_NEXT_IN_TEXT = re.compile(rb'"(?:@odata\.)?nextLink"\s*:\s*("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, kw_only=True)
class JsonPages:
    """An API that gives lists as `{"value": [...], "nextLink": "..."}`."""

    endpoint: str
    audience: str
    """Whom the token is for."""
    sign_in: AzureSignIn
    permission: str
    grant: str
    """How the permission is given."""
    meter: Meter = field(default_factory=given_meter)

    def pages(self, path: str, parameters: Mapping[str, str], *, on: str) -> Iterator[Sequence[bytes]]:
        """Yield the records of each page as they were delivered; `on` is what is read.

        Raises:
            ProviderError: A page cannot be had, or is none.
        """
        url: str | None = f"{self.endpoint.rstrip('/')}{path}?{urlencode(parameters)}"
        asked = set[str]()
        while len(asked) < MAX_PAGES and url not in asked:
            asked.add(url or "")
            body = self._ask(url or "", on)
            records, url = _opened(body, on)
            yield records
            if url is None:
                return
            self._check(url, on)
        raise ProviderResponseError(
            f"reading {on}: the list has no end after {len(asked)} pages",
            hint="if it happens again, report it",
        )

    def _ask(self, url: str, on: str) -> bytes:
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        with refusals(
            f"reading {on}", action=self.permission, on=on, grant=self.grant, keys="`client_secret`"
        ):
            request = HttpRequest("GET", url, headers={"Accept": "application/json"})
            answer = self._client.send_request(request)
            note_answer(url, answer.headers)
            if answer.status_code != 200:
                raise HttpResponseError(response=answer)
            body: bytes = answer.read()
            return body

    def _check(self, url: str, on: str) -> None:
        """Let the token go nowhere else, whatever a page says where the next one is."""
        if not same_origin(url, self.endpoint):
            raise ProviderResponseError(
                f"reading {on}: the next page is said to be at another address than {self.endpoint}",
                hint="check `endpoint` of this source",
            )

    @cached_property
    def _client(self) -> Any:
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy, UserAgentPolicy

        from providers.azure.counted import CountedTransport

        signed_in = sign_in(self.sign_in)
        token = BearerTokenCredentialPolicy(signed_in.credential, f"{self.audience}/.default")
        return PipelineClient(
            self.endpoint,
            policies=[UserAgentPolicy("driftledger"), token],
            transport=CountedTransport(self.meter, verify=signed_in.verify),
        )


def same_origin(url: str, other: str) -> bool:
    """Tell whether two addresses are one server's. Resource Manager writes `:443` into its links."""
    try:
        one, two = urlsplit(url), urlsplit(other)
        return (one.scheme, one.hostname, one.port or 443) == (two.scheme, two.hostname, two.port or 443)
    except ValueError:
        return False


def rows_in(pages: Iterator[Sequence[bytes]], most: int, time: re.Pattern[bytes]) -> Sequence[Row] | None:
    """Return the records of a list, with the time found in each; `None` if there are more than `most`."""
    rows: list[Row] = []
    for page in pages:
        rows += [Row(at=_time_in(body, time), body=body) for body in page]
        if len(rows) > most:
            return None
    return rows


def _time_in(body: bytes, time: re.Pattern[bytes]) -> datetime | None:
    found = time.search(body)
    return moment(found[1].decode(errors="replace")) if found else None


def _opened(body: bytes, on: str) -> tuple[Sequence[bytes], str | None]:
    """Return the records of a page, and where the next one is."""
    fields = fields_of(body)
    found = elements_of(fields["value"]) if fields and "value" in fields else None
    if fields is not None and found is not None:
        link = next((text_of(fields, key) for key in _NEXT if key in fields), "")
        return [bytes(one) for one in found], link or None
    records = elements_by_brackets(body, "value")
    if records is None:
        raise ProviderResponseError(
            f"reading {on}: the answer is no list of records", hint="check `endpoint` of this source"
        )
    links = _NEXT_IN_TEXT.findall(body)
    return records, msgspec.json.decode(links[-1], type=str) if links else None
