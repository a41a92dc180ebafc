"""Who holds which post: the work stays with the post, whoever holds it (spine C10)."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse

from tongxin.access.offices import posts_for
from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import held
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.places_filter import place_choices, place_named
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

ABOVE_VILLAGES = ("province", "city", "county", "town")


@door("office.hand_over")
def post_list(request: Request) -> HttpResponse:
    """The posts at a place of the viewer's area and at the places just below it, vacant ones first."""
    area = posts_for(viewer=request.viewer, action="hand_over", at=request.at)
    place = place_named(request.GET.get("place", ""))
    at_place = Q(division__town_id=place.id) if place else Q(division__level__in=ABOVE_VILLAGES)
    rows = list(area.filter(at_place).select_related("division", "organisation").order_by("division__code", "title"))
    holdings = holdings_of(rows, request)
    people = [each.person_id for found in holdings.values() for each in found]
    names = open_names(request, people=people, purpose="posts", route="posts", part="staff")
    shown = [post_row(post, holdings.get(post.id, []), names, request) for post in rows]
    shown.sort(key=lambda row: bool(row["holders"]))
    return show(request, "console/posts.html", {
        "rows": shown, "places": place_choices(request, None), "place": place,
        "vacant": area.filter(~_is_held(request)).count(),
    })


def holdings_of(posts: list[Post], request: Request) -> dict[UUID, list[Holding]]:
    """Who holds the posts now, and whose leave is arranged; the holder first."""
    holdings: dict[UUID, list[Holding]] = {}
    running = Q(to_at__isnull=True) | Q(to_at__gt=request.at)
    rows = Holding.objects.filter(running, post__in=posts, person__is_active=True)
    for each in rows.order_by("kind", "from_at"):
        holdings.setdefault(each.post_id, []).append(each)
    return holdings


def _is_held(request: Request) -> Exists:
    holdings = Holding.objects.filter(held(request.at), post_id=OuterRef("pk"), person__is_active=True)
    return Exists(holdings)


def post_row(post: Post, holdings: list[Holding], names: Names, request: Request) -> dict[str, Any]:
    """A post with those who answer in it."""
    kinds = dict(Holding._meta.get_field("kind").choices or ())
    return {
        "id": post.id, "title": post.title, "body": post.organisation.name,
        "holders": [
            {
                "id": each.id, "person_id": each.person_id, "name": names.person(each.person_id),
                "kind": kinds.get(each.kind, ""), "from_at": each.from_at, "to_at": each.to_at,
                "is_stand_in": each.kind == Holding.STAND_IN, "is_ahead": each.from_at > request.at,
            }
            for each in holdings
        ],
    }
