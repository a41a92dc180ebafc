"""Which files are only stored, and where their children lived."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access import relations
from tongxin.accounts.models import LEVELS, places_of
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case
from tongxin.flows import people_again
from tongxin.people import matching, search
from tongxin.people.models import Child
from tongxin.referrals.models import Referral
from tongxin.rights import shelf
from tongxin.rights.models import Shelved
from tongxin.rights.shelf import Turn
from tongxin.rulebook import rules

NOWHERE = dict.fromkeys(f"{level}_id" for level in LEVELS)


def among(children: Iterable[UUID]) -> set[UUID]:
    """Those of some children whose file is only stored."""
    rows = Shelved.objects.filter(child_id__in=list(children), ended_at__isnull=True)
    return set(rows.values_list("child_id", flat=True))


def numbers(children: Iterable[UUID]) -> dict[UUID, str]:
    """The numbers of those files of some children that are only stored."""
    rows = Shelved.objects.filter(child_id__in=list(children), ended_at__isnull=True)
    return dict(rows.values_list("child_id", "file_no"))


def of(child_id: UUID) -> Shelved | None:
    """What was noted when the file was put away; None for a file in use."""
    return Shelved.objects.filter(child_id=child_id, ended_at__isnull=True).first()


def as_lived(child: Child) -> Child:
    """The child with the places it had when its file was put away, for rules that hold there; nothing is saved."""
    stored = of(child.id) if child.county_id is None else None
    if stored is not None:
        for column, value in places_of(stored).items():
            setattr(child, column, value)
    return child


def reached(child_id: UUID, *, viewer: Viewer, action: str, at: datetime) -> Shelved | None:
    """A stored file, for whoever may do that office action from a post of a place where the child lived."""
    row = of(child_id)
    if row is None or viewer.is_worker:
        return row
    if not is_near(row, viewer=viewer, action=action, at=at):
        return None
    return None if viewer.person_id in relations.recused_from(child_id=child_id, at=at) else row


def is_near(row: Shelved, *, viewer: Viewer, action: str, at: datetime) -> bool:
    """Whether one of a viewer's posts that may do an office action is of a place where the child lived."""
    found, inside = rules.access_rules(at=at), {place for place in places_of(row).values() if place is not None}
    return any(seat.division_id in inside and found.may_do(role=seat.role, action=action) for seat in viewer.seats)


def put_away(child: Child) -> None:
    """The child's rows say no place: no list, search, count or phone has them."""
    Child.objects.filter(id=child.id).update(**NOWHERE)
    Case.objects.filter(id=child.id).update(**NOWHERE, look_again_at=None)
    Referral.objects.filter(child_id=child.id).update(**NOWHERE)


def tell_again(child: Child, *, at: datetime) -> None:
    """Who the child is, by the entries in force; a stored file stays stored."""
    people_again.tell_again(child=child, at=at)
    if of(child.id) is not None:
        put_away(child)
        child.refresh_from_db()


def end(child: Child, *, at: datetime, by: UUID | None = None) -> None:
    """The file is in use again where the child lived, if it was only stored."""
    stored = of(child.id)
    if stored is None:
        return
    Shelved.objects.filter(id=stored.id).update(ended_at=at, ended_by=by)
    transaction.on_commit(lambda: shelf.note(Turn(child.id, at, is_stored=False)))
    for column, value in (places := places_of(stored)).items():
        setattr(child, column, value)
    Child.objects.filter(id=child.id).update(**places)
    Case.objects.filter(id=child.id).update(**places)
    Referral.objects.filter(child_id=child.id).update(**places)
    _find_again(child, at=at)


def _find_again(child: Child, *, at: datetime) -> None:
    """Marks of the county where the child lives: whatever was indexed or corrected meanwhile knew of no county."""
    row = Child.objects.get(id=child.id)
    matching.mark(child=row, answers={}, at=at, has_moved=True)
    child.id_token, child.person_token = row.id_token, row.person_token
    row.save(update_fields=["id_token", "person_token"])
    search.index(child=row, name=None, id_no=None, at=at)
