"""What everything must do that gives people access for a time; they are the rows of `GRANTERS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.grant import Grant
from tests.builders import ACCOUNT, NOON
from tests.providers.grants.aws_team import aws_team
from tests.providers.grants.system import Given, Granter

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)

GRANTERS: dict[str, Callable[[], AbstractContextManager[Granter]]] = {"aws-team": aws_team}


@pytest.fixture(scope="module", params=GRANTERS)
def opened(request: pytest.FixtureRequest) -> Iterator[Granter]:
    """Each in turn."""
    with GRANTERS[request.param]() as granter:
        yield granter


@pytest.fixture
def granter(opened: Granter) -> Iterator[Granter]:
    """One in which nobody was given anything. Whatever was broken works again afterwards."""
    yield opened
    opened.mend()


def give(granter: Granter, number: int = 1, **facts: object) -> None:
    said = {"account": ACCOUNT, "asked_at": NOON - HOUR, "begins_at": NOON, "status": granter.given, **facts}
    granter.give(Given(number=number, **said))  # type: ignore[arg-type]


def only(granter: Granter) -> Grant:
    [grant] = granter.source.grants(ACCOUNT)
    return grant


def test_access_that_was_given_is_told_with_who_what_and_when(granter: Granter) -> None:
    give(granter, ticket="OPS-7")

    grant = only(granter)

    assert (grant.account, grant.ticket_key) == (ACCOUNT, "OPS-7")
    assert "alice@example.com" in grant.grantees
    assert (grant.request.key, grant.request.requested_by) == (granter.key(1), "alice@example.com")
    assert grant.request.accounts == (ACCOUNT,)
    assert grant.request.created_at - (NOON - HOUR) < SECOND
    assert grant.request.text.endswith("Repair the load balancer")


def test_it_was_approved_by_somebody_no_later_than_it_began(granter: Granter) -> None:
    give(granter)

    [approval] = only(granter).request.approvals

    assert approval.by == "erin@example.com"
    assert approval.at - NOON < SECOND


def test_what_nobody_had_to_approve_has_no_approval(granter: Granter) -> None:
    give(granter, by=None)

    assert only(granter).request.approvals == ()


def test_it_lasts_as_long_as_was_asked_for(granter: Granter) -> None:
    give(granter, hours=3)

    request = only(granter).request

    assert request.window_start
    assert request.window_end == request.window_start + 3 * HOUR


def test_what_was_taken_away_ended_then(granter: Granter) -> None:
    give(granter, hours=3, status=granter.over, ended_at=NOON + HOUR)

    end = only(granter).request.window_end

    assert end
    assert timedelta() <= end - (NOON + HOUR) < SECOND


def test_its_role_is_recognised_by_what_the_cloud_calls_it_and_no_other(granter: Granter) -> None:
    give(granter, role="Admin")

    role = only(granter).role

    assert role.fullmatch(granter.role("Admin"))
    assert not role.fullmatch(granter.role("Admin_Extra"))
    assert not role.fullmatch("Admin")


def test_a_role_may_be_called_anything(granter: Granter) -> None:
    give(granter, role="A.*+=,@-_b")

    assert only(granter).role.fullmatch(granter.role("A.*+=,@-_b"))
    assert not only(granter).role.fullmatch(granter.role("Axx+=,@-_b"))


def test_what_was_never_given_is_no_grant(granter: Granter) -> None:
    give(granter, status=granter.never)

    assert granter.source.grants(ACCOUNT) == []
    assert granter.source.request(granter.key(1)) is None


def test_what_was_given_elsewhere_is_left_out(granter: Granter) -> None:
    give(granter, account="444455556666")

    assert granter.source.grants(ACCOUNT) == []


def test_an_account_of_another_cloud_has_none(granter: Granter) -> None:
    granter.break_down()

    assert granter.source.grants("projects/example") == ()


def test_every_grant_is_told_however_many_pages_there_are(granter: Granter) -> None:
    for number in range(1, 10):
        give(granter, number, because="x" * 300_000)  # a page holds one megabyte

    assert len(granter.source.grants(ACCOUNT)) == 9


def test_a_request_is_found_by_its_key_as_it_is_now(granter: Granter) -> None:
    give(granter)
    before = granter.source.request(granter.key(1))
    give(granter, status=granter.over, ended_at=NOON + HOUR)

    now = granter.source.request(granter.key(1))

    assert now == only(granter).request
    assert before != now


@pytest.mark.parametrize("key", ["OPS-7", "TEAM-", "TEAM-../x", "", "TEAM-none"])
def test_a_key_of_something_else_is_found_nowhere(granter: Granter, key: str) -> None:
    give(granter)

    assert granter.source.request(key) is None


def test_what_is_no_request_is_said_to_be_none(granter: Granter) -> None:
    give(granter, extra={"startTime": "soon"})

    with pytest.raises(ProviderResponseError, match="no time"):
        granter.source.grants(ACCOUNT)


def test_a_check_says_how_much_it_saw(granter: Granter) -> None:
    give(granter, 1)
    give(granter, 2, account="444455556666")

    assert granter.source.check().startswith("2 ")


def test_a_permission_that_is_missing_is_named(granter: Granter) -> None:
    granter.forbid()

    with pytest.raises(ProviderAccessError, match=granter.permission):
        granter.source.check()


def test_credentials_that_are_refused_are_said_to_be(granter: Granter) -> None:
    with pytest.raises(ProviderAccessError, match="refuses the credentials"):
        granter.stranger().grants(ACCOUNT)


def test_a_service_that_fails_may_be_asked_again(granter: Granter) -> None:
    granter.break_down()

    with pytest.raises(ProviderUnavailableError):
        granter.source.grants(ACCOUNT)
