"""What tables say of a Terraform type: what it is called by, and where its attributes stand."""

from collections.abc import Mapping
from typing import Any

import msgspec

from drift.model.resource import Json, TypeSchema
from providers.live_tables.expressions import LEFT_OUT, Answer, Expression, Functions
from providers.tables import Row


class MadeByCloud(Row, frozen=True, kw_only=True):
    """Resources that a cloud makes by itself, so that nobody has to declare them."""

    when: Expression
    """True of what the cloud answered of such a one."""
    reason: str
    """`the default VPC of its region`."""


class PartOf(Row, frozen=True, kw_only=True):
    """Resources that come and go with another, which is declared or not in their place."""

    type: str
    """Terraform's type of the other."""
    id: Expression
    """Its id, or a list of such; `null` where it belongs to none."""
    is_of_cloud_made_only: bool = False
    """So it is only where the cloud made the other one by itself."""


class MappedType(Row, frozen=True, kw_only=True):
    """One Terraform type, as a cloud's own API shows it."""

    type: str
    id: Expression
    """What Terraform keeps as the id."""
    attributes: Mapping[str, Expression]
    """Terraform's attributes; what stands here is compared, and nothing else."""
    sets: frozenset[str] = frozenset()
    """Paths of those without an order, written `ingress[].cidr_blocks`."""
    optional: frozenset[str] = frozenset()
    """Paths of those that the provider fills in where the code is silent."""
    sensitive: frozenset[str] = frozenset()
    """Paths whose values are never shown."""
    made_by_cloud: tuple[MadeByCloud, ...] = ()
    part_of: tuple[PartOf, ...] = ()

    @property
    def schema(self) -> TypeSchema:
        """Return what comparing needs to know."""
        return TypeSchema(sets=self.sets, optional=self.optional, sensitive=self.sensitive)

    def mapped(self, answer: Answer) -> dict[str, Json]:
        """Return the attributes as they are there. Raises `UnexpectedAnswerError`."""
        said = {name: one.of(answer) for name, one in self.attributes.items()}
        return {name: value for name, value in said.items() if value is not LEFT_OUT}

    def reason_of(self, answer: Answer) -> str | None:
        """Return why nobody has to declare it, where that is so. Raises `UnexpectedAnswerError`."""
        return next((one.reason for one in self.made_by_cloud if one.when.of(answer)), None)


def converted(kind: Any, tables: Any, functions: Functions, *, is_checked: bool = False) -> Any:
    """Return `tables` as rows of `kind`.

    Without `is_checked`, which is for tables that a test has checked, expressions wait for their first use.

    Raises:
        ValueError: Something is not of their form.
    """

    def made(kind: type, value: object) -> Any:
        if kind is not Expression or not isinstance(value, str):
            raise TypeError(f"an expression is text, not {type(value).__name__}")
        found = Expression(value, functions)
        if is_checked:
            _ = found.of
        return found

    return msgspec.convert(tables, kind, dec_hook=made)
