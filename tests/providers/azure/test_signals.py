"""The data files are whole, what nobody reads in them is an error, and users may add to them."""

import json
import re

import pytest

from drift.model.event import ChangeEvent, Effect
from drift.model.resource import Resource
from drift.model.verdict import Confidence, Tool
from providers.azure.resources import RESOURCES, load_resources
from providers.azure.signals import SIGNALS, Signals, load_signals
from providers.azure.translate import AzureTranslator
from providers.tables import read_tables
from tests.providers.azure.records import (
    GROUP,
    PIPELINE,
    a_person,
    a_record,
    as_bytes,
    raw,
    tool_of,
)

TEXT = SIGNALS.read_text(encoding="utf-8")
OURS = 'confidence = "high"\nsource = "us"\n'
APP = f'id = "{PIPELINE}"\nname = "our tool"\n{OURS}'


def said(translator: AzureTranslator, record: object) -> ChangeEvent:
    event = translator.translate(raw(as_bytes(record)))
    assert isinstance(event, ChangeEvent)
    return event


def test_the_tables_are_read_once() -> None:
    assert load_signals() is load_signals()
    assert load_resources() is load_resources()


def test_rows_are_written_as_they_are_looked_up() -> None:
    tables = load_signals()
    rows = (*tables.effects, *tables.lanes, *tables.hidden, *tables.risks, *tables.phrases)

    assert all(one == one.lower() for row in rows for one in row.operations)
    assert all(row.name == row.name.lower() for row in tables.categories)
    assert all(row.name == row.name.lower() for row in tables.clients)
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", row.id) for row in tables.apps)
    assert len({row.id for row in tables.apps}) == len(tables.apps)


def test_every_row_says_where_it_comes_from_and_how_sure_it_is() -> None:
    tables = load_signals()

    for name in tables.__struct_fields__:
        found = getattr(tables, name)
        for row in found if isinstance(found, tuple) else (found,):
            assert row.source, (name, row)
            assert row.confidence in Confidence, (name, row)


def test_every_expression_of_the_shipped_table_is_one() -> None:
    """
    They are compiled when they are first used, which no user's run should be the first to try.
    """
    tables = read_tables(Signals, TEXT, flags=re.IGNORECASE)

    assert tables.guest.match("bob_example.com#EXT#@home.onmicrosoft.com")


def test_no_sign_that_nobody_has_verified_can_decide() -> None:
    tables = load_signals()
    signs = [
        *((row.source, row.confidence) for row in tables.apps),
        *((row.source, row.confidence) for row in tables.clients),
        *((row.source, row.confidence) for row in tables.agents),
        *((row.source, row.confidence) for row in tables.identities),
    ]

    assert all(confidence is Confidence.LOW for source, confidence in signs if source == "not verified")


def test_effects_of_the_table_are_never_a_failure() -> None:
    assert Effect.FAILED not in {row.effect for row in load_signals().effects}


def test_each_operation_has_one_row_on_one_line() -> None:
    lines = [line for line in RESOURCES.read_text(encoding="utf-8").splitlines() if '"operation"' in line]

    assert len(lines) == len(load_resources().rows)


def test_own_rows_come_before_the_shipped_ones() -> None:
    translator = AzureTranslator({"signals": f'[[apps]]\n{APP}tool = "terraform"\n'})

    assert tool_of(said(translator, a_record(claims=a_person(PIPELINE)))) is Tool.TERRAFORM
    assert tool_of(said(translator, a_record())) is Tool.CONSOLE


def test_an_own_row_outweighs_a_shipped_one() -> None:
    row = '[[effects]]\neffect = "runtime"\noperations = ["*/networksecuritygroups/write"]\n'

    translator = AzureTranslator({"signals": f'{row}confidence = "high"\nsource = "us"\n'})

    assert said(translator, a_record()).effect is Effect.RUNTIME


