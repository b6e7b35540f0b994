import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.baseline import Declaration
from drift.model.secret import Secret
from providers.terraform.state import read_state
from providers.terraform.state.key_providers import MAX_ITERATIONS, StateKeys
from tests.providers.terraform.builders import a_resource, a_state, an_old_state
from tests.providers.terraform.opentofu import PASSPHRASE, derived, encrypted, in_base64, with_passphrase

PLAIN = a_state(a_resource())
KEYS = StateKeys(passphrase=Secret(PASSPHRASE))


@dataclass
class KeyServiceInMemory:
    """A key service that has opened what it was told of."""

    sealed: dict[bytes, bytes] = field(default_factory=dict)
    asked_for: list[str | None] = field(default_factory=list)

    def unseal(self, sealed: bytes, key: str | None) -> bytes:
        self.asked_for.append(key)
        if sealed not in self.sealed:
            raise ProviderUnavailableError("the service does not answer", hint="try again later")
        return self.sealed[sealed]


def read(document: Any, keys: StateKeys = KEYS) -> Declaration:
    content = json.dumps(document).encode()
    return read_state(content, name="production", origin="prod.tfstate", keys=keys)


def the_error(document: Any, keys: StateKeys = KEYS) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        read(document, keys)
    assert caught.value.what.startswith("prod.tfstate is encrypted by OpenTofu")
    assert caught.value.hint
    assert PASSPHRASE not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "how", [{}, {"hash_function": "sha256"}, {"key_length": 16}, {"key_length": 24}, {"iterations": 2500}]
)
def test_a_state_is_opened_with_its_passphrase(how: dict[str, Any]) -> None:
    document = with_passphrase(PLAIN, **how)

    declaration = read(document)

    assert [resource.address for resource in declaration.resources] == ["aws_sqs_queue.orders"]
    assert declaration.sha256 == hashlib.sha256(json.dumps(document).encode()).hexdigest()


def test_serial_and_lineage_are_those_that_the_key_vouches_for() -> None:
    """
    Anybody could write others beside what is encrypted.
    """
    document = with_passphrase(PLAIN) | {"serial": 999, "lineage": "forged"}

    declaration = read(document)

    assert (declaration.serial, declaration.lineage) == (7, "0b8e4d4b-6d1c-4a86-a3c1-5d3f2f4f0a11")


def test_what_a_key_provider_noted_may_stand_as_it_is_and_under_another_name() -> None:
    """
    With `encrypted_metadata_alias`, OpenTofu writes no kind of key provider.
    """
    document = with_passphrase(PLAIN)
    (note,) = document["meta"].values()

    as_alias = document | {"meta": {"our-state-key": note}}
    as_object = document | {"meta": {"key_provider.pbkdf2.main": json.loads(base64.b64decode(note))}}

    assert read(as_alias).resources == read(as_object).resources != ()


def test_a_state_is_opened_with_the_key_that_a_service_unseals() -> None:
    key = os.urandom(32)
    service = KeyServiceInMemory(sealed={b"blob": key})
    keys = StateKeys(kms_key="alias/state", services={"aws_kms": service})
    document = encrypted(PLAIN, key, aws_kms__main={"ciphertext_blob": in_base64(b"blob")})

    under_alias = document | {"meta": {"ours": document["meta"]["key_provider.aws_kms.main"]}}

    assert read(document, keys).resources == read(under_alias, keys).resources != ()
    assert service.asked_for == ["alias/state"] * 2


def test_a_passphrase_may_be_the_key_of_a_service() -> None:
    """
    OpenTofu calls it a chain: the service gives the passphrase, of which the key is derived.
    """
    phrase = os.urandom(32)
    key, note = derived(phrase)
    document = encrypted(PLAIN, key, pbkdf2__main=note, aws_kms__base={"ciphertext_blob": in_base64(b"blob")})
    keys = StateKeys(services={"aws_kms": KeyServiceInMemory(sealed={b"blob": phrase})})

    assert read(document, keys).resources


def test_an_old_state_may_be_encrypted_too() -> None:
    assert read(with_passphrase(an_old_state())).resources == ()


def test_a_missing_passphrase_says_where_to_name_it() -> None:
    error = the_error(with_passphrase(PLAIN), StateKeys())

    assert isinstance(error, ProviderAccessError)
    assert "passphrase is not at hand" in error.what
    assert "passphrase_env" in error.hint


