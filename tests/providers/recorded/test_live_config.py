import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drift.errors import ProviderResponseError, ProviderUnavailableError
from drift.model.baseline import DeclaredResource
from drift.model.resource import Absent, Found, LiveReading, NotRead, NotReadReason, TypeSchema
from providers.recorded.live_config import RecordedLiveConfig, RecordedLiveConfigSettings


def a_resource(**but: Any) -> dict[str, Any]:
    return {
        "type": "aws_sqs_queue",
        "id": "queue-1",
        "account": "111122223333",
        "region": "eu-west-1",
        "attributes": {"delay_seconds": 5},
    } | but


def a_file(folder: Path, *resources: dict[str, Any], name: str = "live.json", **but: Any) -> Path:
    file = folder / name
    file.write_text(json.dumps({"resources": resources} | but))
    return file


def recorded(path: object) -> RecordedLiveConfig:
    return RecordedLiveConfig(RecordedLiveConfigSettings(path=str(path)))


def a_declared(**but: Any) -> DeclaredResource:
    facts: dict[str, Any] = {
        "address": "aws_sqs_queue.orders",
        "type": "aws_sqs_queue",
        "resource_id": "queue-1",
        "provider": "hashicorp/aws",
        "account": "111122223333",
        "region": "eu-west-1",
        "attributes": {},
    }
    return DeclaredResource(**(facts | but))


def reading(path: object, **but: Any) -> LiveReading:
    (one,) = recorded(path).read([a_declared(**but)])
    return one


def test_a_recorded_resource_is_found_with_the_schema_of_its_type(tmp_path: Path) -> None:
    schemas = {"aws_sqs_queue": {"sets": ["rule", "rule[].ids"], "computed": ["arn"]}}
    file = a_file(tmp_path, a_resource(), schemas=schemas)

    found = reading(file)

    assert isinstance(found, Found)
    assert (found.address, found.resource.id) == ("aws_sqs_queue.orders", "queue-1")
    assert found.resource.attributes == {"delay_seconds": 5}
    assert found.resource.schema == TypeSchema(
        sets=frozenset({"rule", "rule[].ids"}), computed=frozenset({"arn"})
    )


def test_readings_come_in_the_order_of_what_is_declared(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_resource(id="a"), a_resource(id="b"))

    readings = recorded(file).read([a_declared(address=id_, resource_id=id_) for id_ in ("b", "x", "a")])

    assert [type(one) for one in readings] == [Found, Absent, Found]


@pytest.mark.parametrize(
    "content", [{"schemas": {"aws_sqs_queue": {}}}, {"resources": [a_resource(id="other")]}]
)
def test_what_is_covered_but_not_listed_is_absent(tmp_path: Path, content: dict[str, Any]) -> None:
    file = tmp_path / "live.json"
    file.write_text(json.dumps(content))

    assert reading(file) == Absent(address="aws_sqs_queue.orders")


def test_a_type_that_was_not_recorded_is_unsupported(tmp_path: Path) -> None:
    missed = reading(a_file(tmp_path, a_resource()), type="aws_vpc")

    assert isinstance(missed, NotRead)
    assert (missed.reason, missed.error) == (NotReadReason.UNSUPPORTED, "no aws_vpc was recorded")


def test_a_read_that_failed_is_unreadable(tmp_path: Path) -> None:
    file = a_file(tmp_path, unreadable=[{"type": "aws_sqs_queue", "id": "queue-1", "error": "access denied"}])

    missed = reading(file)

    assert isinstance(missed, NotRead)
    assert (missed.reason, missed.error) == (NotReadReason.UNREADABLE, "access denied")


def test_a_declared_resource_without_an_id_cannot_be_found(tmp_path: Path) -> None:
    missed = reading(a_file(tmp_path, a_resource()), resource_id=None)

    assert isinstance(missed, NotRead)
    assert missed.reason is NotReadReason.UNREADABLE


@pytest.mark.parametrize(
    ("declared", "live", "kind"),
    [
        ("111122223333", "444455556666", Absent),
        ("111122223333", None, Found),
        (None, "444455556666", Found),
    ],
)
def test_the_account_counts_where_it_is_known(
    tmp_path: Path, declared: str | None, live: str | None, kind: type[LiveReading]
) -> None:
    file = a_file(tmp_path, a_resource(account=live))

    assert isinstance(reading(file, account=declared), kind)


def test_the_first_of_several_files_counts_and_absent_is_what_none_lists(tmp_path: Path) -> None:
    a_file(tmp_path, a_resource(attributes={"from": "a"}), name="a.json")
    a_file(tmp_path, a_resource(attributes={"from": "b"}), a_resource(id="queue-2"), name="b.json")

    first = reading(tmp_path / "*.json")

    assert isinstance(first, Found)
    assert first.resource.attributes == {"from": "a"}
    assert isinstance(reading(tmp_path / "*.json", resource_id="queue-2"), Found)
    assert isinstance(reading(tmp_path / "*.json", resource_id="queue-3"), Absent)


def test_everything_recorded_is_discovered_once(tmp_path: Path) -> None:
    a_file(tmp_path, a_resource(), a_resource(id="queue-2"), name="a.json")
    a_file(tmp_path, a_resource(), a_resource(account="444455556666"), name="b.json")

    found = [(one.id, one.account) for one in recorded(tmp_path / "*.json").discover([])]

    assert found == [("queue-1", "111122223333"), ("queue-2", "111122223333"), ("queue-1", "444455556666")]


def test_the_newest_recording_tells_the_time(tmp_path: Path) -> None:
    a_file(tmp_path, name="a.json", read_at="2026-11-20T10:00:00Z")
    a_file(tmp_path, name="b.json", read_at="2026-11-20T11:30:00+01:00")
    a_file(tmp_path, name="c.json")

    assert recorded(tmp_path / "*.json").read_at() == datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


def test_a_recording_need_not_say_its_time(tmp_path: Path) -> None:
    assert recorded(a_file(tmp_path)).read_at() is None


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"resources": [{"type": "x"}]}', '{"read_at": "2026-11-20T10:00:00"}', '{"resource": []}'],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "live.json"
    file.write_text(content)

    with pytest.raises(ProviderResponseError, match=r"live\.json"):
        list(recorded(file).discover([]))


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailableError, match=r"gone\.json"):
        list(recorded(tmp_path / "gone.json").read([a_declared()]))
