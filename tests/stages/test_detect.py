import json
from typing import Any

import pytest

from drift.model.baseline import UnreadableInstance
from drift.model.detection import DetectRules, DocumentForm, SeverityRow
from drift.model.finding import AttributeDrift, FindingKind
from drift.model.resource import Json, NotRead, NotReadReason, Resource, TypeSchema
from drift.model.verdict import Severity
from drift.stages.detect import detect
from tests.stages.detect_builders import (
    RULES,
    a_declaration,
    a_declared,
    a_live,
    a_schema,
    compared,
    drifts,
    held,
)

POLICIES = DetectRules(
    documents=(
        DocumentForm(
            marker="Statement",
            sets=frozenset({"Statement", "Action", "Resource"}),
            sets_below=frozenset({"Principal", "Condition"}),
            same={r"^arn:aws:iam::(\d{12}):root$": r"\1"},
        ),
    )
)


def a_policy(**but: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Principal": {"AWS": "111122223333"},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | but]})


def paths(found: tuple[AttributeDrift, ...]) -> list[str]:
    return [one.path for one in found]


# What differs


def test_a_changed_attribute_is_found_with_both_values() -> None:
    found = drifts({"delay": 5, "name": "orders"}, {"delay": 9, "name": "orders"})

    assert found == (AttributeDrift(path="delay", declared=5, live=9),)


def test_a_map_is_named_by_its_keys() -> None:
    found = drifts(
        {"tags": {"Name": "a", "team": "x", "gone": "1"}},
        {"tags": {"Name": "b", "team": "x", "example.com/new": "2", "__odd": "3"}},
    )

    assert [(one.path, one.declared, one.live) for one in found] == [
        ("tags.Name", "a", "b"),
        ("tags.__odd", None, "3"),
        ("tags.gone", "1", None),
        ('tags["example.com/new"]', None, "2"),
    ]


@pytest.mark.parametrize("empty", [None, {}])
def test_a_map_that_one_side_lacks_is_named_by_its_keys(empty: object) -> None:
    assert paths(drifts({"tags": empty}, {"tags": {"a": "1", "b": "2"}})) == ["tags.a", "tags.b"]


def test_a_list_keeps_its_indexes() -> None:
    found = drifts(
        {"disk": [{"size": 8, "tags": {"a": "1"}}, {"size": 9, "tags": {}}]},
        {"disk": [{"size": 8, "tags": {"a": "2"}}, {"size": 10, "tags": {}}, {"size": 1, "tags": None}]},
    )

    assert paths(found) == ["disk[0].tags.a", "disk[1].size", "disk[2]"]
    assert found[2].live == {"size": 1, "tags": None}


def test_a_list_that_one_side_lacks_is_named_by_its_elements() -> None:
    found = drifts({"disk": None}, {"disk": [{"size": 8}, {"size": 9}]})

    assert [(one.path, one.declared, one.live) for one in found] == [
        ("disk[0]", None, {"size": 8}),
        ("disk[1]", None, {"size": 9}),
    ]


def test_the_order_of_a_list_counts() -> None:
    assert paths(drifts({"zones": ["a", "b"]}, {"zones": ["b", "a"]})) == ["zones[0]", "zones[1]"]


def test_an_element_that_moved_a_list_is_no_change_of_all_others() -> None:
    found = drifts({"zones": ["a", "b", "c"]}, {"zones": ["new", "a", "b", "c"]})

    assert found == (AttributeDrift(path="zones[0]", declared=None, live="new"),)


def test_a_path_stops_at_the_outermost_set_and_lists_only_what_differs() -> None:
    web, ssh, dns = (
        {"from_port": port, "cidr_blocks": ["10.0.0.0/8", "10.1.0.0/16"]} for port in (443, 22, 53)
    )
    shuffled = {"from_port": 443, "cidr_blocks": ["10.1.0.0/16", "10.0.0.0/8"]}

    found = drifts(
        {"ingress": [web, dns]},
        {"ingress": [ssh, shuffled]},
        schema=a_schema("ingress", "ingress[].cidr_blocks"),
    )

    assert found == (AttributeDrift(path="ingress", declared=[dns], live=[ssh]),)


def test_a_set_that_one_side_lacks_has_all_its_elements() -> None:
    found = drifts({"groups": None}, {"groups": ["b", "a"]}, schema=a_schema("groups"))

    assert found == (AttributeDrift(path="groups", declared=[], live=["a", "b"]),)


def test_a_set_inside_a_list_is_where_the_path_stops() -> None:
    found = drifts(
        {"rule": [{"ids": ["a", "b"]}]}, {"rule": [{"ids": ["c", "a"]}]}, schema=a_schema("rule[].ids")
    )

    assert found == (AttributeDrift(path="rule[0].ids", declared=["b"], live=["c"]),)


def test_an_element_twice_in_a_set_differs_from_once() -> None:
    found = drifts({"ids": ["a", "a"]}, {"ids": ["a"]}, schema=a_schema("ids"))

    assert found == (AttributeDrift(path="ids", declared=["a"], live=[]),)


def test_without_a_schema_a_list_has_no_order_but_a_single_block_is_looked_into() -> None:
    unknown = TypeSchema()

    assert not drifts({"zones": ["a", "b"]}, {"zones": ["b", "a"]}, schema=unknown)
    assert paths(drifts({"disk": [{"size": 8}]}, {"disk": [{"size": 9}]}, schema=unknown)) == ["disk[0].size"]
    assert drifts({"zones": ["a", "b"]}, {"zones": ["c", "a"]}, schema=unknown) == (
        AttributeDrift(path="zones", declared=["b"], live=["c"]),
    )


# What does not differ


@pytest.mark.parametrize("one", [None, "", [], {}])
@pytest.mark.parametrize("other", [None, "", [], {}, [{"name": "", "policy": None}]])
def test_what_is_empty_is_equal(one: object, other: object) -> None:
    assert not drifts({"x": one}, {"x": other})
    assert not drifts({"x": [{"y": one, "z": 1}]}, {"x": [{"y": other, "z": 1}]})


@pytest.mark.parametrize("value", [False, 0, "false"])
def test_a_value_is_not_empty(value: object) -> None:
    assert paths(drifts({"x": None}, {"x": value})) == ["x"]


@pytest.mark.parametrize(
    ("text", "value"), [("5", 5), ("5", 5.0), ("0.5", 0.5), ("true", True), ("false", False)]
)
def test_a_value_is_equal_to_its_text(text: str, value: object) -> None:
    assert not drifts({"x": text}, {"x": value})


@pytest.mark.parametrize(("one", "other"), [("5.70", "5.7"), ("05", "5"), ("True", "true"), (1.5, 1)])
def test_texts_that_only_look_alike_differ(one: object, other: object) -> None:
    assert paths(drifts({"x": one}, {"x": other})) == ["x"]


def test_an_attribute_that_one_side_does_not_know_is_not_compared() -> None:
    """
    The API never returns a password, and an old state lacks what a newer provider knows.
    """
    assert not drifts({"password": "x", "a": 1}, {"new": True, "a": 1})


def test_a_key_that_no_block_of_one_side_has_is_not_compared() -> None:
    assert not drifts({"disk": [{"size": 8, "kept": True}]}, {"disk": [{"size": 8, "new": 1}]})
    assert not drifts({"rule": [{"port": 8, "kept": True}]}, {"rule": [{"port": 8}]}, schema=a_schema("rule"))


def test_a_key_that_some_blocks_have_counts_in_all() -> None:
    declared = {"rule": [{"port": 1, "cidr": "a"}, {"port": 2}]}
    live = {"rule": [{"port": 1, "cidr": "a"}, {"port": 2, "cidr": "b"}]}

    assert paths(drifts(declared, live, schema=a_schema("rule"))) == ["rule"]


def test_what_nobody_can_declare_never_drifts() -> None:
    assert not drifts(
        {"arn": "a", "id": "1", "timeouts": None}, {"arn": "b", "id": "2", "timeouts": {"create": "5m"}}
    )


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        (("tags",), ["disk[0].size", "name"]),
        (("tags.Name",), ["disk[0].size", "name", "tags.team"]),
        (("disk[0].size", "name"), ["tags.Name", "tags.team"]),
        (("disk", "nam"), ["name", "tags.Name", "tags.team"]),
        (("*",), []),
    ],
)
def test_what_the_code_ignores_is_left_out(ignored: tuple[str, ...], left: list[str]) -> None:
    declared = {"tags": {"Name": "a", "team": "x"}, "disk": [{"size": 1}], "name": "a"}
    live = {"tags": {"Name": "b", "team": "y"}, "disk": [{"size": 2}], "name": "b"}

    assert paths(drifts(declared, live, ignored=ignored)) == left