def test_a_wrong_passphrase_says_so() -> None:
    error = the_error(with_passphrase(PLAIN), StateKeys(passphrase=Secret("another one")))

    assert isinstance(error, ProviderAccessError)
    assert "the key that is at hand does not open it" in error.what


def test_an_altered_state_is_not_opened() -> None:
    document = with_passphrase(PLAIN)
    data = document["encrypted_data"]

    error = the_error(
        document | {"encrypted_data": ("B" if data[40] == "A" else "A").join([data[:40], data[41:]])}
    )

    assert "does not open it" in error.what


@pytest.mark.parametrize(
    ("but", "what"),
    [
        ({"meta": {}}, "names no key provider"),
        ({"meta": None}, "names no key provider"),
        ({"meta": {f"key_provider.pbkdf2.{at}": "e30=" for at in range(5)}}, "more than 4 key providers"),
        ({"meta": {"key_provider.gcp_kms.main": "eyJjaXBoZXJ0ZXh0IjoiIn0="}}, "gcp_kms.main is not known"),
        ({"meta": {"ours": "e30="}}, "ours is not known"),
        ({"meta": {"key_provider.pbkdf2.main": "!"}}, "pbkdf2.main is damaged"),
        ({"meta": {"key_provider.pbkdf2.main": "W10="}}, "pbkdf2.main is damaged"),
        ({"meta": {"key_provider.pbkdf2.main": None}}, "pbkdf2.main is damaged"),
        ({"meta": {"key_provider.pbkdf2.main": in_base64(b"[" * 9000)}}, "pbkdf2.main is damaged"),
        ({"meta": {"key_provider.pbkdf2.main": "e30="}}, "pbkdf2.main is of another form"),
        ({"meta": {"key_provider.aws_kms.main": "e30="}}, "aws_kms.main is not known"),
        ({"encryption_version": "v1"}, "a version that is not known: v1"),
        ({"encryption_version": None}, "a version that is not known"),
        ({"encrypted_data": in_base64(b"x" * 27)}, "cut short"),
        ({"encrypted_data": ""}, "cut short"),
    ],
)  # fmt: skip
def test_what_is_encrypted_in_another_way_is_named(but: dict[str, Any], what: str) -> None:
    error = the_error(with_passphrase(PLAIN) | but)

    assert isinstance(error, ProviderResponseError)
    assert what in error.what


@pytest.mark.parametrize(
    ("but", "what"),
    [
        ({"iterations": MAX_ITERATIONS + 1}, "iterations"),
        ({"iterations": 0}, "iterations"),
        ({"iterations": 10**30}, "iterations"),
        ({"key_length": 10**9}, "another form"),
        ({"hash_function": "md5"}, "another form"),
        ({"salt": "?"}, "another form"),
    ],
)
def test_numbers_that_nobody_vouches_for_are_bounded(but: dict[str, Any], what: str) -> None:
    """
    What stands beside the ciphertext could make us derive a key for years, or one that fills the memory.
    """
    note = derived(b"x")[1] | but

    error = the_error(encrypted(PLAIN, b"k" * 32, pbkdf2__main=note))

    assert what in error.what


def test_a_service_that_does_not_answer_says_so() -> None:
    document = encrypted(PLAIN, b"k" * 32, aws_kms__main={"ciphertext_blob": in_base64(b"blob")})

    error = the_error(document, StateKeys(services={"aws_kms": KeyServiceInMemory()}))

    assert isinstance(error, ProviderUnavailableError)
    assert "the service does not answer" in error.what


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        (b"no state", "damaged or no Terraform state"),
        (a_state(version=9), "of version 9"),
        (json.dumps(with_passphrase(PLAIN)).encode(), "encrypted once more"),
    ],
)
def test_what_was_encrypted_must_be_a_state(inside: bytes, what: str) -> None:
    with pytest.raises(ProviderResponseError, match=what):
        read(with_passphrase(inside))


def test_data_that_is_no_base64_is_damage() -> None:
    with pytest.raises(ProviderResponseError, match="is damaged"):
        read(with_passphrase(PLAIN) | {"encrypted_data": "?"})


def test_the_envelope_shows_nothing_of_what_it_holds() -> None:
    assert PASSPHRASE not in repr(KEYS)
