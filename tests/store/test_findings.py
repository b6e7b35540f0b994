"""What is declared where, and the life of a finding."""

from dataclasses import replace

from drift.model.baseline import Declaration, DeclaredResource
from drift.model.resource import Resource
from drift.store.database import Database
from drift.store.findings import (
    FindingRow,
    findings,
    forget_declared,
    keep_declared,
    keep_finding,
    open_findings,
    resolve,
    see_again,
    standing_of,
)
from tests.builders import NOON, SECURITY_GROUP, a_finding, minutes

LATER = NOON + minutes(60)


def a_declaration(*resources: DeclaredResource, origin: str = "prod.tfstate") -> Declaration:
    """A state with these resources."""
    return Declaration(
        name="prod", origin=origin, lineage=None, serial=1, sha256="0" * 64, resources=resources
    )


def a_declared(
    address: str = "aws_security_group.web", resource: Resource = SECURITY_GROUP
) -> DeclaredResource:
    """A security group in the code."""
    return DeclaredResource(
        address=address,
        type=resource.type or "",
        resource_id=resource.id,
        provider="hashicorp/aws",
        account=None,
        region=None,
        attributes={},
        source="main.tf:12",
    )


def test_a_finding_is_read_back_as_it_was_kept(database: Database) -> None:
    with database.transaction() as connection:
        keep_finding(connection, a_finding(), 7, NOON)

        [row] = findings(connection)

    assert row.finding == a_finding()
    assert (row.first_seen_at, row.last_seen_at, row.resolved_at, row.ledger_seq) == (NOON, NOON, None, 7)


def test_a_finding_that_changed_keeps_when_it_was_first_seen(database: Database) -> None:
    with database.transaction() as connection:
        keep_finding(connection, a_finding(), 7, NOON)
        keep_finding(connection, a_finding(attributes=()), 8, LATER)

        [row] = findings(connection)

    assert row.finding.attributes == ()
    assert (row.first_seen_at, row.last_seen_at, row.ledger_seq) == (NOON, LATER, 8)


def test_a_finding_that_is_resolved_is_open_no_more_until_it_comes_back(database: Database) -> None:
    with database.transaction() as connection:
        keep_finding(connection, a_finding(), 7, NOON)
        resolve(connection, "f-1", 8, LATER)
        assert open_findings(connection) == {}
        [resolved] = findings(connection)

        keep_finding(connection, a_finding(), 9, LATER)
        [reopened] = open_findings(connection).values()

    assert (resolved.resolved_at, resolved.ledger_seq) == (LATER, 8)
    assert (reopened.first_seen_at, reopened.resolved_at, reopened.ledger_seq) == (NOON, None, 9)


def test_more_findings_than_a_statement_has_parameters_are_seen_again(database: Database) -> None:
    many = [a_finding(f"f-{number}") for number in range(3)]
    with database.transaction() as connection:
        for one in many:
            keep_finding(connection, one, 7, NOON)

        see_again(connection, [*(one.finding_id for one in many), *map(str, range(70_000))], LATER)

        assert [row.last_seen_at for row in findings(connection)] == [LATER] * 3


def test_a_write_is_led_to_the_address_in_the_code(database: Database) -> None:
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), LATER)

        standing = standing_of(connection, SECURITY_GROUP, NOON)

    assert (standing.address, standing.source) == ("aws_security_group.web", "main.tf:12")
    assert standing.is_converged


def test_a_resource_that_no_baseline_declares_is_not_converged(database: Database) -> None:
    with database.reading() as connection:
        standing = standing_of(connection, SECURITY_GROUP, NOON)

    assert standing.address is None
    assert not standing.is_compared


def test_a_comparison_of_before_the_write_says_nothing_about_it(database: Database) -> None:
    """
    The state was locked when the next comparison came, say. Nobody may be told that all is as declared.
    """
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), NOON)

        assert not standing_of(connection, SECURITY_GROUP, LATER).is_compared
        assert standing_of(connection, SECURITY_GROUP, NOON).is_compared


