"""What was done, in a few words that somebody understands who was just woken up."""

from collections.abc import Sequence

from drift.model.event import Outcome
from drift.model.resource import Json, Resource
from providers.gcp.bindings import bindings
from providers.gcp.effects import Method
from providers.gcp.network_rules import NetworkRule, network_rules
from providers.gcp.risks import NEW_RULE
from providers.gcp.signal_rows import PhraseRow
from providers.gcp.signals import Signals

MAX_LENGTH = 200
MAX_NAMED = 2


def summary_of(
    method: Method,
    request: Json,
    resources: tuple[Resource, ...],
    outcome: Outcome,
    marks: Sequence[str],
    signals: Signals,
) -> str:
    """Return the phrase for the call; without one, its name and its resources."""
    names = _some([one.id.rstrip("/").rpartition("/")[2] or one.id for one in resources])
    known = (row for row in signals.phrases if row.cover(method.service, method.name))
    row = next(known, None)
    said = _phrase(row, method, names, request) if row else _call(method, names)
    marked = f"{said} ({', '.join(dict.fromkeys(marks))})" if marks else said
    told = marked if outcome is Outcome.SUCCESS else f"failed attempt: {marked}"
    return " ".join(told.split())[:MAX_LENGTH]


def _call(method: Method, names: str) -> str:
    """Name the method without the long name of its package."""
    short = ".".join((method.name or "").split(".")[-2:])
    name = f"called {short}" if short else "made an unnamed call"
    return f"{name} on {names}" if names else name


def _phrase(row: PhraseRow, method: Method, names: str, request: Json) -> str:
    said = {"id": names or "something", "rules": "", "bindings": ""}
    if "{rules}" in row.text and row.rule:
        is_new = (method.name or "").endswith(NEW_RULE)
        rules = [_rule(row.rule, rule) for rule in network_rules(request, is_new=is_new)]
        said["rules"] = _some(rules) or f"rules of {said['id']}"
    if "{bindings}" in row.text:
        said["bindings"] = _given(request)
    text = row.text
    for place, words in said.items():
        text = text.replace(f"{{{place}}}", words)
    return text


def _rule(form: str, rule: NetworkRule) -> str:
    peers = _some(list(rule.peers)) or "those it named before"
    return form.replace("{ports}", rule.ports).replace("{peers}", peers)


def _given(request: Json) -> str:
    told = [
        f"granted {one.role} to {one.member}" if one.is_added else f"revoked {one.role} from {one.member}"
        for one in bindings(request)
        if one.is_surely_new
    ]
    return _some(told) or "set the IAM policy"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
