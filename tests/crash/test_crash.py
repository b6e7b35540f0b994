"""A small burst through a real queue, with the program killed at random."""

import random
from pathlib import Path

from tests.crash.burst import SEED, make_burst
from tests.crash.ending import ending_of, what_is_wrong
from tests.crash.world import world

FILES, KILLS = 3, 3


def test_a_program_that_is_killed_again_and_again_loses_nothing_and_tells_everything_once(
    tmp_path: Path,
) -> None:
    trail = tmp_path / "trail"
    trail.mkdir()
    burst = make_burst(trail, FILES)
    (tmp_path / "undisturbed").mkdir()
    (tmp_path / "killed").mkdir()
    with world(tmp_path / "undisturbed", burst) as quiet:
        quiet.run_to_the_end()
        undisturbed = ending_of(quiet)

    with world(tmp_path / "killed", burst) as disturbed:
        disturbed.kill_again_and_again(KILLS, random.Random(SEED))
        disturbed.run_to_the_end()
        ending = ending_of(disturbed)

    assert undisturbed.unticketed
    assert list(what_is_wrong(ending, undisturbed, burst, KILLS)) == []
