"""What CloudTrail's records travel in, opened by the real translator."""

import io
import json

import pytest

from drift.model.event import RawRecord
from drift.records import records_of
from drift.records.whole import WHOLE_LIMIT
from providers.aws.translate import AwsTranslator

CALL = {
    "eventVersion": "1.10",
    "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"},
    "eventTime": "2026-11-20T10:11:12Z",
    "eventSource": "ec2.amazonaws.com",
    "eventName": "RebootInstances",
    "requestParameters": {"note": "“quoted” \\"},
    "eventID": "8b0a2f0e-1111-4222-8333-444455556666",
}
RECORD = json.dumps(CALL).encode()
EVENT = {"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2", "detail": CALL}
STORED = {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": {}}}]}
DIGEST = {"digestS3Object": "a", "digestPublicKeyFingerprint": "b", "logFiles": [{"s3Object": "c"}]}


def noted(message: object) -> dict[str, object]:
    return {"Type": "Notification", "MessageId": "a", "Message": json.dumps(message)}


def queued(*messages: object) -> dict[str, object]:
    return {"Messages": [{"MessageId": "a", "Body": json.dumps(message)} for message in messages]}


def looked_up(*records: object) -> dict[str, object]:
    events = [
        {"EventId": "a", "ReadOnly": "false", "CloudTrailEvent": json.dumps(record)} for record in records
    ]
    return {"Events": events, "NextToken": "abc"}


def read(document: object, *, whole: bool) -> list[bytes]:
    stream = io.BytesIO(json.dumps(document).encode())
    found = list(records_of("a", stream, [AwsTranslator()], whole_limit=WHOLE_LIMIT if whole else 0))
    assert all(isinstance(record, RawRecord) for record in found)
    return [record.body for record in found if isinstance(record, RawRecord)]


both_ways = pytest.mark.parametrize("whole", [True, False], ids=["whole", "split"])


@both_ways
@pytest.mark.parametrize(
    "document",
    [
        {"Records": [CALL]},
        [CALL],
        EVENT,
        {"Records": [EVENT]},
        [EVENT],
        looked_up(CALL),
        noted({"Records": [CALL]}),
        noted(EVENT),
        queued({"Records": [CALL]}),
        queued(noted(EVENT)),
        queued(noted(STORED), EVENT, noted(DIGEST)),
        [looked_up(CALL), noted(STORED)],
    ],
)
def test_every_envelope_of_cloudtrail_is_opened(document: object, whole: bool) -> None:
    assert read(document, whole=whole) == [RECORD]


@both_ways
@pytest.mark.parametrize("document", [{"Records": []}, DIGEST, noted(STORED), looked_up(), queued()])
def test_what_only_announces_files_gives_no_line(document: object, whole: bool) -> None:
    assert read(document, whole=whole) == []


@both_ways
def test_envelopes_are_opened_among_plain_records(whole: bool) -> None:
    """
    How a plain record begins saves looking for an envelope; S3's notifications begin alike.
    """
    stored = {"eventVersion": "2.1", **STORED["Records"][0]}

    assert read({"Records": [CALL, EVENT, stored, noted(EVENT), CALL]}, whole=whole) == [RECORD] * 4
