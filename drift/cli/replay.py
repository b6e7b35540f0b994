"""`drift replay`: go through history again, to take it in or to try other rules on it."""

import shutil
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from drift.cli.options import Moment, check_order, config_option, json_option
from drift.cli.replay_lines import changed_json, changed_text, taken_json, taken_text
from drift.cli.replay_progress import progress_bar
from drift.config import ClockSource
from drift.model.history import TimeSpan, history_of
from drift.reports.wording import counted
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.config import Settings
    from drift.model.verdict import Actor
    from drift.pipeline import Pipeline
    from drift.replay.archive import Archive
    from drift.replay.backfill import Taken
    from drift.store.database import Database


@click.command("replay")
@click.argument("source", metavar="SOURCE")
@click.option("--since", type=Moment(), metavar="TIME", help="Calls made at or after this time: 2026-11-16.")
@click.option("--until", type=Moment(), metavar="TIME", help="Calls made before this time.")
@click.option("--policy", metavar="FILE", help="Try the rules of this configuration; record nothing.")
@json_option
@config_option
def command(
    source: str,
    since: datetime | None,
    until: datetime | None,
    policy: str | None,
    as_json: bool,
    config: str | None,
) -> int:
    """Go through SOURCE again: an [[audit_log]], the [[vault]], or the path of a trail archive.

    What the store lacks is recorded and judged, and nobody is told. With --policy nothing is recorded:
    each change is printed that would stand differently by the rules of another configuration. A replay
    that was stopped goes on when the same command is run again.
    """
    from drift import wiring

    check_order(since, until)
    span = TimeSpan(since=since, until=until)
    # The configuration in force is read last: what is cut out as a secret is its affair.
    rules = wiring.settings_without_secrets(policy) if policy else None
    settings = wiring.settings_of(config)
    archive = wiring.archive(settings, source)
    if rules is not None:
        return _try(settings, rules, archive, span, as_json=as_json)
    return _take_in(settings, archive, span, as_json=as_json)


def _take_in(settings: "Settings", archive: "Archive", span: TimeSpan, *, as_json: bool) -> int:
    from drift import wiring
    from drift.pipeline import Pipeline
    from drift.replay.backfill import backfill
    from drift.replay.fresh import forget_fresh, without_fresh
    from drift.store.history import became_of

    asked_for = span
    with wiring.running(settings) as pipeline:
        database = pipeline.have.database
        if settings.clock is ClockSource.SYSTEM:
            span = without_fresh(database, archive, asked_for, pipeline.have.clock.now())
        if archive.is_vault:
            pipeline = Pipeline(have=replace(pipeline.have, vault=None))
        with database.reading() as connection:
            before = became_of(connection, history_of(archive.name))
        with progress_bar("reading", archive, span, database) as told:
            taken = backfill(pipeline, archive, span, told)
        if not taken.problems:
            forget_fresh(database, archive, asked_for)
        with database.reading() as connection:
            after = became_of(connection, history_of(archive.name))
    became = {rule: count - before.get(rule, 0) for rule, count in after.items()}
    told_as = taken_json if as_json else taken_text
    click.echo(told_as(archive.name, span, taken, {rule: count for rule, count in became.items() if count}))
    if span.until and span != asked_for:
        _say(f"what was done after {span.until:%Y-%m-%dT%H:%MZ} is left to `drift run`, which tells of it")
    return _say_problems(taken)


def _try(
    settings: "Settings", other: "Settings", archive: "Archive", span: TimeSpan, *, as_json: bool
) -> int:
    from drift import wiring
    from drift.replay.compare import differences
    from drift.replay.trial import Rules, judged, scratch_folder
    from drift.store.changes import count_by_disposition

    with ExitStack() as opened:
        store = opened.enter_context(wiring.open_database(settings)) if wiring.has_store(settings) else None
        recall = partial(_recalled, store)
        pair = tuple(
            Rules(
                sha256=one.sha256,
                judging_into=partial(wiring.trial, settings, one, recall=recall, store=store),
            )
            for one in (settings, other)
        )
        folder = scratch_folder(settings.key_file.parent, archive, span, *pair)
        now, then = (
            opened.enter_context(judged(folder, name, rules))
            for name, rules in zip(("now", "then"), pair, strict=True)
        )
        taken = _judge("judging by the rules in force:", now, archive, span)
        also = _judge("judging by the other rules:", then, archive, span)
        before, after = (opened.enter_context(one.have.database.reading()) for one in (now, then))
        recorded = opened.enter_context(store.reading()) if store else None
        found = 0
        for difference in differences(before, after, recorded):
            click.echo(changed_json(difference) if as_json else changed_text(difference))
            found += 1
        total = sum(count_by_disposition(before).values())
    click.echo(f"{counted(total, 'change')} judged by both rules, {found} would stand differently", err=True)
    taken.problems = list(dict.fromkeys((*taken.problems, *also.problems)))
    if not taken.problems:
        shutil.rmtree(folder)
    return _say_problems(taken)


def _judge(doing: str, pipeline: "Pipeline", archive: "Archive", span: TimeSpan) -> "Taken":
    from drift.replay.backfill import backfill

    with progress_bar(doing, archive, span, pipeline.have.database) as told:
        return backfill(pipeline, archive, span, told)


def _recalled(store: "Database | None", key: str) -> "Actor | None":
    from drift.store.history import actor_of

    if store is None:
        return None
    with store.reading() as connection:
        return actor_of(connection, key)


def _say_problems(taken: "Taken") -> int:
    if taken.unreadable:
        _say(
            f"{counted(taken.unreadable, 'record')} unreadable; "
            f"`drift classify {taken.first_unreadable}` says why"
        )
    for problem in taken.problems:
        _say(problem)
    return 2 if taken.unreadable or taken.problems else 0


def _say(text: str) -> None:
    click.echo(f"drift: {shown(text, limit=500)}", err=True)
