"""What a refusal by GitHub means. It hides what a token may not see behind 404, and names what is missing
in headers: `X-Accepted-GitHub-Permissions` and, for classic tokens, `X-Accepted-OAuth-Scopes`."""

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from providers.code_answers import Answer, unavailable, wait_of

PLAN = ("upgrade to github", "github pro", "github team", "github enterprise", "make this repository public")
"""How GitHub says that a plan does not offer something. https://github.com/orgs/community/discussions/6907"""

SECONDARY = "secondary rate limit"

DOCS = "docs/code-hosts.md lists what is needed"


class NotThereError(ProviderResponseError):
    """There is no such thing, or the token may not see it: GitHub does not tell the two apart."""

    def __init__(self, what: str, *, hint: str, said: str) -> None:
        super().__init__(what, hint=hint)
        self.said = said
        """What GitHub said of it."""


class NotInPlanError(ProviderAccessError):
    """The plan of the repository's owner does not offer it."""


def refusal(answer: Answer, what: str) -> ProviderError:
    """Return the error that an answer means."""
    said = answer.message
    if SECONDARY in said.lower():
        return ProviderUnavailableError(
            f"{what}: GitHub wants fewer requests at a time (status {answer.status})",
            hint="it is asked again when the limit is lifted",
            retry_after=wait_of(answer),
        )
    if error := unavailable(answer, "GitHub", what):
        return error
    if answer.status == 401:
        return ProviderAccessError(
            f"{what}: GitHub does not know the token (status 401)",
            hint="make a new one, or check `app`, `installation` and the private key",
        )
    if answer.status == 403:
        return _forbidden(answer, what, said)
    if answer.status in {404, 409, 410, 451}:  # 409: the repository is empty
        return NotThereError(
            f"{what}: it is not there, or the token may not see it (status {answer.status})",
            hint=f"check the name and which repositories the token is for; {DOCS}",
            said=said,
        )
    return ProviderResponseError(
        f"{what}: GitHub answered with status {answer.status}{f': {said}' if said else ''}",
        hint="check `base_url`; if it is right, report it",
    )


def _forbidden(answer: Answer, what: str, said: str) -> ProviderError:
    if any(words in said.lower() for words in PLAN):
        return NotInPlanError(
            f"{what}: the plan does not offer it", hint="it counts as not verifiable; nothing is to be done"
        )
    if "x-github-sso" in answer.headers:
        return ProviderAccessError(
            f"{what}: the token is not authorised for the organisation's single sign-on",
            hint="authorise it on the page of your tokens at GitHub",
        )
    return ProviderAccessError(f"{what}: {_missing(answer)}{f' ({said})' if said else ''}", hint=DOCS)


def _missing(answer: Answer) -> str:
    """Name the permission that is missing, as GitHub does."""
    if permissions := answer.headers.get("x-accepted-github-permissions"):
        return f'the permission "{permissions[:100]}" is missing'
    if scopes := answer.headers.get("x-accepted-oauth-scopes"):
        return f'the scope "{scopes[:100]}" is missing'
    return "a permission is missing (status 403)"
