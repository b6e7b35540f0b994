"""What a configuration adds to the data tables is in force, and what is of no use is named."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drift import redact, wiring
from drift.config import AdapterSettings
from drift.errors import ConfigError
from drift.model.event import ChangeEvent, RawRecord
from drift.model.verdict import Tool
from drift.ports import AdapterKind
from drift.reports.population import Period
from drift.store.database import Database
from providers import catalog
from providers.aws.native.table import load_types
from tests.providers.aws.records import a_record, as_bytes, raw, tool_of


@pytest.fixture(autouse=True)
def no_own_rows() -> Iterator[None]:
    """Afterwards only the rows that ship are in force."""
    yield
    redact.use("")


def a_configuration(folder: Path, **tables: str) -> str:
    """Write a configuration with own tables: `aws__signals` is `aws/signals`."""
    named = {name.replace("__", "/").replace("_", "-"): text for name, text in tables.items()}
    lines = [f'[[table]]\nname = "{name}"\npath = "{number}.toml"' for number, name in enumerate(named)]
    for number, text in enumerate(named.values()):
        (folder / f"{number}.toml").write_text(text)
    file = folder / "config.toml"
    file.write_text("\n".join(lines))
    return str(file)


def test_every_table_that_ships_beside_an_adapter_can_be_added_to(tmp_path: Path) -> None:
    """
    An empty table of one's own changes nothing, and is no mistake.
    """
    empty = {name.replace("/", "__"): "\n" for name in wiring.OWN_TABLES}

    settings = wiring.settings_without_secrets(a_configuration(tmp_path, **empty))

    assert wiring.translators(settings)
    assert wiring.detect_rules(settings) == catalog.detect_rules()
    assert wiring.baselines(settings) == ()


def test_every_table_ships_with_rows() -> None:
    providers = Path(catalog.__file__).parent
    shipped = {
        f"{file.parent.name}/{file.stem}" for ext in ("toml", "json") for file in providers.glob(f"*/*.{ext}")
    }

    assert set(wiring.OWN_TABLES) - {"aws-live/types"} <= shipped
    assert load_types().rows, "those of native reading are many files, beside each other"


def test_a_console_that_no_release_knows_yet_is_recognised(tmp_path: Path) -> None:
    row = """
        [[console_agents]]
        tool = "console"
        pattern = '^example-console/'
        confidence = "high"
        source = "our own console"
        """
    record = raw(as_bytes(a_record(userAgent="example-console/1.0")))

    with_it = translated(a_configuration(tmp_path, aws__signals=row), record)
    without = translated(a_configuration(tmp_path), record)

    assert (tool_of(with_it), tool_of(without)) == (Tool.CONSOLE, Tool.UNKNOWN)


def translated(configuration: str, record: RawRecord) -> ChangeEvent:
    aws = wiring.translators(wiring.settings_without_secrets(configuration))[0]
    event = aws.translate(record)
    assert isinstance(event, ChangeEvent)
    return event


def test_own_rows_of_comparison_are_in_force(tmp_path: Path) -> None:
    settings = wiring.settings_without_secrets(
        a_configuration(tmp_path, terraform__attributes="skipped = ['etag']")
    )

    assert "etag" in wiring.detect_rules(settings).skipped
    assert "etag" not in wiring.detect_rules(None).skipped


def test_own_secrets_are_cut_out_until_another_configuration_is_read(tmp_path: Path) -> None:
    configuration = a_configuration(tmp_path, redact="secret = ['pin code']")

    wiring.settings_without_secrets(configuration)
    with_own = redact.redact({"pinCode": "4711"}).value
    (tmp_path / "config.toml").write_text("")
    wiring.settings_without_secrets(configuration)

    assert with_own == {"pinCode": redact.MASK}
    assert redact.redact({"pinCode": "4711"}).value == {"pinCode": "4711"}


def use_every_table(configuration: str) -> None:
    settings = wiring.settings_without_secrets(configuration)
    wiring.translators(settings)
    wiring.detect_rules(settings)


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ({"redact": "sekret = []"}, ("0.toml", "redact", "sekret")),
        ({"terraform__companions": "x = 1"}, ("0.toml", "terraform/companions", "x")),
        (
            {"terraform__attributes": "", "terraform__companions": "x = 1"},
            ("1.toml", "terraform/companions", "x"),
        ),
        ({"launchdarkly__signals": "nonsense"}, ("0.toml", "launchdarkly/signals")),
    ],
)
def test_a_table_of_no_use_is_named_with_its_file_and_the_reason(
    tmp_path: Path, tables: dict[str, str], named: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as refused:
        use_every_table(a_configuration(tmp_path, **tables))

    assert [part for part in named if part not in refused.value.what] == []
    assert "docs/policy.md" in refused.value.hint


def test_locations_of_no_use_are_named_when_the_states_are_wanted(tmp_path: Path) -> None:
    configuration = a_configuration(tmp_path, terraform__locations="[aws]\nregoin = []")
    with Path(configuration).open("a") as file:
        file.write(
            """
            [[live]]
            name = "live"
            type = "recorded"
            path = "live.json"
            [[baseline]]
            name = "network"
            type = "terraform-state"
            live = "live"
            state = "terraform.tfstate"
            """
        )

    with pytest.raises(ConfigError, match=r"terraform/locations.*regoin"):
        wiring.baselines(wiring.settings_without_secrets(configuration))


def test_a_pack_is_told_of_every_kind_of_system_that_is_connected(
    tmp_path: Path, sqlite_database: Database
) -> None:
    """
    A new kind of adapter is one more row in wiring: what is left out there, no inventory has.
    """
    single = (AdapterKind.VAULT, AdapterKind.SIGNING_KEY)
    plain = (
        AdapterKind.LIVE,
        AdapterKind.TICKETS,
        AdapterKind.ON_CALL,
        AdapterKind.TRUST,
        AdapterKind.GRANTS,
        AdapterKind.MAIL,
    )
    odd = {AdapterKind.CANARY: "canaries", AdapterKind.DIRECTORY: "directories"}
    rows: dict[str, Any] = {}
    for kind in AdapterKind:
        row = AdapterSettings(kind=kind, name=f"our {kind}", type="example", settings=None)
        name = odd.get(kind, kind.value if kind in single or kind in plain else f"{kind}s")
        rows[name] = row if kind in single else (row,)
    settings = replace(wiring.settings_without_secrets(a_configuration(tmp_path)), **rows)

    asked = wiring.pack_request(settings, sqlite_database, Period())

    assert {one.kind for one in asked.connected} == set(AdapterKind)
    assert {one.name for one in asked.connected} == {f"our {kind}" for kind in AdapterKind}
