"""The tables, and the rows that users put before them."""

import pytest

from drift.model.event import ChangeEvent, Effect
from drift.model.resource import Resource
from drift.model.verdict import Confidence, Tool
from providers.gcp.resources import RESOURCES, load_resources, parse_resources
from providers.gcp.signals import SIGNALS, Signals, load_signals
from providers.gcp.translate import GcpTranslator
from providers.tables import read_tables
from tests.providers.gcp.entries import an_entry, as_bytes, metadata, raw, tool_of

EFFECT = """
[[effects]]
effect = "runtime"
service = "compute"
methods = ["compute.firewalls.insert"]
confidence = "high"
source = "our own runbook"
"""
OURS = 'confidence = "high"\nsource = "us"\n'
ROW = """{"rows": [{"service": "compute", "methods": ["compute.firewalls.insert"], "kind": "update",
 "forms": [{"type": "example_rule", "id": "rule/{name}"}], "confidence": "high", "source": "entry"}]}"""


def translated_with(overrides: dict[str, str], **fields: object) -> ChangeEvent:
    said = GcpTranslator(overrides).translate(raw(as_bytes(an_entry(**fields))))
    assert isinstance(said, ChangeEvent)
    return said


def test_the_shipped_tables_are_read_once() -> None:
    assert load_signals() is load_signals()
    assert load_resources() is load_resources()


def test_every_row_says_where_it_comes_from_and_how_sure_it_is() -> None:
    signals = load_signals()

    for name in signals.__struct_fields__:
        found = getattr(signals, name)
        for row in found if isinstance(found, tuple) else (found,):
            assert row.source, (name, row)
            assert row.confidence in Confidence, (name, row)


def test_every_expression_of_the_shipped_table_is_one() -> None:
    """
    They are compiled when they are first used, which no user's run should be the first to try.
    """
    signals = read_tables(Signals, SIGNALS.read_text(encoding="utf-8"))

    assert signals.own_labels.search("goog-terraform-provisioned")


def test_no_call_has_two_rows() -> None:
    seen = [(row.service, method) for row in load_resources().rows for method in row.methods]

    assert len(seen) == len(set(seen))


def test_methods_of_rows_are_written_as_they_are_looked_up() -> None:
    signals = load_signals()

    for row in load_resources().rows:
        for method in row.methods:
            assert signals.method_key(method) == method


@pytest.mark.parametrize(
    ("method", "key"),
    [
        ("v1.compute.firewalls.insert", "compute.firewalls.insert"),
        ("beta.compute.firewalls.insert", "compute.firewalls.insert"),
        ("v1p1beta1.example.things.insert", "example.things.insert"),
        ("google.container.v1beta1.ClusterManager.X", "google.container.v1.ClusterManager.X"),
        ("google.cloud.run.v2.Services.X", "google.cloud.run.v2.Services.X"),
        ("/Services.ReplaceService", "Services.ReplaceService"),
        ("SetIamPolicy", "SetIamPolicy"),
    ],
)
def test_a_method_is_looked_up_without_its_version(method: str, key: str) -> None:
    assert load_signals().method_key(method) == key


def test_own_rows_come_before_the_shipped_ones() -> None:
    event = translated_with({"signals": EFFECT, "resources": ROW})

    assert event.effect is Effect.RUNTIME
    assert event.resources == (Resource(type="example_rule", id="rule/web"),)


def test_an_own_oauth_client_makes_a_console_of_its_own() -> None:
    """
    The console's id is not published: each organisation learns its own.
    """
    own = """
[[oauth_clients]]
id = "1-example.apps.googleusercontent.com"
name = "our console"
tool = "console"
tool_confidence = "high"
credential = "console-session"
confidence = "high"
source = "entries with a browser"
"""
    who = {
        "principalEmail": "a@example.com",
        "oauthInfo": {"oauthClientId": "1-example.apps.googleusercontent.com"},
    }

    event = translated_with({"signals": own}, authenticationInfo=who, requestMetadata=metadata(None))

    assert tool_of(event) is Tool.CONSOLE


def test_a_single_row_takes_the_place_of_the_shipped_one() -> None:
    own = f'[own_labels]\npattern = "^ours-"\n{OURS}[free_text]\nwords = ["why"]\n{OURS}'

    signals = load_signals(own)

    assert signals.own_labels.search("ours-1")
    assert not signals.own_labels.search("goog-1")
    assert signals.free_text.words == {"why"}
    assert signals.known_products == load_signals().known_products


@pytest.mark.parametrize(
    ("own", "trouble"),
    [
        ("[[effects", "at end of document"),
        ("unknown_table = 1\n", "unknown_table"),
        (EFFECT.replace("runtime", "sleep"), "sleep"),
        (EFFECT.replace("runtime", "sleep"), r"effects\[0\]"),
        (EFFECT.replace('["compute.firewalls.insert"]', "[]"), "without methods"),
        (EFFECT.replace("confidence", "surety"), "surety|confidence"),
        (f'[own_labels]\npattern = "("\n{OURS}', r"no regular expression.*own_labels\.pattern"),
        (f"[own_labels]\npattern = 7\n{OURS}", r"regular expression is text.*own_labels\.pattern"),
        ('own_labels = "^ours-"\n', "own_labels"),
        ('[own_labels]\npattern = "^ours-"\n', "confidence.*own_labels"),
        ('[free_text]\nwords = ["why"]\nconfidence = "low"\n', "source.*free_text"),
        (
            '[[risks]]\nslug="x"\ntext="x"\nservice="*"\nmethods=["*"]\ntest="value"\nconfidence="low"\nsource="x"\n',
            "needs a pattern",
        ),
    ],
)
def test_a_row_that_is_not_of_its_form_is_named(own: str, trouble: str) -> None:
    with pytest.raises(ValueError, match=trouble):
        GcpTranslator({"signals": own})


@pytest.mark.parametrize(
    ("own", "trouble"),
    [
        ("{", "truncated"),
        ('{"rows": [{}]}', "service"),
        ('{"lines": []}', "lines"),
        (ROW.replace('"update"', '"overwrite"'), "overwrite"),
        (ROW.replace('["compute.firewalls.insert"]', "[]"), "needs methods"),
    ],
)
def test_a_resource_row_that_is_not_of_its_form_is_named(own: str, trouble: str) -> None:
    with pytest.raises(ValueError, match=trouble):
        GcpTranslator({"resources": own})


def test_empty_own_tables_change_nothing() -> None:
    assert translated_with({"signals": "", "resources": ""}) == translated_with({})
    assert isinstance(read_tables(Signals, SIGNALS.read_text()), Signals)
    assert parse_resources(RESOURCES.read_text()).rows == load_resources().rows
