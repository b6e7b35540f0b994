from pathlib import Path

import pytest

from drift.errors import PartlyUnreadError, ProviderAccessError, ProviderResponseError, UsageError
from drift.model.baseline import Declaration
from drift.model.resource import Json
from drift.ports import Baseline
from providers.catalog import state_store, terraform_state
from providers.terraform.baseline import TerraformState, TerraformStateSettings
from providers.terraform.tags import tags_of
from tests.providers.terraform.builders import a_resource, a_state
from tests.providers.terraform.writing import write

CODE = 'resource "aws_sqs_queue" "orders" {\n  lifecycle { ignore_changes = [tags] }\n}\n'


def a_baseline(state: object, code: object = None) -> Baseline:
    settings = TerraformStateSettings(state=str(state), code=None if code is None else str(code))
    return TerraformState("production", settings)


def declared(state: object, code: object = None) -> list[Declaration]:
    return list(a_baseline(state, code).declared())


@pytest.fixture
def state_file(tmp_path: Path) -> Path:
    file = tmp_path / "terraform.tfstate"
    file.write_bytes(a_state(a_resource()))
    return file


def test_a_state_is_declared_with_what_the_code_beside_it_says(state_file: Path) -> None:
    (state_file.parent / "main.tf").write_text(CODE)

    (declaration,) = declared(state_file)

    (resource,) = declaration.resources
    assert (resource.source, resource.ignored) == ("main.tf:1", ("tags",))
    assert (declaration.name, declaration.origin) == ("production", str(state_file))


def test_the_code_beside_a_state_tells_what_it_sets_for_the_provider(state_file: Path) -> None:
    ((without,),) = (one.resources for one in declared(state_file))
    (state_file.parent / "main.tf").write_text('provider "aws" {\n  profile = "prod"\n}\n')

    ((resource,),) = (one.resources for one in declared(state_file))

    assert without.stored
    assert resource.stored
    assert (without.stored.settings, resource.stored.settings) == (None, {"profile"})


def test_codeowners_tells_who_owns_the_file_of_each_resource(state_file: Path, tmp_path: Path) -> None:
    write(tmp_path / "code", {"CODEOWNERS": "*.tf @example/all\nqueues.tf @example/queues ops@example.com\n"})
    write(tmp_path / "code", {"queues.tf": CODE})

    ((resource,),) = (one.resources for one in declared(state_file, tmp_path / "code"))

    assert resource.code_owners == ("@example/queues", "ops@example.com")


def test_code_of_another_repository_is_owned_by_nobody_of_this_one(state_file: Path, tmp_path: Path) -> None:
    """
    A module that lies above the checkout is in no folder that its CODEOWNERS could mean.
    """
    write(tmp_path / "shared", {"main.tf": CODE})
    call = 'module "shared" {\n  source = "../shared"\n}\n'
    write(tmp_path / "code", {"CODEOWNERS": "* @example/all\n", "main.tf": call})
    state_file.write_bytes(a_state(a_resource(module="module.shared")))

    ((resource,),) = (one.resources for one in declared(state_file, tmp_path / "code"))

    assert resource.source == "../shared/main.tf:1"
    assert resource.code_owners == ()


@pytest.mark.parametrize(
    ("attributes", "tags"),
    [
        ({"tags": {"team": "a"}, "tags_all": {"team": "a", "env": "prod"}}, ("env=prod", "team=a")),
        ({"tags": {"team": "a"}, "tags_all": None}, ("team=a",)),
        ({"labels": {"team": "a"}, "effective_labels": {"team": "a", "by": "drift"}}, ("by=drift", "team=a")),
        ({"tags": "none", "tags_all": {}}, ()),
        ({}, ()),
    ],
)
def test_a_resource_is_tagged_as_its_state_says(attributes: dict[str, Json], tags: tuple[str, ...]) -> None:
    assert tags_of(attributes, ()) == tags


def test_tags_of_which_one_is_sensitive_are_told_to_nobody() -> None:
    attributes: dict[str, Json] = {"tags_all": {"team": "a", "key": "s3same"}, "tags_allowed": True}

    assert tags_of(attributes, ["tags_all.key"]) == tags_of(attributes, ["tags_all"]) == ()
    assert tags_of(attributes, ["tags_allowed"]) == ("key=s3same", "team=a")


def test_the_code_may_lie_elsewhere(state_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "main.tf").write_text(CODE)

    ((resource,),) = (one.resources for one in declared(state_file, folder))

    assert resource.source == "main.tf:1"


def test_without_code_nothing_is_ignored(state_file: Path) -> None:
    ((resource,),) = (one.resources for one in declared(state_file))

    assert (resource.source, resource.ignored) == (None, ())


def test_code_that_cannot_be_read_is_declared_as_such(state_file: Path) -> None:
    (state_file.parent / "main.tf").write_text("resource {{{")

    (declaration,) = declared(state_file)

    assert declaration.unread_code == ("main.tf: not valid HCL at line 1, column 11",)


def test_a_file_uri_is_a_path(tmp_path: Path) -> None:
    file = tmp_path / "a state.tfstate"
    file.write_bytes(a_state(a_resource()))

    assert len(declared(file.as_uri())) == 1


@pytest.mark.parametrize("pattern", ["", "**/*.tfstate", "*/*.tfstate"])
def test_a_folder_or_a_glob_is_read_in_sorted_order(tmp_path: Path, pattern: str) -> None:
    """
    `.terraform/terraform.tfstate` holds settings of the backend, and a backup is no state of today.
    """
    for name in ("b/b.tfstate", "a/a.tfstate", "a/a.tfstate.backup"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(a_state(a_resource()))
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "terraform.tfstate").write_text('{"version": 3}')

    found = [Path(one.origin).name for one in declared(tmp_path / pattern)]

    assert found == ["a.tfstate", "b.tfstate"]


def test_a_damaged_state_raises_after_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.tfstate").write_bytes(b"{")
    (tmp_path / "b.tfstate").write_bytes(a_state(a_resource()))

    states = iter(a_baseline(tmp_path).declared())

    assert next(states).origin.endswith("b.tfstate")
    with pytest.raises(PartlyUnreadError, match=r"a\.tfstate is damaged") as raised:
        next(states)
    assert list(raised.value.unread) == [str(tmp_path / "a.tfstate")]


def test_all_damaged_states_are_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.tfstate").write_bytes(b"{")

    with pytest.raises(ProviderResponseError, match=r"2 states cannot be read: .*a\.tfstate.*b\.tfstate"):
        declared(tmp_path)


@pytest.mark.parametrize("name", ["gone.tfstate", "*.tfstate", "x" * 5000, "\0", "["])
def test_a_path_without_a_state_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProviderResponseError, match="no state at"):
        declared(tmp_path / name)


def test_a_place_that_nothing_reads_names_those_that_are_read() -> None:
    with pytest.raises(
        UsageError, match=r"nothing reads pg:// states .*paths, azurerm://, .*, s3://, tfe://"
    ):
        terraform_state("pg://example/states")


def test_the_scheme_of_a_uri_says_which_store_reads_it_and_no_sdk_is_needed_to_know() -> None:
    kinds = {uri: type(state_store(uri)).__name__ for uri in (".", "s3://b/k", "gs://b", "https://h/s")}

    assert list(kinds.values()) == ["LocalStates", "S3States", "GcsStates", "HttpStates"]


def test_a_state_that_may_not_be_read_says_so(state_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The tests may run as root, whom no permission stops.
    """

    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    baseline = a_baseline(state_file)
    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(ProviderAccessError, match="may not be read"):
        list(baseline.declared())
