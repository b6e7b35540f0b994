"""What is recorded, who outside holds it, and packs to take it out."""

from starlette.responses import FileResponse, Response

from drift.errors import RefusedError, UsageError
from drift.export import Handed
from drift.model.visitor import Permission
from drift.packs import HeldPack, PackState, Wish
from drift.reports.browse.evidence import evidence as how_it_stands
from drift.store.invitations import invitations
from drift.web import answers
from drift.web.ask import Ask, wall_clock
from drift.web.bounds import within
from drift.web.checked import Checked, checked
from drift.web.period import days_in

_MOST_CHARACTERS = 200
"""Of the name of an audit or a seed, which become part of what decides the sample."""


def evidence(ask: Ask) -> Response:
    """Show how the ledger stands, and the packs of whoever asks."""
    anchors = [one.name for one in ask.site.settings().anchors]
    with ask.site.database.reading() as connection:
        standing = how_it_stands(connection, anchors, within=within(ask))
    return answers.page(
        ask,
        "evidence.html.j2",
        title="Evidence",
        standing=standing,
        exports=standing.exports if ask.sees_names else (),
        packs=ask.site.packs.of(ask.who.name),
        guests=_guests(ask),
    )


def make_pack(ask: Ask) -> Response:
    """Have a pack made, and show how far it is."""
    days = days_in(ask.form)
    wish = Wish(
        since=days.since,
        until=days.until,
        engagement=_one_line("The name of the audit", ask.form.get("engagement", "")),
        seed=_one_line("The seed", ask.form.get("seed", "")) or None,
    )
    return answers.to(f"/evidence/packs/{ask.site.packs.ask(wish, _handed(ask))}")


def pack(ask: Ask) -> Response:
    """Show a pack: how far it is, what is in it, and how to verify it."""
    return _page(ask, _held(ask))


def download(ask: Ask) -> Response:
    """Hand out a pack to whom it was made for: the ledger says so already, and of nobody else."""
    one = _held(ask)
    if not one.is_for(ask.who.name):
        raise RefusedError(f"This pack was made for {one.handed.to}.", hint="Only they can download it.")
    if one.made is None:
        raise RefusedError("This pack is not there yet.", hint="Wait until it is made.")
    return FileResponse(one.made.archive, filename=one.made.archive.name, media_type="application/zip")


def verify_pack(ask: Ask) -> Response:
    """Show what the verifier says of a pack."""
    one = _held(ask)
    if one.made is None:
        raise RefusedError("This pack is not there yet.", hint="Wait until it is made.")
    key, checkpoint = ask.form.get("key", ""), ask.form.get("checkpoint", "")
    return _page(ask, one, checked(one.made.archive, key, checkpoint))


def drop_pack(ask: Ask) -> Response:
    """Hold a pack no more."""
    ask.site.packs.drop(ask.path["pack"], ask.who.name)
    return answers.to("/evidence")


def _guests(ask: Ask) -> tuple[str, ...]:
    """Return the auditors for whom a pack can be made."""
    if not ask.who.may(Permission.EXPORT):
        return ()
    now = wall_clock()
    with ask.site.database.reading() as connection:
        return tuple(one.name for one in invitations(connection) if one.counts(now))


def _handed(ask: Ask) -> Handed:
    to = ask.form.get("to_whom", "") or ask.who.name
    if to not in {ask.who.name, *_guests(ask)}:
        raise UsageError("Nobody of that name is invited.", hint="Invite them first, on the page Access.")
    return Handed(by=ask.doer, to=to)


def _held(ask: Ask) -> HeldPack:
    return ask.site.packs.called(ask.path["pack"], ask.who.name)


def _page(ask: Ask, one: HeldPack, found: Checked | None = None) -> Response:
    answer = answers.page(
        ask, "pack.html.j2", title="Evidence pack", pack=one, State=PackState, checked=found, url=ask.site.url
    )
    if one.state is PackState.MAKING:
        answer.headers["refresh"] = "3"
    return answer


def _one_line(what: str, text: str) -> str:
    if not text.isprintable() or len(text) > _MOST_CHARACTERS:
        raise UsageError(
            f"{what} is no line of at most {_MOST_CHARACTERS} characters.",
            hint="It stands in the pack as it is.",
        )
    return text.strip()
