"""What was done, in a few words that somebody understands who was just woken up."""

from drift.model.event import ChangeEvent, Outcome
from drift.model.resource import Json
from providers.aws.network_rules import NetworkRule, network_rules
from providers.aws.signal_rows import PhraseRow

MAX_LENGTH = 200
MAX_NAMED = 2


def summary_of(event: ChangeEvent, name: str | None, marks: list[str], row: PhraseRow | None) -> str:
    """Return the phrase for the call, whose row is `row`; without one, its name and its resources."""
    names = _some([one.id for one in event.resources])
    said = _phrase(row, names, event.request) if row else _call(name, names)
    marked = f"{said} ({', '.join(dict.fromkeys(marks))})" if marks else said
    told = marked if event.outcome is Outcome.SUCCESS else f"failed attempt: {marked}"
    return " ".join(told.split())[:MAX_LENGTH]


def _call(name: str | None, names: str) -> str:
    called = f"called {name}" if name else "made an unnamed call"
    return f"{called} on {names}" if names else called


def _phrase(row: PhraseRow, names: str, request: Json) -> str:
    rules = [_rule(row.rule, rule) for rule in network_rules(request)] if row.rule else []
    said = _some(rules) or f"rules of {names}"
    return row.text.replace("{rules}", said).replace("{id}", names)


def _rule(form: str, rule: NetworkRule) -> str:
    peers = _some(list(rule.peers)) or "nobody named"
    return form.replace("{ports}", rule.ports).replace("{peers}", peers)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
