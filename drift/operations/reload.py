"""Takes over the rules of a configuration that was changed while the daemon runs.

Only rules: who is who, what is trusted, ignored and left out, and the data tables. Where records come
from, where alerts go and when takes a start. What is wrong is refused whole, and the old rules stay.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from drift.config import Settings
from drift.equipment import Equipment
from drift.errors import DriftError
from drift.model.turn import Turn
from drift.rounds import Rounds

AT_START = (
    *("organisation", "key_file", "key_text", "signing_key", "evidence_sinks", "clock"),
    *("poll_every", "sweep_every", "checkpoint_every"),
    *("listen", "web", "log_format", "report", "mail", "audit_logs", "baselines", "state_stores", "live"),
    *("tickets", "code_hosts", "notifiers", "vault", "directories", "on_call", "trust", "account_trees"),
    *("grants", "access_lists", "anchors", "makes_witnesses"),
)
"""Settings that are read at the start only."""


class Reload:
    """Looks whether the files of the configuration have changed."""

    def __init__(
        self,
        settings: Settings,
        rounds: Rounds,
        load: Callable[[], Settings],
        with_rules: Callable[[Equipment, Settings], Equipment],
        restore: Callable[[Settings], None],
    ) -> None:
        """Watch the files of `settings`.

        `load` reads them anew, and `restore` takes back what that put in force in the whole process.
        """
        self._settings = self._started = settings
        self._rounds = rounds
        self._load = load
        self._with_rules = with_rules
        self._restore = restore
        self._seen = self._fingerprint()
        self._refused: str | None = None
        self._is_asked = threading.Event()

    @property
    def settings(self) -> Settings:
        """The configuration whose rules are in force."""
        return self._settings

    def ask(self) -> None:
        """Have the next turn look into the files, whether or not they have changed."""
        self._is_asked.set()

    def run(self) -> Turn:
        """Put the rules in force that the files hold by now, if they can be.

        What was refused is tried at every turn: what mends it may be another file, or a variable.
        """
        seen, is_asked = self._fingerprint(), self._is_asked.is_set()
        if seen == self._seen and not is_asked and self._refused is None:
            return Turn()
        try:
            settings = self._load()
            have = self._with_rules(self._rounds.pipeline.have, settings)
        except DriftError as error:
            self._restore(self._settings)
            is_known, self._refused = str(error) == self._refused and not is_asked, str(error)
            told = f"the configuration is refused, and the rules stay as they were: {error}"
            turn = Turn(problems=() if is_known else (told,))
        else:
            turn = self._put_in_force(settings, have, is_asked=is_asked)
            self._refused = None
        # Only now: should the store not take it, all of it is tried again.
        self._seen = seen
        self._is_asked.clear()
        return turn

    def _put_in_force(self, settings: Settings, have: Equipment, *, is_asked: bool) -> Turn:
        if settings.sha256 == self._settings.sha256:
            return Turn(problems=("the configuration says what it said",) if is_asked else ())
        self._rounds.follow(replace(self._rounds.pipeline, have=have))
        self._settings = settings
        waiting = [name for name in AT_START if _says(settings, name) != _says(self._started, name)]
        told = f"what changed of {', '.join(waiting)} is in force after the next start"
        return Turn(problems=(told,) if waiting else (), counts=(("changed configurations", 1),))

    def _fingerprint(self) -> bytes:
        """Return what tells the files from other ones: their bytes, whatever their times say."""
        files = [self._settings.path, *(one.path for one in self._settings.own_tables)]
        return sha256(b"".join(_hash(file) for file in files if file is not None)).digest()


def _hash(file: Path) -> bytes:
    try:
        return sha256(file.read_bytes()).digest()
    except OSError:
        return b"unreadable"  # the next look at it says why


def _says(settings: Settings, name: str) -> str:
    """Return what a setting says, but for secrets: two of these are never known to be the same."""
    return repr(getattr(settings, name))
