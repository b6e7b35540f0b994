"""When it was AWS itself that called, for its own ends or in somebody's name.

A service that works in somebody's name (a forward access session) leaves his identity
in the record: what CloudFormation creates shows the person who launched the stack.
"""

from drift.model.verdict import Tool
from providers.aws.origin import SERVICE_EVENT, SERVICE_IDENTITY, Origin
from providers.aws.record import UserIdentity
from providers.aws.signals import Signals

UNNAMED = "an AWS service"
"""Of which the record tells nothing but that it was one."""


def acting_service(origin: Origin, signals: Signals) -> str | None:
    """Return the service that made the call, or `None` where the caller did. The first rule that fits:

    1. The console's own servers, and others like them, act for the person in front of them: no service.
    2. An event or an identity of a service, or a service-linked role.
    3. A console session's call from the person's own address is the person's, whoever carried it out,
       unless infrastructure code did.
    4. `invokedBy` names it, or the source address is a service's.
    """
    caller, invoker, address = origin.identity, origin.identity.invoked_by, origin.address
    host = address if signals.service_host.search(address) else None
    if signals.front_end(invoker):
        return None
    if origin.event_type == SERVICE_EVENT or caller.type == SERVICE_IDENTITY:
        return invoker or host or origin.source or UNNAMED
    if linked := linked_service(caller, signals):
        return invoker or linked
    if origin.is_flagged and host is None and tool_of(invoker, signals) is Tool.CLOUD_SERVICE:
        return None
    if invoker or (host and not signals.front_end(host)):
        return invoker or host
    is_internal = signals.internal_name.match(address) and signals.internal_name.match(origin.agent.text)
    return address if is_internal else None


def linked_service(caller: UserIdentity, signals: Signals) -> str | None:
    """Return the service whose service-linked role made the call.

    Only AWS can create roles under its own path, but anybody can imitate their names.
    """
    issuer = caller.session.session_issuer
    if issuer is None:
        return None
    if found := signals.service_role_path.search(issuer.arn or ""):
        return found["service"]
    is_named_so = signals.service_role.match(issuer.user_name or "") is not None
    return issuer.user_name if is_named_so and not issuer.arn else None


def tool_of(host: str | None, signals: Signals) -> Tool:
    """Return the tool that a service is: most are none that anybody chose."""
    return next((row.tool for row in signals.service_tools if row.host == host), Tool.CLOUD_SERVICE)
