"""The policy that lets reading do its work, and nothing else."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from providers.aws.native.accounts import ACCOUNT
from providers.aws.native.discovery import load_stacks
from providers.aws.native.rows import AwsType
from providers.aws.native.services import load_services

LIMIT: Final = 6144
"""Characters that a managed policy may have, white space not counted.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def actions_for(rows: Iterable[AwsType]) -> Sequence[str]:
    """Return what reading and discovering these types takes, sorted."""
    services = load_services()
    calls = [(row.service, call) for row in rows for call in row.calls()]
    calls += [("cloudformation", call) for call in load_stacks()]
    return sorted({action for service, call in calls for action in services.actions(service, call)})


def policies(actions: Sequence[str], role: str | None) -> Iterator[str]:
    """Yield policies that allow these and to assume the role; as few as IAM's limit on their size lets."""
    waiting = list(actions)
    first: list[dict[str, Any]] = [] if role is None else [_assume(role)]
    while waiting or first:
        some = list(waiting)
        while len(_dense(document := _document(some, first))) > LIMIT:
            some.pop()
        yield json.dumps(document, indent=2)
        waiting, first = waiting[len(some) :], []


def _document(actions: Sequence[str], first: Sequence[dict[str, Any]]) -> dict[str, Any]:
    reads = {"Sid": "ReadConfiguration", "Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [*first, *([reads] if actions else [])]}


def _assume(role: str) -> dict[str, Any]:
    return {
        "Sid": "AssumeRole",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": role.replace(ACCOUNT, "*"),
    }


def _dense(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
