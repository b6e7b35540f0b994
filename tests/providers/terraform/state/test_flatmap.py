from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.terraform.state.flatmap import DEPTH_LIMIT, UNKNOWN, flat_texts, unflatten

NAMES = st.text("abc_", min_size=1, max_size=5)
TEXTS = st.text(max_size=5)
BLOCKS = st.deferred(lambda: st.dictionaries(NAMES, TEXTS | MAPS | LISTS, min_size=1, max_size=3))
MAPS = st.dictionaries(st.text("ab./-", min_size=1, max_size=5), TEXTS, max_size=3).map(
    lambda found: ("%", found)
)
LISTS = st.lists(TEXTS, max_size=12) | st.lists(BLOCKS, max_size=3)


@pytest.mark.parametrize(
    ("flat", "attributes"),
    [
        ({"id": "x", "size": "5"}, {"id": "x", "size": "5"}),
        ({"tags.%": "2", "tags.Name": "x", "tags.kubernetes.io/role": "y"},
         {"tags": {"Name": "x", "kubernetes.io/role": "y"}}),
        ({"tags.%": "0", "subnets.#": "0"}, {"tags": {}, "subnets": []}),
        ({"subnets.#": "2", "subnets.4038704495": "b", "subnets.1359096304": "a"}, {"subnets": ["a", "b"]}),
        ({"zones.#": "11", **{f"zones.{at}": str(at) for at in reversed(range(11))}},
         {"zones": [str(at) for at in range(11)]}),
        ({"rule.#": "1", "rule.123.ports.#": "2", "rule.123.ports.0": "22", "rule.123.ports.1": "80",
          "rule.123.tags.%": "1", "rule.123.tags.a.b": "c"},
         {"rule": [{"ports": ["22", "80"], "tags": {"a.b": "c"}}]}),
        ({"config.#": "1", "config.~77.name": "x"}, {"config": [{"name": "x"}]}),
        ({"limits.create": "10m", "limits.delete": "5m"}, {"limits": {"create": "10m", "delete": "5m"}}),
        ({"tags.%": "1", "tags.a.#": "odd"}, {"tags": {"a.#": "odd"}}),
        ({"a": UNKNOWN, "b.#": UNKNOWN, "c.%": UNKNOWN}, {"a": None}),
        ({"list.#": "999999999", "list.0": "only"}, {"list": ["only"]}),
        ({"#": "1", "%": "2"}, {"#": "1", "%": "2"}),
        ({"": "x", ".#": "0"}, {"": []}),
        ({"a": "lost", "a.b": "seen"}, {"a": {"b": "seen"}}),
    ],
)  # fmt: skip
def test_flat_keys_are_put_back_into_their_shape(flat: dict[str, str], attributes: Any) -> None:
    assert unflatten(flat) == attributes


@settings(deadline=None)
@given(attributes=BLOCKS)
def test_what_terraform_flattens_comes_back(attributes: dict[str, Any]) -> None:
    assert unflatten(flattened(attributes)) == plain(attributes)


def test_a_key_of_any_depth_is_read() -> None:
    """
    Deeper than any schema, the rest of a key is one step: whoever forges one must not exhaust the stack.
    """
    found: Any = unflatten({"a." * 100_000 + "b": "x"})

    for _ in range(DEPTH_LIMIT):
        found = found["a"]
    assert len(found) == 1


@pytest.mark.parametrize("attributes", [None, [], "x", {"a": 1}, {"a": {"b": "c"}}])
def test_flat_attributes_are_nothing_but_texts(attributes: Any) -> None:
    with pytest.raises(ValueError, match="not all texts"):
        flat_texts(attributes)


def flattened(value: Any, path: str = "") -> dict[str, str]:
    """Flatten as Terraform 0.11 did."""
    match value:
        case str():
            return {path: value}
        case ("%", found):
            return {f"{path}.%": str(len(found)), **{f"{path}.{key}": text for key, text in found.items()}}
        case list():
            inner = {f"{path}.#": str(len(value))}
            for position, element in enumerate(value):
                inner |= flattened(element, f"{path}.{position}")
            return inner
        case _:
            return {
                key: text
                for name, member in value.items()
                for key, text in flattened(member, f"{path}.{name}" if path else name).items()
            }


def plain(value: Any) -> Any:
    match value:
        case ("%", found):
            return found
        case list():
            return [plain(element) for element in value]
        case dict():
            return {name: plain(member) for name, member in value.items()}
    return value
