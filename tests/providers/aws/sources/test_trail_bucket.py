"""CloudTrail's files, found by listing: all of them, late ones too, and with few requests."""

from collections.abc import Iterable
from datetime import date

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.ports import Delivery
from providers.aws.trail_bucket import DISCOVERED_EVERY, TrailBucket, TrailBucketSettings
from tests.providers.aws.sources.place import Place, a_key, a_log

DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
DAYS = ["2026/11/12", "2026/11/13", "2026/11/14", "2026/11/15", "2026/11/16"]


def read(source: TrailBucket, cursor: str | None = None) -> list[Delivery]:
    """Read all there is, as `collect` does."""
    found = []
    for one in source.read_since(cursor):
        one.open().close()
        one.settle()
        found.append(one)
    return found


def keys(place: Place, deliveries: Iterable[Delivery]) -> list[str]:
    return [one.name.removeprefix(f"s3://{place.bucket}/") for one in deliveries]


def test_the_files_of_all_accounts_and_regions_come_day_by_day(place: Place) -> None:
    """
    So that a day can be the cursor: everything of the days before was read, of all of them.
    """
    put = [
        a_key(account=account, region=region, day=day)
        for account in ("111122223333", "222233334444")
        for region in ("eu-west-1", "us-east-1")
        for day in DAYS[:2]
    ]
    for key in put:
        place.put(key, a_log(key))

    found = read(place.bucket_source())

    assert sorted(keys(place, found)) == sorted(put)
    assert [one.cursor for one in found] == ["2026-11-12"] * 4 + ["2026-11-13"] * 4


@pytest.mark.parametrize(
    ("prefix", "below"),
    [
        ("", "AWSLogs/"),
        ("audit/logs", "audit/logs/AWSLogs/"),
        ("o-a1b2c3d4e5/AWSLogs", "o-a1b2c3d4e5/AWSLogs/o-a1b2c3d4e5/"),
    ],
    ids=["plain", "prefix", "Control Tower"],
)
def test_a_trail_is_found_below_its_prefix(prefix: str, below: str, place: Place) -> None:
    key = a_key().replace("AWSLogs/", below)
    place.put(key, a_log("one"))

    assert keys(place, read(place.bucket_source(prefix=prefix))) == [key]


def test_what_is_no_log_is_not_listed(place: Place) -> None:
    place.put(a_key().replace("/CloudTrail/", "/CloudTrail-Digest/"))
    place.put(a_key().replace("/CloudTrail/", "/Config/"))
    place.put(a_key().removesuffix(".json.gz") + ".txt")
    place.put("elsewhere/trail.json.gz")

    assert read(place.bucket_source()) == []


def test_a_poll_takes_one_request_for_each_account_and_region(place: Place) -> None:
    for region in ("eu-west-1", "us-east-1", "eu-central-1"):
        for day in DAYS:
            place.put(a_key(region=region, day=day), a_log("one"))
    source = place.bucket_source()
    cursor = read(source)[-1].cursor
    before = len(place.proxy.asked)

    assert read(source, cursor) == []

    asked = place.proxy.asked[before:]
    assert len(asked) == 3
    assert all("start-after=AWSLogs%2F" in one.path and "2026%2F11%2F14" in one.path for one in asked)


def test_a_new_process_lists_only_the_last_days_again(place: Place) -> None:
    for day in DAYS:
        place.put(a_key(day=day), a_log(day))
    cursor = read(place.bucket_source())[-1].cursor

    found = read(place.bucket_source(), cursor)

    assert keys(place, found) == [a_key(day=day) for day in DAYS[2:]]


def test_a_late_file_of_an_earlier_day_is_found(place: Place) -> None:
    place.put(a_key("middle", day=DAYS[-1]), a_log("one"))
    source = place.bucket_source()
    cursor = read(source)[-1].cursor

    place.put(a_key("late", day=DAYS[-3]), a_log("two"))
    place.put(a_key("before", day=DAYS[-1]), a_log("three"))
    found = read(source, cursor)

    assert keys(place, found) == [a_key("late", day=DAYS[-3]), a_key("before", day=DAYS[-1])]
    assert found[0].cursor == cursor  # which never moves back


def test_a_file_that_could_not_be_read_comes_again(place: Place) -> None:
    place.put(a_key("1"), a_log("one"))
    source = place.bucket_source()

    (first,) = source.read_since(None)
    (again,) = source.read_since(None)

    assert (again.name, again.version) == (first.name, first.version)


def test_a_file_that_was_written_over_is_read_anew(place: Place) -> None:
    place.put(a_key(), a_log("one"))
    source = place.bucket_source()
    (first,) = read(source)

    place.put(a_key(), a_log("altered"))
    (second,) = read(source, first.cursor)

    assert first.name == second.name
    assert first.version != second.version


def test_accounts_and_regions_that_are_new_are_found_after_a_while(place: Place) -> None:
    clock = [0.0]
    settings = TrailBucketSettings(bucket=place.bucket, **place.access())
    source = TrailBucket(settings, now=lambda: clock[0])
    place.put(a_key(), a_log("one"))
    cursor = read(source)[-1].cursor
    new = [a_key(region="sa-east-1"), a_key(account="222233334444")]
    for key in new:
        place.put(key, a_log(key))
    assert read(source, cursor) == []

    clock[0] = DISCOVERED_EVERY.total_seconds()

    assert sorted(keys(place, read(source, cursor))) == sorted(new)


