"""The Merkle tree of RFC 6962, as pure functions over stored node hashes.

A node is stored once every leaf below it is there, and never changes afterwards:
`(level, index)` covers the leaves from `index * 2**level`, `2**level` of them.
What lies above the complete nodes, on the right edge, is computed when asked for.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of the complete node at `(level, index)`; level 0 holds the leaf hashes."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves, as RFC 6962 section 2.1 defines it."""

# Prefixes keep a leaf from ever being taken for a node (RFC 6962, section 2.1).
_LEAF_PREFIX = b"\x00"
_NODE_PREFIX = b"\x01"


class Node(NamedTuple):
    """The hash of a complete subtree. A tuple, because one is made per entry and stored as a row."""

    level: int
    position: int
    hash: bytes


def hash_leaf(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(_LEAF_PREFIX + leaf).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children."""
    return hashlib.sha256(_NODE_PREFIX + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the complete subtrees that no larger one covers yet."""

    def __init__(self, size: int = 0, read: NodeReader | None = None) -> None:
        """Resume a tree of `size` leaves from its stored nodes; an empty tree needs none."""
        self.size = size
        self._hashes = {level: read(level, index) for level, index in edge(size)} if read else {}

    def add(self, leaf_hash: bytes) -> list[Node]:
        """Append a leaf; return the nodes that it completed, from the leaf upwards."""
        level, hash_ = 0, leaf_hash
        completed = [Node(0, self.size, leaf_hash)]
        while level in self._hashes:
            hash_ = hash_node(self._hashes.pop(level), hash_)
            level += 1
            completed.append(Node(level, self.size >> level, hash_))
        self._hashes[level] = hash_
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return _fold(self._hashes[level] for level in sorted(self._hashes))


def edge(size: int) -> list[tuple[int, int]]:
    """Return where the frontier of a tree of `size` leaves is stored, the smallest subtree first."""
    return [(level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1]


def root(size: int, read: NodeReader) -> bytes:
    """Return the root of the first `size` leaves."""
    return _fold(read(level, index) for level, index in edge(size))


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves (RFC 6962, section 2.1.1).

    Raises:
        ValueError: The tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    return _path(index, 0, size, read)


def consistency_proof(old_size: int, size: int, read: NodeReader) -> list[bytes]:
    """Return the proof that the first `old_size` leaves are unchanged (RFC 6962, section 2.1.2).

    Raises:
        ValueError: The older tree is empty, or is larger than the newer one.
    """
    if not 0 < old_size <= size:
        raise ValueError(f"a tree of {size} leaves has no proof for {old_size}")
    return _subproof(old_size, 0, size, read, is_known=True)


def _path(index: int, begin: int, end: int, read: NodeReader) -> list[bytes]:
    if end - begin == 1:
        return []
    middle = begin + _split(end - begin)
    if index < middle:
        return [*_path(index, begin, middle, read), _subtree(middle, end, read)]
    return [*_path(index, middle, end, read), _subtree(begin, middle, read)]


def _subproof(old_end: int, begin: int, end: int, read: NodeReader, *, is_known: bool) -> list[bytes]:
    """`is_known` says that the subtree's hash follows from the older root, so that it need not be sent."""
    if old_end == end:
        return [] if is_known else [_subtree(begin, end, read)]
    middle = begin + _split(end - begin)
    if old_end <= middle:
        return [*_subproof(old_end, begin, middle, read, is_known=is_known), _subtree(middle, end, read)]
    return [*_subproof(old_end, middle, end, read, is_known=False), _subtree(begin, middle, read)]


def _subtree(begin: int, end: int, read: NodeReader) -> bytes:
    size = end - begin
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, begin >> level)
    middle = begin + _split(size)
    return hash_node(_subtree(begin, middle, read), _subtree(middle, end, read))


def _split(size: int) -> int:
    """Return the largest power of two that is smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def _fold(hashes: Iterable[bytes]) -> bytes:
    """Join the hashes of a frontier, the smallest subtree first."""
    joined: bytes | None = None
    for hash_ in hashes:
        joined = hash_ if joined is None else hash_node(hash_, joined)
    return EMPTY_ROOT if joined is None else joined
