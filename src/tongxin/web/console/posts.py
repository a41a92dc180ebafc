"""Who holds which post, and handing one over: the work stays with the post (spine C10)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Holding, Person, Post
from tongxin.accounts.viewers import held
from tongxin.flows.handing_over import hand_over as hand_over_post
from tongxin.rulebook import rules
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.places_filter import place_choices, place_named
from tongxin.web.console.sign_in import written
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

ABOVE_VILLAGES = ("province", "city", "county", "town")


@door("office.hand_over")
def post_list(request: Request) -> HttpResponse:
    """The posts at a place of the viewer's area and at the places just below it, vacant ones first."""
    area = _area(request)
    place = place_named(request.GET.get("place", ""))
    at_place = Q(division__town_id=place.id) if place else Q(division__level__in=ABOVE_VILLAGES)
    rows = list(area.filter(at_place).select_related("division", "organisation").order_by("division__code", "title"))
    holdings: dict[UUID, list[Holding]] = {}
    for each in Holding.objects.filter(held(request.at), post__in=rows).order_by("kind", "from_at"):
        holdings.setdefault(each.post_id, []).append(each)
    people = [each.person_id for found in holdings.values() for each in found]
    names = open_names(request, people=people, purpose="posts", route="posts", part="staff")
    shown = [_row(post, holdings.get(post.id, []), names) for post in rows]
    shown.sort(key=lambda row: bool(row["holders"]))
    return show(request, "console/posts.html", {
        "rows": shown, "places": place_choices(request, None), "place": place,
        "vacant": area.filter(~_is_held(request)).count(),
    })


def _area(request: Request) -> QuerySet[Post]:
    """The posts at and below the viewer's own places."""
    inside = Q()
    for seat in request.viewer.seats:
        if rules.access_rules(at=request.at).may_do(role=seat.role, action="hand_over"):
            inside |= Q(**{f"division__{seat.division_level}_id": seat.division_id})
    return Post.objects.filter(inside) if inside else Post.objects.none()


def _is_held(request: Request) -> Exists:
    holdings = Holding.objects.filter(held(request.at), post_id=OuterRef("pk"), person__is_active=True)
    return Exists(holdings)


def _row(post: Post, holdings: list[Holding], names: Names) -> dict[str, Any]:
    kinds = dict(Holding._meta.get_field("kind").choices or ())
    return {
        "id": post.id, "title": post.title, "body": post.organisation.name,
        "holders": [
            {"name": names.person(each.person_id), "kind": kinds.get(each.kind, ""), "from_at": each.from_at}
            for each in holdings
        ],
    }


@door("office.hand_over", methods=("GET", "POST"))
def hand_over(request: Request, post_id: UUID) -> HttpResponse:
    """End who holds a post now, and let somebody else hold it."""
    post = _area(request).filter(id=post_id).select_related("organisation").first()
    if post is None:
        raise Http404
    if request.method == "POST":
        return _take(request, post)
    holdings = list(Holding.objects.filter(held(request.at), post=post).order_by("kind", "from_at"))
    names = open_names(
        request, people=[each.person_id for each in holdings], purpose="posts", route="posts", part="staff"
    )
    return show(request, "console/hand_over.html", {"post": post, "row": _row(post, holdings, names)})


def _take(request: Request, post: Post) -> HttpResponse:
    name = written(request.POST.get("login", ""))
    kind = Holding.STAND_IN if request.POST.get("kind") == Holding.STAND_IN else Holding.HOLDER
    to = Person.objects.filter(login=name, is_active=True).first() if name else None
    if name and to is None:
        messages.error(request, _("没有办理：没有这个登录名的在用人员。请核对登录名，或先请系统管理员开户。"))
        return HttpResponseRedirect(f"/posts/{post.id}/")
    if not name and request.POST.get("vacant") != "yes":
        messages.error(request, _("没有办理：请写接手人的登录名；暂时没有人接手的，勾选“暂时空缺”。"))
        return HttpResponseRedirect(f"/posts/{post.id}/")
    hand_over_post(post=post, to=to, actor=request.viewer, at=request.at, kind=kind)
    done = _("已交接：%(post)s。任务和档案仍在岗位上，接手人登录后即可看到。")
    vacant = _("%(post)s 已空缺，到期的任务由上一级岗位负责。")
    messages.success(request, (done if to else vacant) % {"post": post.title})
    return HttpResponseRedirect("/posts/")
