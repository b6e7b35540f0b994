"""Signs in to Google's REST APIs, and stays signed in."""

from collections.abc import Mapping
from typing import Any

from providers.gcp.access import credentials_of
from providers.gcp.refusals import refusals

SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class SignedIn:
    """Whoever asks: a service account's key in a file, or the credentials at hand."""

    def __init__(self, credentials_file: str | None, *, on: str, docs: str, scope: str = SCOPE) -> None:
        """`on` is what is asked about, within `scope`; `docs` lists the permissions that it takes."""
        self._file, self._on, self._docs, self._scope = credentials_file, on, docs, scope
        self._credentials: Any = None

    def headers(self) -> Mapping[str, str]:
        """Return what each request bears, with a token that still holds.

        Raises:
            ProviderError: Nobody can be signed in.
        """
        from google.auth.transport.requests import Request

        with refusals("signing in", permission=self._scope, on=self._on, docs=self._docs):
            if self._credentials is None:
                self._credentials = credentials_of(self._file, self._scope)
            if not self._credentials.valid:
                self._credentials.refresh(Request())
            return {"Authorization": f"Bearer {self._credentials.token}"}
