from drift.model.finding import AttributeDrift
from drift.model.resource import Json
from providers.difference import difference


def a_drift(declared: Json, live: Json, *, path: str = "acl", sensitive: bool = False) -> AttributeDrift:
    return AttributeDrift(path=path, declared=declared, live=live, sensitive=sensitive)


def test_a_short_difference_stands_on_one_line() -> None:
    assert difference((a_drift("private", "public-read"),)) == ['acl: "private" → "public-read"']


def test_a_long_difference_stands_on_two_lines_and_leaves_out_what_says_nothing() -> None:
    rule = {
        "from_port": 22,
        "to_port": 22,
        "cidr_blocks": ["0.0.0.0/0"],
        "description": "",
        "security_groups": [],
    }

    lines = difference((a_drift([], [rule], path="ingress"),))

    assert lines == ["ingress", "  - []", '  + [{from_port = 22, to_port = 22, cidr_blocks = ["0.0.0.0/0"]}]']


def test_no_description_pushes_the_ports_of_a_rule_out_of_sight() -> None:
    rule = {
        "cidr_blocks": ["0.0.0.0/0"],
        "description": "x" * 255,
        "from_port": 22,
        "protocol": "tcp",
        "self": False,
        "to_port": 22,
    }

    *_, live = difference((a_drift([], [rule], path="ingress"),))

    assert live.startswith('  + [{from_port = 22, self = false, to_port = 22, cidr_blocks = ["0.0.0.0/0"], ')
    assert live.endswith('protocol = "tcp"}]')


def test_false_is_a_value_but_null_is_not() -> None:
    rule = {"enabled": False, "days": None}

    assert difference((a_drift(None, [rule]),)) == ["acl: (not set) → [{enabled = false}]"]


def test_a_sensitive_attribute_shows_neither_value() -> None:
    lines = difference((a_drift("old-secret", "new-secret", path="password", sensitive=True),))

    assert lines == ["password: (sensitive)"]


def test_that_a_sensitive_attribute_came_or_went_shows() -> None:
    came = a_drift(None, "new-secret", path="token", sensitive=True)
    went = a_drift("old-secret", "", path="password", sensitive=True)

    lines = difference((came, went))

    assert lines == ["token: (not set) → (sensitive)", 'password: (sensitive) → ""']


def test_the_sixth_attribute_is_counted_not_shown() -> None:
    drift = tuple(a_drift(None, number, path=f"p{number}") for number in range(7))

    lines = difference(drift)

    assert lines[4:] == ["p4: (not set) → 4", "and 2 more attributes"]


def test_a_value_cannot_begin_a_line_of_its_own() -> None:
    lines = difference((a_drift("a", 'b"\n  + public-read\u202e'),))

    assert lines == ['acl: "a" → "b\\"\\n + public-read\\u{202e}"']


def test_long_and_deep_values_are_cut_short() -> None:
    deep: Json = "bottom"
    for _ in range(500):
        deep = [deep]

    lines = difference((a_drift("x" * 5_000, deep), a_drift(list(range(10_000)), {}, path="ports")))

    assert lines[1].endswith("…")
    assert lines[2] == "  + [[[[…]]]]"
    assert lines[3] == "ports: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …] → {}"


def test_of_two_policies_only_what_differs_is_shown() -> None:
    declared = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:one"}}]}'
    live = '{"Statement": [{"Principal": "*", "Effect": "Allow"}], "Version": "2012-10-17"}'

    lines = difference((a_drift(declared, live, path="policy"),))

    assert lines == [
        "policy",
        '  - {Statement = [{Principal = {AWS = "arn:one"}}]}',
        '  + {Statement = [{Principal = "*"}]}',
    ]


def test_text_that_only_looks_like_a_document_is_shown_as_it_is() -> None:
    lines = difference((a_drift("{half", "{whole}", path="text"),))

    assert lines == ['text: "{half" → "{whole}"']
