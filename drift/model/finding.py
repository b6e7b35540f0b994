"""Differences between what is declared and what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from drift.model.ignore import Ignored
from drift.model.resource import Json, NotReadReason
from drift.model.verdict import Severity

HIDDEN = "(sensitive)"
"""Stands for a value that must never be shown."""


class FindingKind(StrEnum):
    """Which side lacks what."""

    DRIFTED = "drifted"
    MISSING = "missing"
    UNMANAGED = "unmanaged"
    UNAPPLIED = "unapplied"
    """What was applied, as the state has it, is not what the code says."""
    SUSPECTED_NOISE = "suspected-noise"
    """Many resources of one type differ alike, and nobody was seen to write to them."""


class FindingStatus(StrEnum):
    """Where a finding is in its life; only a later comparison resolves one."""

    OPEN = "open"
    PRE_EXISTING = "pre-existing"
    """It was there when its baseline was first compared: a row of the opening register, which alerts nobody.
    Once it differs otherwise, it is open."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has answered for it as it is. Once it differs otherwise, it is reopened."""
    RESOLVED = "resolved"
    IGNORED = "ignored"
    """A rule of the configuration hides it: nobody knows whether it still differs."""
    REOPENED = "reopened"
    """It was resolved, ignored or acknowledged, and differs again."""


OPEN = frozenset(
    {FindingStatus.OPEN, FindingStatus.PRE_EXISTING, FindingStatus.ACKNOWLEDGED, FindingStatus.REOPENED}
)
"""The difference is there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributeDrift:
    """One attribute that differs.

    A path stops at the outermost set: declared and live then list only the differing elements.
    Of an `unapplied` finding, `declared` is what the code says, and `live` what was applied: what
    the state has. Whether the cloud still has it, a `drifted` finding beside it tells.
    """

    path: str
    declared: Json
    live: Json
    sensitive: bool = False
    explained_by: tuple[str, ...] = ()
    """Keys of the writes that made it so, by time: several where elements of a set came one by one."""
    is_explained: bool = False
    """Nothing of the difference is left that no known write explains."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftFinding:
    """One resource whose declared and live configuration differ."""

    finding_id: str
    kind: FindingKind
    address: str | None
    type: str
    resource_id: str | None
    account: str | None
    region: str | None
    severity: Severity
    attributes: tuple[AttributeDrift, ...]
    explained_by: tuple[str, ...]
    """Keys of the writes that made it so, in order of time."""
    baseline: str | None
    source: str | None = None
    """File and line of the declaration, where the code is at hand."""
    state: str | None = None
    """Path or URI of the state that declares it."""
    fingerprint: str | None = None
    """Hex HMAC-SHA-256 of what differs, under a key of this installation: it tells that a hidden value
    has changed again, and nothing else. Where nothing is hidden, none is kept."""
    stands_for: tuple[str, ...] = ()
    """Addresses of the resources, where one finding speaks of many."""
    proposal: str | None = None
    """What to write into the configuration, should this be no drift."""

    @property
    def is_told(self) -> bool:
        """Whether people are told of it, besides that it is recorded and counted.

        Without the code nobody knows what it ignores, so that of such drift only what matters to
        security is worth waking somebody.
        """
        is_by_code = self.kind in (FindingKind.DRIFTED, FindingKind.UNAPPLIED)
        return self.source is not None or not is_by_code or self.severity.rank >= Severity.HIGH.rank


@dataclass(frozen=True, kw_only=True, slots=True)
class NotCompared:
    """A declared resource that could not be compared: named, never a finding."""

    baseline: str
    address: str
    type: str | None
    resource_id: str | None
    reason: NotReadReason
    error: str
    state: str | None = None
    """Path or URI of the state that declares it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagedCoverage:
    """How much of what exists of a type in an account is declared."""

    account: str | None
    type: str
    managed: int
    unmanaged: int
    made_by_cloud: int
    """What the cloud made by itself, which nobody has to declare."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The result of holding one or more baselines against what is there."""

    findings: tuple[DriftFinding, ...]
    not_compared: tuple[NotCompared, ...]
    declared: int
    compared: int
    ignored: tuple[Ignored, ...] = ()
    """What the rules of the configuration hid."""
    compared_by_type: Mapping[str, int] = field(default_factory=dict)
    """Of how many resources of each type was seen how they are."""
    settling: tuple[DriftFinding, ...] = ()
    """Made by an apply that may still be under way: no findings yet."""
    coverage: tuple[ManagedCoverage, ...] = ()
    """Of what could be listed, by account and type."""

    def count(self, kind: FindingKind) -> int:
        """Return how many findings are of `kind`."""
        return sum(finding.kind is kind for finding in self.findings)


class Agreement(StrEnum):
    """Why a write leaves the code right."""

    DECLARED = "declared"
    """It sets what the code declared before."""
    IGNORED = "ignored"
    """The code leaves to others what it sets: `ignore_changes`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How the resource of a change stands with what is declared."""

    address: str | None = None
    """Its address in the code, where a baseline declares it."""
    source: str | None = None
    """File and line of the declaration."""
    code_owners: tuple[str, ...] = ()
    """Who owns that file, by CODEOWNERS."""
    tags: tuple[str, ...] = ()
    """What the resource is tagged with in its state: `team=network`."""
    unit: str | None = None
    """The organisational unit that its account lies in: `Root/Workloads/Production`."""
    is_compared: bool = False
    """It was held against the live configuration after the change."""
    findings: tuple[DriftFinding, ...] = ()
    """The open findings on it."""
    agreement: Agreement | None = None
    """Why none of the change's writes departs from the code; `None` where one does, or may."""
    waived: tuple[str, ...] = ()
    """Ids of those findings of which a waiver counts now."""

    @property
    def told(self) -> tuple[DriftFinding, ...]:
        """The findings that people are told of."""
        return tuple(one for one in self.findings if one.is_told and one.finding_id not in self.waived)

    @property
    def is_converged(self) -> bool:
        """The live configuration was read, and is what is declared."""
        return self.is_compared and not self.findings
