"""What Slack tells when somebody presses a button or sends a form: read, answered in time, and passed on.

Slack gives three seconds for an acknowledgement, so that comes first, and what takes longer after it.
What is delivered again does nothing a second time: the key of a form is its window's id and state.
https://docs.slack.dev/interactivity/handling-user-interaction
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from drift.model.form import Answer, Asker, Filled, Form, Press
from drift.ports import Counter
from providers.slack import elements
from providers.slack.buttons import ACTION, wish_in
from providers.slack.commands import hear_command
from providers.slack.elements import LINE, NAME
from providers.slack.heard import FAILED, Heard, safely
from providers.slack.modals import (
    CALLBACK,
    Origin,
    Written,
    answer_view,
    form_view,
    waiting_view,
    written_in,
)

if TYPE_CHECKING:
    from slack_sdk import WebClient

_Named = Mapping[str, Any]


class _User(msgspec.Struct, frozen=True):
    id: str


class _Place(msgspec.Struct, frozen=True):
    channel_id: str | None = None
    message_ts: str | None = None


class _Action(msgspec.Struct, frozen=True):
    action_id: str = ""
    value: str | None = None
    selected_option: Written | None = None


class _State(msgspec.Struct, frozen=True):
    values: dict[str, dict[str, Written]] = {}


class _View(msgspec.Struct, frozen=True):
    id: str
    hash: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    state: _State = _State()


class Interaction(msgspec.Struct, frozen=True):
    """A payload of Slack, as far as it is of use."""

    type: str
    user: _User
    trigger_id: str = ""
    container: _Place = _Place()
    actions: tuple[_Action, ...] = ()
    view: _View | None = None


class Interactions:
    """Passes on what people do. Never raises: a payload that says nothing to us is acknowledged, no more."""

    def __init__(self, client: "WebClient", counter: Counter) -> None:
        self._client = client
        self._counter = counter
        self._names: dict[str, str | None] = {}

    def hear(self, payload: object) -> Heard:
        """Return how a payload is acknowledged, and what is left to do after that."""
        try:
            told = msgspec.convert(payload, Interaction)
        except msgspec.ValidationError:
            return Heard()
        match told:
            case Interaction(type="block_actions", actions=(action, *_)):
                return self._pressed(told, action)
            case Interaction(type="view_submission", view=_View(callback_id=callback) as view) if (
                callback == CALLBACK
            ):
                return self._sent(told, view)
            case _:
                return Heard()

    def hear_command(self, payload: object) -> Heard:
        """Return how a slash command is acknowledged, and what is left to do after that."""
        return hear_command(payload, self._client, self._counter)

    def _pressed(self, told: Interaction, action: _Action) -> Heard:
        value = action.selected_option.value if action.selected_option else action.value
        wanted = wish_in(value or "") if action.action_id.startswith(ACTION) else None
        if wanted is None:
            return Heard()
        wish, session_id = wanted
        place = told.container
        origin = Origin(wish=wish, session_id=session_id, channel=place.channel_id, ts=place.message_ts)

        def then() -> None:
            press = Press(wish=wish, session_id=session_id, by=self._asker(told.user.id))
            self._client.views_open(trigger_id=told.trigger_id, view=_view(self._counter.form(press), origin))

        return Heard(then=safely(then))

    def _sent(self, told: Interaction, view: _View) -> Heard:
        try:
            origin = msgspec.json.decode(view.private_metadata, type=Origin)
        except msgspec.DecodeError:
            return Heard()
        values = written_in(view.state.values)

        def then() -> None:
            filled = Filled(
                key=f"{view.id}/{view.hash}",
                wish=origin.wish,
                session_id=origin.session_id,
                by=self._asker(told.user.id),
                values=values,
            )
            answer = self._counter.submit(filled)
            self._show(view.id, origin, filled, answer)
            if answer.is_done:
                self._tell_in_thread(origin, filled, answer)

        waiting = {"response_action": "update", "view": waiting_view()}
        return Heard(acknowledgement=waiting, then=safely(then, lambda: self._say_failed(view.id)))

    def _show(self, view_id: str, origin: Origin, filled: Filled, answer: Answer) -> None:
        """Say what came of it: where it was refused, in the form, which keeps what was written."""
        if not answer.is_done:
            form = self._counter.form(Press(wish=filled.wish, session_id=filled.session_id, by=filled.by))
            if isinstance(form, Form):
                refused = form_view(form, origin, values=filled.values, error=answer.text)
                self._client.views_update(view_id=view_id, view=refused)
                return
        self._client.views_update(view_id=view_id, view=answer_view(answer))

    def _tell_in_thread(self, origin: Origin, filled: Filled, answer: Answer) -> None:
        """Leave a trail under the message: who did what."""
        if not origin.channel or not origin.ts:
            return
        who = filled.by.name or filled.by.account
        lines = [[elements.literal(who, NAME, style="bold"), elements.own(":")]]
        lines += [[elements.literal(line, LINE)] for line in answer.text.splitlines()]
        self._client.chat_postMessage(
            channel=origin.channel,
            thread_ts=origin.ts,
            text=f"{filled.wish} recorded",
            blocks=[elements.rich_text(elements.section(lines))],
            parse="none",
            link_names=False,
        )

    def _say_failed(self, view_id: str) -> None:
        self._client.views_update(view_id=view_id, view=answer_view(Answer(text=FAILED, is_done=False)))

    def _asker(self, account: str) -> Asker:
        """Return who pressed; their address, where the token has the scope `users:read.email`."""
        if account not in self._names:
            self._names[account] = self._address_of(account)
        return Asker(account=account, name=self._names[account])

    def _address_of(self, account: str) -> str | None:
        from slack_sdk.errors import SlackApiError

        try:
            user: _Named = self._client.users_info(user=account).get("user") or {}
        except SlackApiError:
            return None
        address = (user.get("profile") or {}).get("email")
        return address if isinstance(address, str) and address else None


def _view(found: Form | Answer, origin: Origin) -> dict[str, Any]:
    return form_view(found, origin) if isinstance(found, Form) else answer_view(found)
