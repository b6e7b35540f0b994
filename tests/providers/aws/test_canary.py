"""How CloudTrail tells of the canary's write is how the watch knows it: by what it touches."""

import hashlib
import json

from drift.model.event import ChangeEvent, Effect, RawRecord, Source
from providers.aws.canary import TAG, AwsParameterTag, AwsParameterTagSettings
from providers.aws.translate import AwsTranslator


def test_the_record_of_the_write_touches_the_parameter_and_nothing_else() -> None:
    canary = AwsParameterTag(AwsParameterTagSettings(parameter="/driftledger/canary", region="eu-west-1"))
    body = json.dumps(
        {
            "eventVersion": "1.11",
            "eventTime": "2026-11-16T12:00:00Z",
            "eventSource": "ssm.amazonaws.com",
            "eventName": "AddTagsToResource",
            "awsRegion": "eu-west-1",
            "requestParameters": {
                "resourceType": "Parameter",
                "resourceId": "/driftledger/canary",
                "tags": [{"key": TAG, "value": "driftledger-canary-00"}],
            },
            "eventID": "e-1",
            "recipientAccountId": "111122223333",
        }
    ).encode()

    event = AwsTranslator().translate(RawRecord(body, Source("a.json", 0, hashlib.sha256(body).hexdigest())))

    assert isinstance(event, ChangeEvent)
    assert event.intended is Effect.WRITE
    assert [one.id for one in event.resources] == [canary.resource]
