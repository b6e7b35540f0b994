"""Equal calls are worked out once, and no trail can fill the memory."""

from typing import Any

import pytest

from drift.model.event import ChangeEvent, Outcome, Repeat
from drift.model.verdict import Lane
from providers.aws import known_calls
from providers.aws.translate import AwsTranslator
from tests.providers.aws.records import CLI, a_record, a_role_session, an_iam_user, as_bytes, event_by, raw

FLAG = {"sessionCredentialFromConsole": "true"}


def said_by(translator: AwsTranslator, **fields: Any) -> ChangeEvent:
    return event_by(translator, as_bytes(a_record(**fields)))


def test_records_that_agree_in_who_called_what_share_their_call() -> None:
    translator = AwsTranslator()
    first = said_by(translator, eventID="1", requestParameters={"cidrBlock": "10.0.0.0/16"})
    second = said_by(translator, eventID="2", requestParameters={"cidrBlock": "10.1.0.0/16"})

    assert first.call is second.call
    assert first.request != second.request


def test_reads_of_one_kind_repeat_the_same_event() -> None:
    """
    It is judged once, whatever the number of its records.
    """
    translator = AwsTranslator()
    bodies = [as_bytes(a_record(eventName="DescribeVpcs", readOnly=True, eventID=one)) for one in "12"]

    first, second = (translator.translate(raw(body)) for body in bodies)

    assert isinstance(first, Repeat)
    assert isinstance(second, Repeat)
    assert first.like is second.like
    assert (first.event_id, second.event_id) == ("1", "2")


READS: list[dict[str, Any]] = [
    {"eventName": "DescribeVpcs"},
    {"eventName": "DescribeSubnets", "awsRegion": "us-east-1"},
    {"eventName": "ListRoles", "eventSource": "iam.amazonaws.com", "awsRegion": None},
    {"eventName": "DescribeVpcs", "recipientAccountId": "444455556666"},
    {"eventName": "DescribeVpcs", "recipientAccountId": "444455556666", "errorCode": "AccessDenied"},
]


def test_reads_of_one_caller_repeat_the_same_event_whatever_they_read() -> None:
    translator = AwsTranslator()
    said = [translator.translate(raw(as_bytes(a_record(readOnly=True, **one)))) for one in READS]

    repeats = [one for one in said if isinstance(one, Repeat)]
    assert len(repeats) == len(READS)
    assert len({id(one.like) for one in repeats if one.error is None}) == 1


def test_each_of_them_says_what_it_read() -> None:
    translator = AwsTranslator()

    for fields in (*READS, *READS):
        read = {"readOnly": True, **fields}
        assert said_by(translator, **read) == said_by(AwsTranslator(), **read)


def test_a_read_that_names_no_account_is_of_the_callers_own() -> None:
    translator = AwsTranslator()
    accounts = ("444455556666", None, "444455556666")

    reads = [
        said_by(translator, eventName="ListKeys", readOnly=True, recipientAccountId=one) for one in accounts
    ]

    assert [one.call.account for one in reads] == ["444455556666", "111122223333", "444455556666"]


def test_reads_of_different_lanes_repeat_different_events() -> None:
    translator = AwsTranslator()
    sources = ("ec2.amazonaws.com", "appconfig.amazonaws.com")

    first, second = (
        translator.translate(raw(as_bytes(a_record(readOnly=True, eventName="ListTags", eventSource=one))))
        for one in sources
    )

    assert isinstance(first, Repeat)
    assert isinstance(second, Repeat)
    assert (first.like.lane, second.like.lane) == (Lane.INFRASTRUCTURE, Lane.CONFIGURATION)


