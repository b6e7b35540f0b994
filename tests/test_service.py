"""What the service does between its jobs."""

from datetime import timedelta

from drift.service import Paced


def test_what_is_paced_is_done_at_once_and_then_not_for_a_while() -> None:
    done: list[None] = []
    paced = Paced(lambda: done.append(None), timedelta(hours=1))

    for _ in range(3):
        paced.ask()

    assert len(done) == 1


def test_what_is_paced_is_done_again_after_a_while() -> None:
    done: list[None] = []
    paced = Paced(lambda: done.append(None), timedelta())

    for _ in range(3):
        paced.ask()

    assert len(done) == 3
