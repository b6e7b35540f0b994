"""What every vault of raw records must do; a new one is one row of `VAULTS`."""

import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import randbytes

import pytest

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
)
from drift.model.event import RawRecord, Source
from drift.ports import RawVault
from providers.packs.vault import FIRST_BYTES
from tests.builders import NOON
from tests.providers.state_stores.servers import Servers
from tests.providers.vault.cellars import Cellar, azure_container, gcs_bucket, local_folder, s3_bucket

DAY = timedelta(days=1)

FIRST_KEY, SECOND_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


VAULTS: dict[str, Callable[[Path, Servers], AbstractContextManager[Cellar]]] = {
    "local-folder": local_folder,
    "s3": s3_bucket,
    "gcs": gcs_bucket,
    "azure-blob": azure_container,
}


@pytest.fixture(params=VAULTS)
def cellar(request: pytest.FixtureRequest, tmp_path: Path, state_servers: Servers) -> Iterator[Cellar]:
    """Each vault in turn, with nothing in it."""
    with VAULTS[request.param](tmp_path, state_servers) as opened:
        yield opened


@pytest.fixture
def vault(cellar: Cellar) -> RawVault:
    return cellar.opened(FIRST_KEY)


def a_record(body: bytes, index: int = 0) -> RawRecord:
    source = Source(file="trail.json", index=index, sha256=hash_of(body))
    return RawRecord(body=body, source=source)


def hash_of(body: bytes) -> str:
    return sha256(body).hexdigest()


def test_what_is_kept_comes_back_byte_for_byte(vault: RawVault) -> None:
    bodies = [b"", b"\x00\xff\r\n", b'{"a":  1}', '{"a": "\N{SNOWMAN}"}'.encode(), b"x" * 5000]

    vault.keep([a_record(body) for body in bodies], NOON)

    assert [vault.read(hash_of(body)) for body in bodies] == bodies


def test_what_another_process_kept_is_there_as_well(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)

    assert cellar.opened(FIRST_KEY).read(hash_of(b"one")) == b"one"


def test_an_unknown_hash_is_nothing(vault: RawVault) -> None:
    assert vault.read(hash_of(b"one")) is None

    vault.keep([a_record(b"one")], NOON)

    assert vault.read(hash_of(b"two")) is None


def test_keeping_no_records_leaves_nothing(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([], NOON)

    assert cellar.contents() == []
    assert vault.count(NOON + 9 * DAY) == 0


def test_a_batch_that_is_kept_again_is_there_once(cellar: Cellar, vault: RawVault) -> None:
    """
    A run that was killed keeps its last batch once more.
    """
    batch = [a_record(b"one"), a_record(b"two"), a_record(b"one", index=7)]
    vault.keep(batch, NOON)
    before = cellar.contents()

    vault.keep(batch, NOON + timedelta(minutes=1))

    assert cellar.contents() == before
    assert vault.count(NOON + 9 * DAY) == 2


def test_many_may_keep_the_same_at_once(cellar: Cellar) -> None:
    batch = [a_record(b"one"), a_record(b"two")]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: cellar.opened(FIRST_KEY).keep(batch, NOON), range(32)))

    assert cellar.opened(FIRST_KEY).count(NOON + 9 * DAY) == 2


def test_nothing_of_a_record_can_be_seen_from_outside(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"password=hunter2-planted")], NOON)

    assert cellar.contents()
    assert not any(b"hunter2" in content for content in cellar.contents())


def test_the_same_record_never_looks_the_same(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)
    first = cellar.contents()
    vault.erase(NOON + 9 * DAY)

    vault.keep([a_record(b"one")], NOON)

    assert cellar.contents() != first


def test_a_record_is_not_what_its_hash_says(cellar: Cellar, vault: RawVault) -> None:
    wrong = RawRecord(body=b"one", source=Source(file="trail.json", index=0, sha256=hash_of(b"two")))

    with pytest.raises(ProviderResponseError) as raised:
        vault.keep([a_record(b"three"), wrong], NOON)

    assert raised.value.hint
    assert cellar.contents() == []


@pytest.mark.parametrize(
    "hostile", ["", "../../etc/passwd", "a" * 63, "a" * 65, "g" * 64, "*", "a" * 64 + "\n"]
)
def test_what_is_no_hash_is_refused(vault: RawVault, hostile: str) -> None:
    with pytest.raises(ProviderResponseError) as raised:
        vault.read(hostile)

    assert raised.value.hint


def test_another_key_is_named_as_the_reason(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)

    with pytest.raises(ProviderAccessError, match="key") as raised:
        cellar.opened(SECOND_KEY).read(hash_of(b"one"))

    assert FIRST_KEY not in str(raised.value)
    assert raised.value.hint


