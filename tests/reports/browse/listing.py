"""Many changes that differ in everything by which lists are filtered."""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

from drift.model.change import Change
from drift.model.judgement import Judgement
from drift.model.resource import Resource
from drift.model.verdict import Channel, Disposition, Severity
from drift.reports.browse.change_filter import ChangeFilter
from drift.reports.browse.change_list import EVER, ListedChange, changes_page
from drift.reports.browse.places import Place
from drift.reports.population import Period
from drift.store.database import Database
from tests.builders import (
    NOON,
    a_classification,
    a_judgement,
    a_match,
    a_ticket,
    a_write,
    an_actor,
    an_event,
)
from tests.world import World

ACTORS = ("Alice@example.com", "bob@example.com", "deploy")
ACCOUNTS = ("111122223333", "444455556666", None)
TYPES = ("aws_security_group", "aws_s3_bucket", None)


def filled(database: Database, changes: int, seed: int = 1) -> list[tuple[Change, Judgement]]:
    """Fill a store with changes of all sorts, several of which begin at one time; return them."""
    draw, world = random.Random(seed), World(database=database)
    return [_one(world, draw, number) for number in range(changes)]


def _one(world: World, draw: random.Random, number: int) -> tuple[Change, Judgement]:
    resource = Resource(type=draw.choice(TYPES), id=f"{draw.choice(('sg', 'SG', 'db'))}-{number}")
    event = an_event(
        event_id=f"e-{number}",
        at=NOON + timedelta(hours=number // 3),
        account=draw.choice(ACCOUNTS),
        resources=(resource,),
    )
    how = a_classification(channel=draw.choice(tuple(Channel)[:3]))
    change = world.happened(writes=[a_write(event, an_actor(draw.choice(ACTORS)), how)])
    key = draw.choice((None, "OPS-1", "OPS-2"))
    judgement = a_judgement(
        draw.choice(tuple(Disposition)[:4]),
        severity=draw.choice(tuple(Severity)[:3]),
        alert=draw.random() < 0.5,
        match=a_match(ticket=a_ticket(key) if key else None),
        environment=draw.choice((None, "production", "staging")),
    )
    world.judged(change, judgement)
    return change, judgement


def every_page(
    database: Database,
    wanted: ChangeFilter,
    within: Period = EVER,
    size: int = 5,
) -> Iterator[tuple[ListedChange, ...]]:
    """Yield the rows of each page, from the newest to the oldest."""
    place: Place | None = None
    for _ in count():
        with database.reading() as connection:
            page = changes_page(connection, wanted, within=within, place=place, size=size)
        yield page.rows
        if (place := page.older) is None:
            return
