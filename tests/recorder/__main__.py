"""Record all stories, or those named: `python -m tests.recorder [STORY ...]`."""

import argparse
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.recorder.account import Account
from tests.recorder.documents import expected_document, tickets_document
from tests.recorder.live import live_document
from tests.recorder.model import Json, Story
from tests.recorder.moto_server import simulated_cloud
from tests.recorder.stories import STORIES
from tests.recorder.terraform import Terraform
from tests.recorder.trail import Trail
from tests.simulator.provider_mirror import build_mirror

FIXTURES = Path(__file__).resolve().parents[2] / "terraform-fixtures"


def main() -> None:
    """Record each story into its folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.recorder", description=__doc__)
    parser.add_argument("story", nargs="*", help="names of stories (default: all)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        mirror = build_mirror(Path(scratch))
        for story in STORIES:
            if not arguments.story or story.name in arguments.story:
                print(f"recording {story.name}")
                record(story, mirror, Path(scratch))


def record(story: Story, mirror: Path, scratch: Path) -> None:
    """Build, let the story happen, read what exists, and write the story's files.

    Once the story has happened, Terraform runs in a copy only: the recorded state is the
    one that the last apply of the story left behind.
    """
    target, trail = FIXTURES / story.name, Trail(story.seed)
    with simulated_cloud(seed=story.seed, start=story.built_at) as cloud:
        terraform = Terraform(folder=scratch / story.name, mirror=mirror, cloud_url=cloud.url)
        _build(story, terraform, (target / "main.tf").read_text())
        if story.applied_at:
            cloud.set_clock(story.applied_at)
            terraform.write(_replaced((target / "main.tf").read_text(), story.applied))
            terraform.apply()
        account = Account(
            url=cloud.url,
            state=terraform.state(),
            terraform_agent=terraform.user_agent(),
            move_clock=cloud.set_clock,
        )
        telling = story.tell(account, trail)
        cloud.set_clock(story.read_at)
        copy = terraform.refreshed_copy(scratch / f"{story.name}-live")
        for address, resource_id in story.adopt.items():
            copy.adopt(address, resource_id)
        live = live_document(copy.state(), copy.schemas(), story.read_at)

    (target / "terraform.tfstate").write_bytes((terraform.folder / "terraform.tfstate").read_bytes())
    _write(target / "audit-log.json", {"Records": trail.records})
    _write(target / "live.json", live)
    _write(target / "expected.json", expected_document((target / "README.md").read_text().strip(), telling))
    if telling.tickets:
        _write(target / "tickets.json", tickets_document(telling))
    if telling.deployments:
        _write(target / "code-host.json", telling.deployments)


def _build(story: Story, terraform: Terraform, configuration: str) -> None:
    terraform.prepare(_replaced(configuration, story.before))
    terraform.apply(targets=story.before_targets)


def _replaced(configuration: str, texts: Mapping[str, str]) -> str:
    for text, other in texts.items():
        if text not in configuration:
            raise RuntimeError(f"main.tf does not hold what the story replaces: {text}")
        configuration = configuration.replace(text, other)
    return configuration


def _write(path: Path, document: Json) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
