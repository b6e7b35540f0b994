"""A read that is like an earlier one is told by its bytes, and means what reading all of it would say."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model.event import Repeat, Source
from providers.aws import recurring
from providers.aws.translate import AwsTranslator
from tests.providers.aws.records import Fields, a_record, raw

SOURCE = Source(file="trail.json", index=1, sha256="5e" * 32)

OTHERS = {
    "eventTime": "2026-11-21T01:02:03Z",
    "requestParameters": {"vpcSet": {"items": [{"vpcId": "vpc-1"}]}},
    "requestID": "0d6d9d83-a056-f6ed-a0f2-b761e84b1188",
    "eventID": "355e1014-d3e3-8a53-acc2-5137b9a92aad",
}


def a_read(**fields: Any) -> Fields:
    """A read as AWS writes it, its fields in the order of the trail."""
    record = a_record(eventName="DescribeVpcs", readOnly=True, responseElements=None, requestID="1") | fields
    order = ("eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion")
    last = ("requestParameters", "responseElements", "requestID", "eventID", "readOnly", "eventType")
    first = {key: record.pop(key) for key in order}
    rest = {key: record.pop(key) for key in last if key in record}
    agent = {key: record.pop(key) for key in tuple(record) if key in ("sourceIPAddress", "userAgent")}
    error = {key: record.pop(key) for key in tuple(record) if key in ("errorCode", "errorMessage")}
    return first | agent | error | rest | record


def plain(record: Fields) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode()


def having_read(*bodies: bytes) -> AwsTranslator:
    translator = AwsTranslator()
    for body in bodies:
        translator.translate(raw(body))
    return translator


@pytest.mark.parametrize(
    "fields", [{}, {"errorCode": "AccessDenied", "errorMessage": "no"}, {"tlsDetails": {"a": "b"}}], ids=str
)
def test_a_read_that_is_like_an_earlier_one_is_recalled(fields: Fields) -> None:
    translator = having_read(plain(a_read(**fields)))
    body = plain(a_read(**fields) | OTHERS)

    recalled = translator.recall(body)

    assert recalled is not None
    assert recalled == AwsTranslator().translate(raw(body))


def test_what_was_never_read_is_not_recalled() -> None:
    translator = having_read(plain(a_read()))

    assert AwsTranslator().recall(plain(a_read())) is None
    assert translator.recall(plain(a_read(eventName="DescribeSubnets"))) is None
    assert translator.recall(plain(a_read(readOnly=False))) is None
    assert translator.recall(plain(a_read(userAgent="another"))) is None


def test_writes_are_always_read_in_full() -> None:
    body = plain(a_read(eventName="CreateVpc", readOnly=False))

    assert having_read(body).recall(body) is None


def test_an_answer_that_may_speak_of_an_error_is_looked_into() -> None:
    translator = having_read(plain(a_read()))

    assert translator.recall(plain(a_read(responseElements={"errorCode": "NoSuchVpc"}))) is None


def test_a_record_whose_fields_stand_in_another_order_is_read_in_full() -> None:
    turned = plain(dict(reversed(a_read().items())))

    assert having_read(turned).recall(turned) is None


def test_additional_data_of_events_that_tell_the_caller_by_them_are_looked_into() -> None:
    body = plain(a_read(eventType="AwsServiceEvent"))

    assert having_read(body).recall(body) is None


def test_a_text_that_ends_within_the_time_is_no_time() -> None:
    translator = having_read(plain(a_read()))
    body = plain(a_read()).replace(b"2026-11-20T10", b'2026-11-20"10')

    assert translator.recall(body) is None


FRAGMENTS = [
    b'"eventTime":"2026-11-20T10:11:12Z"',
    b'"errorCode":"AccessDenied"',
    b'"requestParameters":{"eventID":"355e1014-d3e3-8a53-acc2-5137b9a92aad"}',
    b'"responseElements":{"errorMessage":"no"}',
    b'"eventID":"x"',
    b'"eventID":"355e1014-d3e3-8a53-acc2-5137b9a92aae"',
    b'"eventName":"CreateVpc"',
    b'"readOnly":false',
    b'"event\\u0049D":"y"',
    b"{",
    b"}",
    b'"',
    b"\\",
    b"\t",
    b"\xff",
    b"\\ud800",
    b",",
    b"null",
]


@given(
    cuts=st.lists(
        st.tuples(st.integers(0, 1100), st.integers(0, 40), st.lists(st.sampled_from(FRAGMENTS), max_size=3)),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_the_bytes_are_nothing_is_recalled_but_what_reading_them_says(
    cuts: list[tuple[int, int, list[bytes]]],
) -> None:
    body = plain(a_read() | OTHERS)
    for at, length, fragments in cuts:
        body = body[:at] + b",".join(fragments) + body[at + length :]
    translator = having_read(plain(a_read()), plain(a_read(errorCode="AccessDenied")), body)

    recalled = translator.recall(body)

    if recalled is not None:
        afresh = AwsTranslator().translate(raw(body))
        assert isinstance(afresh, Repeat)
        assert recalled.event(SOURCE) == afresh.event(SOURCE)


def test_no_trail_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurring, "MAX_SIZE", 10_000)
    translator = having_read(*(plain(a_read(userAgent=f"agent {number}")) for number in range(100)))

    kept = [translator.recall(plain(a_read(userAgent=f"agent {number}"))) for number in range(100)]

    assert kept[-1] is not None
    assert sum(one is not None for one in kept) < 12


def test_clients_that_many_share_do_not_slow_each_other_down() -> None:
    """
    Callers that only their identity tells apart are tried one by one, but only some.
    """
    bodies = []
    for number in range(50):
        identity = a_record()["userIdentity"] | {"accessKeyId": f"ASIA{number:012}"}
        bodies.append(plain(a_read(userIdentity=identity)))

    translator = having_read(*bodies)

    assert sum(translator.recall(body) is not None for body in bodies) == recurring.MAX_ALIKE
