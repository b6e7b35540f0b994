"""What is tried, and what must hold of it, for whatever bytes a file may have."""

import io
import json
from collections.abc import Iterator

from drift.cli.classify_lines import JsonLines, TextLines
from drift.judge import Judge
from drift.model.change import Write
from drift.model.event import RawRecord, UnreadableRecord
from drift.records import records_of
from drift.redacted import redact_event
from drift.stages.attribute import IdentityRules
from drift.stages.classify import ChannelRules
from drift.stages.translate import Translators
from drift.terminal import inert_json
from drift.worker import LineWriter
from providers import catalog

TRANSLATORS = catalog.translators()


def try_bytes(data: bytes) -> int:
    """Judge a file of these bytes; return the number of its lines.

    Raises:
        AssertionError: A line is missing, is no JSON, or holds what a terminal would obey.
    """
    raws = list(records_of("fuzz", io.BytesIO(data), TRANSLATORS))
    assert [raw.source.index for raw in raws] == list(range(len(raws))), "records are numbered without a gap"
    json_lines, text_lines = JsonLines(), TextLines()
    lines = 0
    for one in _judged(raws):
        as_json, as_text = (inert_json(_line(writer, one)) for writer in (json_lines, text_lines))
        said = json.loads(as_json)
        assert isinstance(said, dict)
        assert b"\n" not in as_json
        assert b"\x1b" not in as_json + as_text
        assert b"\n" not in as_text
        lines += 1
    assert lines == len(raws), "one line comes out for each record"
    return lines


def _line(writer: LineWriter, one: Write | UnreadableRecord) -> bytes:
    line = writer.gap(one) if isinstance(one, UnreadableRecord) else writer.line(one)
    return writer.text([line]).removesuffix(b"\n")


def _judged(raws: list[RawRecord | UnreadableRecord]) -> Iterator[Write | UnreadableRecord]:
    translators = Translators(TRANSLATORS)
    judge = Judge(identities=IdentityRules(strict_domains=("example.com",)), channels=ChannelRules())
    for raw in raws:
        event = translators.translate(raw)
        if isinstance(event, UnreadableRecord):
            yield event
            continue
        described = translators.describe(event)
        assert translators.describe(described) == described, "describing twice changes nothing"
        redact_event(described)
        yield judge.judge(described)
