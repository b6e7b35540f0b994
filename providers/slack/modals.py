"""The windows that open over Slack: a form, a word that it is being worked on, and what came of it.

Everything in them is literal text, as in messages. Limits: https://docs.slack.dev/reference/views
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from drift.model.form import Answer, Field, Form, Wish
from providers.slack.elements import Block
from providers.visible import shortened

CALLBACK: Final = "driftledger_form"

_TITLE: Final = 24
_LABEL: Final = 75
_HINT: Final = 150
_TEXT: Final = 2_000
_WRITTEN: Final = 3_000
_LINES: Final = 60
"""Slack allows 100 blocks."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What a window must remember: its wish, its session, and the message that it was opened from."""

    wish: Wish
    session_id: str
    channel: str | None = None
    ts: str | None = None


def form_view(
    form: Form, origin: Origin, *, values: Mapping[str, str] | None = None, error: str | None = None
) -> Block:
    """Return the window of a form; one that was refused keeps what was written, and says why."""
    blocks = [_section(form.intro)]
    if error:
        blocks.insert(0, _section(f"Not done. {error}"))
    blocks += [_input(field, (values or {}).get(field.name, field.value)) for field in form.fields]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": msgspec.json.encode(origin).decode(),
        "title": _plain(form.title, _TITLE),
        "submit": _plain(form.send, _TITLE),
        "close": _plain("Cancel", _TITLE),
        "blocks": blocks,
    }


def answer_view(answer: Answer) -> Block:
    """Return the window that says what came of it."""
    return _told("Done" if answer.is_done else "Driftledger", answer.text)


def waiting_view() -> Block:
    """Return the window that stands there until it is known what came of it: Slack waits three seconds."""
    return _told("Driftledger", "One moment …")


def written_in(values: Mapping[str, Mapping[str, "Written"]]) -> dict[str, str]:
    """Return what was written into a form or chosen, by the names of its fields; nothing of what is empty."""
    found = ((name, inner.text) for name, actions in values.items() for inner in actions.values())
    return {name: text for name, text in found if text}


class _Chosen(msgspec.Struct, frozen=True):
    value: str


class Written(msgspec.Struct, frozen=True):
    """What stands in one field."""

    value: str | None = None
    selected_option: _Chosen | None = None

    @property
    def text(self) -> str | None:
        """Return it, whichever way it was given."""
        return self.selected_option.value if self.selected_option else self.value


def _told(title: str, text: str) -> Block:
    return {
        "type": "modal",
        "title": _plain(title, _TITLE),
        "close": _plain("Close", _TITLE),
        "blocks": [_section(line) for line in text.splitlines()[:_LINES]] or [_section("")],
    }


def _input(field: Field, value: str | None) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label, _LABEL),
        "element": _menu(field, value) if field.options else _text(field, value),
        "optional": field.is_optional,
    }
    return block | {"hint": _plain(field.hint, _HINT)} if field.hint else block


def _text(field: Field, value: str | None) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": "value",
        "multiline": field.is_long,
        "max_length": _WRITTEN,
    }
    return element | {"initial_value": value[:_WRITTEN]} if value else element


def _menu(field: Field, value: str | None) -> Block:
    options = [{"text": _plain(one.text, _LABEL), "value": one.value} for one in field.options]
    element: Block = {"type": "static_select", "action_id": "value", "options": options}
    chosen = next((one for one in options if one["value"] == value), None)
    return element | {"initial_option": chosen} if chosen else element


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text, _TEXT)}


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shortened(text, limit) or "—", "emoji": False}
