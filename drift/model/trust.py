"""Who may act as an identity that deploys, and what that identity may do: as its cloud tells it."""

import hashlib
from dataclasses import dataclass

from drift.model.pipeline_control import ControlFinding, ControlWeakness, Verifiable
from drift.model.verdict import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class DeployingIdentity:
    """A role, service account or application, with its trust policy."""

    name: str
    """As its cloud names it for good: an ARN, an address, an application's id."""
    status: Verifiable
    text: str
    """JSON with sorted keys: who may act as it, and what it may do; empty where it is not verifiable."""
    why: str | None = None
    """Why it is not verifiable, or which part of it is not."""
    trusts: tuple[str, ...] = ()
    """Who may act as it, each in one line for people to read, sorted."""
    too_wide: tuple[str, ...] = ()
    """What lets in more than one pipeline or somebody in particular, each in one line, sorted."""

    @property
    def digest(self) -> str:
        """Hex SHA-256 of all that it says, which changes when that does."""
        parts = (self.status, self.why or "", self.text, *self.trusts, *self.too_wide)
        return hashlib.sha256("\n\n".join(parts).encode(errors="replace")).hexdigest()


def findings_of_trust(
    source: str, identity: DeployingIdentity, owner: str | None
) -> tuple[ControlFinding, ...]:
    """Return what is wrong with who may act as an identity. What is not verifiable is no finding."""
    if not identity.too_wide:
        return ()
    return (
        ControlFinding(
            host=source,
            repository=identity.name,
            weakness=ControlWeakness.OPEN_TRUST,
            severity=Severity.HIGH,
            owner=owner,
            text=f"{identity.name}: {'; '.join(identity.too_wide)}",
        ),
    )
