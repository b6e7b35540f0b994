"""What autoscalers and automatic upgrades move, with the product's own table."""

from typing import Any

import pytest

from drift.model.baseline import DeclaredResource
from providers.terraform.rules import detect_rules
from tests.stages.detect_builders import a_declared, a_live, a_schema, compared

RULES = detect_rules()


def drifted(
    type_: str, declared: dict[str, Any], live: dict[str, Any], *others: DeclaredResource, **but: Any
) -> list[str]:
    """Return the paths that differ in a resource of this type, beside `others`."""
    one = a_declared(declared, type=type_, **but), a_live({**declared, **live}, type=type_, schema=a_schema())
    beside = [(other, a_live(other.attributes, type=other.type)) for other in others]
    return [
        drift.path for found in compared(one, *beside, rules=RULES).findings for drift in found.attributes
    ]


def a_target(dimension: str, resource_id: str, **but: Any) -> DeclaredResource:
    bounds = {
        "min_capacity": 2,
        "max_capacity": 6,
        "scalable_dimension": dimension,
        "resource_id": resource_id,
    }
    return a_declared(bounds, type="aws_appautoscaling_target", address="aws_appautoscaling_target.t", **but)


@pytest.mark.parametrize(
    ("live", "paths"), [(2, []), (6, []), (1, ["desired_capacity"]), (7, ["desired_capacity"])]
)
def test_a_group_may_scale_between_its_bounds(live: int, paths: list[str]) -> None:
    group = {"desired_capacity": 3, "min_size": 2, "max_size": 6}

    assert drifted("aws_autoscaling_group", group, {"desired_capacity": live}) == paths


def test_a_bound_that_moved_is_drift_and_does_not_count() -> None:
    group = {"desired_capacity": 3, "min_size": 2, "max_size": 6}

    moved = drifted("aws_autoscaling_group", group, {"desired_capacity": 9, "max_size": 10})

    assert moved == ["desired_capacity", "max_size"]


def test_a_service_is_scaled_only_where_a_scaler_is_declared() -> None:
    service = {
        "name": "web",
        "cluster": "arn:aws:ecs:eu-west-1:111122223333:cluster/main",
        "desired_count": 3,
    }
    scaler = a_target("ecs:service:DesiredCount", "service/main/web")
    elsewhere = a_target("ecs:service:DesiredCount", "service/main/web", region="us-east-1")
    another = a_target("ecs:service:DesiredCount", "service/main/api")

    def scaled_to(count: int, *others: DeclaredResource) -> list[str]:
        return drifted("aws_ecs_service", service, {"desired_count": count}, *others)

    assert scaled_to(5, scaler) == []
    assert scaled_to(7, scaler) == ["desired_count"]
    assert scaled_to(5) == scaled_to(5, another) == scaled_to(5, elsewhere) == ["desired_count"]


def test_a_scaler_moves_only_its_own_dimension() -> None:
    table = {"name": "orders", "read_capacity": 3, "write_capacity": 3}
    scaler = a_target("dynamodb:table:ReadCapacityUnits", "table/orders")

    moved = drifted("aws_dynamodb_table", table, {"read_capacity": 5, "write_capacity": 5}, scaler)

    assert moved == ["write_capacity"]


@pytest.mark.parametrize(
    ("most", "live", "paths"),
    [
        (100, 80, []),
        (100, 100, []),
        (100, 120, ["allocated_storage"]),
        (100, 10, ["allocated_storage"]),
        (0, 80, ["allocated_storage"]),
        (None, 80, ["allocated_storage"]),
    ],
)
def test_storage_grows_from_what_is_declared_to_its_limit(
    most: int | None, live: int, paths: list[str]
) -> None:
    database = {"allocated_storage": 50, "max_allocated_storage": most}

    assert drifted("aws_db_instance", database, {"allocated_storage": live}) == paths


@pytest.mark.parametrize("limit", [None, 0])
def test_a_disk_of_cloud_sql_without_a_limit_grows_for_ever(limit: int | None) -> None:
    settings = {"disk_size": 10, "disk_autoresize": True, "disk_autoresize_limit": limit}
    grown = {"settings": [{**settings, "disk_size": 900}]}

    assert drifted("google_sql_database_instance", {"settings": [settings]}, grown) == []


@pytest.mark.parametrize(
    ("engine", "declared", "live", "is_drift"),
    [
        ("postgres", "14.3", "14.9", False),
        ("postgres", "14.9", "14.10", False),
        ("postgres", "14.9", "14.3", True),
        ("postgres", "14.3", "15.1", True),
        ("postgres", "14", "14.9", False),
        ("postgres", "9.6.1", "9.7.1", True),
        ("mysql", "8.0.28", "8.0.35", False),
        ("mysql", "8.0.28", "8.4.1", True),
        ("aurora-mysql", "5.7.mysql_aurora.2.10.2", "5.7.mysql_aurora.2.11.1", False),
        ("sqlserver-ex", "15.00.1", "15.00.2", True),
    ],
)
def test_minor_versions_rise_by_themselves(engine: str, declared: str, live: str, is_drift: bool) -> None:
    database = {"engine": engine, "engine_version": declared, "auto_minor_version_upgrade": True}

    assert bool(drifted("aws_db_instance", database, {"engine_version": live})) is is_drift


def test_a_version_that_nobody_upgrades_by_itself_is_drift() -> None:
    database = {"engine": "mysql", "engine_version": "8.0.28", "auto_minor_version_upgrade": False}

    assert drifted("aws_db_instance", database, {"engine_version": "8.0.35"}) == ["engine_version"]


@pytest.mark.parametrize(("sizes", "paths"), [([5, 3], []), ([5, 4], ["node_pool[1].node_count"])])
def test_each_pool_has_bounds_of_its_own(sizes: list[int], paths: list[str]) -> None:
    pools = [
        {"name": name, "node_count": 2, "autoscaling": [{"min_node_count": 1, "max_node_count": most}]}
        for name, most in (("a", 5), ("b", 3))
    ]
    live = [{**pool, "node_count": size} for pool, size in zip(pools, sizes, strict=True)]

    assert drifted("google_container_cluster", {"node_pool": pools}, {"node_pool": live}) == paths


def test_a_scale_set_is_bounded_by_the_setting_that_names_it() -> None:
    setting = a_declared(
        {"target_resource_id": "vmss-1", "profile": [{"capacity": [{"minimum": 1, "maximum": 4}]}]},
        type="azurerm_monitor_autoscale_setting",
        address="azurerm_monitor_autoscale_setting.s",
    )
    type_ = "azurerm_linux_virtual_machine_scale_set"

    def scaled_to(count: int) -> list[str]:
        return drifted(type_, {"instances": 2}, {"instances": count}, setting, resource_id="vmss-1")

    assert (scaled_to(4), scaled_to(5)) == ([], ["instances"])
