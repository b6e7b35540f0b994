"""CloudTrail's event history: everything once, at the pace that it bears, whatever it refuses meanwhile."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderUnavailableError
from drift.ports import Delivery
from providers.aws.cloudtrail_lookup import CloudTrailLookup, CloudTrailLookupSettings
from providers.aws.pace import Pace
from tests.builders import NOON
from tests.providers.aws.sources.cloudtrail_service import CloudTrailService, Refusal, cloudtrail_service
from tests.providers.aws.sources.place import Place

HERE, GLOBAL = "eu-west-1", "us-east-1"
DENIED = Refusal("AccessDeniedException")


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudTrailService]:
    """An account in which nothing happened yet."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with cloudtrail_service() as service:
        yield service


class Watch:
    """A clock that only sleeping moves on."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def a_source(
    history: CloudTrailService, *, watch: Watch | None = None, page: int = 50, **given: Any
) -> CloudTrailLookup:
    settings = CloudTrailLookupSettings(**({"regions": (HERE,), "endpoint": history.url} | given))
    watch = watch or Watch()

    def a_pace() -> Pace:
        return Pace(timedelta(seconds=0.5), now=watch.now, sleep=watch.sleep)

    return CloudTrailLookup(settings, now=lambda: NOON, a_pace=a_pace, page=page)


def read(source: CloudTrailLookup, cursor: str | None = None) -> list[Delivery]:
    """Read all there is, as `collect` does."""
    found = []
    for one in source.read_since(cursor):
        one.settle()
        found.append(one)
    return found


def ids(deliveries: Iterable[Delivery]) -> list[str]:
    found = []
    for one in deliveries:
        with one.open() as stream:
            found += [json.loads(line)["eventID"] for line in stream.read().splitlines()]
    return found


def ago(**how: float) -> datetime:
    return NOON - timedelta(**how)


def test_what_happened_in_90_days_is_read_without_any_set_up(history: CloudTrailService) -> None:
    for days in (89, 40, 3, 1):
        history.log(HERE, f"{days} days", ago(days=days))

    assert ids(read(a_source(history))) == ["89 days", "40 days", "3 days", "1 days"]


def test_global_services_are_read_where_they_log(history: CloudTrailService) -> None:
    history.log(GLOBAL, "iam", ago(days=1), eventSource="iam.amazonaws.com")

    assert ids(read(a_source(history))) == ["iam"]


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_other_partitions_have_no_us_east_1(region: str, history: CloudTrailService) -> None:
    read(a_source(history, regions=(region,)))

    assert {one for one, _, _ in history.asked} == {region}


def test_without_regions_all_that_are_enabled_are_read(
    history: CloudTrailService, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDTRAIL", history.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", place.url)
    history.log("ap-northeast-1", "far away", ago(days=1))
    source = a_source(history, regions=(), endpoint=None, region=HERE)

    assert ids([next(source.read_since(None))]) == ["far away"]


def test_a_role_is_assumed_once_for_all_regions(history: CloudTrailService, place: Place) -> None:
    """
    The environment says where STS is: behind the proxy, which counts.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL_STS", place.proxy.url)
        read(a_source(history, role="arn:aws:iam::222233334444:role/driftledger", region=HERE))

    assert len(place.proxy.asked) == 1
    assert {region for region, _, _ in history.asked} == {HERE, GLOBAL}


def test_pages_are_read_to_the_end(history: CloudTrailService) -> None:
    happened = [f"{number}" for number in range(120)]
    for number in happened:
        history.log(HERE, number, ago(minutes=60 + int(number)))

    assert ids(read(a_source(history))) == happened[::-1]


def test_two_requests_a_second_are_made_in_each_region_and_no_more(history: CloudTrailService) -> None:
    """
    The service refuses more, by the same clock.
    """
    watch = Watch()
    history.second = lambda: int(watch.at)
    for number in range(150):
        history.log(HERE, str(number), ago(hours=2, seconds=number))

    assert len(ids(read(a_source(history, watch=watch)))) == 150
    assert len(history.asked) > 8


def test_a_quiet_history_takes_few_requests(history: CloudTrailService) -> None:
    read(a_source(history))

    assert len([one for one, _, _ in history.asked if one == HERE]) <= 8


def test_a_busy_history_is_read_in_shorter_spans(history: CloudTrailService) -> None:
    for number in range(90):
        history.log(HERE, str(number), ago(days=2, minutes=-number))

    deliveries = read(a_source(history, page=2))

    assert ids(deliveries) == [str(number) for number in range(90)]
    cursors = list(dict.fromkeys(one.cursor for one in deliveries))
    assert len(cursors) > 1


def test_the_next_poll_tells_only_what_is_new_also_of_what_came_late(history: CloudTrailService) -> None:
    history.log(HERE, "one", ago(minutes=5))
    source = a_source(history)
    cursor = read(source)[-1].cursor
    history.log(HERE, "late", ago(minutes=10))

    assert ids(read(source, cursor)) == ["late"]


