"""Who is next? Time is an argument, and nothing runs."""

from pathlib import Path

from providers.request_budget import Bucket
from providers.terraform.plugin.budget import Toll
from providers.terraform.plugin.configuration import Configuration
from providers.terraform.plugin.find.finder import Binary
from providers.terraform.plugin.find.source import Source
from providers.terraform.plugin.line import Line
from providers.terraform.plugin.provider import Launch
from providers.terraform.plugin.task import Course, Task
from tests.providers.terraform.plugin.toys import a_declared


class Waiting:
    """A line, and those who stand in it."""

    def __init__(self, providers: int = 2) -> None:
        self.courses: dict[Launch, Course] = {}
        self.line = Line(self.courses, providers)
        self.buckets: dict[str, Bucket] = {}

    def add(self, name: str, *, provider: str = "p", api: str = "x", per_second: float = 0) -> Task:
        launch = a_launch(provider)
        bucket = self.buckets.setdefault(api, Bucket(per_second=per_second, burst=1, level=1, filled_at=0.0))
        toll = Toll(bucket=bucket, calls=1)
        task = Task(index=0, declared=a_declared(name), launch=launch, toll=toll)
        self.courses.setdefault(launch, Course()).left += 1
        self.line.add(task)
        return task

    def begin(self, now: float = 0.0) -> str | None:
        """Let the next one begin, and return its name."""
        task = self.line.next(now)
        if task is None:
            return None
        task.toll.bucket.take(1, now)
        self.courses[task.launch].under_way += 1
        return task.declared.resource_id

    def end(self, provider: str = "p") -> None:
        """Let a read of a provider be done."""
        course = self.courses[a_launch(provider)]
        course.under_way -= 1
        course.is_exclusive = False
        course.left -= 1
        self.line.wake(a_launch(provider))


def a_launch(name: str) -> Launch:
    source = Source(host=None, namespace="example", type=name)
    return Launch(
        binary=Binary(source=source, version="1.0.0", path=Path("x"), is_chosen=False),
        configuration=Configuration(wanted="{}", filled="{}", endpoint=None, environment=()),
    )


def test_tasks_begin_in_their_order() -> None:
    waiting = Waiting()
    for name in "abc":
        waiting.add(name)

    assert [waiting.begin() for _ in range(4)] == ["a", "b", "c", None]


def test_an_api_that_has_to_wait_does_not_hold_up_the_others() -> None:
    waiting = Waiting()
    for name in "abc":
        waiting.add(name, api="slow", per_second=2)
    waiting.add("d", api="other")

    assert [waiting.begin() for _ in range(3)] == ["a", "d", None]
    assert waiting.line.wait(0.0) == 0.5
    assert [waiting.begin(0.4), waiting.begin(0.5), waiting.begin(0.5), waiting.begin(1.0)] == [
        None, "b", None, "c",
    ]  # fmt: skip


def test_an_api_that_turned_somebody_away_is_left_alone() -> None:
    waiting = Waiting()
    waiting.add("a")
    waiting.add("b", api="other")
    waiting.buckets["x"].refuse(0.0)

    assert [waiting.begin(0.0), waiting.begin(0.9), waiting.begin(1.0)] == ["b", None, "a"]


def test_no_more_providers_begin_than_may_run() -> None:
    waiting = Waiting(providers=1)
    waiting.add("a", provider="one")
    waiting.add("b", provider="two")
    waiting.add("c", provider="one")

    assert [waiting.begin() for _ in range(3)] == ["a", "c", None]
    waiting.end("one")
    assert waiting.begin() is None
    waiting.end("one")
    assert waiting.begin() == "b"


def test_who_is_suspected_is_alone_with_the_provider() -> None:
    waiting = Waiting()
    for name in "abc":
        waiting.add(name)
    suspects = [waiting.line.next(0.0), waiting.line.next(0.0)]
    course = waiting.courses[a_launch("p")]
    course.suspects.extend(one for one in suspects if one)

    assert waiting.begin() == "a"
    assert waiting.begin() is None
    waiting.end()
    assert waiting.begin() == "b"
    assert waiting.begin() is None
    waiting.end()
    assert waiting.begin() == "c"


def test_where_the_provider_is_given_up_nobody_waits_for_an_api() -> None:
    waiting = Waiting()
    for name in "ab":
        waiting.add(name, api="slow", per_second=0.001)
    waiting.begin()

    waiting.courses[a_launch("p")].given_up = "it does not start"

    assert waiting.begin() == "b"
