"""Whose county somebody works in, and which people they may write about."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from tongxin.access.offices import people_for, posts_for
from tongxin.accounts.models import Division, Holding, Person, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.flows.refusals import NotAllowed
from tongxin.rulebook import rules
from tongxin.workforce.rules import Workforce, workforce_in

KEEP, SEE, TEAMS = "keep_workforce", "see_workforce", "keep_teams"


def rules_in(county_id: int | None, *, at: datetime) -> Workforce:
    """The rules of a county."""
    return workforce_in(region=rules.region_of(county_id) if county_id else "", at=at)


def county_or_none(viewer: Viewer) -> int | None:
    """The county somebody works in; none for a city or a province."""
    places = [viewer.seat.division_id] if viewer.seat else []
    found: int | None = Division.objects.filter(id__in=places).values_list("county_id", flat=True).first()
    return found


def posts_seen(viewer: Viewer, *, at: datetime) -> QuerySet[Post]:
    """The posts whose holders somebody counts."""
    return posts_for(viewer=viewer, action=SEE, at=at)


def people_kept(viewer: Viewer, *, at: datetime) -> QuerySet[Person]:
    """The people about whom somebody writes; never themselves."""
    found: QuerySet[Person] = people_for(viewer=viewer, action=KEEP, at=at)
    return found


def person_kept(person_id: UUID | None, *, viewer: Viewer, at: datetime) -> Person:
    """One of them; else there is no such page."""
    found: Person | None = people_kept(viewer, at=at).filter(id=person_id).first() if person_id else None
    if found is None:
        raise NotAllowed
    return found


def county_of_person(person: Person, *, at: datetime) -> int | None:
    """The county in which somebody works, or was let in for."""
    rows = Holding.objects.filter(held(at), person=person, post__division__county_id__isnull=False)
    found = rows.order_by("from_at").values_list("post__division__county_id", flat=True).first()
    if found is None and person.first_post_id is not None:
        found = Post.objects.filter(id=person.first_post_id).values_list("division__county_id", flat=True).first()
    return found


def keepers_of(county_id: int | None, *, at: datetime) -> list[Post]:
    """The posts at a county's desk that see to clearances."""
    found = rules.access_rules(at=at)
    rows = Post.objects.filter(division_id=county_id or 0).order_by("role", "id")
    return [each for each in rows if found.may_do(role=each.role, action=KEEP)]


def keepers_zh(at: datetime) -> str:
    """Who sees to clearances, in words."""
    found = rules.access_rules(at=at)
    return "、".join(zh for role, zh in found.roles.items() if found.may_do(role=role, action=KEEP))
