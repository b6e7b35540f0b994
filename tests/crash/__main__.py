"""`python -m tests.crash [FILES [KILLS]]`: the burst at full size, 100,000 records and 50 kills."""

import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.burst import SEED, make_burst
from tests.crash.ending import ending_of, what_is_wrong
from tests.crash.world import world

FILES, KILLS = 200, 50


def main(files: int = FILES, kills: int = KILLS) -> int:
    """Run the burst undisturbed and killed, and say how the two ends differ."""
    with TemporaryDirectory() as name:
        trail, quiet, killed = (Path(name) / one for one in ("trail", "quiet", "killed"))
        for folder in (trail, quiet, killed):
            folder.mkdir()
        burst = make_burst(trail, files)
        print(f"crash: {burst.records:,} records in {len(burst.files)} files, {kills} kills", flush=True)
        with world(quiet, burst) as undisturbed:
            undisturbed.run_to_the_end()
            expected = ending_of(undisturbed)
        print(f"crash: undisturbed {expected.fates}, {len(expected.messages)} messages", flush=True)
        with world(killed, burst) as disturbed:
            disturbed.kill_again_and_again(kills, random.Random(SEED))
            disturbed.run_to_the_end()
            ending = ending_of(disturbed)
        wrong = list(what_is_wrong(ending, expected, burst, kills))
        for line in wrong or ["nothing was lost, kept twice or told too often"]:
            print(f"crash: {line}")
        repeated = ending.messages.total() - len(ending.messages)
        print(f"crash: {repeated} messages came again where a kill hid that Slack had taken them")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
