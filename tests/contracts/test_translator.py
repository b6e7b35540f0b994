"""What the translator of every cloud must do; a new one is one row of `CLOUDS`."""

import builtins
import io
import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from drift.model.event import ChangeEvent, RawRecord, Repeat, Source, UnreadableRecord
from drift.ports import Translator
from providers.aws.translate import AwsTranslator
from providers.azure.translate import AzureTranslator
from providers.gcp.translate import GcpTranslator
from providers.launchdarkly.translate import LaunchDarklyTranslator
from tests.providers.aws.records import ABSENT, a_record, as_bytes
from tests.providers.azure import records as azure_records
from tests.providers.gcp import entries as gcp_entries
from tests.providers.launchdarkly import entries

SOURCE = Source(file="log.json", index=3, sha256="5e" * 32)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """A translator, with what it must understand."""

    translator: Translator
    record: bytes
    bare: bytes
    """A record that lacks an id, a time and a region."""
    wrap: Callable[[bytes], bytes]
    """Puts records of this cloud into an envelope."""
    announcement: bytes
    """Is delivered among records, and holds none."""


def aws() -> Dialect:
    """CloudTrail."""
    return Dialect(
        translator=AwsTranslator(),
        record=as_bytes(a_record()),
        bare=as_bytes(a_record(eventID=ABSENT, eventTime=ABSENT, awsRegion=ABSENT)),
        wrap=lambda record: b'{"detail-type": "AWS API Call via CloudTrail", "detail": ' + record + b"}",
        announcement=b'{"s3Bucket": "example-trail", "s3ObjectKey": ["a.json.gz"]}',
    )


def azure() -> Dialect:
    """The Activity Log, and answers of Resource Graph."""
    record = azure_records.a_record
    return Dialect(
        translator=AzureTranslator(),
        record=azure_records.as_bytes(record()),
        bare=azure_records.as_bytes(
            record(**dict.fromkeys(("eventDataId", "id", "eventTimestamp"), azure_records.ABSENT))
        ),
        wrap=lambda row: b'{"count": 1, "data": [' + row + b'], "total_records": 1}',
        announcement=b'{"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {}}',
    )


def gcp() -> Dialect:
    """Cloud Audit Logs."""
    entry = gcp_entries.an_entry
    return Dialect(
        translator=GcpTranslator(),
        record=gcp_entries.as_bytes(entry()),
        bare=gcp_entries.as_bytes(
            entry(
                **dict.fromkeys(("insertId", "timestamp", "resource"), gcp_entries.ABSENT), resourceName="x"
            )
        ),
        wrap=gcp_entries.pushed,
        announcement=gcp_entries.pushed(b"{}", attributes={"eventType": "OBJECT_FINALIZE"}),
    )


def launchdarkly() -> Dialect:
    """LaunchDarkly's audit log."""
    return Dialect(
        translator=LaunchDarklyTranslator(),
        record=entries.as_bytes(entries.an_entry()),
        bare=entries.as_bytes(entries.an_entry(_id=entries.ABSENT, date=entries.ABSENT)),
        wrap=lambda entry: b'{"_links": {}, "items": [' + entry + b"]}",
        announcement=b'{"_links": {"self": {"href": "/api/v2/auditlog?limit=20"}}, "items": []}',
    )


CLOUDS: dict[str, Dialect] = {"aws": aws(), "azure": azure(), "gcp": gcp(), "launchdarkly": launchdarkly()}

FOREIGN = {
    "none": b'{"message": "hello", "level": "info"}',
    "nothing": b"{}",
    "a number": b"7",
    "a list": b"[]",
}
"""Records of clouds without a row, and what is nobody's."""

ODD: list[object] = [None, True, -1, 1e308, "", "\udc00", [], [[]], {}, {"": {}}]
"""Values that stand where no cloud would put them."""


