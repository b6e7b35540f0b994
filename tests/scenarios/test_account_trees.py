"""In which organisational unit an account lies is read once a day, and says which team answers for it."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from drift.errors import ProviderAccessError, ProviderError
from drift.model.account import PlacedAccount
from drift.model.routing import Team
from drift.pipeline import Pipeline
from drift.stages.route import OwnerRule, RoutingRules, owner_of
from drift.store.accounts import unit_of
from drift.store.database import Database
from tests.builders import ACCOUNT, an_event, minutes
from tests.scenarios.cloud import ALICE, Watch

DAY = 24 * 60

RULES = RoutingRules(
    teams={"payments": Team(name="payments"), "platform": Team(name="platform")},
    owners=(OwnerRule(name="theirs", team="payments", unit=re.compile("Root/Payments/.*")),),
    default="platform",
)


class Tree:
    """An organisation whose accounts are set."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.failure: ProviderError | None = None
        self.asked = 0

    def check(self) -> str:
        """Say that it is there."""
        return "there"

    def accounts(self) -> Sequence[PlacedAccount]:
        """Return the one account, or fail."""
        self.asked += 1
        if self.failure:
            raise self.failure
        return [PlacedAccount(account=ACCOUNT.upper(), unit=self.unit)]


@pytest.fixture
def tree() -> Tree:
    return Tree("Root/Payments/Production")


@pytest.fixture
def watch(sqlite_database: Database, tree: Tree) -> Watch:
    return Watch(database=sqlite_database, routing=RULES, account_trees={"aws": tree})


def team_of(watch: Watch) -> str:
    row = watch.change()
    assert row.judgement
    return owner_of(row.change, row.judgement.standing, None, RULES).team.name


def test_a_change_goes_to_the_team_of_the_unit_that_its_account_lies_in(watch: Watch) -> None:
    watch.told(an_event(principal=ALICE), minute=1)

    assert team_of(watch) == "payments"


def test_an_organisation_is_read_once_a_day(watch: Watch, tree: Tree) -> None:
    watch.cycle()
    watch.cycle(60)
    watch.cycle(DAY)

    assert tree.asked == 2


def test_an_account_that_moved_is_another_teams_from_then_on(watch: Watch, tree: Tree) -> None:
    watch.cycle()
    tree.unit = "Root/Sandbox"

    watch.told(an_event(principal=ALICE, at=watch.clock.now() + minutes(DAY)), minute=DAY + 1)

    assert team_of(watch) == "platform"


def test_an_organisation_that_cannot_be_asked_moves_no_account_and_says_so(watch: Watch, tree: Tree) -> None:
    watch.cycle()
    tree.failure = ProviderAccessError("the permission organizations:ListRoots is missing", hint="grant it")

    problems = watch.problems(DAY)

    assert any("aws: the permission organizations:ListRoots is missing" in one for one in problems)
    with watch.database.reading() as connection:
        assert unit_of(connection, ACCOUNT) == "Root/Payments/Production"


def test_an_organisation_that_is_configured_no_more_is_forgotten(watch: Watch) -> None:
    watch.cycle()

    Pipeline(have=replace(watch.pipeline.have, account_trees={})).run_once()

    with watch.database.reading() as connection:
        assert unit_of(connection, ACCOUNT) is None
