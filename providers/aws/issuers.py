"""Identity providers whose tokens open sessions."""

from msgspec import Struct

from drift.model.event import Issuer
from drift.model.verdict import Confidence
from providers.aws.record import UserIdentity
from providers.aws.signals import Signals

OIDC = ":oidc-provider/"
SAML = ":saml-provider/"
FEDERATED_IDENTITY = "WebIdentityUser"
"""On the call that trades a token for a session; later calls keep the provider only."""


class Issued(Struct, frozen=True, kw_only=True):
    """The provider behind a session, and how surely a machine uses it."""

    issuer: Issuer
    machine: Confidence | None
    """`None` for providers that nobody has listed: they serve people and machines."""


def issued_by(caller: UserIdentity, signals: Signals) -> Issued | None:
    """Return the token's issuer, or `None` where the session was not opened with a token."""
    federation = caller.session.web_id_federation_data
    provider = (federation.federated_provider if federation else None) or caller.identity_provider
    if not provider or SAML in provider:
        return None
    host = provider.rpartition(OIDC)[2].partition("/")[0]
    is_token = caller.type == FEDERATED_IDENTITY
    subject = subject_of(caller.user_name or _last_of_id(caller, provider), signals) if is_token else None
    for row in signals.issuers:
        if row.pattern.search(host):
            issuer = Issuer(name=row.name, is_pipeline=row.pipeline, subject=subject)
            return Issued(issuer=issuer, machine=row.confidence)
    return Issued(issuer=Issuer(name=host, is_pipeline=False, subject=subject), machine=None)


def _last_of_id(caller: UserIdentity, provider: str) -> str | None:
    """Return the subject at the end of `provider:audience:subject`."""
    before, found, rest = (caller.principal_id or "").partition(f"{provider}:")
    return rest.partition(":")[2] or None if found and not before else None


def subject_of(name: str | None, signals: Signals) -> str | None:
    """Return the subject of a token. GitHub's lose their numeric ids, so that one pattern fits both forms."""
    found = signals.github_subject.match(name or "")
    return f"repo:{found['org']}/{found['repo']}:{found['context']}" if found else name