@pytest.mark.parametrize(
    "fields", [{"errorMessage": "no"}, {"responseElements": {"errorMessage": "no"}}], ids=str
)
def test_reads_that_failed_repeat_one_that_failed(fields: dict[str, Any]) -> None:
    translator = AwsTranslator()
    worked = a_record(eventName="DescribeVpcs", readOnly=True)

    good, bad, other = (
        translator.translate(raw(as_bytes(one)))
        for one in (worked, worked | fields, worked | {"errorCode": "AccessDenied"})
    )

    assert isinstance(good, Repeat)
    assert isinstance(bad, Repeat)
    assert isinstance(other, Repeat)
    assert good.like is not bad.like is other.like
    assert (good.error, bad.error, other.error) == (None, "no", "AccessDenied")
    assert bad.like.outcome is Outcome.FAILURE


@pytest.mark.parametrize(
    "fields",
    [
        {"sharedEventID": "shared"},
        {"addendum": {"reason": "UPDATED_DATA", "originalEventID": "1"}},
    ],
)
def test_a_read_that_says_more_repeats_nothing(fields: dict[str, Any]) -> None:
    record = a_record(eventName="DescribeVpcs", readOnly=True, **fields)

    assert isinstance(AwsTranslator().translate(raw(as_bytes(record))), ChangeEvent)


@pytest.mark.parametrize(
    "fields",
    [
        {"userIdentity": an_iam_user()},
        {"userAgent": "another"},
        {"sourceIPAddress": "203.0.113.8"},
        {"eventSource": "rds.amazonaws.com"},
        {"eventName": "DeleteVpc"},
        {"awsRegion": "us-east-1"},
        {"recipientAccountId": "444455556666"},
        {"eventType": "AwsConsoleAction"},
        FLAG,
        {"userIdentity": a_role_session("Ops", "x", signInSessionArn="arn:aws:signin:::session/1")},
    ],
)
def test_records_that_differ_in_it_do_not(fields: dict[str, Any]) -> None:
    """
    What a translator saw before must not change what it says.
    """
    translator = AwsTranslator()
    before = said_by(translator)

    event = said_by(translator, **fields)

    assert event.call is not before.call
    assert event == said_by(AwsTranslator(), **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"readOnly": True},
        {"eventCategory": "Data", "eventName": "Feed"},
        {"managementEvent": False, "eventName": "Feed"},
        {"tlsDetails": {"tlsVersion": "TLSv1.3"}, **FLAG},
        {"eventType": "AwsConsoleSignIn", "additionalEventData": {"MFAUsed": "Yes"}},
        {"eventType": "AwsServiceEvent", "eventSource": "kms.amazonaws.com", "userIdentity": None},
    ],
)
def test_flags_are_told_apart_even_for_the_same_call(fields: dict[str, Any]) -> None:
    translator = AwsTranslator()
    said_by(
        translator, **fields | {"readOnly": False, "managementEvent": True, "eventCategory": "Management"}
    )
    said_by(translator, **{key: value for key, value in fields.items() if key != "tlsDetails"})
    said_by(translator, **fields | {"additionalEventData": {"MFAUsed": "No"}})
    said_by(translator, **fields | {"eventSource": "rds.amazonaws.com"})

    assert said_by(translator, **fields) == said_by(AwsTranslator(), **fields)


def test_calls_of_one_caller_share_who_called() -> None:
    translator = AwsTranslator()
    first, second = (said_by(translator, eventName=name).call for name in ("CreateVpc", "DeleteVpc"))

    assert first.principal is second.principal
    assert first.tools is second.tools
    assert first.credentials is second.credentials
    assert first.session_keys is second.session_keys
    assert first.statements is second.statements


def test_full_caches_are_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_calls, "MAX_CALLS", 3)
    monkeypatch.setattr(known_calls, "MAX_DEEDS", 3)
    translator = AwsTranslator()

    for number in range(10):
        for name in ("CreateVpc", f"Do{number}"):
            event = said_by(translator, userAgent=f"{CLI} {number}", eventName=name)
            assert event.call.action == name
            assert event.call.user_agent == f"{CLI} {number}"


def test_what_is_too_long_to_be_a_caller_of_aws_is_read_and_not_kept() -> None:
    translator = AwsTranslator()
    long = "x" * known_calls.MAX_KEY_LENGTH

    first, second = (said_by(translator, userAgent=long) for _ in range(2))

    assert first == second
    assert first.call is not second.call