def test_tags_all_only_adds_what_tags_do_not_say() -> None:
    declared = {"tags": {"Name": "a"}, "tags_all": {"Name": "a", "owner": "ops"}}
    live = {"tags": {"Name": "b"}, "tags_all": {"Name": "b"}}

    assert paths(drifts(declared, live)) == ["tags.Name", "tags_all.owner"]
    assert paths(drifts(declared, live, ignored=("tags",))) == []


# Documents


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": [1, 2]}', '{ "b":[1,2], "a":1 }'),
        (a_policy(), a_policy(Action=["sqs:SendMessage"])),
        (a_policy(Action=["a", "b"]), a_policy(Action=["b", "a"])),
        (
            a_policy(),
            json.dumps(json.loads(a_policy()) | {"Statement": json.loads(a_policy())["Statement"][0]}),
        ),
        (a_policy(), a_policy(Principal={"AWS": ["arn:aws:iam::111122223333:root"]})),
        (
            a_policy(Condition={"Bool": {"aws:SecureTransport": "false"}}),
            a_policy(Condition={"Bool": {"aws:SecureTransport": [False]}}),
        ),
    ],
)
def test_documents_that_say_the_same_are_equal(one: str, other: str) -> None:
    assert not drifts({"policy": one}, {"policy": other}, rules=POLICIES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": [1, 2]}', '{"a": [2, 1]}'),
        ('{"a": 1}', '{"a": 1'),
        (a_policy(), a_policy(Action="sqs:*")),
        (a_policy(), a_policy(Principal="*")),
        (a_policy(), ""),
        ("{{ a template", "{{ another"),
        ("[" * 5000, "{" * 5000),
    ],
)
def test_documents_that_say_something_else_differ(one: str, other: str) -> None:
    found = drifts({"policy": one}, {"policy": other}, rules=POLICIES)

    assert found == (AttributeDrift(path="policy", declared=one, live=other),)


