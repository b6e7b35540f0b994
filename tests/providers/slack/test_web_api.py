import json
import logging
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
)
from drift.model.secret import Secret
from providers.slack.web_api import Slack, SlackSettings
from tests.providers.slack.builders import an_alert
from tests.providers.slack.fake_slack import CHANNEL_ID, FIRST_TS, TOKEN, Failure, FakeSlack, Scripted


def but(settings: SlackSettings, **changes: Any) -> SlackSettings:
    return msgspec.structs.replace(settings, **changes)


def refused(code: str, **details: Any) -> Scripted:
    return Scripted(body=json.dumps({"ok": False, "error": code} | details).encode())


def test_a_message_is_posted_with_its_ids_and_without_previews(
    slack: FakeSlack, settings: SlackSettings
) -> None:
    reference = Slack(settings).send(an_alert(client_id="a-1", session_id="s-1"), replaces=None)

    (message,) = slack.messages
    assert reference == f"{CHANNEL_ID}:{message.ts}"
    assert message.content["metadata"] == {
        "event_type": "driftledger_alert",
        "event_payload": {"client_id": "a-1", "session_id": "s-1"},
    }
    assert message.content["unfurl_links"] is False
    assert message.content["unfurl_media"] is False
    assert message.content["parse"] == "none"
    assert "opened tcp/22 to 0.0.0.0/0" in message.content["blocks"][0]["text"]["text"]


def test_an_edit_changes_the_message_in_place(slack: FakeSlack, settings: SlackSettings) -> None:
    notifier = Slack(settings)
    posted = notifier.send(an_alert(), replaces=None)

    edited = notifier.send(an_alert(headline="Port 22 is closed again"), replaces=posted)

    (message,) = slack.messages
    assert edited == posted
    assert message.edits == 1
    assert "closed again" in message.content["blocks"][0]["text"]["text"]


@pytest.mark.parametrize(
    "code", ["message_not_found", "cant_update_message", "edit_window_closed", "is_archived"]
)
def test_a_message_that_cannot_be_edited_is_posted_anew(
    slack: FakeSlack, settings: SlackSettings, code: str
) -> None:
    """
    Somebody may have deleted it; what it said must reach the channel all the same.
    """
    notifier = Slack(settings)
    posted = notifier.send(an_alert(), replaces=None)
    slack.problems.append(refused(code))

    again = notifier.send(an_alert(), replaces=posted)

    assert again != posted
    assert len(slack.messages) == 2


def test_a_rate_limit_says_how_long_to_wait_and_is_not_tried_again(
    slack: FakeSlack, settings: SlackSettings
) -> None:
    slack.problems.append(Failure.RATE_LIMITED)

    with pytest.raises(ProviderUnavailableError) as raised:
        Slack(settings).send(an_alert(), replaces=None)

    assert raised.value.retry_after == timedelta(seconds=30)
    assert slack.calls == 1


@pytest.mark.parametrize("failure", [Failure.SERVER_ERROR, Failure.HANG_UP])
def test_trouble_at_slack_may_pass_and_is_not_tried_again(
    slack: FakeSlack, settings: SlackSettings, failure: Failure
) -> None:
    slack.problems.append(failure)

    with pytest.raises(ProviderUnavailableError) as raised:
        Slack(settings).send(an_alert(), replaces=None)

    assert raised.value.retry_after is None
    assert slack.calls == 1
    assert slack.messages == []


def test_a_lost_answer_leaves_a_message_that_can_be_recognised(
    slack: FakeSlack, settings: SlackSettings
) -> None:
    slack.problems.append(Failure.ACCEPT_THEN_DROP)
    notifier = Slack(settings)

    with pytest.raises(ProviderUnavailableError):
        notifier.send(an_alert(client_id="a-9"), replaces=None)
    notifier.send(an_alert(client_id="a-9"), replaces=None)

    assert [message.client_id for message in slack.messages] == ["a-9", "a-9"]


def test_a_stalled_answer_is_given_up(slack: FakeSlack, settings: SlackSettings) -> None:
    slack.problems.append(Failure.STALL)

    with pytest.raises(ProviderUnavailableError, match="timed out"):
        Slack(settings, timeout=timedelta(seconds=1)).send(an_alert(), replaces=None)