@pytest.fixture(params=CLOUDS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each cloud in turn."""
    return CLOUDS[request.param]


def raw(body: bytes) -> RawRecord:
    return RawRecord(body=body, source=SOURCE)


def test_a_record_is_translated_and_says_where_it_came_from(dialect: Dialect) -> None:
    event = dialect.translator.translate(raw(dialect.record))

    assert isinstance(event, ChangeEvent)
    assert event.call.cloud is dialect.translator.cloud
    assert event.source == SOURCE


def test_a_record_without_id_time_and_region_is_readable(dialect: Dialect) -> None:
    event = dialect.translator.translate(raw(dialect.bare))

    assert isinstance(event, ChangeEvent)
    assert (event.event_id, event.occurred_at, event.call.region) == (None, None, None)


@pytest.mark.parametrize("foreign", FOREIGN)
def test_what_is_not_of_this_cloud_is_left_to_others(dialect: Dialect, foreign: str) -> None:
    assert dialect.translator.translate(raw(FOREIGN[foreign])) is None
    assert dialect.translator.unwrap(FOREIGN[foreign]) is None


def test_a_record_of_another_translator_is_left_to_it(dialect: Dialect) -> None:
    for other in CLOUDS.values():
        if other is not dialect:
            assert dialect.translator.translate(raw(other.record)) is None
            assert dialect.translator.unwrap(other.wrap(other.record)) is None


def test_an_envelope_gives_its_record_exactly_as_delivered(dialect: Dialect) -> None:
    """
    The hash of a record is of these bytes: not even a space may be lost.
    """
    spaced = dialect.record.replace(b": ", b" :  ")

    unwrapped = dialect.translator.unwrap(dialect.wrap(spaced))

    assert unwrapped is not None
    assert list(unwrapped) == [spaced]


def test_a_record_is_no_envelope(dialect: Dialect) -> None:
    assert dialect.translator.unwrap(dialect.record) is None
    assert dialect.translator.unwrap(dialect.bare) is None


def test_what_only_announces_records_is_an_envelope_with_none(dialect: Dialect) -> None:
    unwrapped = dialect.translator.unwrap(dialect.announcement)

    assert unwrapped is not None
    assert list(unwrapped) == []


def test_a_translator_reads_nothing_but_the_record(dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("a translator has no input or output")

    dialect.translator.translate(raw(dialect.record))  # its own tables are read for the first record
    for module, name in ((builtins, "open"), (io, "open"), (os, "open"), (socket, "socket")):
        monkeypatch.setattr(module, name, refuse)
    event = dialect.translator.translate(raw(dialect.record))
    unwrapped = dialect.translator.unwrap(dialect.wrap(dialect.record))
    monkeypatch.undo()

    assert isinstance(event, ChangeEvent)
    assert unwrapped


def test_a_translator_remembers_nothing(dialect: Dialect) -> None:
    first = dialect.translator.translate(raw(dialect.record))

    for body in (dialect.bare, dialect.record[:-20], *FOREIGN.values()):
        dialect.translator.translate(raw(body))
        dialect.translator.unwrap(body)

    assert dialect.translator.translate(raw(dialect.record)) == first


def test_describing_adds_risks_and_summary_and_nothing_else(dialect: Dialect) -> None:
    said = dialect.translator.translate(raw(dialect.record))
    event = said.event(SOURCE) if isinstance(said, Repeat) else said
    assert isinstance(event, ChangeEvent)

    described = dialect.translator.describe(event)

    assert structs.replace(described, risks=event.risks, summary=event.summary) == event
    assert described.risks[: len(event.risks)] == event.risks
    assert dialect.translator.describe(described) == described


@pytest.mark.parametrize("cloud", CLOUDS)
@given(data=st.data())
def test_damaged_bytes_never_raise(cloud: str, data: st.DataObject) -> None:
    dialect = CLOUDS[cloud]
    whole = data.draw(st.sampled_from([dialect.record, dialect.bare, dialect.wrap(dialect.record)]))
    begin = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(begin, len(whole)))
    damaged = whole[:begin] + data.draw(st.binary(max_size=20)) + whole[end:]

    said = dialect.translator.translate(raw(damaged))
    dialect.translator.unwrap(damaged)

    assert said is None or isinstance(said, Repeat) or said.source == SOURCE


@pytest.mark.parametrize("cloud", CLOUDS)
@given(data=st.data())
def test_a_value_of_another_kind_never_raises(cloud: str, data: st.DataObject) -> None:
    dialect = CLOUDS[cloud]
    record = json.loads(dialect.record)
    for key in data.draw(st.lists(st.sampled_from(sorted(record)), min_size=1, max_size=4)):
        record[key] = data.draw(
            st.sampled_from([None, True, -1, 1e308, "", "\udc00", [], [[]], {}, {"": {}}])
        )

    said = dialect.translator.translate(raw(json.dumps(record).encode()))

    assert said is None or isinstance(said, ChangeEvent | Repeat | UnreadableRecord)
