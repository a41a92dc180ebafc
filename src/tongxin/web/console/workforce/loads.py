"""How much lies on each post against its ceiling; who is away and who stands in."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access.offices import posts_for
from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import held
from tongxin.core.pathway import CHINA
from tongxin.flows.handing_over import HAND_OVER
from tongxin.flows.workforce import caseloads, leaves, reach
from tongxin.flows.workforce.caseloads import Load
from tongxin.lib.ids import id_in
from tongxin.rulebook import rules
from tongxin.web.console.chips import Chip, scheme_chips
from tongxin.web.console.names import open_names
from tongxin.web.console.options import region_of_viewer
from tongxin.web.console.places_filter import place_choices, place_named
from tongxin.web.console.posts import holdings_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

PURPOSE, PART, CASELOADS = "workforce", "staff", "see_caseloads"
SHOWN = 60


@door("office.see_caseloads")
def caseload_page(request: Request) -> HttpResponse:
    """Each post with the children for whom it has something to do, those over their ceiling first."""
    place, role = place_named(request.GET.get("place", "")), request.GET.get("role", "")
    found = reach.rules_in(reach.county_or_none(request.viewer), at=request.at)
    posts = posts_for(viewer=request.viewer, action=CASELOADS, at=request.at).select_related("organisation", "division")
    posts = posts.filter(role__in=[role] if role in found.ceilings else sorted(found.ceilings))
    if place:
        posts = posts.filter(Q(division__town_id=place.id) | Q(division_id=place.id))
    rows = list(posts.order_by("division__code", "title"))
    counted = caseloads.loads(rows, found=found)
    rows.sort(key=lambda post: -_share(counted[post.id]))
    shown = rows[:SHOWN]
    holdings = holdings_of(shown, request)
    names = open_names(
        request, people=[each.person_id for some in holdings.values() for each in some], purpose=PURPOSE,
        route="workforce.caseload", part=PART,
    )
    chips = scheme_chips(region=region_of_viewer(request), at=request.at)
    levels = list(reversed(chips))
    zh = rules.access_rules(at=request.at).roles
    return show(request, "workforce/caseload.html", {
        "rows": [
            _row(post, counted[post.id], [names.person(each.person_id) for each in holdings.get(post.id, [])],
                 levels, chips)
            for post in shown
        ],
        "left_out": len(rows) - len(shown), "posts": len(rows), "places": place_choices(request, place),
        "over": sum(each.is_over for each in counted.values()), "role": role, "towns": _towns(rows, counted),
        "roles": [{"id": each, "zh": zh.get(each, each)} for each in found.ceilings],
        "weights": [{"zh": chips[each].zh, "number": found.weight(each)} for each in levels],
        "otherwise": found.weight(""), "ceilings": [
            {"zh": zh.get(role, role), "most": each.points, "refuses": each.refuses}
            for role, each in found.ceilings.items()
        ],
    })


def _share(load: Load) -> float:
    return load.points / load.ceiling.points if load.ceiling else 0


def _row(
    post: Post, load: Load, holders: list[str], levels: list[str], chips: dict[str, Chip]
) -> dict[str, Any]:
    most = load.ceiling.points if load.ceiling else 0
    return {
        "title": post.title, "body": post.organisation.name, "holders": holders, "load": load, "most": most,
        "percent": round(100 * _share(load)), "free": max(most - load.points, 0), "url": f"/tasks/?post={post.id}",
        "levels": [
            {"chip": chips[level], "number": load.children[level]}
            for level in levels if level in load.children and level in chips
        ],
        "other": sum(number for level, number in load.children.items() if level not in levels),
    }


def _towns(posts: list[Post], counted: dict[UUID, Load]) -> list[dict[str, Any]]:
    """Posts, points and ceilings added up by town; the county's own posts stand first."""
    towns = Division.objects.filter(id__in={each.division.town_id or 0 for each in posts})
    names = dict(towns.values_list("id", "name"))
    found: dict[int | None, list[int]] = {}
    for post in posts:
        row, load = found.setdefault(post.division.town_id, [0, 0, 0, 0]), counted[post.id]
        row[0], row[1], row[2] = row[0] + 1, row[1] + load.points, row[2] + (load.ceiling.points if load.ceiling else 0)
        row[3] += load.is_over
    return [
        {"zh": names.get(town or 0, _("区县的岗位")), "posts": row[0], "points": row[1], "most": row[2], "over": row[3]}
        for town, row in sorted(found.items(), key=lambda each: (each[0] is not None, each[0] or 0))
    ]


@door("office.hand_over")
def leave_page(request: Request) -> HttpResponse:
    """Who is away and until when; and, for somebody who goes, who could stand in."""
    area = posts_for(viewer=request.viewer, action=HAND_OVER, at=request.at).select_related("organisation", "division")
    wanted = id_in(request.GET.get("post", ""))
    post = area.filter(id=wanted).first() if wanted else None
    if post is not None and request.GET.get("go") == "yes":
        since, until = (request.GET.get(name, "")[:10] for name in ("from", "to"))
        return HttpResponseRedirect(f"/posts/{post.id}/?kind={Holding.STAND_IN}&from={since}&to={until}")
    rows = leaves.leaves(request.viewer, at=request.at)
    place = place_named(request.GET.get("place", ""))
    inside = Q(division__town_id=place.id) if place else Q(division__level__in=("county", "town"))
    there = Holding.objects.filter(held(request.at), kind=Holding.HOLDER, person__is_active=True).values("post_id")
    posts = list(area.filter(inside, id__in=there).order_by("division__code", "title"))
    names = open_names(
        request, people=[each.holding.person_id for each in rows], purpose=PURPOSE, route="workforce.leave", part=PART
    )
    return show(request, "workforce/leave.html", {
        "rows": [
            {"row": each, "name": names.person(each.holding.person_id),
             "url": f"/posts/{each.holding.post_id}/", "is_ahead": each.holding.from_at > request.at,
             "is_over": each.holding.to_at is not None and each.holding.to_at <= request.at}
            for each in rows
        ],
        "posts": posts, "places": place_choices(request, None), "place": place,
        "today": request.at.astimezone(CHINA).date().isoformat(),
    })