def test_another_process_goes_on_where_the_cursor_is(history: CloudTrailService) -> None:
    for days in (30, 20, 10):
        history.log(HERE, f"{days} days", ago(days=days))
    first, *_ = read(a_source(history))

    assert ids(read(a_source(history), first.cursor)) == ["20 days", "10 days"]


def test_a_quiet_poll_asks_only_for_the_last_minutes(history: CloudTrailService) -> None:
    source = a_source(history)
    read(source)
    before = len(history.asked)

    read(source)

    asked = [one for region, _, one in history.asked[before:] if region == HERE]
    assert [one["EndTime"] - one["StartTime"] for one in asked] == [timedelta(minutes=30).total_seconds()]


def test_what_was_not_kept_comes_again(history: CloudTrailService) -> None:
    history.log(HERE, "one", ago(days=3))
    source = a_source(history)

    (first,) = source.read_since(None)
    (again,) = source.read_since(None)

    assert (again.name, again.version) == (first.name, first.version)


def test_reads_are_left_out_where_that_is_wanted(history: CloudTrailService) -> None:
    history.log(HERE, "read", ago(days=1), readOnly=True)
    history.log(HERE, "write", ago(days=2))

    assert ids(read(a_source(history, reads=False))) == ["write"]
    assert ids(read(a_source(history))) == ["write", "read"]


def test_a_region_that_is_denied_names_the_permission_and_hides_no_other(history: CloudTrailService) -> None:
    history.log(GLOBAL, "iam", ago(days=1))
    history.refuse = lambda region, *_: DENIED if region == HERE else None
    source = a_source(history).read_since(None)

    assert ids([next(source)]) == ["iam"]
    with pytest.raises(ProviderAccessError, match="cloudtrail:LookupEvents"):
        next(source)


def test_a_throttled_history_goes_on_the_next_time_where_it_was(history: CloudTrailService) -> None:
    for days in (80, 1):
        history.log(HERE, f"{days} days", ago(days=days))
    answered = [0]

    def after_some(region: str, *_: object) -> Refusal | None:
        answered[0] += region == HERE
        return Refusal("ThrottlingException") if region == HERE and answered[0] > 5 else None

    history.refuse = after_some
    source = a_source(history).read_since(None)

    first = next(source)
    with pytest.raises(ProviderUnavailableError, match="fewer requests"):
        next(source)
    history.refuse = lambda *_: None

    assert ids([first, *read(a_source(history), first.cursor)]) == ["80 days", "1 days"]


def test_tokens_that_run_out_lose_nothing(history: CloudTrailService) -> None:
    happened = [f"{number}" for number in range(120)]
    for number in happened:
        history.log(HERE, number, ago(minutes=60 + int(number)))
    asked = [0]

    def now_and_then(region: str, *_: object) -> None:
        asked[0] += 1
        if asked[0] == 9:
            history.forget_tokens()

    history.refuse = now_and_then

    found = ids(read(a_source(history)))

    assert any("NextToken" in one for _, _, one in history.asked)
    assert set(found) == set(happened)


def test_tokens_that_never_hold_are_told_of(history: CloudTrailService) -> None:
    for number in range(120):
        history.log(HERE, str(number), ago(minutes=60))
    history.refuse = lambda _region, _operation, asked: (
        Refusal("InvalidNextTokenException") if "NextToken" in asked else None
    )

    with pytest.raises(ProviderUnavailableError, match="page by page"):
        read(a_source(history))


def test_a_poisoned_record_stays_by_itself(history: CloudTrailService) -> None:
    history.log(HERE, "one", ago(hours=1))
    history.log(HERE, "poisoned", ago(hours=2), record='{"eventID": "')
    history.log(HERE, "two", ago(hours=3))

    contents = [one.open().read() for one in read(a_source(history))]

    assert b'{"eventID": "' in contents
    assert len(contents) == 2


@pytest.mark.parametrize("answer", [{}, {"message": "<html>"}])
def test_an_answer_of_somebody_else_is_not_taken_for_an_empty_history(
    answer: dict[str, str], history: CloudTrailService
) -> None:
    history.instead = answer

    with pytest.raises(ProviderUnavailableError, match="something else"):
        read(a_source(history))


def test_a_service_that_does_not_answer_says_so(history: CloudTrailService) -> None:
    with pytest.raises(ProviderError, match="cannot be reached") as raised:
        read(a_source(history, endpoint="http://127.0.0.1:9"))

    assert raised.value.hint


def test_a_cursor_that_is_none_reads_everything(history: CloudTrailService) -> None:
    history.log(HERE, "one", ago(days=3))

    assert ids(read(a_source(history), "2026-11-16")) == ["one"]


def test_a_probe_asks_every_region(history: CloudTrailService) -> None:
    assert a_source(history).probe() == ("the event history of eu-west-1, us-east-1",)

    history.refuse = lambda region, *_: DENIED if region == GLOBAL else None
    with pytest.raises(ProviderAccessError, match="of us-east-1"):
        a_source(history).probe()
