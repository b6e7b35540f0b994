"""An entry that came over gRPC says the same as one that a sink wrote."""

import base64
import json
from typing import Any

import pytest
from google.cloud.audit.audit_log_pb2 import AuditLog
from google.cloud.logging_v2.types import LogEntry
from google.iam.v1.logging.audit_data_pb2 import AuditData
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.rpc.error_details_pb2 import ErrorInfo

from drift.model.event import UnreadableRecord
from drift.stages.translate import Translators
from providers.gcp.envelopes import RECORD_HEADS
from providers.gcp.log_entry_json import json_of
from tests.providers.gcp.entries import (
    GCLOUD_CLIENT,
    TRANSLATOR,
    a_delta,
    added,
    an_entry,
    as_bytes,
    delegated,
    first_party,
    identity,
    metadata,
    raw,
    translated,
)
from tests.providers.gcp.sources.logging_service import NOON
from tests.providers.gcp.sources.logging_service import an_entry as a_message

UNKNOWN = AnyMessage(
    type_url="type.googleapis.com/google.cloud.bigquery.logging.v1.AuditData", value=b"\n\x01x"
)


def over_grpc(entry: dict[str, Any]) -> Any:
    """Return an entry as a message, which bears its payload as a message of its own."""
    message = LogEntry.pb(LogEntry())
    payload = {key: value for key, value in entry["protoPayload"].items() if key != "@type"}
    ParseDict({key: value for key, value in entry.items() if key != "protoPayload"}, message)
    message.proto_payload.Pack(ParseDict(payload, AuditLog()))
    return message


def with_audit(**fields: Any) -> Any:
    return a_message(insert_id="1", at=NOON, received=NOON, audit=AuditLog(**fields))


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(),
        an_entry(authenticationInfo=delegated(first_party("alice@example.com"))),
        an_entry(requestMetadata=metadata(reason="OPS-123")),
        an_entry(serviceData=a_delta(added("roles/owner", "user:eve@example.com"))),
        an_entry(status={"code": 7, "message": "denied"}),
        an_entry(operation={"id": "op-1", "producer": "compute.googleapis.com", "first": True}),
        an_entry(request={"disks": [{"sizeGb": "10", "boot": True, "weight": 1.5}], "none": None}),
        an_entry(timestamp="2026-11-20T10:11:12.123456789Z"),
    ],
)
def test_an_entry_says_the_same_whichever_way_it_came(entry: dict[str, Any]) -> None:
    written = json_of(over_grpc(entry))

    assert translated(written) == translated(as_bytes(entry))
    assert json.loads(written) == entry | {"receiveTimestamp": "2026-11-20T10:11:13.500Z"}


def test_an_entry_is_always_written_the_same() -> None:
    """
    A message keeps no order of its members, and the hash of a record is evidence.
    """
    labels = {f"label-{number}": "x" for number in range(50)}
    one = over_grpc(an_entry(request={"labels": labels}))
    other = over_grpc(an_entry(request={"labels": dict(reversed(labels.items()))}))

    assert json_of(one) == json_of(other)


def test_an_entry_begins_as_the_entries_of_sinks_do() -> None:
    """
    What begins so need not be searched for an envelope.
    """
    assert json_of(over_grpc(an_entry())).startswith(RECORD_HEADS)


def test_the_oauth_client_is_kept_though_no_schema_has_its_field() -> None:
    plain = identity().get("principalEmail", "").encode()
    client = GCLOUD_CLIENT.encode()
    inner = b"\x0a" + bytes([len(client)]) + client
    authentication = b"\x0a" + bytes([len(plain)]) + plain + b"\x5a" + bytes([len(inner)]) + inner
    message = over_grpc(an_entry())
    audit = AuditLog.FromString(message.proto_payload.value)
    audit.authentication_info.ParseFromString(authentication)
    message.proto_payload.Pack(audit)

    written = json_of(message)

    assert json.loads(written)["protoPayload"]["authenticationInfo"] == identity(client=GCLOUD_CLIENT)
    assert translated(written) == translated(
        as_bytes(an_entry(authenticationInfo=identity(client=GCLOUD_CLIENT)))
    )


@pytest.mark.parametrize("field", [b"\x5a\x02\x0a\xff", b"\x5a\x06\x0a\x04none", b"\x58\x01", b"\x5a\x00"])
def test_other_fields_that_nobody_knows_are_left_out(field: bytes) -> None:
    message = with_audit(method_name="x")
    audit = AuditLog.FromString(message.proto_payload.value)
    audit.authentication_info.ParseFromString(b"\x0a\x01a" + field)
    message.proto_payload.Pack(audit)

    assert json.loads(json_of(message))["protoPayload"]["authenticationInfo"] == {"principalEmail": "a"}


def test_a_part_of_an_unknown_type_costs_that_part_alone() -> None:
    written = json.loads(json_of(with_audit(method_name="jobservice.insert", service_data=UNKNOWN)))

    assert written["protoPayload"]["methodName"] == "jobservice.insert"
    assert written["protoPayload"]["serviceData"] == {
        "@type": UNKNOWN.type_url,
        "value": base64.b64encode(UNKNOWN.value).decode(),
    }


def test_details_of_a_failure_are_opened_where_they_are_known() -> None:
    known = AnyMessage()
    known.Pack(ErrorInfo(reason="QUOTA"))
    message = with_audit(method_name="x", status={"code": 8, "details": [known, UNKNOWN]})

    status = json.loads(json_of(message))["protoPayload"]["status"]

    assert status["code"] == 8
    assert [one["@type"] for one in status["details"]] == [known.type_url, UNKNOWN.type_url]
    assert status["details"][0]["reason"] == "QUOTA"


def test_known_service_data_is_opened() -> None:
    data = AnyMessage()
    data.Pack(AuditData())

    written = json.loads(json_of(with_audit(method_name="SetIamPolicy", service_data=data)))

    assert written["protoPayload"]["serviceData"] == {"@type": data.type_url}


def test_parameters_that_json_cannot_write_hide_no_call() -> None:
    """
    Callers choose them: whoever could make an entry unreadable could act unseen.
    """
    message = with_audit(method_name="SetIamPolicy")
    audit = AuditLog.FromString(message.proto_payload.value)
    audit.request["size"] = float("nan")
    message.proto_payload.Pack(audit)

    written = json_of(message)

    assert translated(written).call.action == "SetIamPolicy"
    assert Struct.FromString(base64.b64decode(json.loads(written)["protoPayload"]["request"]["undecoded"]))


def test_an_entry_that_is_damaged_is_unreadable_and_all_there() -> None:
    """
    It becomes a gap on record, with its bytes, rather than an error that stops the source.
    """
    message = a_message(insert_id="1", at=NOON, received=NOON)
    message.proto_payload.value = b"\xff\xff"

    written = json_of(message)

    assert isinstance(Translators([TRANSLATOR]).translate(raw(written)), UnreadableRecord)
    kept = base64.b64decode(json.loads(written)["undecodedLogEntry"])
    assert LogEntry.pb(LogEntry()).FromString(kept) == message


def test_a_payload_that_is_no_audit_log_is_no_audit_entry() -> None:
    message = a_message(insert_id="1", at=NOON, received=NOON)
    message.proto_payload.CopyFrom(UNKNOWN)

    assert TRANSLATOR.translate(raw(json_of(message))) is None
    message.ClearField("proto_payload")
    message.text_payload = "hello"
    assert json.loads(json_of(message))["textPayload"] == "hello"
