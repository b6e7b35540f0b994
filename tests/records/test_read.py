import hashlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model.event import RawRecord, UnreadableRecord
from drift.records import records_of
from tests.records.forms import RECORDS, Bus, a_parcel, a_record, bodies, errors, lines, listed, read, zipped

both_ways = pytest.mark.parametrize("whole", [True, False], ids=["whole", "split"])

FORMS = {
    "an object with Records": listed(RECORDS),
    "an object with records": listed(RECORDS, "records"),
    "an answer with value": listed(RECORDS, "value"),
    "an answer with entries": listed(RECORDS, "entries"),
    "a page of Events behind its token": b'{"NextToken":"abc","Events":[%s]}' % b",".join(RECORDS),
    "a page of Events before its token": b'{"Events":[%s],"Meta":{"code":200}}' % b",".join(RECORDS),
    "a list": b"[" + b", ".join(RECORDS) + b"]",
    "a list on lines": b"[\n" + b",\n".join(RECORDS) + b"\n]\n",
    "one record a line": lines(RECORDS),
    "one record a line, from Windows": b"\xef\xbb\xbf" + lines(RECORDS).replace(b"\n", b"\r\n"),
    "one record after the other": b"".join(RECORDS),
    "records with commas between them": b",\n".join(RECORDS),
    "two objects with Records": listed(RECORDS[:2]) + b"\n" + listed(RECORDS[2:]),
    "an object with records a line": listed(RECORDS[:2]) + b"\n" + listed([]) + b"\n" + listed(RECORDS[2:]),
    "two files joined, each with its mark": b"\xef\xbb\xbf"
    + lines(RECORDS[:2])
    + b"\xef\xbb\xbf"
    + lines(RECORDS[2:]),
    "a list of objects with Records": b"[" + listed(RECORDS[:2]) + b"," + listed(RECORDS[2:]) + b"]",
    "a list of lists": b"[[%s],[],[%s]]" % (RECORDS[0], b",".join(RECORDS[1:])),
}


@both_ways
@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_every_form_gives_the_same_records(text: bytes, whole: bool) -> None:
    found = read(text, whole=whole)

    assert bodies(found) == RECORDS
    assert errors(found) == []


@pytest.mark.usefixtures("inflater")
@both_ways
@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_compression_is_told_from_the_first_bytes(text: bytes, whole: bool) -> None:
    assert bodies(read(zipped(text), whole=whole)) == RECORDS


@both_ways
def test_a_text_on_many_lines_keeps_the_exact_bytes_of_its_records(whole: bool) -> None:
    text = json.dumps({"Records": [json.loads(record) for record in RECORDS]}, indent=4).encode()

    found = bodies(read(text, whole=whole))

    assert [json.loads(body) for body in found] == [json.loads(record) for record in RECORDS]
    assert all(body in text for body in found)


@both_ways
def test_a_record_alone_is_one_record(whole: bool) -> None:
    assert bodies(read(RECORDS[0], whole=whole)) == RECORDS[:1]


@pytest.mark.usefixtures("inflater")
@both_ways
@pytest.mark.parametrize("text", [b"", b"\n", b"\xef\xbb\xbf", b'{"Records": []}', b"[]", zipped(b"")])
def test_a_file_without_records_gives_no_line(text: bytes, whole: bool) -> None:
    assert read(text, whole=whole) == []


@both_ways
@pytest.mark.parametrize("text", [b"{}", b"null", b"1", b'"text"', b'{"Records":null}', b'{"Records":{}}'])
def test_what_no_translator_may_know_is_still_a_record(text: bytes, whole: bool) -> None:
    assert bodies(read(text, whole=whole)) == [text]


def test_a_record_is_numbered_within_its_file_and_hashed_as_delivered() -> None:
    found = read(listed(RECORDS))

    assert [record.source.index for record in found] == [0, 1, 2, 3, 4]
    assert [record.source.file for record in found] == ["log.json"] * 5
    assert [record.source.sha256 for record in found] == [
        hashlib.sha256(body).hexdigest() for body in RECORDS
    ]