def test_a_key_that_was_replaced_still_opens_what_it_closed(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)

    rotated = cellar.opened(f"{SECOND_KEY}\n{FIRST_KEY}\n")
    rotated.keep([a_record(b"two")], NOON)

    assert (rotated.read(hash_of(b"one")), rotated.read(hash_of(b"two"))) == (b"one", b"two")
    assert cellar.opened(SECOND_KEY).read(hash_of(b"two")) == b"two"


@pytest.mark.parametrize("key", ["", " \n", "secret-but-short", "A" * 43, f"{FIRST_KEY} nonsense", "\udc00"])
def test_a_key_that_is_none_says_how_to_make_one(cellar: Cellar, key: str) -> None:
    with pytest.raises(ProviderAccessError, match="key") as raised:
        cellar.opened(key)

    assert "openssl rand -base64 32" in raised.value.hint
    assert not key.strip() or key not in str(raised.value)


@pytest.mark.parametrize("at", [0, 8, 18, 20, 30, 52, 60, -1])
def test_an_altered_bit_is_noticed(cellar: Cellar, vault: RawVault, at: int) -> None:
    """
    In the head it may look like another key, or like a pack with other records: never like this one.
    """
    vault.keep([a_record(b"one")], NOON)
    cellar.alter(lambda content: _flipped(content, at))

    with suppress(ProviderError):
        assert vault.read(hash_of(b"one")) is None


@pytest.mark.parametrize("length", [0, 5, 20, 40, 60, 70])
def test_a_file_that_was_cut_is_noticed(cellar: Cellar, vault: RawVault, length: int) -> None:
    vault.keep([a_record(b"one")], NOON)
    cellar.alter(lambda content: content[:length])

    with pytest.raises(ProviderResponseError) as raised:
        vault.read(hash_of(b"one"))

    assert raised.value.hint


def test_damage_hides_nothing_that_is_whole(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)
    vault.keep([a_record(b"two")], NOON + DAY)
    cellar.alter(lambda content: b"" if sha256(b"two").digest() in content else content)

    assert vault.read(hash_of(b"one")) == b"one"
    with pytest.raises(ProviderResponseError):
        vault.read(hash_of(b"two"))


def test_what_was_kept_before_a_time_is_erased_and_nothing_newer(vault: RawVault) -> None:
    vault.keep([a_record(b"one"), a_record(b"two")], NOON)
    vault.keep([a_record(b"three")], NOON + 3 * DAY)

    assert vault.count(NOON + 2 * DAY) == 2
    assert vault.erase(NOON + 2 * DAY) == 2

    assert (vault.read(hash_of(b"one")), vault.read(hash_of(b"two"))) == (None, None)
    assert vault.read(hash_of(b"three")) == b"three"
    assert (vault.count(NOON + 2 * DAY), vault.erase(NOON + 2 * DAY)) == (0, 0)


def test_nothing_younger_than_the_time_is_ever_erased(vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)

    assert vault.erase(NOON - timedelta(minutes=1)) == 0
    assert vault.read(hash_of(b"one")) == b"one"


def test_a_record_that_is_kept_again_stays_until_the_later_time(vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)
    vault.keep([a_record(b"one")], NOON + 5 * DAY)

    vault.erase(NOON + 3 * DAY)

    assert vault.read(hash_of(b"one")) == b"one"


def test_damage_does_not_keep_a_record_from_being_erased(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)
    cellar.alter(lambda content: content[:4])

    assert vault.count(NOON + 2 * DAY) > 0
    vault.erase(NOON + 2 * DAY)

    assert cellar.contents() == []


def test_a_record_is_forgotten_and_those_beside_it_stay(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(body) for body in (b"of alice", b"of bob", b"of carol")], NOON)
    vault.keep([a_record(b"of alice alone")], NOON + DAY)
    vault.keep([a_record(b"of dave")], NOON + DAY)

    assert vault.forget(lambda body: b"alice" in body) == 2

    assert vault.read(hash_of(b"of alice")) is vault.read(hash_of(b"of alice alone")) is None
    assert vault.read(hash_of(b"of bob")) == b"of bob"
    assert vault.read(hash_of(b"of dave")) == b"of dave"
    assert (vault.count(NOON + 9 * DAY), len(cellar.contents())) == (3, 2)
    assert vault.forget(lambda body: b"alice" in body) == 0


def test_the_largest_record_that_is_read_can_be_kept(vault: RawVault) -> None:
    body = b"0123456789abcdef" * (2 * 1024 * 1024)
    vault.keep([a_record(b"before"), a_record(body), a_record(b"behind")], NOON)

    assert vault.read(hash_of(body)) == body
    assert vault.read(hash_of(b"behind")) == b"behind"


def test_batches_come_back_as_they_were_kept_the_oldest_day_first(vault: RawVault) -> None:
    first = [a_record(b"two"), a_record(b"one", index=1), a_record(b"three", index=2)]
    vault.keep([a_record(b"newest")], NOON + DAY)
    vault.keep(first, NOON)

    found = [[record.body for record in batch.open()] for batch in vault.batches(NOON)]

    assert found == [[record.body for record in first], [b"newest"]]


