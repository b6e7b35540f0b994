"""Writes docs/classification.md from the tables and the rules: `python -m tests.classification_page`.

A test holds the page to what this would write, so that no rule changes without it.
"""

import importlib
import inspect
import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "classification.md"
PREFACE = ROOT / "docs" / "classification-preface.md"

CLOUDS = {"aws": "AWS", "gcp": "GCP", "azure": "Azure", "launchdarkly": "LaunchDarkly"}

NO_RULES = frozenset({"phrases"})
"""Tables of words for messages: nothing is judged by them."""

Row = dict[str, Any]


def page() -> str:
    """Return the whole page."""
    parts = [PREFACE.read_text(encoding="utf-8").strip(), *_order(), *_tickets()]
    for folder, name in CLOUDS.items():
        parts += _cloud(folder, name)
    return "\n\n".join(parts) + "\n"


def _order() -> Iterator[str]:
    yield "## In the core\n\nThe rules here know no cloud: they weigh what the translators found."
    for module in ("attribute", "classify", "merge", "group"):
        yield f"### {module}\n\n{_doc(f'drift.stages.{module}')}"


def _tickets() -> Iterator[str]:
    table = tomllib.loads((ROOT / "drift" / "ticket_keys.toml").read_text(encoding="utf-8"))
    yield "### Keys of tickets"
    yield _table([*table["key"], *table["address"]])
    yield (
        "Never a project, unless the configuration names it: "
        + ", ".join(sorted(table["not_projects"]))
        + "."
    )


def _cloud(folder: str, name: str) -> Iterator[str]:
    yield f"## {name}"
    for module in sorted((ROOT / "providers" / folder).glob("*.py")):
        said = _doc(f"providers.{folder}.{module.stem}")
        if "\n1. " in said:
            yield f"### {module.stem}\n\n{said}"
        yield from _numbered_functions(f"providers.{folder}.{module.stem}")
    signals = ROOT / "providers" / folder / "signals.toml"
    table = tomllib.loads(signals.read_text(encoding="utf-8"))
    single = [{"name": key, **_as_row(value)} for key, value in table.items() if not _is_table(value)]
    if single:
        yield f"### Literals (`providers/{folder}/signals.toml`)"
        yield _table(single)
    for key, rows in table.items():
        if _is_table(rows) and key not in NO_RULES:
            yield f"### {key.replace('_', ' ').capitalize()}"
            yield _meaning(folder, key)
            yield _table(rows)
    yield from _resources(ROOT / "providers" / folder / "resources.json")


def _numbered_functions(module: str) -> Iterator[str]:
    """Yield what functions say of the order of their rules."""
    loaded = importlib.import_module(module)
    for name, function in inspect.getmembers(loaded, inspect.isfunction):
        said = inspect.getdoc(function) or ""
        if function.__module__ == module and "\n1. " in said:
            yield f"### {name.lstrip('_').replace('_', ' ')}\n\n{said}"


def _resources(file: Path) -> Iterator[str]:
    if not file.exists():
        return
    rows = json.loads(file.read_text(encoding="utf-8"))["rows"]
    counts = Counter(row["source"] for row in rows)
    sure = ", ".join(f"{count} {source}" for source, count in counts.most_common())
    yield f"### Calls and the resources they touch (`{file.relative_to(ROOT)}`)"
    yield f"{len(rows)} rows; how each is known: {sure}."
    yield _table([{key: row.get(key) for key in _RESOURCE_COLUMNS if key in row} for row in rows])


_RESOURCE_COLUMNS = (
    "service",
    "event",
    "method",
    "methods",
    "operation",
    "kind",
    "action",
    "types",
    "ids",
    "forms",
    "confidence",
    "source",
    "note",
)


def _as_row(value: object) -> Row:
    return value if isinstance(value, dict) else {"value": value}


def _meaning(folder: str, key: str) -> str:
    """Return what the rows of a table mean, as the type that they are read into says it."""
    signals = importlib.import_module(f"providers.{folder}.signals").Signals
    kinds = {field.encode_name: get_args(field.type) for field in msgspec.structs.fields(signals)}
    return inspect.getdoc(kinds[key][0]) or ""


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _table(rows: list[Row]) -> str:
    """Return rows as a table, its columns in the order in which the rows name them; source and note last."""
    names = list(dict.fromkeys(key for row in rows for key in row))
    last = [name for name in ("confidence", "source", "note") if name in names]
    columns = [*(name for name in names if name not in last), *last]
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(_cell(row.get(column), column) for column in columns)} |" for row in rows]
    return "\n".join(lines)


def _cell(value: object, column: str) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, list):
        text = ", ".join(one if isinstance(one, str) else json.dumps(one) for one in value)
    elif isinstance(value, str):
        text = value
    else:
        text = json.dumps(value)
    plain = text.replace("|", "\\|").replace("\n", " ")
    return plain if column in _PROSE else f"`{plain}`"


_PROSE = frozenset(
    {"source", "note", "confidence", "reason", "text", "name", "system", "tool", "effect", "lane"}
)


def _doc(module: str) -> str:
    return inspect.getdoc(importlib.import_module(module)) or ""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
