"""What everything must do that knows in which units accounts lie; they are the rows of `TREES`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from tests.providers.trees.aws import aws_organization
from tests.providers.trees.azure import azure_management_groups
from tests.providers.trees.gcp import gcp_organization
from tests.providers.trees.system import Company

TREES: dict[str, Callable[[Path], AbstractContextManager[Company]]] = {
    "aws-organizations": lambda _: aws_organization(),
    "azure-management-groups": azure_management_groups,
    "gcp-folders": gcp_organization,
}


@pytest.fixture(scope="module", params=TREES)
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Each in turn: units within units, of which one has more accounts than fit on a page."""
    with TREES[request.param](tmp_path_factory.mktemp("tree")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def mended(company: Company) -> Iterator[None]:
    """Whatever was broken works again afterwards."""
    yield
    company.mend()


def test_every_account_is_told_once_with_all_units_above_it(company: Company) -> None:
    found = [(one.account, one.unit) for one in company.tree.accounts()]

    assert found == sorted(company.placed.items())


def test_an_account_that_moves_is_told_where_it_is_now(company: Company) -> None:
    account = company.move()

    assert {one.account: one.unit for one in company.tree.accounts()}[account] == company.placed[account]


def test_a_check_says_how_much_it_saw(company: Company) -> None:
    assert company.tree.check().startswith(f"{len(company.placed)} accounts")


def test_a_permission_that_is_missing_is_named(company: Company) -> None:
    company.forbid()

    with pytest.raises(ProviderAccessError, match=company.permission):
        company.tree.accounts()


def test_credentials_that_are_refused_are_said_to_be(company: Company) -> None:
    with pytest.raises(ProviderAccessError, match="credentials"):
        company.stranger().accounts()


def test_a_service_that_fails_may_be_asked_again(company: Company) -> None:
    company.break_down()

    with pytest.raises(ProviderUnavailableError):
        company.tree.accounts()
