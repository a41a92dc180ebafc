"""Who may do what of training, whose county it is, and what is put on record."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts.models import LEVELS, Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows.refusals import NotAllowed
from tongxin.rulebook import rules
from tongxin.training.rules import Training, training_in
from tongxin.vault import Owner

KEEP, PLAN, APPROVE = "keep_training", "plan_training", "approve_training"


def must(viewer: Viewer, actions: str, *, at: datetime) -> UUID:
    """The person who acts, when one of their posts may do one of the actions (written with | between them)."""
    allowed = any(access.may_do(viewer=viewer, action=each, at=at) for each in actions.split("|"))
    if viewer.person_id is None or viewer.post_id is None or not allowed:
        raise NotAllowed
    return viewer.person_id


def worker_of(viewer: Viewer) -> tuple[UUID, UUID]:
    """The person and the post of somebody who works here."""
    if viewer.person_id is None or viewer.post_id is None:
        raise NotAllowed
    return viewer.person_id, viewer.post_id


def place_of(viewer: Viewer) -> Division:
    """Where somebody works."""
    found = Division.objects.filter(id=viewer.seat.division_id if viewer.seat else 0).first()
    if found is None:
        raise NotAllowed
    return found


def county_of(viewer: Viewer) -> int:
    """The county somebody works in."""
    found = place_of(viewer).county_id
    if found is None:
        raise NotAllowed
    return found


def counties_of(viewer: Viewer) -> list[int]:
    """The counties somebody's place contains or lies in; none of the nation's, where nobody arranges a training."""
    place = place_of(viewer)
    if place.county_id is not None or place.level not in LEVELS:
        return [place.county_id] if place.county_id else []
    inside = Division.objects.filter(level="county", valid_to__isnull=True, **{f"{place.level}_id": place.id})
    return list(inside.order_by("code").values_list("id", flat=True))


def region_of(viewer: Viewer) -> str:
    """The rules of somebody's county; the nation's above the counties."""
    place = place_of(viewer)
    return rules.region_of(place.county_id) if place.county_id else ""


def rules_for(viewer: Viewer, *, at: datetime) -> Training:
    """The rules that hold for somebody."""
    return training_in(region=region_of(viewer), at=at)


def today(at: datetime) -> date:
    """The day of the place."""
    return at.astimezone(CHINA).date()


def tell(kind: str, actor: Viewer, at: datetime, /, **clear: Any) -> Any:
    """What somebody did about training, on record; nobody's name, no answer."""
    subject = Owner("staff", actor.person_id) if actor.person_id else None
    if subject is None:
        raise NotAllowed
    return ledger.record(kind=kind, subject=subject, actor=actor, at=at, is_fact=True, clear={
        name: value if isinstance(value, int) else str(value) for name, value in clear.items()
    })
