"""The append-only Merkle log of evidence, its checkpoints, and a verifier that shares nothing with them."""
