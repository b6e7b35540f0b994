"""Has the verifier look at a pack, in a process of its own, as somebody who has only the file would."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from drift.errors import UsageError
from drift.ledger import verify

_SECONDS = 300

_QUESTIONS = ("integrity", "completeness", "origin")

_MEANING = {
    ("integrity", "ok"): "What is there is as it was signed.",
    ("integrity", "failed"): "Something was altered.",
    ("completeness", "ok"): "Every file, entry and row is there, and none besides.",
    ("completeness", "failed"): "Something is missing, or was added.",
    ("origin", "ok"): "It is signed by the key that you trust.",
    ("origin", "failed"): "It is not signed by the key that you trust.",
    ("origin", "unknown"): "It is signed, but you named no key that you trust.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What the verifier says to one of its questions."""

    question: str
    verdict: str
    """`ok`, `failed`, or `unknown` where nothing can be said."""
    meaning: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What the verifier says."""

    answers: tuple[Answered, ...]
    problems: tuple[str, ...]
    signed_by: tuple[str, ...]
    """The keys, as `--key` takes them."""

    @property
    def is_good(self) -> bool:
        """Nothing is wrong with it."""
        return not self.problems


def checked(archive: Path, key: str, checkpoint: str) -> Checked:
    """Return what the verifier says of a zip file; `key` and `checkpoint` are what the reader trusts, if any.

    Raises:
        UsageError: It cannot be looked at, or what is trusted cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="driftledger-") as folder:
        trusted = [*_file(folder, "--key", key), *_file(folder, "--trusted-checkpoint", checkpoint)]
        try:
            done = subprocess.run(  # noqa: S603 - our own file, and paths that nobody else chose
                [sys.executable, "-I", verify.__file__, str(archive), "--json", *trusted],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            hint = "Download the pack, and run its verifier."
            raise UsageError("The verifier took too long here.", hint=hint) from error
    if done.returncode not in {0, 1}:
        said = done.stderr.strip().removeprefix("Error: ").replace(folder, "").splitlines()[-1:]
        raise UsageError(f"It cannot be verified: {''.join(said)}", hint="Check what you pasted.")
    return _read(done.stdout)


def _file(folder: str, option: str, text: str) -> list[str]:
    if not text.strip():
        return []
    path = Path(folder, option.strip("-"))
    path.write_text(text, encoding="utf-8", errors="replace")
    return [option, str(path)]


def _read(printed: str) -> Checked:
    said = json.loads(printed)
    verdicts = {one: said[one]["verdict"] for one in _QUESTIONS}
    return Checked(
        answers=tuple(
            Answered(question=one, verdict=verdict, meaning=_MEANING[one, verdict])
            for one, verdict in verdicts.items()
        ),
        problems=tuple(said["problems"]),
        signed_by=tuple(said["signed_by"]),
    )
