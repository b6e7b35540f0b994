"""What people say with a form: taken in once, however often it is sent."""

import re
import uuid
from collections.abc import Iterable

from drift.errors import RefusedError
from drift.model.action import Action, Deed, Request
from drift.reports.acted import said_to_do
from drift.stages.act import Acted
from drift.web.ask import Ask

_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)

_PREFIX = "web/"


def new_key() -> str:
    """Return what tells one form from every other; it stands in a hidden field named `key`."""
    return uuid.uuid4().hex


def key_of(ask: Ask) -> str:
    """Return the key of a form that was sent.

    Raises:
        RefusedError: The form is none of ours.
    """
    key = ask.form.get("key", "")
    if not _KEY.fullmatch(key):
        raise RefusedError("This form is no longer good.", hint="Open the page anew, and send it again.")
    return f"{_PREFIX}{key}"


def take(ask: Ask, ref: str, deed: Deed) -> Acted:
    """Take in what whoever is signed in does about a change or finding.

    Raises:
        RefusedError: They may not, or the form is none of ours.
        StoreError: It could not be kept: nothing of it was.
    """
    request = Request(key=key_of(ask), ref=ref, by=ask.doer, deed=deed)
    done = ask.site.desk().take(request, ask.now)
    ask.site.acted()
    return done


def link(ask: Ask, ref: str, ticket_key: str) -> Acted:
    """Link a ticket to a change for whoever is signed in.

    Raises:
        RefusedError: They may not, there is no such ticket, or the form is none of ours.
        ProviderError: The ticket's system could not be asked.
    """
    done = ask.site.desk().link(ref, ticket_key, ask.doer, key=key_of(ask), now=ask.now)
    ask.site.acted()
    return done


def recorded(ask: Ask, actions: Iterable[Action]) -> str:
    """Say what was just taken in, if the address names it; else nothing.

    As it is recorded, and only of whoever looks: nobody else's word, and nothing made up.
    """
    key = ask.query.get("done", "")
    if not _KEY.fullmatch(key):
        return ""
    mine = (one for one in actions if one.key == f"{_PREFIX}{key}" and one.by.name == ask.who.name)
    return next((f"Recorded: {one.by.name} {said_to_do(one.deed)}" for one in mine), "")
