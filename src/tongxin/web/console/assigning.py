"""Giving several children to one post: chosen on the roster, shown once with what each has open, all or none."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.flows import lists
from tongxin.flows.assigning import give
from tongxin.flows.record import ASSIGNMENT
from tongxin.flows.workforce import caseloads, gates, reach
from tongxin.lib.ids import id_in
from tongxin.people.models import Child
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

MOST = 100
LONGEST_NOTE = 500
SALT = "children given to a post"


def may_assign(request: Request) -> bool:
    """Whether the viewer's roles may name who is responsible."""
    return access.may_record(viewer=request.viewer, form_id=ASSIGNMENT, at=request.at)


@door("work", methods=("GET", "POST"))
def assign(request: Request) -> HttpResponse:
    """The chosen children with the posts there are; after the confirmation, what became of each."""
    children = _chosen(request)
    if request.method != "POST" or not children:
        return HttpResponseRedirect("/children/")
    names = open_names(request, listed=children, purpose="roster", route="assign")
    posts = _posts(children)
    stamp = signing.dumps([request.at.isoformat(), str(request.viewer.person_id)], salt=SALT)
    post = request.POST.get("to_post", "")
    is_ready = post in posts and request.POST.get("confirmed") == "yes" and bool(_note(request))
    if is_ready and len(children) <= MOST:
        return _done(request, children, names, post, posts[post])
    return show(request, "console/assign.html", {
        "rows": [
            {"id": child.id, "name": names.children[child.id], **found}
            for child, found in zip(children, _in_hand(request, children, posts), strict=True)
        ],
        "posts": _with_loads(posts, request.at), "post": post if post in posts else "", "shown": stamp,
        "note": _note(request),
        "problem": _too_many(children) or _problem(request, posts),
    })


def _too_many(children: list[Child]) -> str:
    """More than one confirmation takes: nothing is done, everybody stays ticked."""
    if len(children) <= MOST:
        return ""
    return _("没有保存：选了 {number} 个孩子，一次最多指定 {most} 个。请去掉 {more} 个的勾，其余的下一次再办。").format(
        number=len(children), most=MOST, more=len(children) - MOST
    )


def _problem(request: Request, posts: dict[str, str]) -> str:
    if "to_post" not in request.POST:
        return ""
    if request.POST["to_post"] not in posts:
        return _("没有保存：请选择交给哪个岗位。")
    return "" if _note(request) else _("没有保存：请写为什么交给这个岗位、交接时要说的话。")


def _in_hand(request: Request, children: list[Child], posts: Iterable[str]) -> list[dict[str, Any]]:
    """What is taken over of each child: the open tasks of the roles that these posts have, whose, and how many late."""
    roles = set(Post.objects.filter(id__in=[UUID(each) for each in posts]).values_list("role", flat=True))
    tasks = Task.objects.filter(case_id__in=[child.id for child in children], role__in=roles, state__in=LIVE)
    seen = access.visible(tasks, viewer=request.viewer, part="roster", at=request.at)
    found: dict[UUID, list[Task]] = {}
    for task in seen.order_by("due_at", "id"):
        found.setdefault(task.case_id, []).append(task)
    titles = post_titles({task.owner_post_id for rows in found.values() for task in rows})
    return [
        {
            "tasks": len(rows), "late": sum(1 for task in rows if task.due_at < request.at),
            "owners": "、".join(sorted({titles.get(task.owner_post_id, "") for task in rows if task.owner_post_id})),
        }
        for rows in (found.get(child.id, []) for child in children)
    ]


def _chosen(request: Request) -> list[Child]:
    """The children ticked that the viewer may give to somebody."""
    ids = {found for text in request.POST.getlist("child") if (found := id_in(text))}
    rows = Child.objects.filter(id__in=ids)
    return list(access.visible(rows, viewer=request.viewer, part="", action=f"record.{ASSIGNMENT}", at=request.at))


def _posts(children: Iterable[Child]) -> dict[str, str]:
    """The posts that can be named for every one of the children."""
    offered = [lists.posts_near(child) for child in children]
    return {code: zh for code, zh in offered[0].items() if all(code in other for other in offered)}


def _with_loads(posts: Mapping[str, str], at: datetime) -> dict[str, str]:
    """The posts with how much lies on each, and whether somebody there may be given a child now."""
    rows = list(Post.objects.filter(id__in=[UUID(each) for each in posts]).select_related("division"))
    if not rows:
        return dict(posts)
    found = reach.rules_in(rows[0].division.county_id, at=at)
    loads, barred = caseloads.loads(rows, found=found), gates.barred_posts(rows, at=at)
    said: dict[str, str] = {}
    for row in rows:
        load = loads[row.id]
        parts = [_("手上 {number} 名").format(number=load.number)]
        if load.ceiling is not None:
            parts.append(_("加权 {points} / 上限 {most}").format(points=load.points, most=load.ceiling.points))
        parts += [_("没有有效的违法犯罪记录查询")] if row.id in barred else []
        said[row.id.hex] = "，".join(parts)
    return {code: f"{zh}（{said[code]}）" if code in said else zh for code, zh in posts.items()}


def _done(request: Request, children: list[Child], names: Names, post: str, post_zh: str) -> HttpResponse:
    """What became of it: all given, or none with what hindered each."""
    wrong = give(
        children=children, post=post, note=_note(request), shown_at=_asked_at(request), actor=request.viewer,
        at=request.at,
    )
    rows = [
        {"url": f"/children/{each.id}/", "id": each.id, "name": names.children[each.id], "zh": wrong.get(each.id, "")}
        for each in children
    ]
    return show(request, "console/assigned.html", {
        "rows": rows, "post_zh": post_zh, "post": post, "note": _note(request),
        "done": 0 if wrong else len(rows), "refused": len(wrong), "shown": request.POST.get("shown", ""),
        "free": [row for row in rows if not row["zh"]],
    }, status=422 if wrong else 200)


def _note(request: Request) -> str:
    return request.POST.get("note", "").strip()[:LONGEST_NOTE]


def _asked_at(request: Request) -> datetime:
    """When the confirmation was shown to this viewer, so that sending it twice says the same; else now."""
    try:
        at, person = signing.loads(request.POST.get("shown", ""), salt=SALT)
        return min(datetime.fromisoformat(at), request.at) if person == str(request.viewer.person_id) else request.at
    except (signing.BadSignature, ValueError, TypeError):
        return request.at