def test_nothing_listening_is_unavailable(settings: SlackSettings) -> None:
    with pytest.raises(ProviderUnavailableError, match="no usable answer"):
        Slack(but(settings, base_url="http://127.0.0.1:9/api/")).send(an_alert(), replaces=None)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("invalid_auth", "valid bot token"),
        ("token_revoked", "valid bot token"),
        ("not_in_channel", "/invite"),
        ("channel_not_found", "set `channel`"),
        ("is_archived", "set `channel`"),
        ("restricted_action", "owner of the Slack workspace"),
    ],
)
def test_a_refused_access_says_what_to_do(
    slack: FakeSlack, settings: SlackSettings, code: str, hint: str
) -> None:
    slack.problems.append(refused(code))

    with pytest.raises(ProviderAccessError, match=code) as raised:
        Slack(settings).send(an_alert(), replaces=None)

    assert hint in raised.value.hint


def test_a_missing_scope_is_named(slack: FakeSlack, settings: SlackSettings) -> None:
    slack.problems.append(refused("missing_scope", needed="chat:write.public", provided="chat:write"))

    with pytest.raises(ProviderAccessError, match=r"chat:write\.public"):
        Slack(settings).send(an_alert(), replaces=None)


def test_a_wrong_token_and_an_unknown_channel_are_refused(settings: SlackSettings) -> None:
    with pytest.raises(ProviderAccessError, match="invalid_auth"):
        Slack(but(settings, token=Secret("xoxb-other"))).send(an_alert(), replaces=None)
    with pytest.raises(ProviderAccessError, match="channel_not_found"):
        Slack(but(settings, channel="#nowhere")).send(an_alert(), replaces=None)


@pytest.mark.parametrize("code", ["msg_too_long", "invalid_blocks", "metadata_too_large", "some_new_code"])
def test_a_refused_message_is_not_worth_sending_again(
    slack: FakeSlack, settings: SlackSettings, code: str
) -> None:
    slack.problems.append(refused(code, response_metadata={"messages": ["[ERROR] at /blocks/0"]}))

    with pytest.raises(ProviderResponseError, match=rf"{code} \(\[ERROR\] at /blocks/0\)"):
        Slack(settings).send(an_alert(), replaces=None)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"<html>please sign in</html>", ProviderUnavailableError),
        (200, b"", ProviderUnavailableError),
        (200, b"null", ProviderUnavailableError),
        (200, b"[1]", ProviderUnavailableError),
        (200, b'"ok"', ProviderUnavailableError),
        (200, b'{"ok": true}', ProviderUnavailableError),
        (200, b'{"ok": false}', ProviderUnavailableError),
        (200, b'{"ok": false, "error": ["x"]}', ProviderUnavailableError),
        (200, b"\xff\xfe", ProviderUnavailableError),
        (503, b'{"ok": false, "error": "service_unavailable"}', ProviderUnavailableError),
        (403, b"<html>blocked</html>", ProviderAccessError),
        (404, b"not found", ProviderAccessError),
        (400, b'{"ok": false, "error": "invalid_blocks"}', ProviderResponseError),
    ],
)
def test_an_answer_that_is_not_slacks_still_becomes_one_of_our_errors(
    slack: FakeSlack, settings: SlackSettings, status: int, body: bytes, expected: type[ProviderError]
) -> None:
    slack.problems.append(Scripted(status=status, body=body))

    with pytest.raises(expected):
        Slack(settings).send(an_alert(), replaces=None)


@pytest.mark.parametrize("header", ["soon", "-5", "1.5", ""])
def test_a_wait_that_is_no_number_is_no_wait(slack: FakeSlack, settings: SlackSettings, header: str) -> None:
    slack.problems.append(Scripted(status=429, body=b"{}", headers={"retry-after": header}))

    with pytest.raises(ProviderUnavailableError) as raised:
        Slack(settings).send(an_alert(), replaces=None)

    assert raised.value.retry_after is None


@pytest.mark.parametrize("token", ["", "xoxb-1\n", "“xoxb-1”", "xoxb 1"])
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(
    settings: SlackSettings, token: str
) -> None:
    with pytest.raises(ProviderAccessError) as raised:
        Slack(but(settings, token=Secret(token))).send(an_alert(), replaces=None)

    assert "xoxb" not in str(raised.value)