# Maps, whose keys are the user's own


@pytest.mark.parametrize(
    ("sets", "path", "declared", "live"),
    [
        ("readers.*", "readers.people", {"people": ["b", "c"]}, {"people": ["c", "a", "b"]}),
        ("readers.*", 'readers["a.b[]"]', {"a.b[]": ["b", "c"]}, {"a.b[]": ["c", "a", "b"]}),
        ("readers.*", "readers.robots", {"people": ["b"]}, {"people": ["b"], "robots": ["a"]}),
        ("readers.*", "readers.robots", None, {"robots": ["a"]}),
        ("readers.*[]", "readers.people[1]", {"people": [["x"], ["b"]]}, {"people": [["x"], ["b", "a"]]}),
        ("readers.*.*", "readers.west.people", {"west": {"people": ["b"]}}, {"west": {"people": ["b", "a"]}}),
        ("readers[].*", "readers[0].robots", [{"people": []}], [{"people": [], "robots": ["a"]}]),
        ("readers[].*", "readers[0].people", [{"people": ["b"]}], [{"people": ["b", "a"]}]),
        ("readers.*.ids", "readers.west.ids", {"west": {"ids": ["b"]}}, {"west": {"ids": ["b", "a"]}}),
    ],
)
def test_of_a_set_in_a_map_only_the_elements_that_differ_are_listed(
    sets: str, path: str, declared: Json, live: Json
) -> None:
    found = drifts({"readers": declared}, {"readers": live}, schema=a_schema(sets))

    assert found == (AttributeDrift(path=path, declared=[], live=["a"]),)


def test_a_set_in_a_map_has_no_order() -> None:
    declared, live = ({"readers": {"people": people}} for people in (["a", "b"], ["b", "a"]))

    assert not drifts(declared, live, schema=a_schema("readers.*"))


def test_what_nobody_can_declare_in_a_map_never_drifts() -> None:
    declared = {"queues": {"orders": {"arn": "one", "delay": 1}}}
    live = {"queues": {"orders": {"arn": "another", "delay": 2}}}

    found = drifts(declared, live, schema=a_schema(computed=["queues.*.arn"]))

    assert found == (AttributeDrift(path="queues.orders.delay", declared=1, live=2),)


# Secrets


@pytest.mark.parametrize(
    ("sensitive", "path"),
    [("password", "password"), ("env[0].secret", "env[1]"), ("env", "env[1]"), ("env[1].secret", "env[1]")],
)
def test_a_sensitive_value_is_compared_and_never_shown(sensitive: str, path: str) -> None:
    declared = {"password": "old-secret", "env": [{"secret": "a"}, {"secret": "b"}]}
    live = {"password": "new-secret", "env": [{"secret": "a"}, "c"]}

    found = drifts(declared, live, sensitive=frozenset({sensitive}))

    (shown,) = (one for one in found if one.path == path)
    assert shown == AttributeDrift(path=path, declared="(sensitive)", live="(sensitive)", sensitive=True)


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_that_there_is_no_sensitive_value_is_no_secret(nothing: Json) -> None:
    gone = drifts({"password": "old-secret"}, {"password": nothing}, sensitive=frozenset({"password"}))
    come = drifts({"password": nothing}, {"password": "new-secret"}, sensitive=frozenset({"password"}))

    assert gone == (AttributeDrift(path="password", declared="(sensitive)", live=nothing, sensitive=True),)
    assert come == (AttributeDrift(path="password", declared=nothing, live="(sensitive)", sensitive=True),)


