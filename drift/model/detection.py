"""What comparing has to know beyond the schema of a type. Adapters bring it as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from msgspec import Struct

from drift.model.companion import CoManaged, Companion
from drift.model.environment import Environment
from drift.model.equivalence import CloudKeys, Defaults, DocumentForm, Scalar, Spelling
from drift.model.glob import fits
from drift.model.ignore import IgnoreRule
from drift.model.path import without_indexes
from drift.model.verdict import Severity

__all__ = ["Companion", "DetectRules", "DocumentForm", "NoiseLimits", "SeverityRow"]


class SeverityRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much drift of an attribute matters. All patterns are globs; the first row that fits counts."""

    types: tuple[str, ...]
    attributes: tuple[str, ...]
    severity: Severity
    is_security_relevant: bool = False
    """Drift of it is never taken for noise."""
    declared: tuple[Scalar, ...] = ()
    """One of these was declared; none given means anything."""
    live: tuple[str, ...] = ()
    """Globs of a value that is there now and was not declared; `""` stands for none.

    None given means anything.
    """

    def is_about(self, type_: str, path: str) -> bool:
        """Tell whether the row speaks of this attribute, or of the list that it is an element of."""
        pattern = without_indexes(path)
        return any(fits(type_, one) for one in self.types) and any(
            fits(text, one) for one in self.attributes for text in {path, pattern, pattern.removesuffix("[]")}
        )

    @property
    def is_of_any_values(self) -> bool:
        """Whether it speaks of an attribute whatever its values."""
        return not self.declared and not self.live


class NoiseLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when on the same drift of many resources of one type is taken for noise."""

    at_least: int
    """Resources."""
    share: float
    """Of all resources of the type that were compared, from 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectRules:
    """The tables by which declared and live configuration are compared."""

    skipped: frozenset[str] = frozenset()
    """Attributes that say nothing of the configuration."""
    mirrors: Mapping[str, str] = field(default_factory=dict)
    """Attributes that repeat another one and add to it: `tags_all` repeats `tags`."""
    same_types: Mapping[str, str] = field(default_factory=dict)
    """Other names of a type, so that a declared resource is recognised when it is discovered."""
    documents: tuple[DocumentForm, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    owners: tuple[str, ...] = ()
    """Regular expressions whose group is the account in a name that says whose it is, an ARN for example."""
    defaults: tuple[Defaults, ...] = ()
    cloud_keys: tuple[CloudKeys, ...] = ()
    companions: tuple[Companion, ...] = ()
    co_managed: tuple[CoManaged, ...] = ()
    severities: tuple[SeverityRow, ...] = ()
    drifted: Severity = Severity.MEDIUM
    """Where no row fits."""
    missing: Severity = Severity.HIGH
    unmanaged: Severity = Severity.MEDIUM
    noise: NoiseLimits | None = None
    """Without limits nothing is taken for noise."""
    environments: tuple[Environment, ...] = ()
    """Drift in one that is not production matters less."""
    ignores: tuple[IgnoreRule, ...] = ()
    fingerprint_key: bytes = field(default=b"", repr=False)
    """Of this installation: what differs is kept as its keyed hash. Without a key no hash is kept."""

    def as_of(self, now: datetime) -> "DetectRules":
        """Return the rules without those that count no more at `now`."""
        return replace(self, ignores=tuple(one for one in self.ignores if not one.is_expired(now)))

    def is_security_relevant(self, type_: str, path: str) -> bool:
        """Tell whether drift of an attribute can weaken what protects the estate, whatever its values."""
        for row in self.severities:
            if row.is_about(type_, path) and (row.is_security_relevant or row.is_of_any_values):
                return row.is_security_relevant
        return False

    def is_production(self, account: str | None) -> bool:
        """Tell whether an account is production; one that no environment claims is: the safe side."""
        fitting = (one for one in self.environments if account and one.claims(account))
        return next((one.is_production for one in fitting), True)
