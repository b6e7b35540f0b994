"""Who may act as the identities that deploy: looked at once a day, evidence when it is news, and judged."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from drift.errors import ProviderAccessError, ProviderError
from drift.model.evidence import EntryKind
from drift.model.pipeline_control import Verifiable
from drift.model.trust import DeployingIdentity
from drift.store.controls import control_findings
from drift.store.database import Database
from tests.scenarios.cloud import Watch

DAY = 24 * 60

DEPLOY = DeployingIdentity(
    name="arn:aws:iam::111122223333:role/terraform-deploy",
    status=Verifiable.READ,
    text='{"trust": {}}',
    trusts=("Federated github if sub repo:example/infra:ref:refs/heads/main",),
)
OPEN = replace(DEPLOY, too_wide=("whoever has a pipeline at github may assume it",))


class Cloud:
    """A cloud whose identities are set."""

    def __init__(self, *identities: DeployingIdentity) -> None:
        self.held = list(identities)
        self.failure: ProviderError | None = None
        self.asked = 0

    def check(self) -> str:
        """Say that it is there."""
        return "there"

    def identities(self) -> Sequence[DeployingIdentity]:
        """Return them, or fail."""
        self.asked += 1
        if self.failure:
            raise self.failure
        return list(self.held)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(DEPLOY)


@pytest.fixture
def watch(sqlite_database: Database, cloud: Cloud) -> Watch:
    """The program, with a cloud in which one role deploys."""
    return Watch(database=sqlite_database, trust={"aws": cloud})


def findings(watch: Watch) -> list[str]:
    with watch.database.reading() as connection:
        return [row.finding.text for row in control_findings(connection)]


def test_an_identity_is_evidence_when_it_is_first_looked_at_and_then_a_line_a_day(
    watch: Watch, cloud: Cloud
) -> None:
    watch.cycle()
    watch.cycle(60)
    watch.cycle(DAY)

    [body] = watch.bodies(EntryKind.TRUST)
    assert (body["source"], body["identity"]["trusts"], body["digest_before"]) == (
        "aws",
        [*DEPLOY.trusts],
        None,
    )
    assert [one["changed"] for one in watch.bodies(EntryKind.CONTROL_CHECK)] == [1, 0]
    assert cloud.asked == 2


def test_who_is_trusted_besides_is_evidence_that_leads_to_what_was_before(watch: Watch, cloud: Cloud) -> None:
    watch.cycle()
    cloud.held = [replace(DEPLOY, trusts=(*DEPLOY.trusts, "AWS arn:aws:iam::111122223333:user/mallory"))]

    watch.cycle(DAY)

    before, now = watch.bodies(EntryKind.TRUST)
    assert now["digest_before"] == before["digest"]
    assert "mallory" in now["identity"]["trusts"][1]
    first, second = watch.ledger(EntryKind.TRUST)
    assert f'"links":[{first.seq}]'.encode() in second.leaf


def test_what_trusts_too_many_is_a_finding_until_it_does_no_more(watch: Watch, cloud: Cloud) -> None:
    cloud.held = [OPEN]
    watch.cycle()
    assert findings(watch) == [f"{DEPLOY.name}: whoever has a pipeline at github may assume it"]
    with watch.database.reading() as connection:
        [shown] = control_findings(connection)
    assert shown.finding.severity == "high"

    cloud.held = [DEPLOY]
    watch.cycle(DAY)

    assert findings(watch) == []
    assert [one["status"] for one in watch.bodies(EntryKind.CONTROL_FINDING)] == ["open", "closed"]


def test_what_may_not_be_read_any_more_ends_no_finding_and_is_named(watch: Watch, cloud: Cloud) -> None:
    cloud.held = [OPEN]
    watch.cycle()
    cloud.held = [
        replace(DEPLOY, status=Verifiable.NOT_VERIFIABLE, text="", trusts=(), why="a permission lacks")
    ]

    watch.cycle(DAY)

    assert len(findings(watch)) == 1
    assert watch.bodies(EntryKind.CONTROL_CHECK)[1]["not_read"] == [f"{DEPLOY.name}: a permission lacks"]


def test_an_identity_that_is_gone_is_told_and_its_finding_ends(watch: Watch, cloud: Cloud) -> None:
    cloud.held = [OPEN]
    watch.cycle()
    cloud.held = []

    watch.cycle(DAY)
    watch.cycle(2 * DAY)

    assert [one["identity"] is None for one in watch.bodies(EntryKind.TRUST)] == [False, True]
    assert findings(watch) == []


def test_what_a_source_trusts_that_is_configured_no_more_ends_as_not_put_right(
    watch: Watch, cloud: Cloud
) -> None:
    cloud.held = [OPEN]
    watch.cycle()

    without = Watch(database=watch.database)
    without.cycle(5)
    without.cycle(10)

    assert findings(watch) == []
    assert [one["why"] for one in watch.bodies(EntryKind.CONTROL_FINDING)] == [
        None,
        "aws is configured no more, so nobody looks at it",
    ]
    assert [one["identity"] is None for one in watch.bodies(EntryKind.TRUST)] == [False, True]


def test_a_cloud_that_cannot_be_asked_is_a_problem_and_asked_again_soon(watch: Watch, cloud: Cloud) -> None:
    cloud.failure = ProviderAccessError(
        "reading a role: the permission iam:GetRole is missing", hint="grant it"
    )

    assert any("iam:GetRole" in one for one in watch.problems())
    cloud.failure = None
    watch.cycle(5)

    assert len(watch.bodies(EntryKind.TRUST)) == 1


def test_a_secret_in_a_condition_gets_no_further(watch: Watch, cloud: Cloud) -> None:
    secret = "ghp_0123456789abcdefghijABCDEFGHIJ"
    cloud.held = [
        replace(OPEN, text=f'{{"note": "{secret}"}}', trusts=(secret,), too_wide=(secret,), why=secret)
    ]

    watch.cycle()

    assert watch.bodies(EntryKind.TRUST)
    for entry in watch.ledger(*EntryKind):
        assert secret.encode() not in entry.leaf + (entry.body or b"")
    assert secret not in str(findings(watch))
