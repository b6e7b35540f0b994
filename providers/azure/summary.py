"""What was done, in a few words that somebody understands who was just woken up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from drift.model.event import ChangeEvent, Outcome
from drift.model.resource import Json, Resource
from providers.azure.arm_ids import parsed
from providers.azure.contents import CHANGES
from providers.azure.network_rules import NetworkRule, network_rules
from providers.azure.request import text_at
from providers.azure.signal_rows import PhraseRow
from providers.azure.signals import Signals

MAX_LENGTH = 200
MAX_NAMED = 2
MAX_ID = 64

_DONE = {"write": "set", "delete": "deleted", "read": "read"}
"""A write makes something or changes it; which of the two, no record says."""

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLURALS = ((r"ies$", "y"), (r"(ss|x)es$", r"\1"), (r"(?<![isu])s$", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What people call a resource, and what it lies in."""

    own: str = ""
    parent: str = ""
    scope: str = ""


def summary_of(event: ChangeEvent, operation: str, body: Json, marks: list[str], signals: Signals) -> str:
    """Return the phrase for the call; without one, what its name says."""
    names = _names(event.resources[0].id if event.resources else "")
    row = next((one for one in signals.phrases if one.cover(operation)), None)
    said = _phrase(row, names, body, signals) if row else _call(event, names.own)
    if isinstance(event.request, dict) and isinstance(event.request.get(CHANGES), dict):
        said = f"{said}: {_some(list(event.request[CHANGES])) or 'nothing named'}"
    marked = f"{said} ({', '.join(dict.fromkeys(marks))})" if marks else said
    told = marked if event.outcome is Outcome.SUCCESS else f"failed attempt: {marked}"
    return " ".join(told.split())[:MAX_LENGTH]


def _names(resource_id: str) -> Names:
    """Return the names in an id, in Resource Manager's form or in one of Terraform's own."""
    first, bar, second = resource_id.partition("|")
    if bar and not second.startswith("/"):
        return Names(own=second, scope=_names(first).own)
    found = parsed(first)
    if found is None:
        parent, _, own = first.rpartition("/")
        return Names(own=own, parent=parent.rpartition("/")[2])
    return Names(
        own=found.name,
        parent=found.parent.name if found.parent else "",
        scope=found.within.name if found.within else "",
    )


def _call(event: ChangeEvent, name: str) -> str:
    """Put an operation without a phrase: its last word is what was done to its last type."""
    action = event.call.action
    steps = [step for step in (action or "").split("/") if step]
    if not steps:
        return "made an unnamed call"
    verb = steps[-1].lower()
    if verb in _DONE and len(steps) > 1:
        return f"{_DONE[verb]} the {_thing(steps[-2], event.resources)} {name}".rstrip()
    called = steps[-2] if verb == "action" and len(steps) > 1 else action
    return f"called {called} on {name}" if name else f"called {called}"


def _thing(kind: str, resources: Sequence[Resource]) -> str:
    """Write a type in words: `storageAccounts` is a storage account, in capitals too.

    An Event Hub gets everything in capitals; the ids of resources are spelled as Terraform does.
    """
    if kind.isupper() or kind.islower():
        steps = (step for one in resources for step in one.id.split("/"))
        kind = next((step for step in steps if step.lower() == kind.lower()), kind.lower())
    words = _WORDS.split(kind)
    thing = " ".join(word if word.isupper() else word.lower() for word in words)
    for plural, singular in _PLURALS:
        if (found := re.sub(plural, singular, thing)) != thing:
            return found
    return thing


def _phrase(row: PhraseRow, names: Names, body: Json, signals: Signals) -> str:
    rules = [_rule(row.rule, rule) for rule in network_rules(body)] if row.rule else []
    return (
        row.text.replace(": {rules}", f": {_some(rules)}" if rules else "")
        .replace("{role}", _role(body, signals))
        .replace("{parent}", names.parent or "something")
        .replace("{scope}", names.scope or "everything")
        .replace("{name}", names.own or "something")
    )


def _role(body: Json, signals: Signals) -> str:
    """Put the role that is granted: records name it by its id, those of your own have no other name."""
    role = text_at(body, "properties.roleDefinitionId")
    if role is None:
        return "a role"
    return f"the role {signals.role_name(role) or role.rpartition('/')[2][:MAX_ID]}"


def _rule(form: str, rule: NetworkRule) -> str:
    let = "let in" if rule.is_incoming else "let out"
    return (
        form.replace("{access}", let if rule.is_allowing else "kept off")
        .replace("{side}", "from" if rule.is_incoming else "to")
        .replace("{ports}", rule.ports)
        .replace("{peers}", _some(list(rule.peers)) or "nobody named")
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
