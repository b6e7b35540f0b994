"""When it was AWS itself that called, for its own ends or in somebody's name.

A service that works in somebody's name (a forward access session) leaves his identity
in the record: what CloudFormation creates shows the person who launched the stack.
"""

from drift.model.verdict import Tool
from providers.aws.record import TrailRecord
from providers.aws.signals import Signals

SERVICE_EVENT = "AwsServiceEvent"
SERVICE_IDENTITY = "AWSService"


def acting_service(record: TrailRecord, signals: Signals) -> str | None:
    """Return the service that made the call, or `None` where the caller did. The first rule that fits:

    1. The console's own servers act for the person in front of them: no service.
    2. An event or an identity of a service, or a service-linked role.
    3. A console session's call from the person's own address is the person's, whoever carried it out,
       unless infrastructure code did.
    4. `invokedBy` names it, or the source address is a service's.
    """
    caller, invoker = record.identity, record.identity.invoked_by
    address = record.source_ip_address or ""
    host = address if signals.service_host.search(address) else None
    if invoker and signals.console_host.match(invoker):
        return None
    if record.event_type == SERVICE_EVENT or caller.type == SERVICE_IDENTITY:
        return invoker or host or record.event_source
    if linked := linked_service(record, signals):
        return invoker or linked
    if record.is_from_console and host is None and tool_of(invoker, signals) is Tool.CLOUD_SERVICE:
        return None
    if invoker or (host and not signals.console_host.match(host)):
        return invoker or host
    is_internal = signals.internal_name.match(address) and signals.internal_name.match(
        record.user_agent or ""
    )
    return address if is_internal else None


def linked_service(record: TrailRecord, signals: Signals) -> str | None:
    """Return the service whose service-linked role made the call."""
    issuer = record.session.session_issuer
    if issuer is None:
        return None
    if found := signals.service_role_path.search(issuer.arn or ""):
        return found["service"]
    return issuer.user_name if signals.service_role.match(issuer.user_name or "") else None


def tool_of(host: str | None, signals: Signals) -> Tool:
    """Return the tool that a service is: most are none that anybody chose."""
    return next((row.tool for row in signals.service_tools if row.host == host), Tool.CLOUD_SERVICE)
