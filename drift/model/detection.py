"""What comparing has to know beyond the schema of a type. Adapters bring it as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drift.model.verdict import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Companion:
    """A resource type whose instances show up again inside an attribute of their parent.

    A security group lists its rules, and each rule may be a resource of its own: what a
    declared child explains is no drift of the parent.
    """

    parent: str
    attribute: str
    child: str
    names_parent_by: str
    """The child's attribute that holds the parent's id, name or ARN."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Values that the child's attributes must have."""
    fields: frozenset[str] = frozenset()
    """Keys of the parent's element that the child repeats; none given means all of them."""
    owns_all: bool = False
    """The child holds the whole attribute, in a form of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SeverityRow:
    """How much drift of an attribute matters. Both patterns are globs; the first row that fits counts."""

    type: str
    attribute: str
    severity: Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentForm:
    """A kind of JSON document inside a string in which one value and a list of one mean the same."""

    marker: str
    """The top-level key that tells such a document."""
    sets: frozenset[str]
    """Keys whose value is a set, written as a list or as its only element."""
    sets_below: frozenset[str]
    """Keys below which every value is such a set."""
    same: Mapping[str, str] = field(default_factory=dict)
    """Regular expressions with their replacement: other spellings of an element."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """Attributes that a provider keeps otherwise than they are written. All patterns are globs.

    A hash of a script, a version with its patch level: state and code differ, and nothing is amiss.
    """

    types: tuple[str, ...]
    attributes: tuple[str, ...]


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
    companions: tuple[Companion, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    severities: tuple[SeverityRow, ...] = ()
    drifted: Severity = Severity.MEDIUM
    """Where no row fits."""
    missing: Severity = Severity.HIGH
    unmanaged: Severity = Severity.MEDIUM
