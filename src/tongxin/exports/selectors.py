"""Which exports somebody sees: their own, those that wait for their word, and the register of their area."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Seat, Viewer
from tongxin.core.pathway import CHINA
from tongxin.exports.models import Export
from tongxin.exports.rules import Rules
from tongxin.rulebook import rules

ASK, DECIDE, REGISTER = "ask_export", "decide_export", "see_exports"
SHOWN = 200


def own(*, viewer: Viewer) -> QuerySet[Export]:
    """What a person asked for, the newest first."""
    if viewer.person_id is None:
        return Export.objects.none()
    return Export.objects.filter(person_id=viewer.person_id).order_by("-asked_at")


def to_decide(found: Rules, *, viewer: Viewer, at: datetime) -> list[Export]:
    """What waits for this viewer's word, the oldest first."""
    known = rules.access_rules(at=at)
    inside = _inside(viewer, [role for role in found.approvers if known.may_do(role=role, action=DECIDE)])
    if viewer.person_id is None or not inside:
        return []
    waiting = Export.objects.filter(state=Export.ASKED, until_on__gte=at.astimezone(CHINA).date())
    near = waiting.filter(division_id__in=Division.objects.filter(inside).values("id"))
    return [
        row for row in near.exclude(person_id=viewer.person_id).order_by("asked_at")[:SHOWN]
        if may_decide(row, found, viewer=viewer, at=at)
    ]


def _inside(viewer: Viewer, roles: Iterable[str]) -> Q:
    """The places of a viewer's posts of these roles, with those below; nothing where there are none."""
    inside, wanted = Q(), set(roles)
    for seat in viewer.seats:
        if seat.role in wanted:
            inside |= Q(id=seat.division_id) | Q(**{f"{seat.division_level}_id": seat.division_id})
    return inside


def may_decide(row: Export, found: Rules, *, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody decides on a request: another person, of a role that approves, above or at its place."""
    if viewer.person_id is None or viewer.person_id == row.person_id:
        return False
    known = rules.access_rules(at=at)
    return any(
        seat.role in found.approvers and known.may_do(role=seat.role, action=DECIDE) and _covers(seat, row.division_id)
        for seat in viewer.seats
    )


def register(*, viewer: Viewer, at: datetime) -> QuerySet[Export]:
    """Every export asked for in the places whose register a viewer keeps, the newest first."""
    known = rules.access_rules(at=at)
    inside = _inside(viewer, [seat.role for seat in viewer.seats if known.may_do(role=seat.role, action=REGISTER)])
    if not inside:
        return Export.objects.none()
    return Export.objects.filter(division_id__in=Division.objects.filter(inside).values("id")).order_by("-asked_at")


def seen(export_id: UUID, found: Rules, *, viewer: Viewer, at: datetime) -> Export | None:
    """One export, if it is the viewer's own, waits for their word or stands in their register."""
    row = Export.objects.filter(id=export_id).first()
    if row is None:
        return None
    is_own = viewer.person_id is not None and viewer.person_id == row.person_id
    if is_own or may_decide(row, found, viewer=viewer, at=at):
        return row
    if not access.may_do(viewer=viewer, action=REGISTER, at=at):
        return None
    return register(viewer=viewer, at=at).filter(id=row.id).first()


def _covers(seat: Seat, division_id: int) -> bool:
    if seat.division_id == division_id:
        return True
    return Division.objects.filter(id=division_id, **{f"{seat.division_level}_id": seat.division_id}).exists()
