"""What a directory of Cognito keeps of its users.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SchemaAttributeType.html
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from drift.model.resource import Json

CUSTOM: Final = "custom:"
DEVELOPERS: Final = "dev:"
"""Stand before the names of attributes that are not those of every pool."""


def user_attributes(
    attributes: Iterable[Mapping[str, Any]], declared: Sequence[Mapping[str, Json]]
) -> list[dict[str, Json]]:
    """Return the blocks `schema`: attributes of one's own, and those of every pool that are declared."""
    names = {one.get("name") for one in declared}
    return [_block(one) for one in attributes if _is_own(one["Name"]) or one["Name"] in names]


def _is_own(name: str) -> bool:
    return name.startswith((CUSTOM, DEVELOPERS))


def _block(attribute: Mapping[str, Any]) -> dict[str, Json]:
    text, number = attribute.get("StringAttributeConstraints"), attribute.get("NumberAttributeConstraints")
    return {
        "name": attribute["Name"].removeprefix(DEVELOPERS).removeprefix(CUSTOM),
        "attribute_data_type": attribute.get("AttributeDataType"),
        "developer_only_attribute": attribute.get("DeveloperOnlyAttribute", False),
        "mutable": attribute.get("Mutable", False),
        "required": attribute.get("Required", False),
        "string_attribute_constraints": []
        if text is None
        else [{"min_length": text.get("MinLength"), "max_length": text.get("MaxLength")}],
        "number_attribute_constraints": []
        if number is None
        else [{"min_value": number.get("MinValue"), "max_value": number.get("MaxValue")}],
    }
