"""`drift show`: everything that is known of one change or finding."""

from typing import TYPE_CHECKING

import click

from drift.cli.lines import encoded
from drift.cli.options import config_option, json_option
from drift.errors import UsageError
from drift.stages.decide import answer_due_at

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from drift.config.settings import Settings
    from drift.model.routing import Owner
    from drift.reports.story import ChangeStory, FindingStory

MOST_NAMED = 5
"""How many of the ids that could be meant are named."""


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
    click.echo(_json(story, settings) if as_json else _text(story, settings))


def _story_of(connection: "Connection", beginning: str) -> "ChangeStory | FindingStory":
    from drift.reports.story import story_of_change, story_of_finding
    from drift.store.lookup import change_called, change_ids, finding_called, finding_ids

    if not beginning.strip():
        raise UsageError(
            "the id is empty",
            hint="write the beginning of one that `drift changes` or `drift findings` lists",
        )
    ids = change_ids(connection, beginning, MOST_NAMED + 1)
    findings = finding_ids(connection, beginning, MOST_NAMED + 1)
    match len(ids), len(findings):
        case 1, 0:
            return story_of_change(connection, change_called(connection, ids[0]))
        case 0, 1:
            return story_of_finding(connection, finding_called(connection, findings[0]))
        case 0, 0:
            raise UsageError(
                f'no change or finding has an id that begins with "{beginning}"',
                hint="`drift changes` and `drift findings --all` list them",
            )
        case _:
            named = [*ids, *findings][:MOST_NAMED]
            more = " and others" if len(ids) + len(findings) > MOST_NAMED else ""
            raise UsageError(
                f'several ids begin with "{beginning}": {", ".join(named)}{more}',
                hint="write more of the one you mean",
            )


def _json(story: "ChangeStory | FindingStory", settings: "Settings") -> str:
    from drift.cli.show_json import change_object, finding_object
    from drift.reports.story import FindingStory

    if isinstance(story, FindingStory):
        return encoded(finding_object(story))
    due_at = answer_due_at(story.row.change, settings.decision)
    return encoded(change_object(story, due_at, _owner(story, settings)))


def _text(story: "ChangeStory | FindingStory", settings: "Settings") -> str:
    from drift.cli.show_text import change_text, finding_text
    from drift.reports.story import FindingStory

    if isinstance(story, FindingStory):
        return finding_text(story)
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
