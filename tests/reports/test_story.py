from pathlib import Path

import pytest

from drift.reports.story import story_of_change
from tests.scenarios.world import told


@pytest.mark.parametrize("type_", ["aws_s3_bucket_policy", "aws_s3_bucket_public_access_block"])
def test_a_change_is_told_with_what_differs_on_its_own_resource(tmp_path: Path, type_: str) -> None:
    """A bucket's policy and its public access block bear the same id: the bucket's name."""
    with told(tmp_path, ["s3-console-public"]) as world:
        (row,) = (row for row in world.changes() if row.change.resource.type == type_)
        with world.pipeline.have.database.reading() as connection:
            story = story_of_change(connection, row)

    assert [finding.finding.type for finding in story.findings] == [type_]
