"""Handing over one post, or everything that one person has: the unfinished work first, then one action."""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.access.offices import people_for, posts_for
from tongxin.accounts.models import Holding, Person, Post
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import expiry
from tongxin.flows.handing_over import Change, carry_out, receiver_named
from tongxin.flows.handing_over import end_stand_in as end_early
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.unfinished import GROUPS, Work, unfinished
from tongxin.flows.workforce import clearances, leaves
from tongxin.lib.numbers import day_in
from tongxin.people.models import Child
from tongxin.web import words
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.posts import holdings_of, post_row
from tongxin.web.console.sign_in import written
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 40
# The same words for a login that nobody has, so that the page doesn't tell which ones exist.
ELSEWHERE = "如果这个人在别的区县任职，请先由那边办理离任。"


@door("office.hand_over", methods=("GET", "POST"))
def post_over(request: Request, post_id: UUID) -> HttpResponse:
    """End who holds a post now and let somebody else hold it, or stand in for a while."""
    post = _area(request).filter(id=post_id).first()
    if post is None:
        raise Http404
    return _answer(request, [post], None)


@door("office.manage_staff", methods=("GET", "POST"))
def person_over(request: Request, person_id: UUID) -> HttpResponse:
    """Everything that one person has in hand goes to others in one action."""
    person = people_for(viewer=request.viewer, action="manage_staff", at=request.at).filter(id=person_id).first()
    if person is None:
        raise Http404
    running = Holding.objects.filter(person=person, kind=Holding.HOLDER, to_at__isnull=True).values("post_id")
    posts = list(_area(request).filter(id__in=running).order_by("title"))
    if not posts:
        messages.info(request, _("这个人现在没有岗位，不需要交接。"))
        return HttpResponseRedirect(f"/staff/{person.id}/")
    return _answer(request, posts, person)


@door("office.hand_over", methods=("POST",))
def end_stand_in(request: Request, holding_id: int) -> HttpResponse:
    """A leave ends early."""
    try:
        post_id = end_early(holding_id=holding_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("代理已结束，由任职的人负责。"))
    return HttpResponseRedirect(f"/posts/{post_id}/")


def _area(request: Request) -> Any:
    return posts_for(viewer=request.viewer, action="hand_over", at=request.at).select_related("organisation")


def _answer(request: Request, posts: list[Post], person: Person | None) -> HttpResponse:
    if request.method != "POST":
        return _page(request, posts, person, (), 200)
    try:
        changes = _changes(request, posts)
        carry_out(changes=changes, actor=request.viewer, at=request.at)
    except Refused as refusal:
        return _page(request, posts, person, refusal.problems, 422)
    except NotAllowed:
        raise Http404 from None
    _say(request, changes)
    return HttpResponseRedirect(f"/staff/{person.id}/" if person else "/posts/")


def _say(request: Request, changes: list[Change]) -> None:
    done = _("已交接：%(post)s。任务、转介和处置中的危机仍在岗位上，接手人登录后即可看到。")
    away = _("已安排：%(post)s 由代理人办理，到期自动交还。")
    vacant = _("%(post)s 已空缺，任务由上一级岗位负责。")
    for each in changes:
        said = away if each.kind == Holding.STAND_IN else done if each.to else vacant
        messages.success(request, said % {"post": each.post.title})


def _changes(request: Request, posts: list[Post]) -> list[Change]:
    sent, problems, changes = request.POST, [], []
    kind = Holding.STAND_IN if sent.get("kind") == Holding.STAND_IN else Holding.HOLDER
    from_at, to_at = _from(sent.get("from", ""), request.at), _until(sent.get("to", ""))
    for post in posts:
        login = written(sent.get(f"login-{post.id}", ""))
        to = receiver_named(login=login, actor=request.viewer, at=request.at) if login else None
        if login and to is None:
            zh = f"{post.title}：本地在用的人员里没有这个登录名。请核对，或先到“人员”页面新增；{ELSEWHERE}"
            problems.append(Problem(f"login-{post.id}", zh, True))
        if not login and kind == Holding.HOLDER and sent.get(f"vacant-{post.id}") != "yes":
            zh = f"{post.title}：请写接手人的登录名；暂时没有人接手的，勾选“暂时空缺”。"
            problems.append(Problem(f"login-{post.id}", zh, True))
        notes = {group: sent.get(f"note-{post.id}-{group}", "").replace("\x00", "") for group in GROUPS}
        changes.append(Change(post=post, to=to, kind=kind, from_at=from_at, to_at=to_at, notes=notes))
    if problems:
        raise Refused(problems)
    return changes


