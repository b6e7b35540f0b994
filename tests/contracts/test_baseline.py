"""What everything that declares configuration must do; a new one is one row of `BASELINES`."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from drift.errors import ProviderError, ProviderResponseError
from drift.ports import Baseline, Mapped
from providers.terraform.baseline import TerraformState, TerraformStateSettings
from tests.providers.terraform.builders import a_resource, a_state, an_instance

NAME = "production"


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A baseline called `NAME`, with what its authors do."""

    baseline: Baseline
    declare: Callable[[str, Sequence[str]], bytes]
    """Make a unit of this name declare queues with these ids; return the bytes that say so."""
    add_unreadable: Callable[[], None]
    """Add a unit with an instance that nobody can understand, beside one that declares `readable`."""
    damage: Callable[[str], None]
    remove: Callable[[str], None]
    break_down: Callable[[], None]


@contextmanager
def terraform_state(folder: Path) -> Iterator[Code]:
    """A folder of states."""
    states = folder / "states"
    states.mkdir()

    def declare(unit: str, ids: Sequence[str]) -> bytes:
        content = a_state(*(a_resource(an_instance({"id": id_}), name=id_) for id_ in ids))
        (states / f"{unit}.tfstate").write_bytes(content)
        return content

    def add_unreadable() -> None:
        strange = a_resource(an_instance() | {"attributes": 7}, name="strange")
        readable = a_resource(an_instance({"id": "readable"}), name="readable")
        (states / "half.tfstate").write_bytes(a_state(strange, readable))

    def damage(unit: str) -> None:
        (states / f"{unit}.tfstate").write_bytes(b'{"version": 4, "resou')

    def break_down() -> None:
        for file in states.iterdir():
            file.unlink()
        states.rmdir()

    yield Code(
        baseline=TerraformState(NAME, TerraformStateSettings(state=str(states))),
        declare=declare,
        add_unreadable=add_unreadable,
        damage=damage,
        remove=lambda unit: (states / f"{unit}.tfstate").unlink(),
        break_down=break_down,
    )


BASELINES: dict[str, Callable[[Path], AbstractContextManager[Code]]] = {
    "terraform-state": terraform_state,
}


@pytest.fixture(params=BASELINES)
def code(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Code]:
    """Each kind of baseline in turn, declaring nothing yet."""
    with BASELINES[request.param](tmp_path) as opened:
        yield opened


def ids(code: Code) -> set[str | None]:
    return {one.resource_id for declaration in code.baseline.declared() for one in declaration.resources}


def test_it_bears_the_name_that_the_configuration_gives_it(code: Code) -> None:
    code.declare("network", ["queue-1"])

    (declaration,) = code.baseline.declared()

    assert (code.baseline.name, declaration.name) == (NAME, NAME)


def test_each_state_is_one_declaration_with_the_hash_of_its_bytes(code: Code) -> None:
    contents = [code.declare("network", ["queue-1", "queue-2"]), code.declare("storage", ["queue-3"])]

    declarations = list(code.baseline.declared())

    assert {one.sha256 for one in declarations} == {hashlib.sha256(one).hexdigest() for one in contents}
    assert sorted(len(one.resources) for one in declarations) == [1, 2]
    assert len({one.origin for one in declarations}) == 2


def test_a_map_tells_of_every_state_that_is_declared(code: Code) -> None:
    """
    Not every baseline has a map.
    """
    if not isinstance(code.baseline, Mapped):
        return
    code.declare("network", ["queue-1"])
    code.declare("storage", [])

    told = list(code.baseline.mapped())

    assert {one.state for one in told} == {one.origin for one in code.baseline.declared()}
    assert {one.baseline for one in told} == {NAME}
    for one in told:
        for column in ("code", "account", "region", "role"):
            assert getattr(one, column) or any(each.startswith(f"{column}: ") for each in one.missing)


def test_every_instance_has_an_address_of_its_own(code: Code) -> None:
    code.declare("network", ["queue-1", "queue-2"])

    (declaration,) = code.baseline.declared()

    assert len({one.address for one in declaration.resources}) == 2
    assert {one.type for one in declaration.resources} == {"aws_sqs_queue"}


def test_what_is_declared_is_read_anew_each_time(code: Code) -> None:
    code.declare("network", ["queue-1"])
    before = ids(code)

    code.declare("network", ["queue-2"])

    assert (before, ids(code)) == ({"queue-1"}, {"queue-2"})


def test_a_state_may_declare_nothing(code: Code) -> None:
    code.declare("network", [])

    (declaration,) = code.baseline.declared()

    assert (declaration.resources, declaration.unreadable) == ((), ())


def test_an_instance_that_cannot_be_understood_is_named_and_hides_no_other(code: Code) -> None:
    code.add_unreadable()

    (declaration,) = code.baseline.declared()

    (unreadable,) = declaration.unreadable
    assert unreadable.address
    assert unreadable.error
    assert [one.resource_id for one in declaration.resources] == ["readable"]


def test_what_was_read_moves_only_when_it_is_declared_differently(code: Code) -> None:
    code.declare("network", ["queue-1"])
    code.declare("storage", ["queue-2"])
    read = list(code.baseline.declared())
    still = list(code.baseline.moved(read))

    code.declare("network", ["queue-1", "queue-3"])
    (moved,) = code.baseline.moved(read)

    assert still == []
    assert moved.origin == next(one.origin for one in read if one.resources[0].resource_id == "queue-1")
    assert moved.why
    assert moved.lock is None


def test_what_can_no_longer_be_read_has_moved(code: Code) -> None:
    code.declare("network", ["queue-1"])
    read = list(code.baseline.declared())

    code.damage("network")

    assert [one.origin for one in code.baseline.moved(read)] == [read[0].origin]


def test_what_is_gone_has_moved(code: Code) -> None:
    code.declare("network", ["queue-1"])
    code.declare("storage", ["queue-2"])
    read = list(code.baseline.declared())

    code.remove("network")

    assert [one.why for one in code.baseline.moved(read)] == ["the state is gone"]


def test_whether_it_moved_cannot_be_told_by_what_cannot_be_reached(code: Code) -> None:
    code.declare("network", ["queue-1"])
    read = list(code.baseline.declared())
    code.break_down()

    with pytest.raises(ProviderError) as raised:
        code.baseline.moved(read)

    assert raised.value.hint


def test_a_damaged_state_is_named_with_the_next_step(code: Code) -> None:
    code.declare("network", ["queue-1"])
    code.damage("network")

    with pytest.raises(ProviderResponseError, match="network") as raised:
        ids(code)

    assert raised.value.hint


def test_what_cannot_be_reached_says_so_with_the_next_step(code: Code) -> None:
    """
    A baseline that vanished must not look like one that declares nothing: all would be undeclared.
    """
    code.declare("network", ["queue-1"])
    code.break_down()

    with pytest.raises(ProviderError) as raised:
        ids(code)

    assert raised.value.hint
