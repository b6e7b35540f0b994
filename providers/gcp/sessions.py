"""Which grants of access and deployments a call belongs to.

A grant of Privileged Access Manager names a person, a scope and a time; nothing in the calls
that are made with it refers to it. So it is joined by the person and the project, and one for
a folder or an organisation by the person alone. What Deployment Manager is asked for is carried
out by an agent that bears no name either: those calls are joined by the project.
"""

import re

from drift.model.verdict import ActorKind
from providers.gcp.effects import Method
from providers.gcp.identity import Caller

ANYWHERE = "*"

_ITS_OWN = re.compile(r"^compute\.(instances|instanceGroups|disks|autoscalers|region\w+)\.")
"""What managed instance groups do all the time, with the same agent."""


def session_keys(
    account: str | None, method: Method, caller: Caller | None, delegators: tuple[Caller, ...]
) -> tuple[str, ...]:
    """Return what joins a call to the grants of those who stand behind it, or to a deployment."""
    if caller is None:
        return ()
    if caller.carries_out_deployments:
        is_own = _ITS_OWN.match(method.name or "") is not None
        return (deployment_key(account),) if account and not is_own else ()
    granted = (one.principal for one in (*delegators[:1], caller))
    names = [one.name for one in granted if "@" in one.name and one.kind is not ActorKind.SERVICE]
    scopes = (account, ANYWHERE) if account and not is_above_projects(account) else (ANYWHERE,)
    return tuple(grant_key(scope, name) for name in names for scope in scopes)


def is_above_projects(account: str) -> bool:
    """Tell whether an account is a folder or an organisation."""
    return "/" in account


def grant_key(scope: str, name: str) -> str:
    """Return what joins the calls that somebody makes in a project, or anywhere, to his grant."""
    return f"gcp-grant:{scope}:{name.lower()}"


def deployment_key(account: str) -> str:
    """Return what joins the calls of the agent in a project to the deployment it carries out."""
    return f"gcp-deployment:{account}"