@pytest.mark.parametrize("user", ["eve", "eve.adams@example.com", "*"])
def test_a_sensitive_value_in_a_map_is_never_shown(user: str) -> None:
    schema = TypeSchema(sensitive=frozenset({"users.*.password"}))
    declared, live = (
        {"users": {user: {"password": word, "size": size}}, "url": f"https://{word}@example.com"}
        for word, size in (("old-secret", 1), ("new-secret", 2))
    )

    url, password, size = drifts(declared, live, schema=schema)

    assert (password.declared, password.live, password.sensitive) == ("(sensitive)", "(sensitive)", True)
    assert (url.live, size.live, size.sensitive) == ("https://(sensitive)@example.com", 2, False)


def test_an_entry_of_a_map_is_hidden_whole_if_anything_in_it_is_sensitive() -> None:
    schema = TypeSchema(computed=frozenset({"arn"}), sensitive=frozenset({"users.*[].password"}))

    (found,) = drifts({"users": {"a": ["x"]}}, {"users": {"a": [{"password": "new"}]}}, schema=schema)

    assert (found.path, found.declared, found.live) == ("users.a[0]", "(sensitive)", "(sensitive)")


@pytest.mark.parametrize("value", [0, False, [None], [""]])
def test_a_sensitive_value_that_only_looks_like_none_is_hidden(value: Json) -> None:
    (found,) = drifts({"pins": 4711}, {"pins": value}, sensitive=frozenset({"pins"}))

    assert (found.declared, found.live) == ("(sensitive)", "(sensitive)")


# Findings


def test_what_is_as_declared_gives_no_finding() -> None:
    comparison = compared((a_declared({"a": 1}), a_live({"a": 1})))

    assert not comparison.findings
    assert (comparison.declared, comparison.compared) == (1, 1)


def test_a_resource_that_is_gone_is_missing() -> None:
    comparison = compared((a_declared({"a": 1}, source="main.tf:3"), None))

    (finding,) = comparison.findings
    assert (finding.kind, finding.address) == (FindingKind.MISSING, "aws_sqs_queue.orders")
    assert (finding.severity, finding.source, finding.baseline) == (Severity.HIGH, "main.tf:3", "production")
    assert comparison.compared == 1


def test_what_could_not_be_read_is_named_and_is_no_finding() -> None:
    unread = NotRead(address="aws_sqs_queue.orders", reason=NotReadReason.UNREADABLE, error="throttled")
    odd = UnreadableInstance(address="aws_vpc.main", type="aws_vpc", error="it has no attributes")
    declaration = a_declaration(a_declared(), unreadable=(odd,))
    readings = held((a_declared(), unread)).readings

    comparison = detect([type(held())(declaration=declaration, readings=readings)], (), RULES)

    assert not comparison.findings
    assert {(one.address, one.error) for one in comparison.not_compared} == {
        ("aws_sqs_queue.orders", "throttled"),
        ("aws_vpc.main", "it has no attributes"),
    }
    assert (comparison.declared, comparison.compared) == (2, 0)


def test_attributes_that_are_nested_too_deeply_are_named_and_hide_no_other() -> None:
    deep: Any = 1
    for _ in range(2000):
        deep = [deep]

    comparison = compared(
        (a_declared({"a": deep}), a_live({"a": [deep]})),
        (a_declared({"a": 1}, address="x.y"), a_live({"a": 2})),
    )

    assert [one.address for one in comparison.findings] == ["x.y"]
    assert [one.error for one in comparison.not_compared] == ["its attributes are nested too deeply"]


def test_what_is_nested_too_deeply_stops_nothing_where_it_does_not_differ() -> None:
    deep: Any = "a secret that is sensitive"
    for _ in range(2000):
        deep = [deep]

    comparison = compared(
        (a_declared({"a": deep, "b": 1}, sensitive=frozenset({"a"})), a_live({"a": deep, "b": 2}))
    )

    assert [one.path for finding in comparison.findings for one in finding.attributes] == ["b"]


