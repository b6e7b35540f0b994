"""The key of a service account of our own."""

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def a_key_file(folder: Path, token_uri: str) -> Path:
    """Write a key; tokens are to be had at `token_uri`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    document = {
        "type": "service_account",
        "client_email": "drift@example.iam.gserviceaccount.com",
        "private_key": key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        "token_uri": token_uri,
    }
    file = folder / "key.json"
    file.write_text(json.dumps(document))
    return file
