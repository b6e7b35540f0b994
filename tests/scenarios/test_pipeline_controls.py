"""How pipelines are controlled is looked at once a day, kept as evidence when it is news, and judged."""

import msgspec
import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.evidence import EntryKind
from drift.reports.status import read_status
from drift.reports.week import week_at
from drift.reports.weekly.facts import WeeklySettings, read_facts
from drift.reports.weekly.numbers import weekly_report
from drift.reports.weekly.sentences import unseen
from drift.stages.classify import ChannelRules, PipelineRule
from drift.stages.decide import DecisionRules
from drift.store.controls import control_findings, controls_kept
from drift.store.database import Database
from tests.builders import NOON, minutes
from tests.scenarios.cloud import Watch
from tests.scenarios.forge import Forge, a_bypass, a_repository

DAY = 24 * 60

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def forge() -> Forge:
    return Forge(a_repository("example/app"), a_repository("example/infra", ("codeowners", "* @a")))


@pytest.fixture
def watch(database: Database, forge: Forge) -> Watch:
    """The program, with a code host of two repositories."""
    return Watch(database=database, code_hosts={"forge": forge})


def findings(watch: Watch) -> list[str]:
    with watch.database.reading() as connection:
        return [row.finding.text for row in control_findings(connection)]


def test_each_repository_is_evidence_when_it_is_first_looked_at(watch: Watch) -> None:
    watch.cycle()

    bodies = watch.bodies(EntryKind.PIPELINE_CONTROL)

    assert [(one["host"], one["controls"]["repository"]) for one in bodies] == [
        ("forge", "example/app"),
        ("forge", "example/infra"),
    ]
    assert [one["digest_before"] for one in bodies] == [None, None]
    assert bodies[1]["changed"] == ["codeowners"]
    [line] = watch.bodies(EntryKind.CONTROL_CHECK)
    assert (line["repositories"], line["changed"], line["not_read"]) == (2, 2, [])


def test_a_day_on_which_nothing_changed_is_one_line(watch: Watch, forge: Forge) -> None:
    watch.cycle()
    watch.cycle(60)
    watch.cycle(DAY)

    assert len(watch.bodies(EntryKind.PIPELINE_CONTROL)) == 2
    assert [one["changed"] for one in watch.bodies(EntryKind.CONTROL_CHECK)] == [2, 0]
    assert len(forge.asked) == 4


def test_what_changed_is_evidence_that_names_it_and_what_was_before(watch: Watch, forge: Forge) -> None:
    watch.cycle()
    forge.held["example/infra"] = a_repository("example/infra", ("codeowners", "* @b"), ("rulesets", "[]"))

    watch.cycle(DAY)

    before, now = (
        one
        for one in watch.bodies(EntryKind.PIPELINE_CONTROL)
        if one["controls"]["repository"] == "example/infra"
    )
    assert now["digest_before"] == before["digest"]
    assert now["changed"] == ["codeowners", "rulesets"]
    first, second = [one for one in watch.ledger(EntryKind.PIPELINE_CONTROL) if b"example/infra" in one.leaf]
    assert msgspec.json.decode(second.leaf)["links"] == [first.seq]


def test_who_got_round_the_rules_is_evidence_once_though_nothing_changed(watch: Watch, forge: Forge) -> None:
    watch.cycle()
    forge.held["example/infra"] = a_repository(
        "example/infra", ("codeowners", "* @a"), bypasses=[a_bypass(at=NOON + minutes(90))]
    )

    watch.cycle(DAY)
    watch.cycle(2 * DAY)

    told = [one["controls"]["bypasses"] for one in watch.bodies(EntryKind.PIPELINE_CONTROL)]
    assert [[each["by"] for each in one] for one in told] == [[], [], ["alice"]]
    assert forge.asked[-1] == ("example/infra", NOON + minutes(DAY))


def test_an_unprotected_branch_is_a_finding_until_it_is_protected(watch: Watch, forge: Forge) -> None:
    forge.held["example/app"] = a_repository("example/app", is_protected=False)
    watch.cycle()
    assert findings(watch) == ["example/app: nothing protects its default branch main"]

    watch.cycle(DAY)
    forge.held["example/app"] = a_repository("example/app")
    watch.cycle(2 * DAY)

    assert findings(watch) == []
    told = watch.bodies(EntryKind.CONTROL_FINDING)
    assert [(one["status"], one["finding"]["severity"], one["finding"]["owner"]) for one in told] == [
        ("open", "high", "platform@example.com"),
        ("closed", "high", "platform@example.com"),
    ]


def test_what_nobody_can_verify_is_no_finding_and_ends_none(watch: Watch, forge: Forge) -> None:
    """
    Who may look no more has seen nothing put right.
    """
    forge.held["example/app"] = a_repository("example/app", is_protected=False)
    watch.cycle()

    for name in forge.held:
        forge.held[name] = a_repository(name, is_protected=None)
    watch.cycle(DAY)

    assert findings(watch) == ["example/app: nothing protects its default branch main"]


