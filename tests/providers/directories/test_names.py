"""Which names a directory's own rules leave out, beyond what every directory must."""

import re
from pathlib import Path
from typing import Any

import pytest

from drift.config import load
from drift.errors import ConfigError, ProviderResponseError
from drift.model.person import Person
from providers.catalog import ADAPTERS
from providers.proving_names import each_once, person_of
from tests.providers.directories.entra import entra
from tests.providers.directories.okta import okta
from tests.providers.directories.slack import people_of, serving_members
from tests.providers.directories.system import Entry


@pytest.mark.parametrize(
    ("but", "expected"),
    [
        ({"is_email_confirmed": False}, [Person(name="U00000001")]),
        ({"is_bot": True}, []),
        ({"id": "USLACKBOT"}, []),
        ({"is_stranger": True}, []),
        ({"team_id": "T0THEIRS"}, []),
    ],
    ids=["an address nobody confirmed", "a bot", "Slack's own", "a stranger", "another company"],
)
def test_who_could_pass_for_somebody_else_in_slack_does_not(
    but: dict[str, Any], expected: list[Person]
) -> None:
    with serving_members() as (service, server):
        service.enrol(Entry(number=1), **but)

        found = people_of(server.url).people()

    assert list(found) == expected


def test_people_of_another_workspace_of_one_company_are_its_people() -> None:
    with serving_members() as (service, server):
        service.enterprise = "E0EXAMPLE"
        service.enrol(Entry(number=1), team_id="T0OTHER", enterprise_user={"enterprise_id": "E0EXAMPLE"})

        found = people_of(server.url).people()

    assert [one.name for one in found] == [Entry(number=1).mail]


def test_the_token_follows_no_page_to_another_host(tmp_path: Path) -> None:
    with okta(tmp_path) as system:
        system.enrol(Entry(number=1))
        link = '<https://attacker.invalid/api/v1/users?after=mark2>; rel="next"'
        system.refuse(200, b"[]", Link=link)

        # The stand-in is asked again instead, and says the same.
        with pytest.raises(ProviderResponseError, match="its pages have no end"):
            system.directory.people()


def test_graph_is_left_where_its_next_page_is_elsewhere(tmp_path: Path) -> None:
    page = b'{"value": [], "@odata.nextLink": "https://attacker.invalid/v1.0/users"}'
    with entra(tmp_path) as system:
        system.refuse(200, page)

        with pytest.raises(ProviderResponseError, match="at another address"):
            system.directory.people()


def test_names_are_cut_to_what_can_be_one() -> None:
    person = person_of(" alice@example.com ", "ALICE@example.com", "", None, 7, "a\x00b", "x" * 321, "alice")

    assert person == Person(name="alice@example.com", names=("alice",))
    assert person_of(None, " ") is None


def test_entries_under_one_name_are_one_person() -> None:
    one, same = (
        Person(name="Alice@example.com", names=("u-1",)),
        Person(name="alice@example.com", names=("u-2",)),
    )

    assert each_once([one, None, same]) == [Person(name="alice@example.com", names=("u-1", "u-2"))]


@pytest.mark.parametrize(
    "attribute", ["displayName", "extensionAttribute16", "id,displayName", "extension_a b"]
)
def test_entra_takes_no_attribute_that_people_may_choose(attribute: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[[directory]]\nname = "e"\ntype = "entra"\ngithub_attribute = "{attribute}"\n')

    with pytest.raises(ConfigError, match=re.escape("github_attribute")):
        load(path, ADAPTERS, {})
