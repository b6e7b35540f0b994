"""Where the state has other values than the code gives, somebody applied from elsewhere."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model.detection import Companion, DetectRules, Rewritten
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind
from drift.model.path import first_name
from drift.model.resource import Json, NotRead, NotReadReason, TypeSchema
from drift.model.verdict import Severity
from tests.stages.detect_builders import RULES, a_declared, a_live, a_schema, compared

SCHEMA = a_schema("ingress", "ingress[].cidr_blocks", "names")


def unapplied(
    coded: dict[str, Json],
    state: dict[str, Json],
    *,
    schema: TypeSchema = SCHEMA,
    rules: DetectRules = RULES,
    **but: Any,
) -> tuple[AttributeDrift, ...]:
    """Return how the state differs from the code, where the cloud agrees with the state."""
    pair = (a_declared(state, coded=coded, **but), a_live(state, schema=schema))
    findings = compared(pair, rules=rules).findings
    assert {one.kind for one in findings} <= {FindingKind.UNAPPLIED}
    return findings[0].attributes if findings else ()


def a_rule(port: int, *addresses: str, **but: Json) -> dict[str, Json]:
    return {"from_port": port, "cidr_blocks": list(addresses), "self": False, "description": ""} | but


def test_code_and_state_are_both_named() -> None:
    assert unapplied({"delay": 7}, {"delay": 14}) == (AttributeDrift(path="delay", declared=7, live=14),)


def test_drift_and_what_was_applied_from_elsewhere_are_two_findings() -> None:
    pair = (a_declared({"delay": 14}, coded={"delay": 7}), a_live({"delay": 30}, schema=a_schema()))

    drifted, other = compared(pair).findings

    assert drifted.attributes == (AttributeDrift(path="delay", declared=14, live=30),)
    assert other.attributes == (AttributeDrift(path="delay", declared=7, live=14),)
    assert [drifted.kind, other.kind] == [FindingKind.DRIFTED, FindingKind.UNAPPLIED]
    assert drifted.finding_id != other.finding_id


@pytest.mark.parametrize(
    ("coded", "state"),
    [
        ({"delay": 7}, {"delay": 7}),
        ({"delay": "7"}, {"delay": 7}),
        ({"fifo": True}, {"fifo": "true"}),
        ({"fifo": False}, {"fifo": None}),
        ({"delay": 0}, {"delay": None}),
        ({"name": ""}, {"name": None}),
        ({"tags": {}}, {"tags": None}),
        ({"policy": '{"a": [1]}'}, {"policy": '{ "a":[1] }'}),
        ({"names": ["b", "a"]}, {"names": ["a", "b"]}),
        ({"tags.team": "a"}, {"tags": {"team": "a", "other": "b"}}),
        ({"newer": 1}, {}),
        ({"timeouts": [{"create": "5m"}]}, {"timeouts": {"create": "9m"}}),
        ({"arn": "x"}, {"arn": "y"}),
        ({"ingress": [{"from_port": 22}]}, {"ingress": [a_rule(22, "10.0.0.0/8")]}),
        ({"ingress": [{"from_port": 80}, {"from_port": 22}]}, {"ingress": [a_rule(22), a_rule(80)]}),
        ({"ingress": [{"from_port": 22, "self": False}]}, {"ingress": [a_rule(22, self=None)]}),
        ({"settings": [{"size": 1}]}, {"settings": {"size": 1, "kind": "default"}}),
        ({"settings": {"size": 1}}, {"settings": [{"size": 1, "kind": "default"}]}),
        ({"settings": {"size": 1}}, {"settings": {"size": 1, "count": 3}}),
    ],
)
def test_what_means_the_same_or_is_not_said_by_the_code_is_no_difference(
    coded: dict[str, Json], state: dict[str, Json]
) -> None:
    assert unapplied(coded, state) == ()


@pytest.mark.parametrize(
    ("coded", "state", "path", "declared", "live"),
    [
        ({"name": "a"}, {"name": None}, "name", "a", None),
        ({"fifo": False}, {"fifo": True}, "fifo", False, True),
        ({"names": ["a"]}, {"names": ["a", "b"]}, "names", [], ["b"]),
        ({"tags": {"team": "a"}}, {"tags": {"team": "b"}}, "tags.team", "a", "b"),
        ({"tags": {"team": "a"}}, {"tags": {"team": "a", "x": "y"}}, "tags.x", None, "y"),
        ({"tags.team": "a"}, {"tags": {"other": "b"}}, "tags.team", "a", None),
        ({'tags["a/b"]': "x"}, {"tags": {"a/b": "y"}}, 'tags["a/b"]', "x", "y"),
        ({"disk": [{"size": 8}]}, {"disk": [{"size": 16, "kind": "gp2"}]}, "disk[0].size", 8, 16),
        ({"settings": [{"size": 1}]}, {"settings": {"size": 2, "kind": "a"}}, "settings.size", 1, 2),
    ],
)
def test_a_difference_is_named_by_its_path(
    coded: dict[str, Json], state: dict[str, Json], path: str, declared: Json, live: Json
) -> None:
    assert unapplied(coded, state) == (AttributeDrift(path=path, declared=declared, live=live),)


def test_each_block_needs_an_element_of_its_own() -> None:
    block = {"from_port": 22}

    (drift,) = unapplied({"ingress": [block, block]}, {"ingress": [a_rule(22, "10.0.0.0/8")]})

    assert (drift.path, drift.declared, drift.live) == ("ingress", [block], [])


def test_a_vague_block_leaves_the_element_that_only_another_fits() -> None:
    vague, exact = {"from_port": 22}, {"from_port": 22, "cidr_blocks": ["10.0.0.0/8"]}
    state = {"ingress": [a_rule(22, "10.0.0.0/8"), a_rule(22, "192.0.2.0/24")]}

    assert unapplied({"ingress": [vague, exact]}, state) == ()


def test_an_element_that_no_block_stands_for_was_applied_from_elsewhere() -> None:
    open_to_all = a_rule(22, "0.0.0.0/0")

    (drift,) = unapplied({"ingress": [{"from_port": 80}]}, {"ingress": [a_rule(80), open_to_all]})

    assert (drift.declared, drift.live) == ([], [open_to_all])


def test_a_rule_that_is_a_resource_of_its_own_is_none_of_the_groups() -> None:
    companion = Companion(
        parent="aws_security_group",
        attribute="ingress",
        child="aws_security_group_rule",
        names_parent_by="security_group_id",
    )
    rules = DetectRules(companions=(companion,))
    state = {"id": "sg-1", "ingress": [{"from_port": 80}, {"from_port": 22}]}
    group = a_declared(
        state, type="aws_security_group", resource_id="sg-1", coded={"ingress": [{"from_port": 80}]}
    )
    child = {"security_group_id": "sg-1", "from_port": 22}
    rule = a_declared(child, type="aws_security_group_rule", resource_id="sgr-1", address="rule")

    found = compared(
        (group, a_live(state, type="aws_security_group", schema=SCHEMA)),
        (rule, a_live(child, type="aws_security_group_rule", schema=a_schema())),
        rules=rules,
    )

    assert found.findings == ()


@pytest.mark.parametrize("ignored", [("*",), ("delay",), ("delay", "tags")])
def test_what_the_code_ignores_is_ignored(ignored: tuple[str, ...]) -> None:
    assert unapplied({"delay": 7}, {"delay": 14}, ignored=ignored) == ()


def test_what_a_provider_rewrites_is_not_compared() -> None:
    rules = DetectRules(
        rewritten=(Rewritten(types=("aws_*",), attributes=("user_data", "ingress.protocol")),)
    )
    coded = {"user_data": "#!/bin/sh", "ingress": [{"protocol": "all", "from_port": 0}]}
    state = {"user_data": "0beec7b5", "ingress": [{"protocol": "-1", "from_port": 0}]}

    assert unapplied(coded, state, rules=rules) == ()
    assert len(unapplied(coded, state)) == 2


def test_a_sensitive_value_is_never_shown() -> None:
    (drift,) = unapplied({"password": "a"}, {"password": "b"}, sensitive=frozenset({"password"}))

    assert (drift.declared, drift.live, drift.sensitive) == (
        "(sensitive)",
        "(sensitive)",
        True,
    )


def test_the_severity_is_that_of_the_attribute() -> None:
    (finding,) = compared((a_declared({"delay": 14}, coded={"delay": 7}), a_live({"delay": 14}))).findings

    assert finding.severity is Severity.MEDIUM


def test_what_cannot_be_read_live_is_compared_with_the_code_all_the_same() -> None:
    unread = NotRead(address="aws_sqs_queue.orders", reason=NotReadReason.UNSUPPORTED, error="no reader")

    found: DriftFinding
    (found,) = compared((a_declared({"delay": 14}, coded={"delay": 7}), unread)).findings

    assert (found.kind, found.attributes[0].path) == (FindingKind.UNAPPLIED, "delay")


def test_what_is_missing_is_not_called_unapplied_too() -> None:
    (found,) = compared((a_declared({"delay": 14}, coded={"delay": 7}), None)).findings

    assert found.kind is FindingKind.MISSING


def test_more_blocks_than_anybody_writes_are_not_compared() -> None:
    blocks = [{"from_port": number} for number in range(200)]

    assert unapplied({"ingress": blocks}, {"ingress": [a_rule(-1) for _ in blocks]}) == ()


TEXTS = st.text(alphabet="abc-1 ", min_size=1, max_size=6)
VALUES = st.one_of(
    TEXTS,
    st.integers(1, 99),
    st.lists(TEXTS, min_size=1, max_size=3),
    st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3),
    st.lists(st.fixed_dictionaries({"port": st.integers(1, 99), "name": TEXTS}), min_size=1, max_size=3),
)


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), VALUES, min_size=1), st.data())
def test_any_change_of_one_value_is_found_and_none_else(state: dict[str, Json], data: st.DataObject) -> None:
    changed = data.draw(st.sampled_from(sorted(state)))

    assert unapplied(state, state) == ()
    found = unapplied({**state, changed: "something else"}, state)
    assert {first_name(one.path) for one in found} == {changed}


@given(
    st.lists(st.fixed_dictionaries({"port": st.integers(1, 9), "name": TEXTS}), min_size=1, max_size=6),
    st.data(),
)
def test_blocks_in_any_order_and_with_any_part_unsaid_are_what_the_state_has(
    elements: list[dict[str, Json]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(elements))
    said = [{key: one[key] for key in data.draw(st.sets(st.sampled_from(sorted(one))))} for one in shuffled]
    blocks = [one for one in said if one]

    assert unapplied({"rules": blocks}, {"rules": elements}) == () or len(blocks) != len(elements)
