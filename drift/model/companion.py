"""What of a resource another resource declares, or another program decides. Rows of tables."""

from collections.abc import Mapping

from msgspec import Struct

from drift.model.equivalence import Scalar

NAMES = ("id", "arn", "name", "self_link", "url")
"""Attributes of a parent by any of which a child may name it."""


class Companion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resource type whose instances show up again inside an attribute of their parent.

    A security group lists its rules, and each rule may be a resource of its own: what a
    declared child explains is no drift of the parent.
    """

    parent: str
    """`*` stands for every type."""
    attribute: str
    child: str
    names_parent_by: str
    """The child's attribute that holds what names the parent, or a list of such."""
    parent_names: tuple[str, ...] = NAMES
    """The parent's attributes that hold what the child names it by."""
    alike: frozenset[str] = frozenset()
    """Attributes in which child and parent are the same, where both have them."""
    where: Mapping[str, Scalar] = {}
    """Values that the child's attributes must have."""
    element: Mapping[str, Scalar] = {}
    """Values that the parent's element must have."""
    fields: frozenset[str] = frozenset()
    """Keys of the parent's element that the child repeats; none given means all of them."""
    itself: str | None = None
    """Key of the parent's element that is true where the child names the parent once more."""
    map_key: str | None = None
    """The child's attribute that holds the key, where the parent's attribute is a map."""
    owns_all: bool = False
    """The child holds the whole attribute, in a form of its own."""


class Scaler(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A declared resource that moves an attribute of another one between bounds."""

    type: str
    names_target_by: str
    """Its attribute that names what it moves."""
    target: str
    """What stands there, out of attributes of the target: `service/{cluster}/{name}`, `{id}`."""
    where: Mapping[str, Scalar] = {}
    """Values that its attributes must have."""


class CoManaged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An attribute that an autoscaler or an automatic upgrade moves: drift only outside the declared bounds.

    Paths are written with `[]` for an index. Bounds are attributes of the resource, or of its scaler.
    """

    types: tuple[str, ...]
    attribute: str
    least: str | None = None
    """Path of the lower bound; without one, what is declared is the lower bound."""
    most: str | None = None
    """Path of the upper bound; without one, there is none."""
    endless: Scalar | None = None
    """What stands there, besides nothing, where there is no upper bound."""
    same_parts: int | None = None
    """The attribute is a version, which may only rise, and not in this many leading parts."""
    where: Mapping[str, str] = {}
    """Globs that what is declared must fit, by path."""
    scaler: Scaler | None = None
    """Without one, the resource itself says that it is moved."""