def test_what_could_not_be_compared_is_declared_all_the_same(database: Database) -> None:
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], {("prod", "aws_security_group.web")}, LATER)

        standing = standing_of(connection, SECURITY_GROUP, NOON)

    assert standing.address == "aws_security_group.web"
    assert not standing.is_compared


def test_a_resource_in_two_states_is_compared_once_both_are(database: Database) -> None:
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared("a"), origin="a.tfstate")], set(), LATER)
        keep_declared(
            connection, [a_declaration(a_declared("b"), origin="b.tfstate")], {("prod", "b")}, LATER
        )

        assert not standing_of(connection, SECURITY_GROUP, NOON).is_compared


def test_open_findings_on_the_resource_stand_against_it(database: Database) -> None:
    other = a_finding("f-2", resource=Resource(type="aws_security_group", id="sg-other"))
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), LATER)
        for one in (a_finding("f-1"), other, a_finding("f-3")):
            keep_finding(connection, one, 7, NOON)
        resolve(connection, "f-3", 8, LATER)

        standing = standing_of(connection, SECURITY_GROUP, NOON)

    assert standing.findings == (a_finding("f-1"),)
    assert not standing.is_converged


def test_where_its_type_is_not_declared_the_id_decides(database: Database) -> None:
    """
    A call to change a bucket's policy names the bucket, and the code declares both.
    """
    bucket = Resource(type="aws_s3_bucket", id="example-logs")
    policy = Resource(type="aws_s3_bucket_policy", id="example-logs")
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared("aws_s3_bucket.logs", bucket))], set(), LATER)
        keep_finding(connection, a_finding(resource=bucket), 7, NOON)

        of_policy = standing_of(connection, policy, NOON)
        keep_declared(
            connection, [a_declaration(a_declared("aws_s3_bucket_policy.logs", policy))], set(), LATER
        )
        of_policy_once_declared = standing_of(connection, policy, NOON)

    assert (of_policy.address, len(of_policy.findings)) == ("aws_s3_bucket.logs", 1)
    assert (of_policy_once_declared.address, of_policy_once_declared.findings) == (
        "aws_s3_bucket_policy.logs",
        (),
    )


def test_what_a_state_declares_no_more_is_forgotten(database: Database) -> None:
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), NOON)
        keep_declared(connection, [a_declaration()], set(), LATER)

        assert standing_of(connection, SECURITY_GROUP, NOON).address is None


def test_what_a_baseline_declared_that_is_watched_no_more_is_forgotten(database: Database) -> None:
    gone, kept = "g" * 100_000, "k" * 100_000
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared("gone"), origin=gone)], set(), NOON)
        keep_declared(connection, [a_declaration(a_declared("kept"), origin=kept)], set(), NOON)

        forget_declared(connection, [a_declaration(origin=kept)])

        assert standing_of(connection, SECURITY_GROUP, NOON).address == "kept"


def test_a_state_that_repeats_an_address_is_kept(database: Database) -> None:
    """
    Terraform writes no such state, but people edit states by hand.
    """
    with database.transaction() as connection:
        keep_declared(
            connection, [a_declaration(a_declared(), a_declared("a\0"), a_declared("a\0"))], set(), NOON
        )
        keep_declared(connection, [a_declaration(a_declared(), a_declared())], set(), LATER)

        assert standing_of(connection, SECURITY_GROUP, NOON).address == "aws_security_group.web"


def test_hostile_values_of_a_finding_come_back(database: Database) -> None:
    hostile = replace(a_finding(), resource_id="nul \0", attributes=())
    with database.transaction() as connection:
        keep_finding(connection, hostile, 7, NOON)

        row: FindingRow = open_findings(connection)["f-1"]
        assert row.finding == hostile
        assert standing_of(connection, Resource(type=None, id="nul \0"), NOON).findings == (hostile,)


def test_a_role_of_another_account_is_another_role(database: Database) -> None:
    role = Resource(type="aws_iam_role", id="deploy")
    declared = replace(a_declared("aws_iam_role.deploy", role), account="444455556666")
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(declared)], set(), LATER)

        assert standing_of(connection, role, NOON, "444455556666").address == "aws_iam_role.deploy"
        assert standing_of(connection, role, NOON, "111122223333").address is None
