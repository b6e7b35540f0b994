"""What is declared where, and how a write is led there."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, update

from drift.model.baseline import Declaration, DeclaredResource
from drift.model.finding import Standing
from drift.model.resource import Resource
from drift.store.addresses import declared_as
from drift.store.database import Database
from drift.store.declared import forget_declared, keep_declared
from drift.store.findings import keep_finding, resolve, standing_of
from drift.store.schema import declared
from tests.builders import NOON, SECURITY_GROUP, a_change, a_finding, a_write, an_event, minutes

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


def test_a_write_is_led_to_the_address_in_the_code(database: Database) -> None:
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), LATER)

        found = standing(connection, SECURITY_GROUP, NOON)

    assert (found.address, found.source) == ("aws_security_group.web", "main.tf:12")
    assert found.is_converged


def test_who_owns_its_code_and_what_it_is_tagged_with_is_known(database: Database) -> None:
    tagged = replace(
        a_declared(), code_owners=("@example/a", "@example/b"), tags=("note=two\nlines", "team=network")
    )
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), LATER)
        keep_declared(connection, [a_declaration(tagged)], set(), LATER)

        found = standing(connection, SECURITY_GROUP, NOON)

    assert found.code_owners == ("@example/a", "@example/b")
    assert found.tags == ("note=two lines", "team=network")


def test_a_secret_in_a_tag_is_not_kept(database: Database) -> None:
    tagged = replace(a_declared(), tags=("db_password=Sesame", "note=ghp_0123456789abcdefghijABCDEFGH"))
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(tagged)], set(), LATER)

        found = standing(connection, SECURITY_GROUP, NOON)

    assert found.tags == ("db_password=(redacted)", "note=(redacted)")


def test_a_resource_that_no_baseline_declares_is_not_converged(database: Database) -> None:
    with database.reading() as connection:
        found = standing(connection, SECURITY_GROUP, NOON)

    assert found.address is None
    assert not found.is_compared


def test_a_comparison_of_before_the_write_says_nothing_about_it(database: Database) -> None:
    """
    The state was locked when the next comparison came, say. Nobody may be told that all is as declared.
    """
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), NOON)

        assert not standing(connection, SECURITY_GROUP, LATER).is_compared
        assert standing(connection, SECURITY_GROUP, NOON).is_compared


def test_what_could_not_be_compared_is_declared_all_the_same(database: Database) -> None:
    with database.transaction() as connection:
        keep_declared(
            connection, [a_declaration(a_declared())], {("prod.tfstate", "aws_security_group.web")}, LATER
        )

        found = standing(connection, SECURITY_GROUP, NOON)

    assert found.address == "aws_security_group.web"
    assert not found.is_compared


def test_a_resource_in_two_states_is_compared_once_both_are(database: Database) -> None:
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared("a"), origin="a.tfstate")], set(), LATER)
        keep_declared(
            connection, [a_declaration(a_declared("b"), origin="b.tfstate")], {("b.tfstate", "b")}, LATER
        )

        assert not standing(connection, SECURITY_GROUP, NOON).is_compared


def test_open_findings_on_the_resource_stand_against_it(database: Database) -> None:
    other = a_finding("f-2", resource=Resource(type="aws_security_group", id="sg-other"))
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), LATER)
        for one in (a_finding("f-1"), other, a_finding("f-3")):
            keep_finding(connection, one, 7, NOON)
        resolve(connection, "f-3", 8, LATER)

        found = standing(connection, SECURITY_GROUP, NOON)

    assert found.findings == (a_finding("f-1"),)
    assert not found.is_converged


def test_where_its_type_is_not_declared_the_id_decides(database: Database) -> None:
    """
    A call to change a bucket's policy names the bucket, and the code declares both.
    """
    bucket = Resource(type="aws_s3_bucket", id="example-logs")
    policy = Resource(type="aws_s3_bucket_policy", id="example-logs")
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared("aws_s3_bucket.logs", bucket))], set(), LATER)
        keep_finding(connection, a_finding(resource=bucket), 7, NOON)

        of_policy = standing(connection, policy, NOON)
        keep_declared(
            connection, [a_declaration(a_declared("aws_s3_bucket_policy.logs", policy))], set(), LATER
        )
        of_policy_once_declared = standing(connection, policy, NOON)

    assert (of_policy.address, len(of_policy.findings)) == ("aws_s3_bucket.logs", 1)
    assert (of_policy_once_declared.address, of_policy_once_declared.findings) == (
        "aws_s3_bucket_policy.logs",
        (),
    )


def test_what_a_state_declares_no_more_is_forgotten(database: Database) -> None:
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), NOON)
        keep_declared(connection, [a_declaration()], set(), LATER)

        assert standing(connection, SECURITY_GROUP, NOON).address is None


def test_what_a_baseline_declared_that_is_watched_no_more_is_forgotten(database: Database) -> None:
    gone, kept = "g" * 100_000, "k" * 100_000
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared("gone"), origin=gone)], set(), NOON)
        keep_declared(connection, [a_declaration(a_declared("kept"), origin=kept)], set(), NOON)

        forget_declared(connection, [a_declaration(origin=kept)])

        assert standing(connection, SECURITY_GROUP, NOON).address == "kept"


def test_a_state_that_repeats_an_address_is_kept(database: Database) -> None:
    """
    Terraform writes no such state, but people edit states by hand.
    """
    with database.transaction() as connection:
        keep_declared(
            connection, [a_declaration(a_declared(), a_declared("a\0"), a_declared("a\0"))], set(), NOON
        )
        keep_declared(connection, [a_declaration(a_declared(), a_declared())], set(), LATER)

        assert standing(connection, SECURITY_GROUP, NOON).address == "aws_security_group.web"


def test_a_role_of_another_account_is_another_role(database: Database) -> None:
    role = Resource(type="aws_iam_role", id="deploy")
    declared = replace(a_declared("aws_iam_role.deploy", role), account="444455556666")
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(declared)], set(), LATER)

        assert standing(connection, role, NOON, "444455556666").address == "aws_iam_role.deploy"
        assert standing(connection, role, NOON, "111122223333").address is None


def test_a_state_that_says_the_same_rewrites_no_row(database: Database) -> None:
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), NOON)
    with database.transaction() as connection:
        connection.execute(update(declared).values(source="kept"))
        keep_declared(connection, [a_declaration(a_declared())], set(), LATER)

        [row] = declared_as(connection, SECURITY_GROUP)
        assert (row.source, row.compared_at) == ("kept", LATER)

        keep_declared(connection, [a_declaration(a_declared("other"))], set(), LATER)
        [row] = declared_as(connection, SECURITY_GROUP)
        assert (row.address, row.source) == ("other", "main.tf:12")


def test_since_when_a_state_says_what_it_says_is_known(database: Database) -> None:
    """
    Code that changed around it changes the rows, not what the state says.
    """
    with database.transaction() as connection:
        keep_declared(connection, [a_declaration(a_declared())], set(), NOON)
        keep_declared(connection, [a_declaration(replace(a_declared(), source="main.tf:13"))], set(), LATER)
        [same] = declared_as(connection, SECURITY_GROUP)
        keep_declared(connection, [replace(a_declaration(a_declared()), sha256="1" * 64)], set(), LATER)
        [applied] = declared_as(connection, SECURITY_GROUP)

    assert (same.declared_since, applied.declared_since) == (NOON, LATER)


def standing(
    connection: Connection, resource: Resource, at: datetime, account: str | None = None
) -> Standing:
    """How the resource of a write stands."""
    event = an_event(at=at, account=account, region=None, resources=(resource,))
    rows = declared_as(connection, resource, account)
    return standing_of(connection, a_change(a_write(event), resource=resource), rows)