def test_records_without_a_mark_are_left_out_and_still_counted() -> None:
    delivered = io.BytesIO(listed([*RECORDS, b'{"version":tru}']))

    found = list(records_of("log.json", delivered, [Bus()], marks=[b'"number":3', b'"number":1']))

    assert [record.source.index for record in found] == [1, 3, 5]
    assert bodies(found) == [RECORDS[1], RECORDS[3]]


@both_ways
def test_the_records_in_envelopes_count_as_records_of_the_file(whole: bool) -> None:
    letter = b'{"letter":' + RECORDS[1] + b"}"
    text = listed([RECORDS[0], letter, a_parcel(lines(RECORDS[2:4])), RECORDS[4]])

    found = read(text, whole=whole)

    assert bodies(found) == RECORDS
    assert [record.source.index for record in found] == [0, 1, 2, 3, 4]


def test_a_record_in_a_string_is_hashed_as_the_decoded_string() -> None:
    record = a_record(name="Jürgen \\ “quoted”\n")

    [found] = read(a_parcel(record))

    assert isinstance(found, RawRecord)
    assert found.body == record
    assert found.source.sha256 == hashlib.sha256(record).hexdigest()


@both_ways
def test_an_envelope_around_nothing_gives_no_line(whole: bool) -> None:
    text = listed([b'{"receipt":1}', RECORDS[0], a_parcel(b'{"Records": []}'), b'{"receipt":2}'])

    found = read(text, whole=whole)

    assert bodies(found) == RECORDS[:1]
    assert [record.source.index for record in found] == [0]


def test_three_envelopes_are_opened_and_a_fourth_is_refused() -> None:
    three = a_parcel(a_parcel(a_parcel(listed(RECORDS))))

    assert bodies(read(three)) == RECORDS
    assert errors(read(a_parcel(three))) == ["wrapped in more than 3 envelopes"]


def test_an_envelope_around_rubbish_is_an_unreadable_record() -> None:
    found = read(listed([RECORDS[0], a_parcel(b"subscribed"), RECORDS[1]]))

    assert bodies(found) == RECORDS[:2]
    assert [type(record) for record in found] == [RawRecord, UnreadableRecord, RawRecord]


@pytest.mark.usefixtures("inflater")
def test_a_stream_may_deliver_as_little_as_it_likes_at_once() -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(7, size or 7))

    for text in (listed(RECORDS), zipped(lines(RECORDS))):
        assert bodies(read(b"", whole=False, stream=Dripping(text))) == RECORDS


texts = st.text(st.characters(exclude_categories=()), max_size=8)  # halves of surrogate pairs, too
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
documents = st.builds(
    lambda fields, escaped: json.dumps(fields, ensure_ascii=escaped).encode("utf-8", "surrogatepass"),
    st.dictionaries(st.sampled_from("abc") | texts, json_values, min_size=1, max_size=4),
    st.booleans(),
)


@given(st.lists(documents, min_size=1, max_size=8))
def test_the_slow_way_reads_what_the_fast_way_reads(records: list[bytes]) -> None:
    for text in (listed(records), b"[" + b" ,\r\n".join(records) + b"]", lines(records), b"".join(records)):
        found = read(text)

        assert bodies(found) == records
        assert read(text, whole=False) == found


@given(st.binary(max_size=400))
def test_no_bytes_are_too_strange_to_read(text: bytes) -> None:
    for delivered in (
        text,
        zipped(text),
        zipped(text)[:-3],
        listed([RECORDS[0], text]),
        lines([RECORDS[0], text]),
    ):
        read(delivered)
        read(delivered, whole=False)


@given(st.binary(min_size=1, max_size=400).filter(lambda text: text[0] not in b'{[" \t\r\n\x1f\xef'))
def test_rubbish_never_passes_in_silence(text: bytes) -> None:
    assert read(text)
