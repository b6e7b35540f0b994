"""Says what a refusal by Slack's Web API means, and what to do about it."""

import http.client
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from providers.visible import shortened

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError

CANNOT_BE_EDITED = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "channel_not_found",
        "not_in_channel",
        "is_archived",
    }
)
"""Refusals of `chat.update` because the message, or its channel, is gone or closed to us by now."""

_UNAVAILABLE = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "org_login_required",
    }
)

_OTHER_BOT = "give the notifier a valid bot token (xoxb-…) of the Slack app"
_ASK_OWNER = "ask an owner of the Slack workspace to allow the app to post there"

_ACCESS_HINTS = {
    "invalid_auth": _OTHER_BOT,
    "not_authed": _OTHER_BOT,
    "token_expired": _OTHER_BOT,
    "token_revoked": _OTHER_BOT,
    "account_inactive": _OTHER_BOT,
    "not_allowed_token_type": _OTHER_BOT,
    "not_in_channel": "invite the bot into the channel, with /invite",
    "channel_not_found": "set `channel` to the channel's ID (C…); if it is private, invite the bot",
    "is_archived": "unarchive the channel, or set `channel` to another one",
    "no_permission": "invite the bot into the channel, with /invite",
    "access_denied": _ASK_OWNER,
    "accesslimited": _ASK_OWNER,
    "ekm_access_denied": _ASK_OWNER,
    "enterprise_is_restricted": _ASK_OWNER,
    "team_access_not_granted": _ASK_OWNER,
    "team_not_found": "set `channel` to the channel's ID (C…), not its name",
    "two_factor_setup_required": _ASK_OWNER,
    "messages_tab_disabled": _ASK_OWNER,
    "metadata_must_be_sent_from_app": _OTHER_BOT,
    "restricted_action": _ASK_OWNER,
    "restricted_action_read_only_channel": _ASK_OWNER,
    "restricted_action_thread_only_channel": _ASK_OWNER,
}

_REFUSING_STATUS = frozenset({401, 403, 404, 407, 410})
_LONGEST_WAIT = timedelta(days=1)


@contextmanager
def only_provider_errors() -> Iterator[None]:
    """Turn whatever the SDK raises within the block into what it means to the core."""
    from slack_sdk.errors import SlackApiError, SlackClientError

    try:
        yield
    except SlackApiError as error:
        raise _refusal(error) from error
    except (OSError, http.client.HTTPException, SlackClientError) as error:
        raise _no_answer(error) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # The SDK trips over answers that are not Slack's: a list, an unknown charset.
        raise _no_answer(f"what came back is not Slack's: {error}") from error


def error_code(error: "SlackApiError") -> str | None:
    """Return Slack's code for what went wrong, or `None` if the answer was not one of Slack's."""
    code = _answer(error).get("error")
    return code if isinstance(code, str) and re.fullmatch(r"[a-z0-9_]{1,64}", code) else None


def _refusal(error: "SlackApiError") -> ProviderError:
    code, status = error_code(error), error.response.status_code
    if status == 429 or status >= 500 or code in _UNAVAILABLE:
        return ProviderUnavailableError(
            f"Slack is not taking messages now: {code or f'HTTP {status}'}",
            hint="the message will be sent again later",
            retry_after=_retry_after(error.response.headers),
        )
    if code == "missing_scope":
        needed = shortened(str(_answer(error).get("needed", "chat:write")), 100)
        return ProviderAccessError(
            f"the Slack token lacks the scope {needed}",
            hint=f"add {needed} to the Slack app and install it again",
        )
    if code in _ACCESS_HINTS:
        return ProviderAccessError(f"Slack refuses the access: {code}", hint=_ACCESS_HINTS[code])
    if code is None and status in _REFUSING_STATUS:
        return ProviderAccessError(
            f"something before Slack refuses the call: HTTP {status}", hint="check `base_url` and the proxy"
        )
    if code is None:
        return _no_answer(f"HTTP {status} with a body that is not Slack's")
    return ProviderResponseError(
        f"Slack refuses the message: {code}{_details(error)}",
        hint="sending it again is useless; please report it, since a message should always fit",
    )


def _no_answer(reason: object) -> ProviderUnavailableError:
    """Return the error for a call after which nobody knows whether the message was accepted."""
    return ProviderUnavailableError(
        f"no usable answer from Slack: {shortened(str(reason), 200)}",
        hint="check the network, the proxy and `base_url`; the message will be sent again later",
    )


def _answer(error: "SlackApiError") -> dict[str, Any]:
    data = error.response.data
    return data if isinstance(data, dict) else {}


def _details(error: "SlackApiError") -> str:
    metadata = _answer(error).get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    if not isinstance(messages, list) or not messages:
        return ""
    return f" ({shortened('; '.join(map(str, messages)), 300)})"


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return the wait that Slack asks for; it sends whole seconds."""
    seconds = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(timedelta(seconds=int(seconds)), _LONGEST_WAIT) if re.fullmatch(r"\d{1,9}", seconds) else None
