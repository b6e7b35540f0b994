"""What the daemon does at each turn of each job, by the rules that are in force then."""

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from drift.again import Again
from drift.asked import answer
from drift.counter import Counter
from drift.errors import ProviderError, only_provider_errors
from drift.model.survey import ByPlace, by_place
from drift.model.turn import Turn
from drift.pipeline import Pipeline
from drift.ports import Answerable, Awaiting
from drift.reports.wording import counted
from drift.self_audit import sample_months
from drift.stages.notify import FIRST_WAIT, notify
from drift.store import outbox
from drift.store.people import directory_read_at
from drift.store.uncompared import is_anything_compared


class Rounds:
    """The steps of the pipeline, each by itself, and what one has to know of another.

    Any two may run at once, each in its own transactions, but for those that look at the estate: adapters
    keep what they read of it, and two comparisons of one resource could be recorded in the wrong order.
    """

    def __init__(self, pipeline: Pipeline, apart: Collection[str] = ()) -> None:
        """Follow `pipeline`; `apart` are the baselines that are swept each at times of their own."""
        self._pipeline = pipeline
        self._apart = frozenset(apart)
        self._looking = threading.Lock()
        self._declared: ByPlace = {}
        self._again = Again()
        self._judged_at: datetime | None = None
        with pipeline.have.database.reading() as connection:
            is_known = not pipeline.have.watched or is_anything_compared(connection)
            are_people_known = all(directory_read_at(connection, one) for one in pipeline.have.directories)
        self._are_people_known = are_people_known
        """Directories were read, or that was tried: before, a second account would pass for somebody else."""
        self._first_sweeps: set[str | None] = set() if is_known else {None, *self._apart}
        """What was never compared: it must have been tried before anything is judged."""

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline with the rules in force."""
        return self._pipeline

    def follow(self, pipeline: Pipeline) -> None:
        """Have other rules in force from the next turn of each job on, and record that."""
        pipeline.begin(pipeline.have.clock.now())
        self._pipeline = pipeline

    def read(self, source: str) -> Turn:
        """Follow what is new in a source."""
        pipeline = self._pipeline
        return pipeline.read(source, pipeline.have.sources[source], pipeline.have.clock.now())

    def awaits(self, source: str) -> bool:
        """Tell whether a source waits by itself for what is new."""
        log = self._pipeline.have.sources[source]
        return isinstance(log, Awaiting) and log.waits > timedelta()

    def sweep(self, baseline: str | None = None) -> Turn:
        """Compare everything but the baselines that have times of their own, or only one of these.

        What exists is listed with everything: only beside all that is declared it shows what is not.
        """
        pipeline = self._pipeline
        names = self._swept_with(baseline)
        try:
            with self._looking:
                now = pipeline.have.clock.now()
                seen, problems = pipeline.sweep(now, names, lists=baseline is None)
                self._declared = by_place(seen.others)
        finally:
            self._first_sweeps.discard(baseline)
        mine = (one for one in seen.failures if names is None or baseline is None or one.name in names)
        failed = "; ".join(f"{one.name}: {one.error}" for one in mine)
        counts = (("states", len(seen.held)), ("resources", len(by_place(seen.declarations))))
        return Turn(problems=tuple(problems), counts=counts, failure=failed or None)

    def judge(self) -> Turn:
        """Compare what was touched, and judge what is to be judged.

        Before the first comparison nobody knows what is declared, and every change would look undeclared.
        While a sweep runs, nobody waits for it: what was touched is compared the next time.
        """
        if self._first_sweeps or not self._are_people_known:
            return Turn(is_put_off=True)
        pipeline = self._pipeline
        now = pipeline.have.clock.now()
        pipeline.settle(now)
        compared, problems = self._compare_again(now)
        pipeline.follow_up(now)
        problems += pipeline.judge_news(self._declared, self._judged_at or now, now)
        self._judged_at = now
        problems += pipeline.judge_sessions(
            self._declared, self._again.portion(pipeline.have.database, now), now
        )
        with pipeline.have.database.reading() as connection:
            due = len(outbox.due(connection, pipeline.have.notifiers, now))
        return Turn(
            problems=tuple(problems),
            counts=(("resources compared", compared), ("alerts due", due)),
            is_put_off=pipeline.is_stopping(),
            has_more=self._again.has_more,
        )

    def digest(self) -> Turn:
        """Queue the message of the day, and that of the week, if they are due."""
        pipeline = self._pipeline
        pipeline.digest(pipeline.have.clock.now())
        pipeline.witness(pipeline.have.clock.now())
        return Turn()

    def know_people(self) -> Turn:
        """Read under which names people are known, once a day, and judge by that from now on."""
        pipeline = self._pipeline
        read = pipeline.read_directories(pipeline.have.clock.now())
        self._are_people_known = True
        # Should other rules have come into force meanwhile, it is put right at the next turn.
        if read.have is not pipeline.have and self._pipeline is pipeline:
            self.follow(replace(pipeline, have=read.have))
        failure = "; ".join(read.problems) or None
        return Turn(problems=read.problems, counts=(("people", read.people),), failure=failure)

    def place_accounts(self) -> Turn:
        """Read in which organisational units accounts lie, once a day."""
        read = self._pipeline.read_accounts(self._pipeline.have.clock.now())
        failure = "; ".join(read.problems) or None
        return Turn(problems=read.problems, counts=(("accounts", read.accounts),), failure=failure)

    def capture(self) -> Turn:
        """Look how repositories are controlled, once a day each."""
        done = self._pipeline.capture(self._pipeline.have.clock.now())
        counts = (("repositories", done.repositories), ("changed", done.changed))
        return Turn(problems=done.problems, counts=counts, failure=done.failure)

    def capture_trust(self) -> Turn:
        """Look who may act as the identities that deploy, once a day each."""
        done = self._pipeline.capture_trust(self._pipeline.have.clock.now())
        counts = (("identities", done.identities), ("changed", done.changed))
        failure = done.problems[0] if done.problems else None
        return Turn(problems=done.problems, counts=counts, failure=failure)

    def look_at_documents(self) -> Turn:
        """Look which of the company's own documents are not as they were, once a day."""
        pipeline = self._pipeline
        problems = pipeline.look_at_documents(pipeline.have.clock.now())
        return Turn(problems=problems, failure=problems[0] if problems else None)

    def take_access_snapshots(self) -> Turn:
        """Look who may write, once a month."""
        pipeline = self._pipeline
        problems = pipeline.take_access_snapshots(pipeline.have.clock.now())
        return Turn(problems=problems, failure=problems[0] if problems else None)

    def keep_runs(self) -> Turn:
        """Record the runs of pipelines that made changes and have ended."""
        done = self._pipeline.keep_runs(self._pipeline.have.clock.now())
        return Turn(problems=done.problems, counts=(("runs", done.recorded),))

    def canary(self) -> Turn:
        """Make the harmless writes of our own that are due."""
        self._pipeline.canary(self._pipeline.have.clock.now())
        return Turn()

    def renew_alarms(self) -> Turn:
        """Raise the alarms about the watch itself that are news, and end those that are over."""
        self._pipeline.renew_alarms(self._pipeline.have.clock.now())
        return Turn()

    def tell(self) -> Turn:
        """Send the alerts that are due."""
        have = self._pipeline.have
        sent = notify(
            have.database,
            have.notifiers,
            have.clock.now(),
            have.deliveries,
            have.on_call,
            have.pages,
        )
        failure = sent.failed[0] if sent.failed and not sent.sent else None
        return Turn(
            problems=sent.failed,
            counts=(("sent", sent.sent), ("held", sent.held)),
            failure=failure,
            again_within=FIRST_WAIT if sent.failed else None,
        )

    def hear(self, notifier: str, acted: Callable[[], None]) -> Turn:
        """Take in what people answer to messages, until the program stops; `acted` is called each time."""
        answerable: object = self._pipeline.have.notifiers.get(notifier)
        if not isinstance(answerable, Answerable):
            return Turn(is_put_off=True)
        pipeline = self._pipeline
        counter = Counter(
            desk=lambda: pipeline.desk,
            clock=pipeline.have.clock,
            acted=acted,
            asked=lambda words: answer(words, pipeline.have, pipeline.desk),
        )
        try:
            with only_provider_errors("hearing answers"):
                answerable.hear(counter, self._pipeline.is_stopping)
        except ProviderError as error:
            return Turn(problems=(f"{notifier}: {error}",), failure=f"{notifier}: {error}")
        return Turn(is_put_off=True)

    def seal(self) -> Turn:
        """Sign the ledger."""
        problems = self._pipeline.seal(self._pipeline.have.clock.now())
        return Turn(problems=problems, failure=problems[0] if problems else None)

    def anchor(self) -> Turn:
        """Have the last checkpoint held outside."""
        problems = self._pipeline.anchor(self._pipeline.have.clock.now())
        return Turn(problems=problems, failure="; ".join(problems) or None)

    def sample_months(self) -> Turn:
        """Draw the samples of the months that are over, as an auditor would."""
        drawn = sample_months(self._pipeline.have, self._pipeline.have.clock.now())
        lacking = sum(len(one.lacking) for one in drawn)
        told = (
            f"of the sample, {counted(lacking, 'change')} without a ticket or an approval: see `drift status`"
        )
        counts = (("samples", len(drawn)), ("lacking", lacking))
        return Turn(problems=(told,) if lacking else (), counts=counts)

    def forget(self) -> Turn:
        """Drop what need not be kept any longer."""
        problems = self._pipeline.forget(self._pipeline.have.clock.now())
        return Turn(problems=problems, failure=problems[0] if problems else None)

    def _swept_with(self, baseline: str | None) -> frozenset[str] | None:
        """Return which baselines a sweep compares; `None`: all that there are."""
        if baseline is not None:
            return frozenset([baseline])
        every = frozenset(one.baseline.name for one in self._pipeline.have.watched)
        return every - self._apart if self._apart else None

    def _compare_again(self, now: datetime) -> tuple[int, list[str]]:
        if not self._looking.acquire(blocking=False):
            return 0, []
        try:
            found = self._pipeline.compare_again(now)
            if found is None:
                return 0, []
            seen, problems = found
            self._declared = {**self._declared, **by_place(seen.others)}
            return len(seen.only or ()), problems
        finally:
            self._looking.release()


def with_stop(
    pipeline: Pipeline, stopping: threading.Event, on_write: Callable[[], None] = lambda: None
) -> Pipeline:
    """Return the pipeline, to end between two batches once it is to stop, and to tell which had writes."""
    return replace(pipeline, is_stopping=stopping.is_set, on_write=on_write)