def _day(text: str) -> datetime | None:
    day = day_in(text)
    return datetime.combine(day, time(), CHINA) if day else None


def _from(text: str, at: datetime) -> datetime | None:
    day = _day(text) if text else at
    return max(day, at) if day else None


def _until(text: str) -> datetime | None:
    """The end of the last day of a leave."""
    day = _day(text)
    return day + timedelta(days=1) if day else None


def _page(
    request: Request, posts: list[Post], person: Person | None, problems: Iterable[Problem], status: int
) -> HttpResponse:
    works, holdings = unfinished(posts=posts), holdings_of(posts, request)
    in_hand = {child_id for work in works for found in work.groups.values() for child_id in found}
    seen = access.visible(Child.objects.filter(id__in=in_hand), viewer=request.viewer, part="roster", at=request.at)
    open_to = set(seen.values_list("id", flat=True))
    listed = [_listed(found, open_to) for work in works for found in work.groups.values()]
    children = Child.objects.filter(id__in=[child_id for each in listed for child_id in each])
    people = [each.person_id for found in holdings.values() for each in found]
    proposed = leaves.proposals(posts, viewer=request.viewer, at=request.at)
    people += [each.person_id for some in proposed.values() for each in some]
    names = open_names(
        request, children=children, people=[*people, person.id if person else None], purpose="hand_over",
        route="hand_over", part="staff",
    )
    # A link may say what is wanted; what was sent goes before it.
    sent = request.POST if request.method == "POST" else request.GET
    return show(request, "console/hand_over.html", {
        "person": person, "person_name": names.person(person.id) if person else "",
        "problems": [{"zh": each.zh, "kept": each.kept, "href": f"#{each.path}"} for each in problems],
        "kind": sent.get("kind", Holding.HOLDER), "from": sent.get("from", "")[:10], "to": sent.get("to", "")[:10],
        "note_days": expiry.days_of(expiry.NOTES, viewer=request.viewer, at=request.at),
        "today": request.at.astimezone(CHINA).date().isoformat(),
        "rows": [
            post_row(work.post, holdings.get(work.post.id, []), names, request) | {
                "groups": [_group(request, work, group, names, open_to) for group in GROUPS if work.groups.get(group)],
                "proposed": [
                    {"row": each, "name": names.person(each.person_id), "zh": clearances.STATES[each.state],
                     "is_barred": each.state in clearances.BARRED} for each in proposed[work.post.id]
                ],
                "login": sent.get(f"login-{work.post.id}", request.GET.get("login", ""))[:60],
                "is_vacant": sent.get(f"vacant-{work.post.id}") == "yes",
            }
            for work in works
        ],
    }, status=status)


def _listed(found: Mapping[UUID, Any], open_to: Set[UUID]) -> list[UUID]:
    """The children of a group who stand on the page: only those the viewer may see."""
    return [child_id for child_id in found if child_id in open_to][:SHOWN]


def _group(request: Request, work: Work, group: str, names: Names, open_to: Set[UUID]) -> dict[str, Any]:
    found = work.groups[group]
    listed, hidden = _listed(found, open_to), len(found.keys() - open_to)
    name = f"note-{work.post.id}-{group}"
    return {
        "id": group, "zh": GROUPS[group], "count": len(found), "hidden": hidden,
        "more": len(found) - hidden - len(listed), "field": name,
        "note": request.POST.get(name, ""), "is_required": group == "crisis",
        "children": [
            {
                "url": f"/children/{child_id}/", "name": names.children[child_id],
                "tasks": len(tasks), "late": sum(1 for task in tasks if task.due_at < request.at),
                "due_zh": words.due_zh(tasks[0].due_at, at=request.at) if tasks else "",
            }
            for child_id, tasks in ((each, found[each]) for each in listed)
        ],
    }
