"""One referral: where it stands and since when, the answers, where it went on to, and the link for a body outside."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE as OPEN_TASKS
from tongxin.core.pathway import CHINA
from tongxin.flows import referral_links
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.referrals import links
from tongxin.referrals import selectors as referrals
from tongxin.referrals.models import Referral
from tongxin.referrals.services import ANSWERS
from tongxin.web.answer.links import picture
from tongxin.web.console.file import entry_zh
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.referral_rows import LIVE, rows_of
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

PART, ANSWER = "referral", "referral_answer"
MOMENTS = (
    ("sent_at", "转出"), ("answered_at", "第一次答复"), ("accepted_at", "接收"), ("contacted_at", "告诉已联系孩子"),
    ("ended_at", "结束"),
)


@door("child.read")
def referral_page(request: Request, child_id: UUID, referral_id: UUID) -> HttpResponse:
    """One referral with what to do next."""
    child, row = _for(request, child_id, referral_id)
    chain = [row, *_chain(request, row)]
    names = open_names(request, children=[child], purpose="referral", route="referral", part=PART)
    rows = rows_of(request, chain, {child.id: names.children[child.id]})
    is_mine = row.to_organisation_id in request.viewer.organisation_ids
    may_refer = access.may(
        viewer=request.viewer, child_id=child.id, part="", action="record.referral", at=request.at
    )
    sent = list(links.open_of(referral_id=row.entry_id, at=request.at))
    is_open = row.state in LIVE
    return show(request, "console/referral.html", {
        "child": child, "name": names.children[child.id], "row": rows[0], "chain": rows[1:], "referral": row,
        "moments": [(zh, getattr(row, column)) for column, zh in MOMENTS if getattr(row, column)],
        "answers": _answers(request, child, row), "owner": _owner(row), "is_open": is_open, "is_mine": is_mine,
        "may_pass_on": is_open and is_mine and may_refer, "may_link": is_open and may_refer and not is_mine,
        "links": sent, "last_seen": max((each.seen_at for each in sent if each.seen_at), default=None),
        "may_again": not is_open and row.state != "done" and may_refer and not is_mine,
    })


@door("child.record", methods=("POST",))
def send_link(request: Request, child_id: UUID, referral_id: UUID) -> HttpResponse:
    """A fresh link with its spoken code, shown once."""
    child, row = _for(request, child_id, referral_id)
    try:
        issued = referral_links.issue(child_id=child_id, referral_id=referral_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, "".join(each.zh for each in refused.problems))
        return HttpResponseRedirect(f"/children/{child_id}/referrals/{referral_id}/")
    url = f"{request.build_absolute_uri('/r/')}#{issued.token}"
    return show(request, "console/referral_link.html", {
        "child": child, "row": row, "url": url, "picture": picture(url), "code": issued.code,
        "until": issued.link.expires_at.astimezone(CHINA),
    })


@door("child.record", methods=("POST",))
def stop_link(request: Request, child_id: UUID, referral_id: UUID) -> HttpResponse:
    """The links to a referral stop working."""
    _for(request, child_id, referral_id)
    if not access.may(viewer=request.viewer, child_id=child_id, part="", action="record.referral", at=request.at):
        raise Http404
    links.revoke(referral_id=referral_id, at=request.at)
    messages.success(request, _("链接已作废，对方打不开了。"))
    return HttpResponseRedirect(f"/children/{child_id}/referrals/{referral_id}/")


def _for(request: Request, child_id: UUID, referral_id: UUID) -> tuple[Child, Referral]:
    child = child_for(request, child_id)
    mine = Referral.objects.filter(entry_id=referral_id, child_id=child.id)
    row = access.visible(mine, viewer=request.viewer, part=PART, at=request.at).first()
    others = referrals.of_others(child_id=child.id, viewer=request.viewer, at=request.at)
    if row is None or str(referral_id) in others:
        raise Http404
    return child, row


def _chain(request: Request, row: Referral) -> list[Referral]:
    """The one that this came from, and those that it went on as."""
    around = Referral.objects.filter(child_id=row.child_id)
    near = around.filter(after_id=row.entry_id)
    if row.after_id:
        near |= around.filter(entry_id=row.after_id)
    return list(referrals.own(near, viewer=request.viewer, at=request.at).order_by("sent_at", "entry_id"))


def _answers(request: Request, child: Child, row: Referral) -> list[dict[str, Any]]:
    """The sheet and its answers, the oldest first."""
    found = [
        entry for entry in ledger.facts(child.key_owner)
        if entry.id == row.entry_id or (entry.kind == ANSWER and entry.clear.get("about") == str(row.entry_id))
    ]
    titles = post_titles(entry.post_id for entry in found)
    return [
        {"url": f"/children/{child.id}/entries/{entry.id}/", "zh": entry_zh(entry), "at": entry.recorded_at,
         "who": titles.get(entry.post_id, "") if entry.post_id else "凭链接"}
        for entry in found
    ]


def _owner(row: Referral) -> str:
    """Who answers for the awaited answer now, after all climbing."""
    task = Task.objects.filter(
        case_id=row.child_id, key__in=[f"{rule}:{row.entry_id}" for rule in ANSWERS], state__in=OPEN_TASKS
    ).first()
    return post_titles([task.owner_post_id]).get(task.owner_post_id, "") if task and task.owner_post_id else ""


urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/referrals/<uuid:referral_id>/", referral_page),
    path("children/<uuid:child_id>/referrals/<uuid:referral_id>/link/", send_link),
    path("children/<uuid:child_id>/referrals/<uuid:referral_id>/stop/", stop_link),
]