def test_what_is_wrong_at_a_host_that_is_configured_no_more_ends_as_not_put_right(
    watch: Watch, forge: Forge
) -> None:
    forge.held["example/infra"] = a_repository("example/infra", is_protected=False)
    watch.cycle()
    assert len(findings(watch)) == 1

    renamed = Watch(database=watch.database, code_hosts={"hub": forge})
    renamed.cycle(5)

    found, ended, again = watch.bodies(EntryKind.CONTROL_FINDING)
    assert (found["status"], found["why"], ended["status"]) == ("open", None, "closed")
    assert ended["why"] == "forge is configured no more, so nobody looks at it"
    assert (again["status"], again["finding"]["host"]) == ("open", "hub")
    with watch.database.reading() as connection:
        assert {row.host for row in controls_kept(connection)} == {"hub"}


def test_a_repository_that_is_in_scope_no_more_is_told_and_forgotten(watch: Watch, forge: Forge) -> None:
    forge.held["example/app"] = a_repository("example/app", is_protected=False)
    watch.cycle()
    del forge.held["example/app"]

    watch.cycle(DAY)

    assert watch.bodies(EntryKind.PIPELINE_CONTROL)[-1]["controls"] is None
    assert findings(watch) == []
    with watch.database.reading() as connection:
        assert [row.controls.repository for row in controls_kept(connection)] == ["example/infra"]


def test_repositories_that_only_pipelines_of_the_policy_name_are_looked_at_too(
    database: Database, forge: Forge
) -> None:
    forge.repositories = list  # type: ignore[method-assign]
    rule = PipelineRule(name="deploy", repository="example/infra")
    watch = Watch(database=database, code_hosts={"forge": forge}, channels=ChannelRules(pipelines=(rule,)))

    watch.cycle()

    assert [one for one, _ in forge.asked] == ["example/infra"]


def test_a_repository_that_may_not_be_read_hides_no_other_and_is_named(watch: Watch, forge: Forge) -> None:
    forge.failures["example/app"] = ProviderAccessError("example/app is not there", hint="look")

    assert watch.problems() == ("forge: example/app: example/app is not there",)

    [line] = watch.bodies(EntryKind.CONTROL_CHECK)
    assert (line["repositories"], line["not_read"]) == (1, ["example/app: example/app is not there"])


def test_what_was_not_looked_at_before_the_host_broke_down_is_looked_at_the_next_time(
    watch: Watch, forge: Forge
) -> None:
    forge.failures["example/infra"] = ProviderUnavailableError("too many requests", hint="wait")
    assert watch.problems() == ("forge: too many requests (wait)",)
    assert watch.bodies(EntryKind.CONTROL_CHECK) == []

    forge.failures.clear()
    watch.cycle(10)

    assert [one for one, _ in forge.asked] == ["example/app", "example/infra", "example/infra"]
    assert len(watch.bodies(EntryKind.CONTROL_CHECK)) == 1


def test_a_host_that_cannot_list_is_a_problem_and_forgets_nothing(watch: Watch, forge: Forge) -> None:
    watch.cycle()
    forge.failures[""] = ProviderAccessError("no token", hint="make one")

    assert watch.problems(DAY) == ("forge: no token (make one)",)

    with watch.database.reading() as connection:
        assert len(controls_kept(connection)) == 2


def test_a_secret_in_a_workflow_gets_no_further(watch: Watch, forge: Forge) -> None:
    text = f"env:\n  AWS_SECRET_ACCESS_KEY: {SECRET}\n"
    forge.held["example/infra"] = a_repository("example/infra", (".github/workflows/deploy.yml", text))

    watch.cycle()

    kept = b"".join(entry.body or b"" for entry in watch.ledger(*EntryKind))
    assert SECRET.encode() not in kept
    with watch.database.reading() as connection:
        assert SECRET not in str(controls_kept(connection))


def test_the_status_tells_how_many_were_looked_at_when_and_what_is_wrong(watch: Watch, forge: Forge) -> None:
    forge.held["example/app"] = a_repository("example/app", is_protected=False)
    watch.cycle()

    with watch.database.reading() as connection:
        status = read_status(connection, ["trail"], NOON + minutes(30)).controls

    assert (status.repositories, status.captured_at) == (2, NOON)
    assert [row.finding.repository for row in status.findings] == ["example/app"]


def test_the_weekly_report_names_the_oldest_and_counts_the_others(watch: Watch, forge: Forge) -> None:
    for name in forge.held:
        forge.held[name] = a_repository(name, is_protected=False)
    watch.cycle()
    settings = WeeklySettings(
        organisation="example",
        sources=("trail",),
        has_notifier=True,
        decision=DecisionRules(),
        configuration_sha256="0" * 64,
        tool_version="1",
    )

    with watch.database.reading() as connection:
        facts = read_facts(connection, week_at(NOON), NOON + minutes(60), settings)
    told = list(unseen(weekly_report(facts).seen))

    assert told[-1] == (
        "Pipelines: example/app: nothing protects its default branch main (owner: platform@example.com)"
        ", and 1 more: drift status lists them"
    )
