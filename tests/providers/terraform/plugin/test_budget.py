"""How fast an account's APIs are asked. Time is an argument: nothing waits here."""

from pathlib import Path

import pytest

from drift.model.resource import Found, NotRead
from providers import request_budget
from providers.terraform.live_config import TerraformProviders
from providers.terraform.plugin.budget import Budgets, Toll
from providers.terraform.plugin.table import Budget, Specials
from tests.providers.terraform.plugin.toys import ToyCloud, a_declared, read, settings

PLACE = ("111122223333", "eu-west-1")
EC2 = Budget(api="ec2", per_second=20, burst=100, calls=2, types=("aws_instance", "aws_vpc*"))


def a_toll(budgets: Budgets, type_: str = "aws_instance", *rows: Budget) -> Toll:
    return budgets.toll(PLACE, type_, rows or (EC2,), 0.0)


def started_within(toll: Toll, seconds: float) -> int:
    """Return how many reads start within some time, each as soon as it may."""
    now, count = 0.0, 0
    while True:
        now += toll.bucket.wait(toll.calls, now)
        if now > seconds:
            return count
        toll.bucket.take(toll.calls, now)
        count += 1


@pytest.mark.parametrize(("share", "expected"), [(0.1, 65), (0.5, 325), (1.0, 650)])
def test_reads_take_no_more_than_their_share_of_the_budget(share: float, expected: int) -> None:
    """
    In a minute an account may ask 100 + 60 * 20 times, and a read asks twice.
    """
    assert started_within(a_toll(Budgets(share)), 60) == pytest.approx(expected, abs=1)


def test_types_of_one_api_share_its_budget_and_those_of_another_do_not() -> None:
    budgets = Budgets(0.1)
    other = Budget(per_second=10, burst=10, types=("*",))

    instance, vpc = (a_toll(budgets, one, EC2, other) for one in ("aws_instance", "aws_vpc_endpoint"))
    queue, queue_policy, topic = (
        a_toll(budgets, one, EC2, other) for one in ("aws_sqs_queue", "aws_sqs_queue_policy", "aws_sns_topic")
    )

    assert instance.bucket is vpc.bucket
    assert queue.bucket is queue_policy.bucket
    assert len({id(one.bucket) for one in (instance, queue, topic)}) == 3


def test_each_account_and_region_has_a_budget_of_its_own() -> None:
    budgets = Budgets(0.1)
    places = [("1", "west"), ("1", "east"), ("2", "west")]

    assert len({id(budgets.toll(one, "aws_vpc", (EC2,), 0.0).bucket) for one in places}) == 3


def test_a_read_that_costs_more_than_the_bucket_holds_starts_on_a_full_one() -> None:
    toll = Budgets(0.1).toll(PLACE, "x_y", (Budget(per_second=10, burst=10, calls=12, types=("*",)),), 0.0)

    assert toll.bucket.wait(toll.calls, 0.0) == 0
    toll.bucket.take(toll.calls, 0.0)
    assert toll.bucket.wait(toll.calls, 0.0) == pytest.approx(12)


def test_without_a_known_budget_nothing_waits() -> None:
    toll = Budgets(0.1).toll(PLACE, "toy_thing", (), 0.0)

    for _ in range(1000):
        assert toll.bucket.wait(toll.calls, 0.0) == 0
        toll.bucket.take(toll.calls, 0.0)


def test_an_api_that_turned_us_away_is_left_alone_longer_each_time_until_it_answers() -> None:
    bucket = Budgets(0.1).toll(PLACE, "toy_thing", (), 0.0).bucket
    waits, now = [], 0.0
    for _ in range(8):
        bucket.refuse(now)
        bucket.refuse(now)  # another read that was under way
        waits.append(bucket.wait(1, now))
        now += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]

    bucket.accept()
    bucket.refuse(now)
    assert bucket.wait(1, now) == 1


def test_the_shipped_budgets_stand_for_every_type() -> None:
    for provider, types in {
        "aws": ("aws_instance", "aws_s3_bucket", "aws_iam_role", "aws_new_thing"),
        "google": ("google_compute_instance",),
        "azurerm": ("azurerm_storage_account",),
    }.items():
        rows = Specials().of(provider).budgets
        for type_ in types:
            assert Budgets(0.1).toll(PLACE, type_, rows, 0.0).bucket.per_second > 0


@pytest.mark.parametrize(
    ("error", "is_refusal"),
    [
        ("error reading Queue: Throttling: Rate exceeded status code: 400, request id: 7", True),
        ("RequestLimitExceeded: Request limit exceeded. status code: 503", True),
        ("operation error IAM: GetRole, https response error StatusCode: 429", True),
        ("googleapi: Error 429: Quota exceeded, rateLimitExceeded", True),
        ("InvalidID: 'i-429' does not exist, status code: 400, request id: 0429-4290", False),
        ("AccessDenied: not authorized to perform sqs:GetQueueAttributes", False),
    ],
)
def test_a_refusal_is_told_by_the_clouds_words(error: str, is_refusal: bool) -> None:
    provider = "google" if "googleapi" in error else "aws"
    words = Specials().of(provider).throttled

    assert any(word.lower() in error.lower() for word in words) is is_refusal


def test_a_read_that_was_turned_away_is_repeated_and_given_up_at_last(
    cloud: ToyCloud, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_budget, "FIRST_PAUSE", 0.01)
    cloud.put("a", on_read="throttle")
    cloud.put("b")

    turned_away, found = read(TerraformProviders(settings(cloud, mirror)), a_declared("a"), a_declared("b"))

    assert isinstance(turned_away, NotRead)
    assert turned_away.error == "turned away 6 times: Throttling: Rate exceeded"
    assert isinstance(found, Found)
    assert [name for _, _, name in cloud.reads()].count("a") == 7
