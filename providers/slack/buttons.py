"""The buttons under a message: what people may want to do about it."""

from typing import Final

from drift.model.alert import Alert
from drift.model.form import Wish
from drift.model.verdict import Disposition
from providers.slack.elements import Block

ACTION: Final = "driftledger_wish"
"""How the ids of our buttons begin: other apps may have buttons in the same channel."""

_ASKED = (Disposition.PENDING, Disposition.UNTICKETED)
_PUT_RIGHT = (*_ASKED, Disposition.RETROACTIVE, Disposition.EMERGENCY)

_MENU: Final = {
    Wish.DISOWN: "It was not me",
    Wish.CORRECT: "Wrong attribution",
    Wish.WAIVE: "Not a change",
    Wish.ADOPT: "Adopt it in the code",
    Wish.REVERT: "Revert it",
}
"""Slack takes no more than five."""


def buttons(alert: Alert) -> Block | None:
    """Return the buttons of a message about a change session, or `None` where nothing is asked any more."""
    open_ = {change.disposition for change in alert.changes}
    if alert.asked is not None:
        return _answers(alert.asked.session_id) if not open_.isdisjoint(_ASKED) else None
    if open_.isdisjoint(_PUT_RIGHT):
        return None
    elements: list[Block] = []
    if not open_.isdisjoint(_ASKED):
        elements.append(_button("Link ticket", Wish.LINK, alert.session_id, style="primary"))
        elements.append(_button("Declare emergency", Wish.EMERGENCY, alert.session_id, style="danger"))
    elements.append(_button("Approve", Wish.APPROVE, alert.session_id))
    options = [
        {"text": _plain(text), "value": value_of(wish, alert.session_id)} for wish, text in _MENU.items()
    ]
    elements.append({"type": "overflow", "action_id": f"{ACTION}_menu", "options": options})
    return {"type": "actions", "block_id": ACTION, "elements": elements}


def _answers(session_id: str) -> Block:
    """Return what the person may say who is asked whether it was they."""
    elements = [
        _button("Mine: link a ticket", Wish.LINK, session_id, style="primary"),
        _button("Mine: an emergency", Wish.EMERGENCY, session_id),
        _button("It was not me", Wish.DISOWN, session_id, style="danger"),
    ]
    return {"type": "actions", "block_id": ACTION, "elements": elements}


def value_of(wish: Wish, session_id: str) -> str:
    """Return what a button tells when it is pressed. Slack allows 150 characters in a menu."""
    return f"{wish}:{session_id}"


def wish_in(value: str) -> tuple[Wish, str] | None:
    """Return the wish and the session that a button tells of; `None` where it is none of ours."""
    wish, colon, session_id = value.partition(":")
    if not colon or not session_id or wish not in set(Wish):
        return None
    return Wish(wish), session_id


def _button(text: str, wish: Wish, session_id: str, *, style: str | None = None) -> Block:
    button: Block = {
        "type": "button",
        "text": _plain(text),
        "action_id": f"{ACTION}_{wish}",
        "value": value_of(wish, session_id),
    }
    return button | {"style": style} if style else button


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