def test_a_batch_is_known_by_its_name_whoever_asks(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)
    vault.keep([a_record(b"two")], NOON)
    vault.keep([a_record(b"one")], NOON + DAY)

    names = [batch.name for batch in vault.batches(NOON)]

    assert len(set(names)) == 3
    assert names == [batch.name for batch in cellar.opened(FIRST_KEY).batches(NOON)]


def test_records_of_a_batch_say_what_they_are_and_where_they_lie(vault: RawVault) -> None:
    vault.keep([a_record(b"one"), a_record(b"two")], NOON)

    (batch,) = vault.batches(NOON)

    sources = [record.source for record in batch.open()]
    assert [one.sha256 for one in sources] == [hash_of(b"one"), hash_of(b"two")]
    assert [one.index for one in sources] == [0, 1]
    assert all(one.file.endswith(batch.name) for one in sources)


def test_only_what_was_kept_between_two_times_is_gone_through(vault: RawVault) -> None:
    for day in range(5):
        vault.keep([a_record(b"%d" % day)], NOON + day * DAY)

    batches = list(vault.batches(NOON + DAY, NOON + 3 * DAY))

    assert [record.body for batch in batches for record in batch.open()] == [b"1", b"2", b"3"]
    assert [list(vault.batches(NOON + 5 * DAY)), list(vault.batches(NOON - 2 * DAY, NOON - DAY))] == [[], []]


def test_a_damaged_batch_says_so_and_hides_no_other(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)
    vault.keep([a_record(b"two")], NOON + DAY)
    cellar.alter(lambda content: content[:-1] if sha256(b"one").digest() in content else content)

    damaged, whole = vault.batches(NOON)

    assert [record.body for record in whole.open()] == [b"two"]
    with pytest.raises(ProviderResponseError) as raised:
        damaged.open()
    assert raised.value.hint


def test_counting_a_large_vault_fetches_little_of_it(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(randbytes(4_000_000))], NOON)
    before = cellar.asked()

    assert vault.count(NOON + 2 * DAY) == 1

    assert cellar.asked() - before < 100_000


def test_a_batch_with_more_records_than_the_pipeline_makes_is_counted_and_read(vault: RawVault) -> None:
    records = [a_record(b"%d" % number) for number in range(FIRST_BYTES // 32 + 10)]
    vault.keep(records, NOON)

    assert vault.count(NOON + 2 * DAY) == len(records)
    assert vault.read(records[-1].source.sha256) == records[-1].body


def test_a_permission_that_is_missing_is_named(cellar: Cellar, vault: RawVault) -> None:
    if cellar.deny is None:
        pytest.skip("the tests may run as root, whom no permission stops")
    cellar.deny()

    with pytest.raises(ProviderAccessError) as raised:
        vault.keep([a_record(b"one")], NOON)

    assert cellar.permission in raised.value.what


def test_a_service_that_wants_to_be_left_alone_says_for_how_long(cellar: Cellar, vault: RawVault) -> None:
    if cellar.deny is None:
        pytest.skip("a disk asks for no pause")
    cellar.break_down()

    with pytest.raises(ProviderUnavailableError) as raised:
        vault.keep([a_record(b"one")], NOON)

    assert raised.value.retry_after == timedelta(seconds=17)


def test_a_vault_that_cannot_be_reached_says_so_with_the_next_step(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)
    cellar.break_down()

    for ask in (
        lambda: vault.keep([a_record(b"two")], NOON),
        vault.check,
        lambda: vault.read(hash_of(b"one")),
        lambda: list(vault.batches(NOON)),
        lambda: vault.count(NOON + 2 * DAY),
        lambda: vault.erase(NOON + 2 * DAY),
    ):
        with pytest.raises(ProviderError) as raised:
            ask()
        assert raised.value.hint


def test_trying_it_leaves_nothing_behind(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)
    before = cellar.contents()

    said = vault.check()

    assert said.endswith("records of 1 day; one can be kept, read and erased")
    assert cellar.contents() == before
    assert [batch.name[:10] for batch in vault.batches(NOON - DAY)] == [f"{NOON:%Y-%m-%d}"]


def test_trying_it_names_the_permission_that_is_missing(cellar: Cellar, vault: RawVault) -> None:
    if cellar.deny is None:
        pytest.skip("the tests may run as root, whom no permission stops")
    cellar.deny()

    with pytest.raises(ProviderAccessError) as raised:
        vault.check()

    assert cellar.permission in raised.value.what


def test_many_may_try_it_at_once(vault: RawVault) -> None:
    """
    Each source that it holds up does, in a thread of its own.
    """
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: vault.check(), range(8)))

    assert len(set(said)) == 1


def _flipped(content: bytes, at: int) -> bytes:
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)
