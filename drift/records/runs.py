"""Takes many documents at once where nothing is wrong with them, just as `split` would one by one."""

import msgspec

from drift.records.heads import head_at
from drift.records.lists import holds_list

RUN_BYTES = 256 * 1024
"""Enough to be quick; decoding may need thirty bytes of memory for each byte of a hostile text."""

_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_VALUE = msgspec.json.Decoder(msgspec.Raw)


def end_of_run(text: bytes, at: int, *, in_list: bool) -> int:
    """Return where the last document begins whose like begins at `at`; `at` itself if there is no other.

    In a list that is one with the same first key, else one on a line of its own.
    """
    limit = at + RUN_BYTES
    if not in_list:
        return max(at, text.rfind(b"\n", at, limit) + 1)
    head = head_at(text, at)
    end = max(at, text.rfind(head[0], at, limit)) if head else at
    return end if text[max(at, end - 64) : end].rstrip().endswith(b",") else at


def documents_in(run: bytes, *, in_list: bool) -> list[bytes]:
    """Return the documents of a run in their order; none if it is not sound, or holds lists of records."""
    try:
        if in_list:
            return list(map(bytes, _LIST.decode(b"[%s]" % run.rstrip(b" \t\r\n,"))))
        documents = list(map(bytes, _VALUE.decode_lines(run)))
    except (msgspec.DecodeError, RecursionError):
        return []
    return [] if any(map(holds_list, documents)) else documents
