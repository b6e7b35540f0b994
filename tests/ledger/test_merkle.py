"""The tree against known roots, against the naive definition, and its proofs against RFC 9162's verifier."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    NodeReader,
    consistency_proof,
    hash_leaf,
    hash_node,
    inclusion_proof,
    root,
)

# The leaves that certificate transparency logs are tested with, and the roots of their prefixes.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    read = stored(LEAVES)

    assert root(size, read).hex() == ROOTS[size - 1]
    assert grown(LEAVES[:size]).root().hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_a_tree_is_resumed_from_its_stored_nodes() -> None:
    resumed = Frontier(5, stored(LEAVES[:5]))
    for leaf in LEAVES[5:]:
        resumed.add(hash_leaf(leaf))

    assert resumed.root().hex() == ROOTS[7]


@settings(deadline=None, max_examples=60)
@given(size=st.integers(1, 200), data=st.data())
def test_roots_and_proofs_hold_at_every_size(size: int, data: st.DataObject) -> None:
    leaves = [str(number).encode() for number in range(size)]
    old_size = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))
    read = stored(leaves)

    assert root(size, read) == naive_root(leaves)
    assert root(old_size, read) == naive_root(leaves[:old_size])
    assert is_included(
        hash_leaf(leaves[index]), index, size, inclusion_proof(index, size, read), root(size, read)
    )
    assert is_consistent(
        old_size, root(old_size, read), size, root(size, read), consistency_proof(old_size, size, read)
    )


def test_a_proof_does_not_fit_another_leaf() -> None:
    read = stored(LEAVES)

    proof = inclusion_proof(3, 8, read)

    assert not is_included(hash_leaf(b"something else"), 3, 8, proof, root(8, read))


@pytest.mark.parametrize("index", [-1, 8])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, 8, stored(LEAVES))


@pytest.mark.parametrize("old_size", [0, 9])
def test_there_is_no_proof_for_a_tree_that_never_was(old_size: int) -> None:
    with pytest.raises(ValueError, match="no proof"):
        consistency_proof(old_size, 8, stored(LEAVES))


def grown(leaves: list[bytes]) -> Frontier:
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(hash_leaf(leaf))
    return frontier


def stored(leaves: list[bytes]) -> NodeReader:
    frontier = Frontier()
    nodes = {
        (node.level, node.position): node.hash for leaf in leaves for node in frontier.add(hash_leaf(leaf))
    }
    return lambda level, index: nodes[level, index]


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word by word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def is_included(leaf_hash: bytes, index: int, size: int, proof: list[bytes], expected: bytes) -> bool:
    """The procedure of RFC 9162, section 2.1.3.2."""
    node, last, result = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = hash_node(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = hash_node(result, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and result == expected


def is_consistent(old_size: int, old_root: bytes, size: int, new_root: bytes, proof: list[bytes]) -> bool:
    """The procedure of RFC 9162, section 2.1.4.2."""
    if old_size == size:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else proof
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = hash_node(sibling, old), hash_node(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = hash_node(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
