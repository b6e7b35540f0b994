"""`drift show`: everything that is known of one change or finding."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from drift.cli.ids import change_or_finding_meant
from drift.cli.lines import encoded
from drift.cli.options import config_option, json_option
from drift.stages.decide import answer_due_at

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from drift.config.settings import Settings
    from drift.model.routing import Owner
    from drift.reports.story import ChangeStory, FindingStory


@click.command("show")
@click.argument("id_", metavar="ID")
@json_option
@config_option
def command(id_: str, as_json: bool, config: str | None) -> None:
    """Show everything known of a change or a finding. The beginning of its id is enough."""
    from drift import wiring

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, database.reading() as connection:
        story = _story_of(connection, id_)
        now = wiring.clock(settings, database).now()
    click.echo(_json(story, settings, now) if as_json else _text(story, settings))


def _story_of(connection: "Connection", beginning: str) -> "ChangeStory | FindingStory":
    from drift.reports.story import story_of_change, story_of_finding
    from drift.store.lookup import change_called, change_ids, finding_called

    meant = change_or_finding_meant(connection, beginning)
    if change_ids(connection, meant, 1) == [meant]:
        return story_of_change(connection, change_called(connection, meant))
    return story_of_finding(connection, finding_called(connection, meant))


def _json(story: "ChangeStory | FindingStory", settings: "Settings", now: datetime) -> str:
    from drift.cli.show_json import change_object, finding_object
    from drift.reports.story import FindingStory

    if isinstance(story, FindingStory):
        return encoded(finding_object(story, _owner_of_finding(story, settings), now))
    due_at = answer_due_at(story.row.change, settings.decision)
    return encoded(change_object(story, due_at, _owner(story, settings), now))


def _text(story: "ChangeStory | FindingStory", settings: "Settings") -> str:
    from drift.cli.show_text import change_text, finding_text
    from drift.reports.story import FindingStory

    if isinstance(story, FindingStory):
        return finding_text(story, _owner_of_finding(story, settings))
    return change_text(story, answer_due_at(story.row.change, settings.decision), _owner(story, settings))


def _owner(story: "ChangeStory", settings: "Settings") -> "Owner":
    from drift.model.finding import Standing
    from drift.stages.route import owner_of

    judgement = story.row.judgement
    environment = settings.decision.environment_of(story.row.change.first.event.call.account)
    return owner_of(
        story.row.change,
        judgement.standing if judgement else Standing(),
        environment.name if environment else None,
        settings.routing,
    )


def _owner_of_finding(story: "FindingStory", settings: "Settings") -> "Owner":
    from drift.stages.route import owner_of_finding

    finding = story.row.finding
    environment = settings.decision.environment_of(finding.account)
    name = environment.name if environment else None
    return owner_of_finding(finding, story.standing, name, settings.routing)
