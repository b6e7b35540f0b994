"""Keeps text that somebody else chose from being read as Slack's markup.

In the blocks such text only ever stands in literal elements, which Slack does not interpret (see
`elements.py`). Only the notification text is markup, and is escaped.
"""


def escaped(text: str) -> str:
    """Escape what Slack's markup would read as a mention or a link.

    See https://docs.slack.dev/messaging/formatting-message-text#escaping.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
