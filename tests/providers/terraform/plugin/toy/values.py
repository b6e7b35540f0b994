"""Kinds of values and blocks that the package `tf` lacks, or does not tell apart when they differ."""

import tf.blocks
import tf.types
from tf.gen import tfplugin_pb2 as pb
from tf.schema import Block, NestedBlock
from tf.types import TfType


class Set(tf.types.Set):
    """A set that the cloud returns in an order of its own; `tf` would put the declared one in its place.

    It also fails where one of two sets is null.
    """

    semantically_equal = TfType.semantically_equal


class Map(TfType):
    """A map of values of one kind."""

    def __init__(self, value_type: TfType) -> None:
        self.value_type = value_type

    def encode(self, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {key: self.value_type.encode(one) for key, one in value.items()}

    def decode(self, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {key: self.value_type.decode(one) for key, one in value.items()}

    def tf_type(self) -> bytes:
        return b'["map",' + self.value_type.tf_type() + b"]"


class SetBlock(tf.blocks.SetNestedBlock):
    """A set of blocks that differ also where only blocks inside of them do."""

    def semantically_equal(self, one: object, other: object) -> bool:
        return one == other


class ListBlock(SetBlock):
    """A list of blocks."""

    def to_pb(self) -> pb.Schema.NestedBlock:
        message = super().to_pb()
        message.nesting = pb.Schema.NestedBlock.NestingMode.LIST
        return message


def block(type_name: str, *parts: object, ordered: bool = False) -> NestedBlock:
    """Return a block of these attributes and blocks."""
    blocks = [one for one in parts if isinstance(one, NestedBlock)]
    content = Block(attributes=[one for one in parts if one not in blocks], block_types=blocks)
    return (ListBlock if ordered else SetBlock)(type_name, content)
