"""What people do about the changes of the bundled stories: one deed of each kind."""

import shutil
from datetime import timedelta
from pathlib import Path

from drift import wiring
from drift.desk import Desk
from drift.model.action import (
    Acknowledged,
    Approved,
    CorrectedActor,
    DeclaredEmergency,
    FollowUp,
    Reviewed,
    Waived,
)
from drift.model.verdict import Disposition
from drift.pipeline import Pipeline
from drift.store.changes import changes
from drift.store.findings import open_findings
from tests.acting import a_doer, a_request
from tests.web.visiting import WEB


def live_in(stories: Path, folder: Path) -> None:
    """Fill a folder with stories that were told, and let people do what they do about them."""
    shutil.copytree(stories, folder, dirs_exist_ok=True)
    config = folder / "config.toml"
    config.write_text(config.read_text() + WEB)
    with wiring.running(wiring.settings_of(str(config))) as pipeline:
        say(pipeline, "It was needed before the office opened.", "dave@example.com", "INC-204")


def say(pipeline: Pipeline, words: str, name: str, incident: str) -> None:
    """Have people say this, name this person and this incident, and have everything judged with it."""
    desk, now = Desk.of(pipeline.have), pipeline.have.clock.now()
    unticketed = iter(_changes(pipeline, Disposition.UNTICKETED))
    with pipeline.have.database.reading() as connection:
        waived, seen, *_ = open_findings(connection)
    desk.link(next(unticketed), "OPS-431", a_doer(), key="link", now=now)
    for ref, deed in (
        (next(unticketed), DeclaredEmergency(justification=words, incident=incident)),
        (next(unticketed), Approved(comment=words)),
        (next(unticketed), Acknowledged(reason=words)),
        (next(unticketed), CorrectedActor(actor=name, reason=words)),
        (
            _changes(pipeline, Disposition.EMERGENCY)[0],
            Reviewed(notes=words, then=FollowUp.REVERT, owner=name),
        ),
        (waived, Waived(reason=words, owner=name, expires_at=now + timedelta(days=30))),
        (seen, Acknowledged(reason=words)),
    ):
        desk.take(a_request(deed, ref), now)
    assert pipeline.run_once() == ()


def _changes(pipeline: Pipeline, disposition: Disposition) -> list[str]:
    with pipeline.have.database.reading() as connection:
        return [
            row.change.change_id
            for row in changes(connection)
            if row.judgement and row.judgement.decision.disposition is disposition
        ]
