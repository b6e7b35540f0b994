from pathlib import Path

import pytest

from drift.reports.story import story_of_change
from drift.store.database import Database
from tests.builders import NOON, minutes
from tests.scenarios.cloud import Watch, a_beginning, an_end
from tests.scenarios.world import told


@pytest.mark.parametrize("type_", ["aws_s3_bucket_policy", "aws_s3_bucket_public_access_block"])
def test_a_change_is_told_with_what_differs_on_its_own_resource(tmp_path: Path, type_: str) -> None:
    """A bucket's policy and its public access block bear the same id: the bucket's name."""
    with told(tmp_path, ["s3-console-public"]) as world:
        (row,) = (row for row in world.changes() if row.change.resource.type == type_)
        with world.pipeline.have.database.reading() as connection:
            story = story_of_change(connection, row)

    assert [finding.finding.type for finding in story.findings] == [type_]


def test_a_change_is_told_with_the_records_that_amended_it(sqlite_database: Database) -> None:
    watch, begun = Watch(database=sqlite_database), a_beginning()
    watch.told(begun, minute=16)
    watch.told(an_end(begun, event_id="end", at=NOON + minutes(9)), minute=17)

    with watch.database.reading() as connection:
        moments = story_of_change(connection, watch.change()).moments

    amended = "a further record told of the same operation"
    assert [moment.detail for moment in moments if moment.what == amended] == ["aws:end"]
