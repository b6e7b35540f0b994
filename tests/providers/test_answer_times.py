"""What time an answer bears, read from where it stands in HTTP."""

from datetime import UTC, datetime

import pytest

from drift.ports import AnswerTime
from providers import answer_times as module
from providers.answer_times import MOST_HOSTS, answer_times, note_answer
from providers.aws.session import AwsAccess, open_client
from tests.providers.state_stores.proxy import proxy_of
from tests.providers.state_stores.s3 import REGION
from tests.providers.state_stores.servers import Servers

OURS = datetime(2026, 11, 30, 12, 0, 7, tzinfo=UTC)
URL = "https://sqs.eu-west-1.amazonaws.com/"


@pytest.fixture(autouse=True)
def _nothing_answered_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_latest", {})


def note(**headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    note_answer(URL, named, now=lambda: OURS)


@pytest.mark.parametrize("name", ["Date", "date", "DATE"])
def test_an_answer_says_what_time_it_is_there(name: str) -> None:
    note(**{name: "Mon, 30 Nov 2026 12:00:05 GMT"})

    theirs = datetime(2026, 11, 30, 12, 0, 5, tzinfo=UTC)
    assert answer_times() == {"sqs.eu-west-1.amazonaws.com": AnswerTime(theirs=theirs, ours=OURS)}


def test_the_last_answer_of_a_host_counts() -> None:
    note(Date="Mon, 30 Nov 2026 12:00:05 GMT")
    note(Date="Mon, 30 Nov 2026 12:00:06 GMT")

    [found] = answer_times().values()
    assert found.theirs.second == 6


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Date": ""},
        {"Date": "yesterday"},
        {"Date": "Mon, 99 Nov 2026 12:00:05 GMT"},
        {"Date": "Mon, 30 Nov 2026 12:00:05 -0000"},
        {"Date": "Mon, 30 Nov 2026 12:00:05 GMT", "Age": "60"},
    ],
)
def test_what_says_nothing_of_now_is_left_out(headers: dict[str, str]) -> None:
    note(**headers)

    assert answer_times() == {}


def test_hosts_without_end_do_not_fill_the_memory() -> None:
    for number in range(MOST_HOSTS + 10):
        note_answer(f"https://{number}.example.com", {"Date": "Mon, 30 Nov 2026 12:00:05 GMT"})

    assert len(answer_times()) == MOST_HOSTS


@pytest.mark.parametrize("url", ["", "http://[", "no url"])
def test_an_address_that_is_none_is_left_out(url: str) -> None:
    note_answer(url, {"Date": "Mon, 30 Nov 2026 12:00:05 GMT"})

    assert answer_times() == {}


def test_each_answer_of_aws_is_noted_also_a_refusal(
    state_servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with proxy_of(state_servers.moto) as proxy:
        client = open_client("sqs", AwsAccess(region=REGION, endpoint=proxy.url))
        proxy.refuse(403, b"{}", Date="Mon, 30 Nov 2020 12:00:05 GMT")

        with pytest.raises(client.exceptions.ClientError):
            client.list_queues()

    [found] = answer_times().values()
    assert found.theirs == datetime(2020, 11, 30, 12, 0, 5, tzinfo=UTC)
