"""The registers of a pack: what an auditor asks for beside the populations, each derived from the ledger.

`parts` says which there are; `register` what each says of itself while it is empty; `facts` what
several of them rest on.
"""
