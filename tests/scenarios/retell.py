"""Writes the Slack text of every story, and what explains it, into its expected.json.

`python -m tests.scenarios.retell`, for after a story was recorded anew, or a message was worded
anew. Read the difference before you commit it: from then on the tests hold the product to it.
"""

import json
import tempfile
from pathlib import Path

from tests.scenarios.world import FIXTURES, STORIES, expected, told


def main() -> None:
    """Tell each story alone, and keep what Slack would get and which write explains each difference."""
    for story in STORIES:
        with tempfile.TemporaryDirectory() as folder, told(Path(folder), [story]) as end:
            slack = [message.splitlines() for message in end.messages()]
            explained = {(one.type, one.resource_id): end.explanations(one) for one in end.findings()}
        tale = expected(story)
        for finding in tale["findings"]:
            finding["explained_by"] = explained[finding["type"], finding["resource_id"]]
        text = json.dumps({**tale, "slack": slack}, indent=2, ensure_ascii=False)
        (FIXTURES / story / "expected.json").write_text(f"{text}\n")


if __name__ == "__main__":
    main()
