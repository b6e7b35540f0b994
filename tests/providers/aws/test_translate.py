"""What the translator adds to a record's own words: related records, descriptions, own tables."""

import json
from typing import Any

import pytest

from drift.model.event import ChangeEvent
from drift.model.verdict import Confidence, Lane, Tool
from providers.aws.translate import AwsTranslator
from tests.providers.aws.records import ACCOUNT, a_record, a_root_user, as_bytes, event_by, event_of, raw
from tests.providers.aws.test_risks import a_rule

OTHER = "444455556666"


def translated_with(overrides: dict[str, str], **fields: Any) -> ChangeEvent:
    return event_by(AwsTranslator(overrides), as_bytes(a_record(**fields)))


def test_updated_data_corrects_the_record_that_it_names() -> None:
    addendum = {"reason": "UPDATED_DATA", "updatedFields": "responseElements", "originalEventID": "first"}

    assert event_of(addendum=addendum).corrects == "first"
    assert event_of(addendum=addendum, readOnly=True, eventName="DescribeVpcs").corrects == "first"


@pytest.mark.parametrize("reason", ["DELIVERY_DELAY", "SERVICE_OUTAGE", None])
def test_other_addenda_only_say_why_a_record_is_late(reason: str | None) -> None:
    event = event_of(addendum={"reason": reason, "originalEventID": "first"})

    assert event.corrects is None
    assert event.shared_id is None


@pytest.mark.parametrize(("recipient", "is_owners"), [(OTHER, True), (ACCOUNT, False)])
def test_of_the_copies_of_one_call_the_owners_is_known(recipient: str, is_owners: bool) -> None:
    event = event_of(sharedEventID="shared", recipientAccountId=recipient)

    assert (event.shared_id, event.is_owners) == ("shared", is_owners)


def test_the_copy_of_a_caller_without_an_account_counts_as_the_owners() -> None:
    identity = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}

    assert event_of(sharedEventID="shared", userIdentity=identity).is_owners


def test_a_call_that_only_one_account_was_told_of_is_its_owners() -> None:
    event = event_of()

    assert (event.shared_id, event.is_owners) == (None, True)


def test_what_only_people_are_told_is_left_to_describing() -> None:
    translator = AwsTranslator()
    body = as_bytes(a_record(eventName="AuthorizeSecurityGroupIngress", requestParameters=a_rule()))
    event = translator.translate(raw(body))
    assert isinstance(event, ChangeEvent)

    described = translator.describe(event)

    assert (event.risks, event.summary) == ((), "")
    assert [risk.slug for risk in described.risks] == ["open-to-the-world"]
    assert described.summary.startswith("opened tcp/22")
    assert translator.describe(described) == described


def test_the_risk_that_lies_in_the_caller_needs_no_describing() -> None:
    event = AwsTranslator().translate(raw(as_bytes(a_record(userIdentity=a_root_user()))))

    assert isinstance(event, ChangeEvent)
    assert [risk.slug for risk in event.risks] == ["root-user"]


def test_own_rows_come_before_the_shipped_ones() -> None:
    own = """
        [[lanes]]
        lane = "application"
        service = "appconfig"
        events = ["StartDeployment"]
        confidence = "high"
        source = "our own"

        [[mobile_agents]]
        tool = "mobile"
        pattern = '^AWSConsoleApp/'
        confidence = "medium"
        source = "our own"
    """
    call = {"eventSource": "appconfig.amazonaws.com", "eventName": "StartDeployment"}

    assert translated_with({}, **call).lane is Lane.CONFIGURATION
    assert translated_with({"signals": own}, **call).lane is Lane.APPLICATION
    signs = translated_with({"signals": own}, userAgent="AWSConsoleApp/1").call.tools
    assert [(sign.tool, sign.confidence) for sign in signs] == [(Tool.MOBILE, Confidence.MEDIUM)]


def test_a_single_row_of_ones_own_takes_the_place_of_the_shipped_one() -> None:
    own = """
        [read_name]
        pattern = '^Peek'
        confidence = "high"
        source = "our own"
    """
    event = translated_with({"signals": own}, eventName="PeekInside", readOnly=None)

    assert event.effect == "read"


def test_own_rows_of_the_map_come_before_the_shipped_ones() -> None:
    row = {
        "service": "ec2",
        "event": "CreateVpc",
        "kind": "create",
        "types": ["aws_own_vpc"],
        "match": "id",
        "ids": ["requestParameters.cidrBlock"],
        "source": "expert",
    }
    own = json.dumps({"rows": [row], "id_prefixes": {"bit-": "aws_bit"}})

    event = translated_with({"resources": own})
    guessed = translated_with({"resources": own}, eventName="Flip", requestParameters={"bitId": "bit-1"})

    assert [(one.type, one.id) for one in event.resources] == [("aws_own_vpc", "10.0.0.0/16")]
    assert [(one.type, one.id) for one in guessed.resources] == [("aws_bit", "bit-1")]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("signals", "lanes =", "Invalid value"),
        ("signals", 'colour = "red"', "colour"),
        ("signals", '[[lanes]]\nlane = "fast"\n', r"lanes\[0\]"),
        (
            "signals",
            '[[issuers]]\nname="x"\npattern="("\npipeline=true\nconfidence="low"\nsource="x"',
            r"issuers\[0\].pattern",
        ),
        ("signals", '[email]\npattern="("\nconfidence="low"\nsource="x"', r"email\.pattern"),
        ("resources", "{", "truncated"),
        ("resources", "[]", "object"),
        ("resources", '{"rows": [{"service": "x"}]}', r"rows\[0\]"),
        ("resources", '{"fallbacks": ["somewhere.else"]}', r"fallbacks\[0\]"),
    ],
)
def test_an_own_table_that_does_not_fit_is_refused_by_its_row(name: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AwsTranslator({name: text})
