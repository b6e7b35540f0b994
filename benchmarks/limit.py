"""How fast the files of a trail can be read at all: decompressed and decoded, and nothing else.

A program of its own, so that it is measured like the command: `python -m benchmarks.limit FOLDER`.
"""

import sys
import time
from pathlib import Path

import msgspec
from isal import igzip_lib


class _Record(msgspec.Struct, rename="camel", gc=False):
    """The fields that a judge looks at; the large ones stay as bytes."""

    user_identity: msgspec.Raw = msgspec.Raw(b"null")
    request_parameters: msgspec.Raw = msgspec.Raw(b"null")
    response_elements: msgspec.Raw = msgspec.Raw(b"null")
    event_name: str | None = None
    event_source: str | None = None
    event_id: str | None = msgspec.field(default=None, name="eventID")
    event_time: str | None = None
    event_type: str | None = None
    aws_region: str | None = None
    source_ip_address: str | None = msgspec.field(default=None, name="sourceIPAddress")
    user_agent: str | None = None
    error_code: str | None = None
    read_only: bool | None = None
    recipient_account_id: str | None = None


class _Document(msgspec.Struct):
    records: list[_Record] = msgspec.field(name="Records")


def main(folder: Path) -> None:
    """Print the seconds that reading every file takes, start-up left out."""
    decoder = msgspec.json.Decoder(_Document)
    files = sorted(folder.iterdir())
    began = time.perf_counter()
    for file in files:
        decoder.decode(igzip_lib.decompress(file.read_bytes(), flag=igzip_lib.DECOMP_GZIP))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
