"""Entries about many children recorded together: read ahead for all, thought about one by one, written in sets.

Each goes through the same door as by itself (`record`). One about which anything else has to be asked or written than
an ordinary one's is recorded by itself after the others.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from tongxin import vault
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.accounts import posts
from tongxin.accounts.models import places_of
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked
from tongxin.cases import derivation
from tongxin.core.pathway import CHINA
from tongxin.drafts import services as drafts
from tongxin.flows import facts, joined, recusal, sharing_sending, sweep
from tongxin.flows.record import ASSIGNMENT, Recorded, Sheet, asked_of, record, record_about
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.ledger import entries, subjects
from tongxin.lib import together
from tongxin.lib.together import Together
from tongxin.people import siblings
from tongxin.people.models import Child
from tongxin.referrals import services as referrals
from tongxin.rulebook import rules
from tongxin.vault import Keyring

# What may be chosen in them depends on the child.
OF_A_CHILD = frozenset({ASSIGNMENT, *recusal.FORMS})
Outcome = Recorded | Refused | NotAllowed | Held
Forms = dict[tuple[str, int | None, date], Asked]


@dataclass(frozen=True, slots=True)
class Piece:
    """One filled form about one child, who hands it in and when."""

    child_id: UUID
    sheet: Sheet
    actor: Viewer
    at: datetime


def record_all(pieces: Sequence[Piece], *, is_only_writer: bool = False) -> list[Outcome]:
    """What came of each entry in turn, as `record` would say or raise it; each child comes once.

    One commit for all that are ordinary, one for each that isn't. `is_only_writer`: nobody else writes to this
    installation meanwhile about these children, so that SQLite's one lock is taken only while rows go out.
    """
    if len({piece.child_id for piece in pieces}) < len(pieces):
        raise ValueError("a child comes once in a set")
    found: dict[int, Outcome] = {}
    try:
        with _working(is_only_writer=is_only_writer) as work:
            _think(pieces, work, found)
    except together.Apart:
        found.clear()
    for number, piece in enumerate(pieces):
        if number not in found:
            found[number] = _alone(piece)
    return [found[number] for number in range(len(pieces))]


def look_again_all(children: Sequence[UUID], *, now: datetime, is_only_writer: bool = False) -> None:
    """As `sweep.look_again` for each of them, in one commit as far as they are ordinary."""
    left: list[UUID] = []
    try:
        with _working(is_only_writer=is_only_writer) as work:
            known, keys = _read_children(children)
            _read_moments({child: now for child in known}, known)
            for child_id in children:
                try:
                    with work.piece():
                        sweep.look_again(known[child_id], now=now, keys=keys)
                except together.Apart:
                    left.append(child_id)
    except together.Apart:
        left = list(children)
    for child_id in left:
        with transaction.atomic():
            sweep.look_again(Child.objects.get(id=child_id), now=now)


@contextmanager
def _working(*, is_only_writer: bool) -> Iterator[Together]:
    if is_only_writer and connection.vendor == "sqlite":
        with together.working(transaction.atomic) as work:
            yield work
        return
    with transaction.atomic(), together.working() as work:
        yield work


def _think(pieces: Sequence[Piece], work: Together, found: dict[int, Outcome]) -> None:
    known, keys = _read_children([piece.child_id for piece in pieces])
    forms = _read_forms(pieces, known)
    entries.read_ahead([piece.sheet.entry_id for piece in pieces])
    drafts.read_ahead([piece.sheet.entry_id for piece in pieces])
    _read_moments({piece.child_id: piece.at for piece in pieces}, known)
    _read_rights(pieces, known, forms)
    for number, piece in enumerate(pieces):
        child = known.get(piece.child_id)
        if child is None:
            found[number] = NotAllowed()
            continue
        try:
            with work.piece():
                found[number] = record_about(
                    child=child, asked=_asked(piece, child, forms), sheet=piece.sheet, actor=piece.actor, at=piece.at,
                    keys=keys,
                )
        except together.Apart:
            continue
        except (Refused, NotAllowed, Held) as refused:
            found[number] = refused


def _alone(piece: Piece) -> Outcome:
    try:
        return record(child_id=piece.child_id, sheet=piece.sheet, actor=piece.actor, at=piece.at)
    except (Refused, NotAllowed, Held) as refused:
        return refused


def _read_children(named: Sequence[UUID]) -> tuple[dict[UUID, Child], Keyring]:
    """The children, under their locks, with everything that is stored about each."""
    rules.newest()
    first = list(Child.objects.filter(id__in=named))
    keys = vault.keyring([child.key_owner for child in first])
    mates = siblings.read_ahead(first)
    subjects.lock_ahead([child.key_owner for child in [*first, *mates]])
    # Nobody writes about them from here on; what was read of them before may have changed meanwhile.
    known = {child.id: child for child in Child.objects.filter(id__in=named)}
    there = list(known)
    facts.read_ahead(there)
    joined.read_ahead(there)
    derivation.read_ahead(there)
    referrals.read_ahead(there)
    sharing_sending.read_ahead(known.values())
    return known, keys


def _read_moments(moments: Mapping[UUID, datetime], known: dict[UUID, Child]) -> None:
    """Who is barred and who answers, each at the moment of its entry."""
    there = {child_id: at for child_id, at in moments.items() if child_id in known}
    relations.read_ahead_each(there)
    posts.read_ahead_each((places_of(known[child_id]), at) for child_id, at in there.items())


def _read_rights(pieces: Sequence[Piece], known: dict[UUID, Child], forms: Forms) -> None:
    """Whether each may record what they record."""
    asking: dict[tuple[Viewer, str, datetime], list[UUID]] = defaultdict(list)
    for piece in pieces:
        if child := known.get(piece.child_id):
            asking[piece.actor, _asked(piece, child, forms).action, piece.at].append(child.id)
    for (viewer, action, at), children in asking.items():
        access.may_ahead(viewer=viewer, children=children, part="", action=action, at=at)


def _read_forms(pieces: Sequence[Piece], known: dict[UUID, Child]) -> Forms:
    forms: Forms = {}
    for piece in pieces:
        child = known.get(piece.child_id)
        if child is not None and piece.sheet.form_id not in OF_A_CHILD:
            key = _key(piece, child)
            forms[key] = forms.get(key) or asked_of(child, form_id=piece.sheet.form_id, at=piece.at)
    return forms


def _asked(piece: Piece, child: Child, forms: Forms) -> Asked:
    return forms.get(_key(piece, child)) or asked_of(child, form_id=piece.sheet.form_id, at=piece.at)


def _key(piece: Piece, child: Child) -> tuple[str, int | None, date]:
    return piece.sheet.form_id, child.county_id, piece.at.astimezone(CHINA).date()
