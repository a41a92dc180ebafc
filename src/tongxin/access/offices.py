"""Which posts and people somebody's office actions reach: those at and below the places they act from."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.accounts.models import Holding, Person, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.rulebook import rules


def posts_for(*, viewer: Viewer, action: str, at: datetime) -> QuerySet[Post]:
    """The posts at and below the viewer's own places, as far as their roles allow the action there."""
    found, inside = rules.access_rules(at=at), Q()
    for seat in viewer.seats:
        if found.may_do(role=seat.role, action=action):
            here = Q(**{f"division__{seat.division_level}_id": seat.division_id})
            # Administrators' posts are reached by administrators only.
            inside |= here if seat.role in found.apart else here & Q(role__in=sorted(set(found.roles) - found.apart))
    return Post.objects.filter(inside) if inside else Post.objects.none()


def people_for(*, viewer: Viewer, action: str, at: datetime) -> QuerySet[Person]:
    """The people whose posts all lie in that area; never the viewer.

    Who left last held one there; who never held any was let in for one there.
    """
    area = posts_for(viewer=viewer, action=action, at=at).values("id")
    holdings = Holding.objects.filter(person_id=OuterRef("id"))
    # NOT EXISTS is never NULL, so nobody is let in by a gap (B7).
    # Asked of one post after the other by its key: the whole area would be gone through for one person.
    placed = holdings.annotate(is_inside=Exists(area.filter(id=OuterRef("post_id"))))
    elsewhere = placed.filter(held(at))
    begins = Exists(area.filter(id=OuterRef("first_post_id"))) & ~Exists(holdings)
    found = Person.objects.filter(Exists(placed.filter(is_inside=True)) | begins)
    found = found.annotate(is_away=Exists(elsewhere.filter(is_inside=False))).filter(is_away=False)
    return found.exclude(id=viewer.person_id) if viewer.person_id else found
