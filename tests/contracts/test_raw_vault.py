"""What every vault of raw records must do; a new one is one row of `VAULTS`."""

import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError
from drift.model.event import RawRecord, Source
from drift.model.secret import Secret
from drift.ports import RawVault
from providers.vault.local_folder import LocalFolder, LocalFolderSettings
from tests.builders import NOON

DAY = timedelta(days=1)

FIRST_KEY, SECOND_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@dataclass(frozen=True, kw_only=True, slots=True)
class Cellar:
    """A vault, with what may happen to it from outside."""

    opened: Callable[[str], RawVault]
    """Open it with these keys."""
    contents: Callable[[], list[bytes]]
    """All that lies in it, as its host sees it."""
    alter: Callable[[Callable[[bytes], bytes]], None]
    """Change each thing that lies in it."""
    break_down: Callable[[], None]


@contextmanager
def local_folder(folder: Path) -> Iterator[Cellar]:
    """A folder on the local disk."""
    root = folder / "vault"

    def files() -> list[Path]:
        return [path for path in sorted(root.rglob("*")) if path.is_file()]

    def alter(change: Callable[[bytes], bytes]) -> None:
        for file in files():
            file.write_bytes(change(file.read_bytes()))

    def break_down() -> None:
        root.rename(folder / "elsewhere")
        root.write_text("no folder")

    yield Cellar(
        opened=lambda keys: LocalFolder(LocalFolderSettings(folder=str(root), key=Secret(keys))),
        contents=lambda: [file.read_bytes() for file in files()],
        alter=alter,
        break_down=break_down,
    )


VAULTS: dict[str, Callable[[Path], AbstractContextManager[Cellar]]] = {
    "local-folder": local_folder,
}


@pytest.fixture(params=VAULTS)
def cellar(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cellar]:
    """Each vault in turn, with nothing in it."""
    with VAULTS[request.param](tmp_path) as opened:
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


def test_the_largest_record_that_is_read_can_be_kept(vault: RawVault) -> None:
    body = b"0123456789abcdef" * (2 * 1024 * 1024)
    vault.keep([a_record(b"before"), a_record(body), a_record(b"behind")], NOON)

    assert vault.read(hash_of(body)) == body
    assert vault.read(hash_of(b"behind")) == b"behind"


def test_a_vault_that_cannot_be_reached_says_so_with_the_next_step(cellar: Cellar, vault: RawVault) -> None:
    vault.keep([a_record(b"one")], NOON)
    cellar.break_down()

    for ask in (
        lambda: vault.keep([a_record(b"two")], NOON),
        lambda: vault.read(hash_of(b"one")),
        lambda: vault.count(NOON + 2 * DAY),
        lambda: vault.erase(NOON + 2 * DAY),
    ):
        with pytest.raises(ProviderError) as raised:
            ask()
        assert raised.value.hint


def _flipped(content: bytes, at: int) -> bytes:
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)
