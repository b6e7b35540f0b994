"""Which sessions a call was made in."""

from typing import Any

import pytest

from tests.providers.aws.records import (
    ABSENT,
    ACCOUNT,
    BROWSER,
    CLI,
    S3_CONSOLE,
    a_permission_set_session,
    a_role_session,
    an_iam_user,
    event_of,
)

SIGN_IN = "arn:aws:signin:eu-west-1:111122223333:session/0f00ba11"
OPENED_WHEN = "AROAEXAMPLE:alice|2026-11-20T09:00:00Z"
FLAGGED = {"sessionCredentialFromConsole": "true", "userAgent": BROWSER}


def keys_of(**fields: Any) -> tuple[str, ...]:
    return event_of(**fields).call.session_keys


def test_a_call_outside_of_the_console_is_joined_by_its_key_first() -> None:
    assert keys_of(userAgent=CLI)[0] == "ASIAEXAMPLE"


@pytest.mark.parametrize("key", ["", None, ABSENT])
def test_a_call_without_a_key_is_joined_to_nothing(key: object) -> None:
    identity = {name: value for name, value in an_iam_user(key="x").items() if name != "accessKeyId"}
    if key is not ABSENT:
        identity["accessKeyId"] = key

    assert keys_of(userIdentity=identity, userAgent=CLI) == ()


def test_calls_of_a_console_session_are_joined_by_who_opened_it_when() -> None:
    """
    One console sign-in uses many keys, and only some of its calls carry the flag.
    """
    assert OPENED_WHEN in keys_of(userIdentity=a_permission_set_session("alice"), userAgent=S3_CONSOLE)


def test_only_a_call_that_aws_calls_the_consoles_is_parted_from_its_key() -> None:
    """
    Else whoever took a role under another's name could type the console's user agent, and be him.
    """
    identity = a_permission_set_session("alice")

    assert "ASIAEXAMPLE" not in keys_of(userIdentity=identity, **FLAGGED)
    assert keys_of(userIdentity=identity, userAgent=S3_CONSOLE)[0] == "ASIAEXAMPLE"


def test_a_call_that_shows_no_console_may_belong_to_a_console_session_all_the_same() -> None:
    assert OPENED_WHEN in keys_of(userIdentity=a_permission_set_session("alice"), userAgent=ABSENT)


def test_a_session_is_joined_by_its_sign_in_where_the_record_tells_it() -> None:
    identity = a_role_session("Ops", "alice", signInSessionArn=SIGN_IN)

    assert SIGN_IN in keys_of(userIdentity=identity, userAgent=S3_CONSOLE)
    assert keys_of(userIdentity=identity, userAgent=CLI)[:2] == ("ASIAEXAMPLE", SIGN_IN)


def test_only_calls_of_the_console_are_joined_to_its_role_switches() -> None:
    """
    A command line may use the same identity at the same time.
    """
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/Ops/alice"
    identity = a_role_session("Ops", "alice")

    assert f"console|{arn}" in keys_of(userIdentity=identity, **FLAGGED)
    assert f"console|{arn}" not in keys_of(userIdentity=identity, userAgent=CLI)
    assert f"console|{arn}" not in keys_of(userIdentity=identity, userAgent=S3_CONSOLE)
