"""Identity providers whose tokens open sessions."""

from dataclasses import dataclass

from drift.model.event import Issuer
from drift.model.verdict import Confidence
from providers.aws.record import TrailRecord
from providers.aws.signals import Signals

OIDC = ":oidc-provider/"
SAML = ":saml-provider/"
FEDERATED_IDENTITY = "WebIdentityUser"
"""On the call that trades a token for a session; later calls keep the provider only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """The provider behind a session, and how surely a machine uses it."""

    issuer: Issuer
    machine: Confidence | None
    """`None` for providers that nobody has listed: they serve people and machines."""


def issued_by(record: TrailRecord, signals: Signals) -> Issued | None:
    """Return the token's issuer, or `None` where the session was not opened with a token."""
    federation = record.session.web_id_federation_data
    provider = (federation.federated_provider if federation else None) or record.identity.identity_provider
    if not provider or SAML in provider:
        return None
    host = provider.rpartition(OIDC)[2].partition("/")[0]
    is_token = record.identity.type == FEDERATED_IDENTITY
    subject = subject_of(record.identity.user_name, signals) if is_token else None
    for row in signals.issuers:
        if row.pattern.search(host):
            issuer = Issuer(name=row.name, is_pipeline=row.pipeline, subject=subject)
            return Issued(issuer=issuer, machine=row.confidence)
    return Issued(issuer=Issuer(name=host, is_pipeline=False, subject=subject), machine=None)


def subject_of(name: str | None, signals: Signals) -> str | None:
    """Return the subject of a token. GitHub's lose their numeric ids, so that one pattern fits both forms."""
    found = signals.github_subject.match(name or "")
    return f"repo:{found['org']}/{found['repo']}:{found['context']}" if found else name