def test_an_own_value_takes_the_place_of_a_shipped_one() -> None:
    translator = AzureTranslator({"signals": f"[read_action]\npattern = '/peek/action$'\n{OURS}"})

    assert said(translator, a_record("Vendor.Thing/boxes/peek/action")).effect is Effect.READ
    assert said(translator, a_record("Vendor.Thing/boxes/list/action")).effect is Effect.WRITE


def test_own_resources_come_before_the_shipped_ones() -> None:
    row = {
        "operation": "Vendor.Thing/bigBoxes/write",
        "action": "update",
        "types": ["vendor_box"],
        "mode": "direct",
        "confidence": "high",
        "source": "us",
    }
    resource = f"{GROUP}/providers/Vendor.Thing/bigBoxes/b"

    translator = AzureTranslator({"resources": json.dumps({"rows": [row]})})

    assert said(translator, a_record(row["operation"], resource.upper())).resources == (  # type: ignore[arg-type]
        Resource(type="vendor_box", id=resource),
    )
    assert said(translator, a_record()).resources[0].type == "azurerm_network_security_group"


@pytest.mark.parametrize(
    ("own", "trouble"),
    [
        ("colour = 'red'", "colour"),
        ("[[apps]]\nid = 'x'\n", r"confidence.*apps\[0\]"),
        (f"[[apps]]\nid = 'x'\n{OURS}", r"name.*apps\[0\]"),
        (f"[[apps]]\n{APP}colour = 'red'", r"colour.*apps\[0\]"),
        (f"[[apps]]\n{APP}tool = 'hammer'", r"hammer.*apps\[0\]\.tool"),
        (f"[read_action]\npattern = '('\n{OURS}", r"no regular expression.*read_action\.pattern"),
        (f"[read_action]\npattern = 7\n{OURS}", r"text.*read_action\.pattern"),
        ("read_action = '/peek/action$'", "read_action"),
        ("[read_action]\npattern = '/peek/action$'\n", "confidence.*read_action"),
        ("[begun]\nwords = ['begun']\nconfidence = 'low'\n", "source.*begun"),
        ("[[risks]]\nslug = 'x'\ntext = 'x'\noperations = ['*']\ntest = 'closed'", r"closed.*risks\[0\]"),
        ("apps = 7", "apps"),
        ("[[apps", "Expected"),
        ("[[hidden]]\noperations = []\nkeys = []\nsource = 'us'", r"hidden\[0\]"),
    ],
)
def test_own_signals_that_do_not_fit_are_refused_with_their_trouble(own: str, trouble: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){trouble}"):
        AzureTranslator({"signals": own})


@pytest.mark.parametrize(
    ("row", "trouble"),
    [
        ({"mode": "direct", "id": "{id}"}, "only `translate`"),
        ({"mode": "translate"}, "must have one"),
        ({"mode": "translate", "id": "{colour}"}, "colour"),
        ({"mode": "translate", "id": "{names[x]}"}, "no form of an id"),
        ({"mode": "sideways"}, "sideways"),
        ({"colour": "red"}, "colour"),
        ({"types": "azurerm_x"}, "types"),
    ],
)
def test_own_resources_that_do_not_fit_are_refused_with_their_trouble(
    row: dict[str, object], trouble: str
) -> None:
    whole = {
        "operation": "A.B/c/write",
        "action": "update",
        "types": [],
        "mode": "direct",
        "confidence": "high",
        "source": "us",
    } | row

    with pytest.raises(ValueError, match=trouble):
        AzureTranslator({"resources": json.dumps({"rows": [whole]})})


@pytest.mark.parametrize("own", ["", "[]", '{"rows": 7}', "{"])
def test_an_own_map_of_another_form_is_refused(own: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        AzureTranslator({"resources": own})


def test_a_table_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="colours"):
        AzureTranslator({"colours": ""})


def test_shipped_text_is_a_valid_own_table() -> None:
    """
    Who copies the file to change it gets every row twice, and the first of each counts.
    """
    assert len(load_signals(TEXT).apps) == 2 * len(load_signals().apps)
