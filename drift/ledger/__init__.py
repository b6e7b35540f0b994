"""The append-only Merkle log of evidence, its signed checkpoints, and a verifier that shares nothing with them."""
