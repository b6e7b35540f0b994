"""Who edited the rules: our own rules are changes too."""

import hashlib
from pathlib import Path

from drift.model.rules_edit import RulesEdit
from tests.test_config_control import loaded


def test_the_configuration_says_who_edited_it_and_who_allowed_that(tmp_path: Path) -> None:
    text = '[rules]\nedited_by = "dana@example.com"\napproved_by = "erin@example.com"\nticket = "OPS-7"\n'

    settings = loaded(tmp_path, text)

    assert settings.edit == RulesEdit(
        edited_by="dana@example.com", approved_by="erin@example.com", ticket="OPS-7"
    )


def test_each_file_of_the_rules_has_a_hash_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("")
    text = '[[table]]\nname = "redact"\npath = "own.toml"\n'

    parts = loaded(tmp_path, text).parts

    assert parts["redact"] == hashlib.sha256(b"").hexdigest()
    assert parts.keys() == {"configuration", "redact"}
    assert parts["configuration"] != loaded(tmp_path, "").parts["configuration"]
