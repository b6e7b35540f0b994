"""Counts the calls of Slack's client, which has no hook for that."""

from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from providers.meter import TOO_MANY, Meter


class CountedClient(WebClient):
    """Slack's own client, with a meter."""

    def __init__(self, meter: Meter, **options: Any) -> None:
        super().__init__(**options)
        self._meter = meter

    def api_call(self, api_method: str, **options: Any) -> SlackResponse:
        """Call a method, and count it however it ends."""
        is_throttled = False
        try:
            return super().api_call(api_method, **options)
        except SlackApiError as error:
            is_throttled = getattr(error.response, "status_code", None) == TOO_MANY
            raise
        finally:
            self._meter.count(is_throttled=is_throttled)
