"""What is read of a damaged file: every record but the damaged one, and one line for that."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model.event import UnreadableRecord
from tests.records.forms import RECORDS, a_record, bodies, errors, lines, listed, read, zipped

Form: TypeAlias = Callable[[Iterable[bytes]], bytes]

both_ways = pytest.mark.parametrize("whole", [True, False], ids=["whole", "split"])

SPOILED = {
    "a word that is none": b'{"version":tru}',
    "a control character": b'{"version":"a\x00b"}',
    "a raw line break in a string": b'{"version":"a\nb","user":{"name":"bob"}}',
    "a quote too many": b'{"version":"a"b","user":{"name":"bob"},"resources":[{"arn":"one"},{"arn":"two"}]}',
    "a quote too few": b'{"version":"a,"user":{"name":"bob"},"resources":[{"arn":"one"},{"arn":"two"}]}',
    "a bracket too few": b'{"version":{"a":1}',
    "the wrong bracket": b'{"version":["a"}}',
    "nothing behind a comma": b'{"version":"a",}',
    "an end in a string": a_record(7)[:70],
    "an end behind a key": b'{"version":',
    "nested without end": b'{"version":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}

ODD = {
    "half a pair of surrogates": b'{"version":"\\ud83d"}',
    "the other half": b'{"version":"\\\\\\uDE00"}',
    "bytes that are no UTF-8": b'{"version":"\xff\xfe"}',
    "a long string of quotes": json.dumps({"version": '"' * 200_000}).encode(),
    "a megabyte": json.dumps({"version": "x" * 1_000_000}).encode(),
}


@both_ways
@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
@pytest.mark.parametrize("form", [listed, lines])
def test_a_spoiled_record_is_one_line_and_hides_no_other(form: Form, spoiled: bytes, whole: bool) -> None:
    found = read(form([*RECORDS[:2], spoiled, *RECORDS[2:]]), whole=whole)

    assert bodies(found) == RECORDS
    assert [type(record) for record in found].index(UnreadableRecord) == 2
    assert [record.source.index for record in found] == list(range(6))


@both_ways
@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
@pytest.mark.parametrize("at", [0, 5], ids=["first", "last"])
def test_a_spoiled_record_may_be_the_first_or_last(at: int, spoiled: bytes, whole: bool) -> None:
    found = read(listed([*RECORDS[:at], spoiled, *RECORDS[at:]]), whole=whole)

    assert bodies(found) == RECORDS
    assert len(errors(found)) == 1


@both_ways
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("form", [listed, lines])
def test_an_odd_string_does_not_spoil_its_record(form: Form, odd: bytes, whole: bool) -> None:
    assert bodies(read(form([RECORDS[0], odd, RECORDS[1]]), whole=whole)) == [RECORDS[0], odd, RECORDS[1]]


def test_a_spoiled_record_is_hashed_like_any_other() -> None:
    spoiled = SPOILED["a word that is none"]

    [found] = [
        record for record in read(listed([RECORDS[0], spoiled])) if isinstance(record, UnreadableRecord)
    ]

    assert found.source.sha256 == hashlib.sha256(spoiled).hexdigest()


@both_ways
def test_a_text_that_is_cut_off_gives_the_records_before_the_cut(whole: bool) -> None:
    text = listed(RECORDS)

    inside_record = read(text[:-40], whole=whole)
    behind_record = read(text[:-2], whole=whole)

    assert bodies(inside_record) == RECORDS[:4]
    assert errors(inside_record) == ["a record that does not end"]
    assert bodies(behind_record) == RECORDS
    assert errors(behind_record) == ["the text ends inside a list of records"]


@both_ways
@pytest.mark.parametrize("lost", [5, 15, 30, 60])
def test_a_text_that_lost_its_beginning_gives_the_records_behind_it(lost: int, whole: bool) -> None:
    found = read(listed(RECORDS)[lost:], whole=whole)

    assert bodies(found)[-4:] == RECORDS[1:]
    assert isinstance(found[0], UnreadableRecord)


@both_ways
@pytest.mark.parametrize("form", [listed, lines])
def test_a_bracket_too_many_is_a_damage_behind_its_record(form: Form, whole: bool) -> None:
    found = read(form([RECORDS[0] + b"}", *RECORDS[1:]]), whole=whole)

    assert bodies(found) == RECORDS
    assert errors(found) == ["not JSON"]


@both_ways
def test_rubbish_between_lines_is_one_damage(whole: bool) -> None:
    rubbish = bytes((number * 7919 + number * number) % 256 for number in range(50_000))

    found = read(lines([*RECORDS[:2], rubbish, *RECORDS[2:]]), whole=whole)

    assert bodies(found) == RECORDS
    assert errors(found) == ["not JSON"]


@both_ways
@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"\0" * 100_000, "not JSON"),
        (b"hello world\nsecond line\n", "not JSON"),
        (b"time,user,action\n1,alice,delete\n", "not JSON"),
        (b"{", "a record that does not end"),
        (b"[" * 100_000, "a record that does not end"),
        (b"[" * 1_100_000, "nested too deeply"),
        (lines(RECORDS).decode().encode("utf-16"), "UTF-16 text: convert it to UTF-8"),
    ],
)
def test_a_file_that_holds_no_record_is_one_unreadable_record(text: bytes, error: str, whole: bool) -> None:
    assert errors(read(text, whole=whole)) == [error]


@both_ways
def test_a_list_may_be_followed_by_another_although_its_object_does_not_end(whole: bool) -> None:
    found = read(listed(RECORDS[:2])[:-1] + b"\n" + listed(RECORDS[2:]), whole=whole)

    assert bodies(found) == RECORDS
    assert errors(found) == ["the object around a list of records does not end"]


def test_a_record_of_more_than_32_megabytes_is_not_read() -> None:
    large = b'{"version":"%s"}' % (b"x" * 33_600_000)

    found = read(listed([RECORDS[0], large, *RECORDS[1:]]))

    assert bodies(found) == RECORDS
    assert errors(found) == ["a record larger than 32 MB"]


@pytest.mark.usefixtures("inflater")
@both_ways
def test_a_compressed_file_that_is_cut_off_gives_what_was_delivered(whole: bool) -> None:
    many = [a_record(number) for number in range(500)]
    delivered = zipped(listed(many))

    found = read(delivered[: len(delivered) // 2], whole=whole)

    assert 100 < len(bodies(found)) < 400
    assert bodies(found) == many[: len(bodies(found))]
    assert errors(found) == ["the gzip data is cut off"]
    assert isinstance(found[-1], UnreadableRecord)


@pytest.mark.usefixtures("inflater")
@both_ways
def test_a_compressed_file_without_its_checksum_gives_all_records_and_the_damage(whole: bool) -> None:
    found = read(zipped(listed(RECORDS))[:-3], whole=whole)

    assert bodies(found) == RECORDS
    assert errors(found) == ["the gzip data is cut off"]


@pytest.mark.usefixtures("inflater")
def test_the_records_before_a_damage_in_compressed_data_are_saved() -> None:
    many = [a_record(number) for number in range(500)]
    first = zlib.compressobj(wbits=31)
    delivered = first.compress(lines(many)) + first.flush(zlib.Z_FULL_FLUSH)

    found = read(delivered + b"\xff" * 40)

    assert bodies(found) == many
    assert len(errors(found)) == 1
    assert errors(found)[0].startswith("the gzip data is damaged")


@pytest.mark.usefixtures("inflater")
@both_ways
def test_compressed_files_may_be_joined_and_padded(whole: bool) -> None:
    joined = zipped(lines(RECORDS[:2])) + b"\0" * 100 + zipped(lines(RECORDS[2:])) + b"\0" * 100

    found = read(joined, whole=whole)

    assert bodies(found) == RECORDS
    assert errors(found) == []


@pytest.mark.usefixtures("inflater")
def test_what_follows_compressed_data_and_is_none_is_named() -> None:
    found = read(zipped(lines(RECORDS)) + b"hello")

    assert bodies(found) == RECORDS
    assert len(errors(found)) == 1


@given(st.data())
def test_no_damage_to_one_line_hides_another(data: st.DataObject) -> None:
    spoiled = bytearray(RECORDS[2])
    begin = data.draw(st.integers(0, len(spoiled)))
    end = data.draw(st.integers(begin, len(spoiled)))
    spoiled[begin:end] = data.draw(st.binary(max_size=20))
    others = [*RECORDS[:2], *RECORDS[3:]]

    found = bodies(read(lines([*others[:2], bytes(spoiled), *others[2:]]), whole=data.draw(st.booleans())))

    assert [body for body in found if body in others] == others