def test_neither_the_token_nor_a_message_is_logged(
    slack: FakeSlack, settings: SlackSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slack.problems.append(Failure.HANG_UP)

    with pytest.raises(ProviderUnavailableError):
        Slack(settings).send(an_alert(), replaces=None)
    Slack(settings).send(an_alert(), replaces=None)

    assert caplog.text == ""
    assert TOKEN not in repr(settings)


def test_settings_know_no_other_keys_and_only_web_addresses() -> None:
    def decode(**values: Any) -> SlackSettings:
        return msgspec.convert(values, SlackSettings, dec_hook=lambda _type, value: Secret(value))

    assert decode(channel="C1", token="xoxb-1").base_url == "https://slack.com/api/"
    with pytest.raises(msgspec.ValidationError, match="chanel"):
        decode(channel="C1", token="xoxb-1", chanel="C2")
    with pytest.raises(msgspec.ValidationError, match="base_url"):
        decode(channel="C1", token="xoxb-1", base_url="file:///etc/passwd")


def test_the_sdk_is_loaded_only_to_send() -> None:
    """
    Every command reads the settings; few send.
    """
    code = """
import sys
import providers.slack.preview, providers.slack.web_api
print({"slack_sdk", "rich"} & set(sys.modules))
"""
    root = Path(__file__).parents[3]

    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "set()"


def test_an_alert_with_lone_surrogates_can_be_sent(slack: FakeSlack, settings: SlackSettings) -> None:
    alert = replace(an_alert(), headline="bad \ud800 name", fallback_text="bad \ud800 name")

    Slack(settings).send(alert, replaces=None)

    assert "bad \\u{d800} name" in slack.messages[0].content["text"]


# Messages in doubt


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_message_is_found_by_its_client_id_on_whatever_page_it_stands(
    slack: FakeSlack, settings: SlackSettings
) -> None:
    slack.page = 2
    notifier = Slack(but(settings, channel=CHANNEL_ID))
    references = [notifier.send(an_alert(client_id=f"a-{number}"), replaces=None) for number in range(7)]

    assert notifier.find("a-0", LONG_AGO) == references[0]
    assert notifier.find("a-6", LONG_AGO) == references[6]
    assert notifier.find("a-7", LONG_AGO) is None


def test_what_was_posted_before_is_not_looked_through(slack: FakeSlack, settings: SlackSettings) -> None:
    notifier = Slack(but(settings, channel=CHANNEL_ID))
    notifier.send(an_alert(client_id="a-1"), replaces=None)

    assert notifier.find("a-1", datetime.fromtimestamp(FIRST_TS + 1, UTC)) is None


def test_messages_of_others_are_not_taken_for_ours(slack: FakeSlack, settings: SlackSettings) -> None:
    notifier = Slack(but(settings, channel=CHANNEL_ID))
    notifier.send(an_alert(client_id="a-1"), replaces=None)
    slack.messages[0].content["metadata"]["event_type"] = "somebody_elses"

    assert notifier.find("a-1", LONG_AGO) is None


def test_a_missing_scope_for_looking_is_named(slack: FakeSlack, settings: SlackSettings) -> None:
    slack.scopes = ("chat:write",)

    with pytest.raises(ProviderAccessError, match="lacks the scope channels:history"):
        Slack(but(settings, channel=CHANNEL_ID)).find("a-1", LONG_AGO)


def test_by_its_name_a_channel_cannot_be_looked_through(settings: SlackSettings) -> None:
    with pytest.raises(ProviderAccessError, match="cannot be looked up by its name") as refused:
        Slack(but(settings, channel="#infra-changes")).find("a-1", LONG_AGO)

    assert "channel's ID" in refused.value.hint


def test_a_check_remarks_that_messages_in_doubt_cannot_be_looked_up(
    slack: FakeSlack, settings: SlackSettings
) -> None:
    slack.scopes = ("chat:write",)
    notifier = Slack(but(settings, channel="#infra-changes"))

    notifier.check()

    by_name, by_scope = notifier.remarks()
    assert "set `channel` to the channel's ID" in by_name
    assert "lacks the scope channels:history or groups:history" in by_scope


def test_a_check_names_the_scope_without_which_nothing_can_be_sent(
    slack: FakeSlack, settings: SlackSettings
) -> None:
    slack.scopes = ("channels:history",)

    with pytest.raises(ProviderAccessError, match="lacks the scope chat:write"):
        Slack(settings).check()


def test_a_bot_that_may_do_everything_is_remarked_on_by_nobody(
    slack: FakeSlack, settings: SlackSettings
) -> None:
    notifier = Slack(but(settings, channel=CHANNEL_ID))

    notifier.check()

    assert notifier.remarks() == []
