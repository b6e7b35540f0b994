"""Names and values of Route 53, as Terraform writes them.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from drift.model.resource import Json

DUAL: Final = "dualstack."
"""What a load balancer's name may begin with; the provider leaves it out."""

_TEXTS: Final = frozenset({"TXT", "SPF"})
_OCTAL: Final = re.compile(r"\\([0-3][0-7]{2})")


def record_name(name: str) -> str:
    """Return a name in small letters, without its last dot, and `\\052` as `*`."""
    plain = _OCTAL.sub(lambda code: chr(int(code[1], 8)), name)
    return plain.lower().removesuffix(".")


def record_id(zone: str, name: str, kind: str, set_: str | None) -> str:
    """Return what Terraform calls a record by."""
    return "_".join([zone, record_name(name), kind, *([set_] if set_ else [])])


def record_values(values: Iterable[Mapping[str, str]], kind: str) -> list[str]:
    """Return what a record says; the provider keeps texts without the quotes around them."""
    said = [one["Value"] for one in values]
    return [_unquoted(one) for one in said] if kind in _TEXTS else said


def alias_target(target: Mapping[str, Any], declared: Json) -> dict[str, Json]:
    """Return what an alias stands for, spelled as it is declared where that is the same name."""
    blocks = declared if isinstance(declared, Sequence) else ()
    spelled = {_target_name(str(one["name"])): str(one["name"]) for one in blocks if _is_named(one)}
    name = _target_name(target["DNSName"])
    return {
        "name": spelled.get(name, name),
        "zone_id": target["HostedZoneId"],
        "evaluate_target_health": target["EvaluateTargetHealth"],
    }


def _target_name(name: str) -> str:
    return record_name(name).removeprefix(DUAL)


def _is_named(block: Json) -> bool:
    return isinstance(block, Mapping) and isinstance(block.get("name"), str)


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1] if is_quoted else text
