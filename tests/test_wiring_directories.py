"""What directories told before is in force at the start; the daemon reads them only where there are any."""

from datetime import timedelta
from pathlib import Path

import pytest

from drift import wiring
from drift.directory_watch import knowing, people_known
from drift.model.person import Person
from drift.rounds import Rounds
from drift.store.people import keep_people
from drift.timetable import timetable
from tests.builders import NOON

CONFIG = """
[[person]]
name = "erin@example.com"
aliases = ["erin"]
"""

DIRECTORY = """
[[directory]]
name = "idp"
type = "okta"
base_url = "https://example.okta.com"
token_file = "token"
"""


def configured(folder: Path, text: str) -> str:
    (folder / "token").write_text("00token")
    path = folder / "config.toml"
    path.write_text(text + f'\n[store]\nurl = "sqlite:///{folder}/store.sqlite3"\n')
    return str(path)


def test_what_a_directory_told_before_is_in_force_at_the_start(tmp_path: Path) -> None:
    settings = wiring.settings_of(configured(tmp_path, CONFIG + DIRECTORY))
    alice = Person(name="alice@example.com", names=("alice-idp",))
    with wiring.open_database(settings, may_make=True) as database, database.transaction() as connection:
        keep_people(connection, "idp", [alice], NOON, NOON - timedelta(days=1))

    with wiring.running(settings) as pipeline:
        policy, known = pipeline.have.policy, pipeline.have.configuration
        with pipeline.have.database.reading() as connection:
            again = knowing(pipeline.have, people_known(connection, policy.people, ["idp"]))
        desk = wiring.desk(settings, pipeline.have.database)
        reloaded = wiring.with_rules(pipeline.have, settings)

    assert again is pipeline.have
    assert known.people == 2
    assert reloaded.configuration == known
    for people in (policy.correlation.people, policy.assessment.people, desk.people):
        assert people.person("alice-idp") == "alice@example.com"
        assert people.person("ERIN") == "erin@example.com"


def test_without_a_directory_the_configuration_alone_is_recorded(tmp_path: Path) -> None:
    settings = wiring.settings_of(configured(tmp_path, CONFIG))

    with wiring.running(settings) as pipeline:
        known = pipeline.have.configuration

    assert (known.people, known.people_sha256) == (None, None)


@pytest.mark.parametrize("text", [CONFIG, CONFIG + DIRECTORY])
def test_there_is_one_job_for_all_directories_and_none_without_any(tmp_path: Path, text: str) -> None:
    settings = wiring.settings_of(configured(tmp_path, text))

    with wiring.running(settings) as pipeline:
        jobs = [one for one in timetable(Rounds(pipeline), settings) if one.name == "directories"]

    assert [one.at_start for one in jobs] == [True] * len(settings.directories)
