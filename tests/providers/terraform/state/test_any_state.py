"""Whatever stands in a state: it is read, or refused by one of our errors, and nothing else happens."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.errors import ProviderError
from drift.model.baseline import Declaration
from drift.model.secret import Secret
from providers.terraform.state import read_state
from providers.terraform.state.key_providers import StateKeys
from tests.providers.terraform.builders import (
    a_module,
    a_resource,
    a_state,
    an_instance,
    an_old_resource,
    an_old_state,
)
from tests.providers.terraform.opentofu import PASSPHRASE, with_passphrase

MARKS = [[{"type": "get_attr", "value": "a"}, {"type": "index", "value": {"value": 0, "type": "number"}}]]
STATES = {
    "today's": a_state(
        a_resource(an_instance({"a": ["x"]}, index_key=0, sensitive_attributes=MARKS, private="e30=")),
        a_resource(
            {"attributes_flat": {"id": "x", "t.%": "1", "t.a": "b"}}, name="flat", module="module.web"
        ),
        a_resource(an_instance(deposed="a1b2c3d4", instance_provider="provider.aws.west")),
        check_results=None,
    ),
    "old": an_old_state(
        a_module(
            aws_sqs_queue__orders__0=an_old_resource(meta={"schema_version": "1"}, deposed=[{"id": "x"}])
        ),
        a_module(
            "net", data__aws_ami__x=an_old_resource(), aws_sqs_queue__orders=an_old_resource(provider="")
        ),
        backend={"type": "s3"},
    ),
    "encrypted": json.dumps(with_passphrase(a_state(), iterations=1)).encode(),
}
KEYS = StateKeys(passphrase=Secret(PASSPHRASE))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def read(content: bytes) -> Declaration | None:
    """Read a state; `None` if it is refused as it must be."""
    try:
        return read_state(content, name="production", origin="prod.tfstate", keys=KEYS)
    except ProviderError:
        return None


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place inside a document: what holds it, and its key there."""
    inner = list(
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [place for key, one in inner for place in ((value, key), *places(one))]


@pytest.mark.parametrize("kind", STATES)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_value_may_stand_anywhere(kind: str, data: st.DataObject) -> None:
    document = copy.deepcopy(json.loads(STATES[kind]))
    holder, key = data.draw(st.sampled_from(places(document)))
    holder[key] = data.draw(JSON)

    declaration = read(json.dumps(document).encode())

    for resource in declaration.resources if declaration else ():
        assert resource.address
        assert isinstance(resource.attributes, dict)


@pytest.mark.parametrize("kind", STATES)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_bytes_may_be_others(kind: str, data: st.DataObject) -> None:
    content = STATES[kind]
    begin = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(begin, min(begin + 8, len(content))))

    read(content[:begin] + data.draw(st.binary(max_size=8)) + content[end:])
