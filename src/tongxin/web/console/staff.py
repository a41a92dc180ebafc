"""Those who work here: who is where and how to reach them; accounts opened, renewed and closed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access.offices import people_for, posts_for
from tongxin.accounts import factors, outside
from tongxin.accounts.models import Division, Holding, Person, Post
from tongxin.accounts.signed_in import sessions_of
from tongxin.accounts.viewers import held
from tongxin.flows import expiry, second_factor, staffing
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.signing_out import sign_out_colleague
from tongxin.flows.staffing import MANAGE
from tongxin.flows.workforce import gates
from tongxin.lib.ids import id_in
from tongxin.web.console.names import open_names
from tongxin.web.console.places_filter import place_choices, place_named
from tongxin.web.console.posts import ABOVE_VILLAGES
from tongxin.web.console.sign_in import written
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

LONGEST = 60


@door("office.manage_staff")
def staff_list(request: Request) -> HttpResponse:
    """The people of a place with posts and telephone; those without a post when no place is asked for."""
    place = place_named(request.GET.get("place", ""))
    inside = Q(post__division__town_id=place.id) if place else Q(post__division__level__in=ABOVE_VILLAGES)
    mine = people_for(viewer=request.viewer, action=MANAGE, at=request.at)
    holdings = list(_running(request).filter(inside, person__in=mine).select_related("post"))
    people = {each.person_id for each in holdings}
    left = mine.exclude(holdings__in=_running(request)).values_list("id", flat=True) if place is None else ()
    found = list(Person.objects.filter(id__in=[*people, *left]).order_by("-is_active", "login"))
    shown = [each.id for each in found]
    names = open_names(request, people=shown, phones=shown, purpose="staff", route="staff", part="staff")
    rows = [
        _row(person, [each for each in holdings if each.person_id == person.id], names.person(person.id),
             names.phones.get(person.id, ""))
        for person in found
    ]
    return show(request, "console/staff.html", {
        "rows": rows, "places": place_choices(request, None), "place": place,
    })


def _running(request: Request) -> Any:
    return Holding.objects.filter(Q(to_at__isnull=True) | Q(to_at__gt=request.at))


def _row(person: Person, holdings: list[Holding], name: str, phone: str) -> dict[str, Any]:
    state = "" if person.is_active else "已停用"
    if person.is_active and person.must_change_password:
        state = "还没有用初始密码登录"
    return {
        "id": person.id, "name": name, "login": person.login, "phone": phone, "state": state,
        "is_active": person.is_active, "titles": [
            each.post.title + ("（代理）" if each.kind == Holding.STAND_IN else "") for each in holdings
        ],
    }


@door("office.manage_staff")
def person_page(request: Request, person_id: UUID) -> HttpResponse:
    """One person: posts, how to reach them, and what can be done with the account."""
    return _person(request, _named(request, person_id))


def _person(request: Request, person: Person, *, status: int = 200, **more: Any) -> HttpResponse:
    holdings = list(_running(request).filter(person=person).select_related("post").order_by("from_at"))
    names = open_names(
        request, people=[person.id], phones=[person.id], purpose="staff", route="staff.person", part="staff"
    )
    more = {"sessions": len(sessions_of(person_id=person.id)), "has_factor": factors.has_any(person),
            "there": outside.province(), "is_linked": outside.is_linked(person), **more}
    row = _row(person, holdings, names.person(person.id), names.phones.get(person.id, ""))
    return show(request, "console/person.html", {"row": row, "holdings": holdings, **more}, status=status)


def _named(request: Request, person_id: UUID) -> Person:
    person = people_for(viewer=request.viewer, action=MANAGE, at=request.at).filter(id=person_id).first()
    if person is None:
        raise Http404
    return person


@door("office.manage_staff", methods=("POST",))
def renew_password(request: Request, person_id: UUID) -> HttpResponse:
    """A new one-time password, shown this once."""
    person = _named(request, person_id)
    password = staffing.renew_password(person=person, actor=request.viewer, at=request.at)
    return _person(request, person, password=password, password_days=_password_days(request))


@door("office.manage_staff", methods=("POST",))
def change_phone(request: Request, person_id: UUID) -> HttpResponse:
    """How somebody is reached from now on."""
    person, phone = _named(request, person_id), _words(request, "phone")
    return _tried(
        request, person, lambda: staffing.change_phone(person=person, phone=phone, actor=request.viewer, at=request.at),
        done=_("电话已保存。"), phone=phone,
    )


@door("office.manage_staff", methods=("POST",))
def deactivate(request: Request, person_id: UUID) -> HttpResponse:
    """Close the account of somebody whose posts are handed over."""
    person = _named(request, person_id)
    return _tried(
        request, person, lambda: staffing.deactivate(person=person, actor=request.viewer, at=request.at),
        done=_("账号已停用，打开着的页面马上失效。"),
    )


@door("office.manage_staff", methods=("POST",))
def remove_factors(request: Request, person_id: UUID) -> HttpResponse:
    """Somebody lost what they sign in with: they come in with the password again, and add a new one."""
    person = _named(request, person_id)
    return _tried(
        request, person, lambda: second_factor.remove_all(person=person, actor=request.viewer, at=request.at),
        done=_("已取消第二步验证，本人已收到提醒；请告诉他登录后重新登记。"),
    )


@door("office.manage_staff", methods=("POST",))
def end_sessions(request: Request, person_id: UUID) -> HttpResponse:
    """Sign somebody out wherever they are signed in."""
    person = _named(request, person_id)
    many = sign_out_colleague(person=person, actor=request.viewer, at=request.at)
    messages.success(request, _("已退出 %(many)s 处登录。") % {"many": many})
    return HttpResponseRedirect(f"/staff/{person.id}/")


def _tried(request: Request, person: Person, act: Callable[[], object], *, done: str, **sent: Any) -> HttpResponse:
    """The person's page again: what was done, or why it wasn't, with what had been written."""
    try:
        act()
    except Refused as refusal:
        return _person(request, person, status=422, problems=_shown(refusal), **sent)
    messages.success(request, done)
    return HttpResponseRedirect(f"/staff/{person.id}/")


@door("office.manage_staff", methods=("GET", "POST"))
def new_person(request: Request) -> HttpResponse:
    """Somebody new: name, login, telephone, post; the one-time password is on the answer and nowhere else."""
    if request.method != "POST":
        return _ask(request, (), 200)
    post = _post(request, request.POST.get("post", ""))
    sent = {"login": written(request.POST.get("login", "")), "name": _words(request, "name"),
            "phone": _words(request, "phone")}
    is_held = post is not None and staffing.is_held(post, request.at)
    try:
        person, password = staffing.add_staff(**sent, post=post, actor=request.viewer, at=request.at)
    except Refused as refusal:
        return _ask(request, _shown(refusal), 422)
    except NotAllowed:
        raise Http404 from None
    return show(request, "console/person_added.html", {
        "login": person.login, "password": password, "post": post, "is_held": is_held,
        "waits": post is not None and gates.refusal_to_hold(post, person, at=request.at), "person": person,
        "password_days": _password_days(request),
    })


def _password_days(request: Request) -> int | None:
    return expiry.days_of(expiry.PASSWORD, viewer=request.viewer, at=request.at)


def _ask(request: Request, problems: Any, status: int) -> HttpResponse:
    chosen = _post(request, request.POST.get("post", "") or request.GET.get("post", ""))
    place = place_named(request.GET.get("place", ""))
    if place is None and chosen is not None and chosen.division.level == "village":
        place = Division.objects.filter(id=chosen.division.town_id or 0).first()
    inside = Q(division__town_id=place.id) if place else Q(division__level__in=ABOVE_VILLAGES)
    posts = list(_area(request).filter(inside).order_by("division__code", "title"))
    held_now = Holding.objects.filter(held(request.at), post__in=posts, kind=Holding.HOLDER, person__is_active=True)
    vacant = {post.id for post in posts} - set(held_now.values_list("post_id", flat=True))
    return show(request, "console/person_new.html", {
        "problems": problems, "places": place_choices(request, None), "place": place,
        "posts": [{"id": each.id, "zh": each.title + ("（空缺）" if each.id in vacant else ""),
                   "is_chosen": chosen is not None and each.id == chosen.id} for each in posts],
        "sent": {name: request.POST.get(name, "")[:LONGEST] for name in ("login", "name", "phone")},
    }, status=status)


def _area(request: Request) -> Any:
    return posts_for(viewer=request.viewer, action=MANAGE, at=request.at).select_related("division")


def _post(request: Request, text: str) -> Post | None:
    named = id_in(text)
    found: Post | None = _area(request).filter(id=named).first() if named else None
    return found


def _words(request: Request, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[: LONGEST + 1]


def _shown(refusal: Refused) -> list[dict[str, Any]]:
    return [
        {"zh": each.zh, "kept": each.kept, "href": f"#{each.path}" if each.path else ""} for each in refusal.problems
    ]
