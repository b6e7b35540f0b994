"""What a refusal by GitLab means. It says 404 of what one may not see, and of what takes a licence."""

import json

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError
from providers.code_answers import Answer, unavailable

DOCS = "docs/code-hosts.md lists what is needed"


class NotThereError(ProviderResponseError):
    """There is no such thing, or the token may not see it, or the licence does not have it."""


def refusal(answer: Answer, what: str) -> ProviderError:
    """Return the error that an answer means."""
    if error := unavailable(answer, "GitLab", what):
        return error
    said = answer.message
    if answer.status == 401:
        return ProviderAccessError(
            f"{what}: GitLab does not know the token, or it has expired (status 401)", hint="make a new one"
        )
    if answer.status == 403:
        return ProviderAccessError(f"{what}: {_missing(answer)}{f' ({said})' if said else ''}", hint=DOCS)
    if answer.status in {404, 410}:
        return NotThereError(
            f"{what}: it is not there, or the token may not see it (status {answer.status})",
            hint=f"check the name and the role of the token; {DOCS}",
        )
    return ProviderResponseError(
        f"{what}: GitLab answered with status {answer.status}{f': {said}' if said else ''}",
        hint="check `base_url`; if it is right, report it",
    )


def _missing(answer: Answer) -> str:
    """Name what is missing: the scope of the token, or else the role of whoever it is."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict) and said.get("error") == "insufficient_scope":
        return 'the scope "read_api" of the token is missing'
    return "the role of the token is too low (status 403)"
