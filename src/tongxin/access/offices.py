"""Which posts and people somebody's office actions reach: those at and below the places they act from."""

from datetime import datetime

from django.db.models import Q, QuerySet

from tongxin.accounts.models import Person, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.rulebook import rules


def posts_for(*, viewer: Viewer, action: str, at: datetime) -> QuerySet[Post]:
    """The posts at and below the viewer's own places, as far as their roles allow the action there."""
    inside = Q()
    for seat in viewer.seats:
        if rules.access_rules(at=at).may_do(role=seat.role, action=action):
            inside |= Q(**{f"division__{seat.division_level}_id": seat.division_id})
    return Post.objects.filter(inside) if inside else Post.objects.none()


def people_for(*, viewer: Viewer, action: str, at: datetime) -> QuerySet[Person]:
    """The people whose posts all lie in that area; who left last held one there. Never the viewer."""
    area = posts_for(viewer=viewer, action=action, at=at).values("id")
    elsewhere = Person.objects.filter(
        held(at, "holdings__"), ~Q(holdings__post__in=area)
    ).values("id")
    mine = Person.objects.filter(holdings__post__in=area).exclude(id__in=elsewhere).values("id")
    return Person.objects.filter(id__in=mine).exclude(id=viewer.person_id)