def test_a_finding_names_the_state_that_declares_its_resource() -> None:
    comparison = detect([held((a_declared({"a": 1}), a_live({"a": 2})))], [a_live(id="other")], RULES)

    assert [one.state for one in comparison.findings] == ["terraform.tfstate", None]


def test_the_worst_attribute_gives_the_severity() -> None:
    rules = DetectRules(
        severities=(
            SeverityRow(types=("*",), attributes=("tags*",), severity=Severity.LOW),
            SeverityRow(types=("aws_sqs_*",), attributes=("*policy*",), severity=Severity.HIGH),
        )
    )

    def severity(declared: dict[str, Any]) -> Severity:
        live = a_live({"tags": {"a": "x"}, "policy": "x", "b": "x"})
        return compared((a_declared(declared), live), rules=rules).findings[0].severity

    assert severity({"tags": {"a": "1"}}) is Severity.LOW
    assert severity({"tags": {"a": "1"}, "b": "1"}) is Severity.MEDIUM
    assert severity({"tags": {"a": "1"}, "policy": "1"}) is Severity.HIGH


def test_a_finding_keeps_its_id_whatever_differs() -> None:
    first = compared((a_declared({"a": 1}), a_live({"a": 2}))).findings[0]
    moved = compared(
        (a_declared({"b": 1}, address="module.x.aws_sqs_queue.orders"), a_live({"b": 2}))
    ).findings[0]
    gone = compared((a_declared({"a": 1}), None)).findings[0]

    assert first.finding_id == moved.finding_id
    assert first.finding_id != gone.finding_id


@pytest.mark.parametrize(
    "but", [{"account": "444455556666"}, {"region": "eu-central-1"}, {"type": "aws_sqs"}]
)
def test_the_same_id_elsewhere_is_another_finding(but: dict[str, Any]) -> None:
    one, other = (compared((a_declared(**change), None)).findings[0] for change in ({}, but))

    assert one.finding_id != other.finding_id


def test_two_states_that_declare_the_same_resource_have_a_finding_each() -> None:
    comparison = detect([held((a_declared(), None)), held((a_declared(address="x.y"), None))], (), RULES)

    assert len({one.finding_id for one in comparison.findings}) == 2


def test_a_state_without_an_id_is_told_by_its_address() -> None:
    one, other = compared(
        (a_declared(resource_id=None, address="a.a"), None),
        (a_declared(resource_id=None, address="b.b"), None),
    ).findings

    assert one.finding_id != other.finding_id


# What no state declares


def test_what_no_state_declares_is_unmanaged() -> None:
    comparison = detect([held((a_declared(), a_live()))], [a_live(), a_live(id="by-hand")], RULES)

    (finding,) = comparison.findings
    assert (finding.kind, finding.resource_id, finding.address) == (FindingKind.UNMANAGED, "by-hand", None)
    assert finding.severity is Severity.MEDIUM


def test_what_another_state_declares_is_managed() -> None:
    elsewhere = a_declaration(a_declared(resource_id="theirs"))

    comparison = detect([held()], [a_live(id="theirs")], RULES, others=[elsewhere])

    assert not comparison.findings


@pytest.mark.parametrize(
    ("but", "count"),
    [
        ({"account": "444455556666"}, 1),
        ({"region": "eu-central-1"}, 1),
        ({"account": None, "region": None}, 0),
    ],
)
def test_an_id_is_managed_only_in_its_account_and_region(but: dict[str, Any], count: int) -> None:
    comparison = detect([held((a_declared(), a_live()))], [a_live(**but)], RULES)

    assert comparison.count(FindingKind.UNMANAGED) == count


def test_what_a_state_knows_but_does_not_declare_is_managed() -> None:
    odd = UnreadableInstance(address="a.b", type="aws_sqs_queue", error="flat", resource_id="odd")
    replaced = Resource(type="aws_sqs_queue", id="replaced")
    declaration = a_declaration(unreadable=(odd,), deposed=(replaced,))

    comparison = detect([held()], [a_live(id="odd"), a_live(id="replaced")], RULES, others=[declaration])

    assert not comparison.findings


def test_another_name_of_a_type_is_recognised() -> None:
    rules = DetectRules(same_types={"aws_default_vpc": "aws_vpc"})
    declared = a_declared(type="aws_default_vpc", resource_id="vpc-1")

    comparison = detect([held((declared, a_live()))], [a_live(type="aws_vpc", id="vpc-1")], rules)

    assert not comparison.findings
