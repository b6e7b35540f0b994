"""The bundled stories once more, with text of attackers wherever somebody else chooses it."""

import json
from pathlib import Path
from typing import Any, Final

from drift import wiring
from tests.browser.said import say
from tests.cli.test_hostile_clouds import CLOUDS
from tests.scenarios.world import lay_out
from tests.web.visiting import WEB

SCRIPT: Final = (
    "\"'></a></td></title></style><script>window.owned=1</script><img src=x onerror=window.owned=2>"
    "<svg onload=window.owned=3><a href=javascript:window.owned=4>here</a>"
    "<iframe src=//evil.example/></iframe><b style=background:url(//evil.example/b)>{{7*7}}${7*7}"
)
TURNED: Final = "\u202egnp.exe\u2066 \x1b[2J\x1b]8;;https://evil.example\x07 \x9b31m \u200b\u2028"
FORMULA: Final = "=cmd()|' /C calc'!A0"
LONG: Final = "x" * 20_000
EVERYTHING: Final = f"{FORMULA} {SCRIPT} {TURNED} {LONG}"

SHOWN: Final = "<script>window.owned=1</script>"
"""What of it a reader sees as text."""

ADDRESSES: Final = (
    "javascript:window.owned=5//",
    "data:text/html,<script>parent.owned=6</script>#",
    "//evil.example/",
)

_TEXTS: Final = {
    *("title", "status", "ref", "actor", "assignee", "environment", "description", "groupDescription"),
    *("userAgent", "sourceIPAddress", "requestID", "awsRegion", "sourceIdentity", "errorMessage"),
}
"""Fields of records, tickets and runs that somebody else fills in."""

_NAMES: Final = (
    "alice@example.com",
    "sg-8732b3a7972cdb86d",
    "heidi@example.com",
    "example-heidi-churn-export",
)
"""What stands in many places: people, and what they named."""

_COMPANY: Final = """
[[team]]
name = {text}
notifiers = ["oncall"]

[[owner]]
name = {text}
team = {text}
account = "1*"
"""


def tell_hostile(folder: Path) -> None:
    """Let the program watch the stories, and people say hostile things about each change."""
    config = lay_out(folder)
    for file in folder.glob("*/*.json"):
        if file.name in {"audit-log.json", "tickets.json", "code-host.json", "live.json"}:
            _poison(file)
    for file in folder.glob("*/terraform.tfstate"):
        _poison(file)
    settings = config.read_text().replace('name = "production"', f"name = {_quoted('production ' + SCRIPT)}")
    config.write_text(settings + WEB + _COMPANY.format(text=_quoted("platform " + SCRIPT)))
    for cloud, record in CLOUDS.items():
        log = folder / f"hostile-{cloud}" / "audit-log.json"
        log.parent.mkdir()
        log.write_text("\n".join(json.dumps(record(text)) for text in (SCRIPT, FORMULA + SCRIPT + TURNED)))
    with wiring.running(wiring.settings_of(str(config))) as pipeline:
        assert pipeline.run_once() == ()
        say(pipeline, EVERYTHING, f"dave {SCRIPT}", ADDRESSES[0])


def _quoted(text: str) -> str:
    return json.dumps(text)


def _poison(file: Path) -> None:
    text = file.read_text()
    for name in _NAMES:
        text = text.replace(name, json.dumps(f"{name} {SCRIPT}")[1:-1])
    poisoned = _poisoned(json.loads(text), None)
    if file.suffix == ".tfstate":
        for resource in poisoned["resources"]:
            for instance in resource["instances"]:
                instance["index_key"] = SCRIPT
    file.write_text(json.dumps(poisoned))


def _poisoned(value: Any, key: str | None) -> Any:
    match value:
        case dict():
            return {name: _poisoned(inner, name) for name, inner in value.items()}
        case list():
            return [_poisoned(inner, key) for inner in value]
        case str() if key in {"url", "run_url"}:
            return ADDRESSES[len(value) % len(ADDRESSES)] + value
        case str() if key in _TEXTS:
            return value + EVERYTHING
    return value
