"""Which changes leave the code right, with the tables that ship."""

from collections.abc import Sequence

import pytest

from drift.model.baseline import DeclaredResource
from drift.model.change import Write
from drift.model.finding import Agreement, Standing
from drift.model.resource import Json, Resource
from drift.redacted import redact_event
from drift.stages.explain.agree import agreement
from providers.terraform.attribution import attribution_rules
from tests.builders import NOON, a_change, a_finding, a_standing, a_write, an_event, minutes

RULES = attribution_rules()
BEFORE, AFTER = NOON - minutes(60), NOON + minutes(60)

RULE = {"from_port": 443, "to_port": 443, "protocol": "tcp", "cidr_blocks": ["192.0.2.0/24"], "self": False}


def a_call(action: str, request: Json) -> Write:
    event = an_event(action=action, request=request, resources=(Resource(type="t", id="orders"),))
    return a_write(redact_event(event))


def verdict(
    *writes: Write,
    declared: dict[str, Json],
    ignored: Sequence[str] = (),
    since: object = BEFORE,
    standing: Standing | None = None,
) -> Agreement | None:
    """What is said of a change to the resource `orders`."""
    resource = DeclaredResource(
        address="t.orders",
        type="t",
        resource_id="orders",
        provider="hashicorp/aws",
        account=None,
        region=None,
        attributes=declared,
        ignored=tuple(ignored),
    )
    assert since in (BEFORE, AFTER)
    found = standing or a_standing()
    return agreement(a_change(*writes), found, resource, BEFORE if since == BEFORE else AFTER, RULES)


def a_resize(size: str = "db.m5.large") -> Write:
    request = {"dBInstanceIdentifier": "orders", "dBInstanceClass": size, "applyImmediately": True}
    return a_call("ModifyDBInstance", request)


def a_rule(cidr: str = "192.0.2.0/24") -> Write:
    permission = {
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "ipRanges": {"items": [{"cidrIp": cidr}]},
    }
    request = {"groupId": "orders", "ipPermissions": {"items": [permission]}}
    return a_call("AuthorizeSecurityGroupIngress", request)


DATABASE: dict[str, Json] = {"instance_class": "db.m5.large", "multi_az": True, "identifier": "orders"}


def test_a_write_that_sets_what_was_declared_leaves_the_code_right() -> None:
    assert verdict(a_resize(), declared=DATABASE) is Agreement.DECLARED
    assert verdict(a_rule(), declared={"ingress": [RULE]}) is Agreement.DECLARED


def test_a_write_that_sets_something_else_does_not() -> None:
    assert verdict(a_resize("db.m5.2xlarge"), declared=DATABASE) is None
    assert verdict(a_rule("0.0.0.0/0"), declared={"ingress": [RULE]}) is None


def test_a_state_that_says_so_only_since_proves_nothing() -> None:
    """
    Whoever runs Terraform from a laptop changes the resource and the state.
    """
    assert verdict(a_resize(), declared=DATABASE, since=AFTER) is None


@pytest.mark.parametrize("standing", [a_standing(a_finding()), a_standing(is_compared=False), Standing()])
def test_what_is_there_must_have_been_read_since_and_be_as_declared(standing: Standing) -> None:
    assert verdict(a_resize(), declared=DATABASE, standing=standing) is None


def test_one_write_that_departs_from_the_code_is_enough() -> None:
    assert verdict(a_resize("db.m5.2xlarge"), a_resize(), declared=DATABASE) is None


def test_what_the_code_leaves_to_others_leaves_it_right_at_any_time() -> None:
    size = a_resize("db.m5.2xlarge")

    assert verdict(size, declared=DATABASE, ignored=["instance_class"], since=AFTER) is Agreement.IGNORED
    assert verdict(size, declared=DATABASE, ignored=["*"]) is Agreement.IGNORED
    assert verdict(size, declared=DATABASE, ignored=["multi_az"]) is None


@pytest.mark.parametrize(
    ("action", "request_"),
    [
        ("DeleteDBInstance", {"dBInstanceIdentifier": "orders"}),
        ("ModifyDBInstance", None),
        ("ModifyDBInstance", {"dBInstanceIdentifier": "orders"}),
        ("ModifyDBInstance", {"dBInstanceClass": "db.m5.large", "cACertificateIdentifier": "rds-ca-2019"}),
        ("ModifyDBInstance", {"dBInstanceClass": "db.m5.large", "masterUserPassword": "hunter2-hunter2"}),
    ],
)
def test_what_is_not_wholly_understood_stays_open(action: str, request_: Json) -> None:
    assert verdict(a_call(action, request_), declared={**DATABASE, "password": "hunter2"}) is None


def test_a_tag_that_is_declared_under_another_key_is_another_one() -> None:
    def tag(key: str) -> Write:
        return a_call("CreateTags", {"tagSet": {"items": [{"key": key, "value": "web"}]}})

    tags = {"tags": {"team": "web"}}

    assert verdict(tag("team"), declared=tags) is Agreement.DECLARED
    assert verdict(tag("owner"), declared=tags) is None
