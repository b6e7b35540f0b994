"""Names as Route 53 writes them, and as Terraform does.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
"""

import re

_OCTAL = re.compile(r"\\(\d{3})")

_DUAL_STACK = "dualstack."
"""What the console writes before the name of a load balancer; it leads to the same."""


def record_name(name: str) -> str:
    """Return a name in small letters, without octal codes and without the dot at its end."""
    return _OCTAL.sub(lambda code: chr(int(code[1], 8)), name).lower().removesuffix(".")


def alias_name(name: str) -> str:
    """Return the name that an alias leads to."""
    return record_name(name).removeprefix(_DUAL_STACK)


def record_value(value: str) -> str:
    """Return a value without the quotes around the only text in it."""
    is_quoted = len(value) > 1 and value[0] == value[-1] == '"' and '"' not in value[1:-1]
    return value[1:-1] if is_quoted else value


def record_id(zone: str, name: str, type_: str, set_: str | None) -> str:
    """Return what Terraform calls a record by."""
    return "_".join([zone, record_name(name), type_, *([set_] if set_ else [])])
