"""The auditor's pack: listings and documents that follow from the sealed ledger, and a verifier.

`export` writes the pack; `parts` says what stands in it; `view` is what a part is made from.
"""
