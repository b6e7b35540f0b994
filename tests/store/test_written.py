"""Which writes are writes to a resource, by all of its names, on both engines."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

import pytest

from drift.model.baseline import Declaration, DeclaredResource, StoredForm
from drift.model.naming import Belonging, NamingRules
from drift.model.resource import Json, Resource
from drift.stages.group import group
from drift.stages.record import record_write
from drift.store.addresses import DeclaredRow, declared_as, provider_of
from drift.store.database import Database
from drift.store.declared import keep_declared
from drift.store.written import MOST_WRITES, Subject, changes_to, writes_to
from tests.builders import ACCOUNT, NOON, a_write, an_event, minutes

NAMING = NamingRules(
    unique=("arn",),
    common=("name",),
    own={"aws_db_instance": ("identifier",), "attachment": ("role",)},
    belongings={"rule": (Belonging(attribute="group", parent="group"),)},
    without_case=("azurerm_*",),
    same_types={"aws_alb": "aws_lb"},
)
REGION = "eu-west-1"
STATE = "prod.tfstate"


def a_resource(type_: str, resource_id: str | None, address: str = "x.main", **but: Json) -> DeclaredResource:
    account, region = but.pop("account", ACCOUNT), but.pop("region", REGION)
    return DeclaredResource(
        address=address,
        type=type_,
        resource_id=resource_id,
        provider="hashicorp/aws",
        account=account,
        region=region,
        attributes=but,
    )


def declare(database: Database, *resources: DeclaredResource) -> None:
    one = Declaration(name="prod", origin=STATE, lineage=None, serial=1, sha256="0", resources=resources)
    with database.transaction() as connection:
        keep_declared(connection, [one], set(), NOON, NAMING)


def write(
    database: Database,
    resource_id: str,
    type_: str | None = None,
    *,
    key: str = "e-1",
    at: float = 0,
    account: str = ACCOUNT,
    region: str = REGION,
) -> None:
    event = an_event(
        event_id=key,
        at=NOON + minutes(at),
        account=account,
        region=region,
        resources=(Resource(type=type_, id=resource_id),),
    )
    with database.transaction() as connection:
        record_write(connection, "trail", a_write(event), NOON)
        group(connection, a_write(event))


def written(database: Database, resource: DeclaredResource) -> Sequence[str]:
    """The keys of the writes to a declared resource."""
    subject = Subject(
        key="it",
        state=STATE,
        address=resource.address,
        type=resource.type,
        resource_id=resource.resource_id,
        account=resource.account,
        region=resource.region,
    )
    with database.reading() as connection:
        found = writes_to(connection, [subject])["it"]
        assert len(changes_to(connection, [subject])["it"]) <= len(found)
    return [one.event.key.removeprefix("aws:") for one in found]


def led_to(
    database: Database,
    resource_id: str,
    type_: str | None = None,
    account: str | None = ACCOUNT,
    region: str | None = REGION,
) -> list[str]:
    """The addresses that a call is led to."""
    with database.reading() as connection:
        rows: tuple[DeclaredRow, ...] = declared_as(
            connection, Resource(type=type_, id=resource_id), account, region
        )
    return [row.address for row in rows]


@pytest.mark.parametrize(
    ("resource", "named", "type_"),
    [
        (a_resource("aws_sqs_queue", "https://sqs/q"), "https://sqs/q", "aws_sqs_queue"),
        (a_resource("aws_sqs_queue", "https://sqs/q"), "https://sqs/q", None),
        (a_resource("aws_s3_bucket", "logs"), "logs", "aws_s3_bucket_policy"),
        (a_resource("aws_sqs_queue", "u", arn="arn:aws:sqs:q"), "arn:aws:sqs:q", None),
        (a_resource("aws_db_instance", "db-XYZ", identifier="orders"), "orders", "aws_db_instance"),
        (a_resource("aws_alb", "arn:lb", name="web"), "web", "aws_lb"),
        (a_resource("azurerm_subnet", "/subscriptions/S/x/Y"), "/subscriptions/s/x/y", "azurerm_subnet"),
        (a_resource("rule", "r-1", group="g-1"), "g-1", "group"),
        (a_resource("aws_sqs_queue", "q" * 5000), "q" * 5000, "aws_sqs_queue"),
    ],
)
def test_a_write_is_led_there_and_back_by_any_name(
    database: Database, resource: DeclaredResource, named: str, type_: str | None
) -> None:
    declare(database, resource)
    write(database, named, type_)

    assert led_to(database, named, type_) == ["x.main"]
    assert written(database, resource) == ["e-1"]


@pytest.mark.parametrize(
    ("resource", "named", "type_"),
    [
        (a_resource("aws_sqs_queue", "Orders"), "orders", "aws_sqs_queue"),
        (a_resource("aws_sqs_queue", "u", name="prod"), "prod", "aws_ecs_cluster"),
        (a_resource("aws_sqs_queue", "u", name="prod"), "prod", None),
        (a_resource("rule", "r-1", group="g-1"), "g-1", "other"),
        (a_resource("aws_sqs_queue", None), "None", None),
    ],
)
def test_what_only_looks_like_a_name_leads_nowhere(
    database: Database, resource: DeclaredResource, named: str, type_: str | None
) -> None:
    declare(database, resource)
    write(database, named, type_)

    assert led_to(database, named, type_) == []
    assert written(database, resource) == []


@pytest.mark.parametrize(("account", "region"), [("444455556666", REGION), (ACCOUNT, "us-east-1")])
def test_the_same_id_in_another_account_or_region_is_another_resource(
    database: Database, account: str, region: str
) -> None:
    mine = a_resource("aws_db_instance", "orders", "mine")
    theirs = a_resource("aws_db_instance", "orders", "theirs", account=account, region=region)
    declare(database, mine, theirs)
    write(database, "orders", "aws_db_instance", key="e-mine")
    write(database, "orders", "aws_db_instance", key="e-theirs", account=account, region=region)

    assert led_to(database, "orders", "aws_db_instance") == ["mine"]
    assert led_to(database, "orders", "aws_db_instance", account, region) == ["theirs"]
    if region == REGION:  # one change may hold the writes to two regions, each write tells its own
        assert written(database, theirs) == ["e-theirs"]
    assert "e-mine" in written(database, mine)
    assert "e-theirs" not in written(database, mine)


def test_an_arn_says_itself_where_it_stands(database: Database) -> None:
    resource = a_resource("aws_iam_role", "deploy", arn="arn:aws:iam::111122223333:role/deploy")
    declare(database, resource)

    assert led_to(database, "arn:aws:iam::111122223333:role/deploy", None, "999", "us-east-1") == ["x.main"]


def test_where_its_own_type_is_declared_another_one_of_that_id_is_not_meant(database: Database) -> None:
    bucket = a_resource("aws_s3_bucket", "logs", "bucket")
    policy = a_resource("aws_s3_bucket_policy", "logs", "policy")
    declare(database, bucket, policy)
    write(database, "logs", "aws_s3_bucket_policy")

    assert led_to(database, "logs", "aws_s3_bucket_policy") == ["policy"]
    assert (written(database, policy), written(database, bucket)) == (["e-1"], [])


def test_of_several_attachments_none_is_meant_more_than_their_role(database: Database) -> None:
    role = a_resource("aws_iam_role", "deploy", "role")
    attached = [a_resource("attachment", f"deploy-{n}", f"attached[{n}]", role="deploy") for n in range(2)]
    declare(database, role, *attached)
    write(database, "deploy", "attachment")

    assert led_to(database, "deploy", "attachment") == ["role"]
    declare(database, role, attached[0])
    assert led_to(database, "deploy", "attachment") == ["attached[0]"]
    assert written(database, attached[0]) == ["e-1"]


def test_what_lies_in_a_resource_is_led_to_it_unless_it_is_declared_itself(database: Database) -> None:
    """
    A rule that is written inline has no address of its own.
    """
    group = a_resource("azurerm_group", "/subscriptions/S/providers/M/groups/G", "group")
    around = a_resource("azurerm_resource_group", "/subscriptions/S", "around")
    rule = "/subscriptions/s/providers/m/groups/g/rules/r"
    declare(database, group, around)
    write(database, rule, "azurerm_rule")

    assert led_to(database, rule, "azurerm_rule") == ["group"]
    assert (written(database, group), written(database, around)) == (["e-1"], [])

    declare(database, group, a_resource("azurerm_rule", rule, "rule"))
    assert led_to(database, rule, "azurerm_rule") == ["rule"]


def test_a_path_that_has_case_is_no_part_of_another(database: Database) -> None:
    declare(database, a_resource("aws_log_group", "/app"))

    assert led_to(database, "/app/web/errors", None) == []


def test_names_of_any_length_are_kept(database: Database) -> None:
    """
    PostgreSQL limits the entries of an index, and squeezes only what repeats.
    """
    address, name, group, origin = (secrets.token_hex(2000) for _ in range(4))
    rules = replace(NAMING, belongings={"rule": (Belonging(attribute="group", parent=group),)})
    one = Declaration(
        name="prod",
        origin=origin,
        lineage=None,
        serial=1,
        sha256="0",
        resources=(a_resource("rule", "r", address, group=name),),
    )

    with database.transaction() as connection:
        keep_declared(connection, [one], set(), NOON, rules)

        [row] = declared_as(connection, Resource(type=group, id=name), ACCOUNT, REGION)
        assert row.type == "rule"


def test_an_undeclared_resource_has_its_id(database: Database) -> None:
    write(database, "by-hand", "aws_s3_bucket")
    resource = replace(a_resource("aws_s3_bucket", "by-hand"), address="nowhere")

    assert written(database, resource) == ["e-1"]


def test_the_newest_writes_come_in_order_of_time(database: Database) -> None:
    resource = a_resource("aws_sqs_queue", "q")
    declare(database, resource)
    for number in range(MOST_WRITES + 2):
        write(database, "q", "aws_sqs_queue", key=f"e-{number}", at=number)

    keys = written(database, resource)

    assert (keys[0], keys[-1], len(keys)) == ("e-2", f"e-{MOST_WRITES + 1}", MOST_WRITES)


def test_neighbours_tell_the_provider_configuration(database: Database) -> None:
    def managed(address: str, type_: str, region: str, alias: str) -> DeclaredResource:
        stored = StoredForm(configuration=f"provider[x].{alias}")
        return replace(a_resource(type_, address, address, region=region), stored=stored)

    declare(
        database,
        managed("a", "aws_vpc", "eu-west-1", "west"),
        managed("b", "aws_vpc", "us-east-1", "east"),
        managed("c", "google_compute_network", "eu-west-1", "other"),
    )

    with database.reading() as connection:
        assert provider_of(connection, "aws_s3_bucket", ACCOUNT, "eu-west-1") == "provider[x].west"
        assert provider_of(connection, "aws_s3_bucket", ACCOUNT, None) is None
        assert provider_of(connection, "azurerm_subnet", None, None) is None
