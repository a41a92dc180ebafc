"""Giving several children to one post: chosen on the roster, confirmed once, each recorded as any form is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid5

from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.flows import lists
from tongxin.flows.record import ASSIGNMENT, Sheet, record
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.lib.ids import id_in
from tongxin.people.models import Child
from tongxin.web.console.names import Names, open_names
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

MOST = 100
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
    if post in posts and request.POST.get("confirmed") == "yes":
        return _done(request, children, names, post, posts[post])
    return show(request, "console/assign.html", {
        "rows": [{"id": child.id, "name": names.children[child.id]} for child in children], "posts": posts,
        "post": post if post in posts else "", "post_zh": posts.get(post, ""), "shown": stamp,
        "problem": _("请选择交给哪个岗位。") if "to_post" in request.POST and post not in posts else "",
    })


def _chosen(request: Request) -> list[Child]:
    """The children ticked that the viewer may give to somebody."""
    ids = {found for text in request.POST.getlist("child")[:MOST] if (found := id_in(text))}
    rows = Child.objects.filter(id__in=ids)
    return list(access.visible(rows, viewer=request.viewer, part="", action=f"record.{ASSIGNMENT}", at=request.at))


def _posts(children: Iterable[Child]) -> dict[str, str]:
    """The posts that can be named for every one of the children."""
    offered = [lists.posts_near(child) for child in children]
    return {code: zh for code, zh in offered[0].items() if all(code in other for other in offered)}


def _done(request: Request, children: list[Child], names: Names, post: str, post_zh: str) -> HttpResponse:
    at = _asked_at(request)
    rows = [
        {"url": f"/children/{child.id}/", "name": names.children[child.id], **_give(request, child, post, at)}
        for child in children
    ]
    return show(request, "console/assigned.html", {
        "rows": rows, "post_zh": post_zh, "done": sum(1 for row in rows if row["is_done"]),
        "refused": sum(1 for row in rows if not row["is_done"]),
    })


def _asked_at(request: Request) -> datetime:
    """When the confirmation was shown to this viewer, so that sending it twice says the same; else now."""
    try:
        at, person = signing.loads(request.POST.get("shown", ""), salt=SALT)
        return min(datetime.fromisoformat(at), request.at) if person == str(request.viewer.person_id) else request.at
    except (signing.BadSignature, ValueError, TypeError):
        return request.at


def _give(request: Request, child: Child, post: str, at: datetime) -> dict[str, Any]:
    """One child's record; sent twice it is kept once."""
    entry_id = uuid5(child.id, f"{ASSIGNMENT}:{post}:{at.isoformat()}:{request.viewer.person_id}")
    sheet = Sheet(entry_id=entry_id, form_id=ASSIGNMENT, answers={"to_post": post}, occurred_at=at)
    try:
        record(child_id=child.id, sheet=sheet, actor=request.viewer, at=request.at)
    except Refused as refusal:
        return {"is_done": False, "zh": "；".join(problem.zh for problem in refusal.problems)}
    except (Held, NotAllowed):
        return {"is_done": False, "zh": _("不在您的职责范围内，或另有一份不同的记录待核对。")}
    return {"is_done": True, "zh": ""}

