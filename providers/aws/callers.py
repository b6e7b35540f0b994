"""Who called: a person, a machine or AWS itself, as far as the record vouches for it.

The first rule that fits decides:

1. an identity of a service, or a service-linked role: the service;
2. an Identity Center user: a person;
3. a role of a permission set: a person, named by the session;
4. a token of a listed identity provider: a machine;
5. the credentials of an EC2 instance or a function: a machine;
6. a SAML sign-in, a federated user, a source identity, a session named like an e-mail address: a person;
7. the root user, an IAM user: a person;
8. credentials or a user agent of the console: a person;
9. a session name that machines choose: a machine;
10. the feature ids of a workstation's SDK: a person;
11. a service that acts with an identity which no rule names: the service;
12. else nobody knows.
"""

from collections.abc import Callable

from msgspec import Struct

from drift.model.verdict import ActorKind, Confidence, Tool
from providers.aws.issuers import Issued
from providers.aws.names import Names
from providers.aws.origin import SERVICE_IDENTITY, SIGN_IN, Origin
from providers.aws.record import truth
from providers.aws.services import linked_service, tool_of
from providers.aws.signals import Signals

STATIC_KEY = "AKIA"


class Evidence(Struct, frozen=True, kw_only=True):
    """All that the rules look at."""

    origin: Origin
    service: str | None
    """The service that made the call."""
    names: Names
    issued: Issued | None
    signals: Signals


class Who(Struct, frozen=True):
    """A kind of caller, and the reason."""

    kind: ActorKind
    confidence: Confidence
    reason: str


def who_calls(evidence: Evidence) -> Who:
    """Return the kind of caller, by the first rule that fits."""
    return next(filter(None, (rule(evidence) for rule in _RULES)), _NOBODY_KNOWS)


def _service_itself(evidence: Evidence) -> Who | None:
    origin, signals = evidence.origin, evidence.signals
    if origin.identity.type == SERVICE_IDENTITY:
        return Who(ActorKind.SERVICE, Confidence.HIGH, "the identity of an AWS service")
    if linked_service(origin.identity, signals):
        return Who(ActorKind.SERVICE, Confidence.HIGH, "a service-linked role")
    return None


def _identity_center_user(evidence: Evidence) -> Who | None:
    caller = evidence.origin.identity
    if caller.type == "IdentityCenterUser" or (caller.on_behalf_of and caller.on_behalf_of.user_id):
        return Who(ActorKind.HUMAN, Confidence.HIGH, "a user of IAM Identity Center")
    return None


def _permission_set(evidence: Evidence) -> Who | None:
    """Only AWS can create roles under its own path, but anybody can imitate their names."""
    names, signals = evidence.names, evidence.signals
    found = signals.sso_role.match(names.role or "")
    if found is None:
        return None
    is_vouched_for = names.role_arn is None or signals.sso_role_path.search(names.role_arn)
    confidence = Confidence.HIGH if is_vouched_for else Confidence.MEDIUM
    return Who(ActorKind.HUMAN, confidence, f"the permission set {found['permission_set']}")


def _token(evidence: Evidence) -> Who | None:
    issued = evidence.issued
    if issued is None or issued.machine is None:
        return None
    return Who(ActorKind.MACHINE, issued.machine, f"a token of {issued.issuer.name}")


def _instance(evidence: Evidence) -> Who | None:
    if evidence.origin.session.ec2_role_delivery:
        reason = "credentials of an EC2 instance, on which a person may sit"
        return Who(ActorKind.MACHINE, Confidence.HIGH, reason)
    scope = evidence.origin.identity.in_scope_of
    if scope and scope.issuer_type:
        holder = " ".join(filter(None, (scope.issuer_type, scope.credentials_issued_to)))
        return Who(ActorKind.MACHINE, Confidence.HIGH, f"credentials of {holder}")
    return None


def _federated_person(evidence: Evidence) -> Who | None:
    caller, names = evidence.origin.identity, evidence.names
    if caller.type == "SAMLUser":
        return Who(ActorKind.HUMAN, Confidence.HIGH, "a SAML sign-in")
    if caller.type == "FederatedUser":
        return Who(ActorKind.HUMAN, Confidence.MEDIUM, "a federated user")
    if evidence.origin.session.source_identity:
        return Who(ActorKind.HUMAN, Confidence.MEDIUM, "the session carries a source identity")
    if evidence.signals.email.match(names.person or ""):
        return Who(ActorKind.HUMAN, Confidence.MEDIUM, "the session is named like an e-mail address")
    return None


def _user(evidence: Evidence) -> Who | None:
    origin = evidence.origin
    if origin.identity.type == "Root" or truth(origin.session.assumed_root):
        way = ", through central root access" if truth(origin.session.assumed_root) else ""
        return Who(ActorKind.HUMAN, Confidence.HIGH, f"the root user{way}")
    if origin.event_type == SIGN_IN:
        return Who(ActorKind.HUMAN, Confidence.HIGH, "a sign-in to the console")
    if origin.identity.type != "IAMUser":
        return None
    if origin.is_flagged:
        return Who(ActorKind.HUMAN, Confidence.HIGH, "an IAM user signed in to the console")
    if (origin.identity.access_key_id or "").startswith(STATIC_KEY):
        reason = "an IAM user with a static key, a person unless the configuration says otherwise"
        return Who(ActorKind.HUMAN, Confidence.MEDIUM, reason)
    return Who(ActorKind.HUMAN, Confidence.MEDIUM, "an IAM user")


def _in_the_console(evidence: Evidence) -> Who | None:
    origin = evidence.origin
    if origin.is_stated_console:
        return Who(ActorKind.HUMAN, Confidence.MEDIUM, "credentials from a console sign-in")
    rows = evidence.origin.agent.rows(evidence.signals.console_agents)
    if evidence.service is None and any(not row.needs_person for row in rows):
        return Who(ActorKind.HUMAN, Confidence.MEDIUM, "the user agent of the console's own servers")
    return None


def _machine_session(evidence: Evidence) -> Who | None:
    session = evidence.names.session or ""
    rows = evidence.signals.sessions
    row = next((one for one in rows if one.pattern.match(session)), None)
    if row is None:
        return None
    kind = ActorKind.UNKNOWN if row.confidence is Confidence.LOW else ActorKind.MACHINE
    return Who(kind, row.confidence, row.reason)


def _workstation(evidence: Evidence) -> Who | None:
    features = evidence.origin.agent.features
    if any(row.person and row.ids & features for row in evidence.signals.features):
        return Who(
            ActorKind.HUMAN, Confidence.MEDIUM, "the SDK took its credential from a workstation's login"
        )
    return None


def _service_with_a_role(evidence: Evidence) -> Who | None:
    """CloudFormation keeps the identity of whoever launched the stack, so it stays open who that is."""
    service, signals = evidence.service, evidence.signals
    if service is None:
        return None
    is_own_session = any(row.session == evidence.names.session for row in signals.service_tools)
    if is_own_session or tool_of(service, signals) is Tool.CLOUD_SERVICE:
        return Who(ActorKind.SERVICE, Confidence.MEDIUM, f"{service} made the call")
    return None


_RULES: tuple[Callable[[Evidence], Who | None], ...] = (
    _service_itself,
    _identity_center_user,
    _permission_set,
    _token,
    _instance,
    _federated_person,
    _user,
    _in_the_console,
    _machine_session,
    _workstation,
    _service_with_a_role,
)

_NOBODY_KNOWS = Who(ActorKind.UNKNOWN, Confidence.LOW, "no rule names this identity")