def test_a_first_day_can_be_given(place: Place) -> None:
    for day in DAYS:
        place.put(a_key(day=day), a_log(day))

    found = read(place.bucket_source(since=date(2026, 11, 15)))

    assert keys(place, found) == [a_key(day=day) for day in DAYS[3:]]


@pytest.mark.parametrize("day", ["9999/12/31", "2026/99/99", "0001/01/01"])
def test_a_folder_of_a_day_that_never_was_hides_nothing(day: str, place: Place) -> None:
    """
    Whoever may write to the bucket could else move the cursor behind all that is still to come.
    """
    place.put(a_key("forged", day=day), a_log("one"))
    place.put(a_key("earlier"), a_log("two"))
    cursor = read(place.bucket_source())[-1].cursor

    place.put(a_key("real", day="2026/12/24"), a_log("three"))

    assert a_key("real", day="2026/12/24") in keys(place, read(place.bucket_source(), cursor))


def test_a_key_that_cannot_be_shown_is_no_log(place: Place) -> None:
    place.put(a_key("hidden\u202e"), a_log("one"))
    place.put(a_key("real"), a_log("two"))

    assert keys(place, read(place.bucket_source())) == [a_key("real")]


def test_a_cursor_that_is_none_reads_everything(place: Place) -> None:
    place.put(a_key(), a_log("one"))

    (delivery,) = read(place.bucket_source(), "s3://other/cursor")

    assert (delivery.name, delivery.cursor) == (f"s3://{place.bucket}/{a_key()}", "2026-11-16")


def test_pages_are_read_one_after_the_other_and_only_when_they_are_needed(place: Place) -> None:
    put = [a_key(str(number)) for number in range(5)]
    for key in put:
        place.put(key, a_log(key))
    deliveries = place.bucket_source(page=2).read_since(None)

    first = next(deliveries)
    before = len(place.proxy.asked)

    assert keys(place, [first, *deliveries]) == put
    assert len(place.proxy.asked) - before == 2


def test_a_listing_that_breaks_off_within_its_pages_tells_it_and_goes_on_there(place: Place) -> None:
    put = [a_key(str(number)) for number in range(5)]
    for key in put:
        place.put(key, a_log(key))
    source, found = place.bucket_source(page=2), []
    slow_down = (503, {}, b"<Error><Code>SlowDown</Code></Error>")
    place.proxy.answer = lambda _method, path, _headers: slow_down if "continuation-token" in path else None
    deliveries = source.read_since(None)

    for one in (next(deliveries), next(deliveries)):
        one.settle()
        found.append(one)
    with pytest.raises(ProviderUnavailableError, match="fewer requests"):
        next(deliveries)
    place.proxy.answer = None

    assert keys(place, [*found, *read(source, found[-1].cursor)]) == put


@pytest.mark.parametrize(
    "headers", [{"Content-Length": "5000"}, {}], ids=["the connection is cut", "a proxy cut it"]
)
def test_a_page_that_is_cut_off_is_not_taken_for_the_last_one(headers: dict[str, str], place: Place) -> None:
    place.put(a_key(), a_log("one"))
    cut = (200, headers, b"<ListBucketResult><Contents><Key>AWSLogs/1111")
    place.proxy.answer = lambda _method, path, _headers: cut if "start-after" in path else None

    with pytest.raises(ProviderUnavailableError):
        read(place.bucket_source())


def test_a_bucket_that_is_denied_names_the_permission(place: Place) -> None:
    place.proxy.refuse(403, DENIED)

    with pytest.raises(ProviderAccessError, match=f"s3:ListBucket on arn:aws:s3:::{place.bucket}") as raised:
        read(place.bucket_source())

    assert "docs/sources-aws.md" in raised.value.hint


def test_a_bucket_that_is_not_there_is_told_of(place: Place) -> None:
    with pytest.raises(ProviderResponseError, match="it is not there"):
        read(place.bucket_source(bucket="no-such-bucket-anywhere"))


def test_it_is_read_in_a_role_of_another_account(place: Place) -> None:
    place.put(a_key(), a_log("one"))

    read(place.bucket_source(role="arn:aws:iam::222233334444:role/trail"))

    assert all("Credential=ASIA" in one.headers["authorization"] for one in place.proxy.asked)


def test_a_probe_tells_what_there_is_and_tries_to_read_a_file(place: Place) -> None:
    place.put(a_key(), a_log("one"))
    place.put(a_key(account="222233334444"), a_log("one"))
    source = place.bucket_source()
    told = ("files of 2 accounts, in 2 folders of an account and region",)
    assert source.probe() == told

    place.proxy.answer = lambda _method, path, _headers: (
        (403, {}, DENIED) if "list-type" not in path else None
    )

    with pytest.raises(ProviderAccessError, match="s3:GetObject"):
        source.probe()
