"""Consent on the desk: how each purpose stands, what to do next, the notice in force, links for guardians."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.consents import links
from tongxin.core.consent import NOT_NEEDED, Standing
from tongxin.core.pathway import CHINA
from tongxin.flows import consent_links
from tongxin.flows.consenting import notice_in, standings_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import number_in
from tongxin.people.models import Carer
from tongxin.web.answer.links import picture
from tongxin.web.console.family import carer_rows, carers_of
from tongxin.web.console.file import File, read_file
from tongxin.web.console.names import open_names
from tongxin.web.console.options import words_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import day_zh

PART, FORM, ROUTE = "care", "consent", "consent"
STATES = {
    "given": ("已同意", "check"), "refused": ("不同意", "cross"), "withdrawn": ("已撤回", "cross"),
    "not_needed": ("依法不需同意", "check"), "missing": ("还没有征求", "clock"), "out_of_date": ("要重新征求", "clock"),
}
WHY = {
    "renewed": "告知书改过内容", "grown": "孩子已满14周岁，还要本人同意", "ended": "约定的期限已过",
    "own_missing": "孩子已满14周岁，还没有征求本人",
}
BY = {"guardian": "监护人", "stand_in": "依法代为决定", "child": "孩子本人"}


def consent_rows(file: File) -> list[dict[str, Any]]:
    """Each purpose with its state in words and the one thing to do next; nothing for who may not read them."""
    if PART not in file.parts:
        return []
    standings = standings_of(file.child, facts=file.facts, at=file.request.at)
    relations = words_of(file.request, "relation", region=file.region)
    bases = words_of(file.request, "no_consent_basis", region=file.region)
    return [_row(file, each, relations, bases) for each in standings]


def _row(file: File, each: Standing, relations: dict[str, str], bases: dict[str, str]) -> dict[str, Any]:
    zh, icon = STATES[each.state]
    said = each.decision
    who = ""
    if said is not None:
        whose = relations.get(said.relation, "") if said.by != "child" else ""
        who = f"{day_zh(said.on)}　{BY[said.by]}{f'（{whose}）' if whose else ''}"
    why = bases.get(each.why, "") if each.state == NOT_NEEDED else WHY.get(each.why, "")
    return {
        "id": each.purpose.id, "zh": each.purpose.zh, "state": each.state, "state_zh": zh, "icon": icon, "why": why,
        "who": who, "child_refuses": each.child_refuses, "is_waiting": each.state in {"missing", "out_of_date"},
        "entry_url": f"/children/{file.child.id}/entries/{said.entry}/" if said else "", **_next(file, each),
    }


def _next(file: File, each: Standing) -> dict[str, str]:
    """The form that asks next, already filled in with what is to be asked."""
    if FORM not in file.may_record:
        return {"next_url": "", "next_zh": ""}
    url = f"/children/{file.child.id}/forms/{FORM}/?purposes={each.purpose.id}"
    if each.asks == ("child",):
        return {"next_url": f"{url}&answer=given&decided_by=child", "next_zh": _("征求孩子本人")}
    if each.state in {"missing", "out_of_date"}:
        return {"next_url": f"{url}&answer=given", "next_zh": _("征求同意")}
    if each.state == "given":
        return {"next_url": f"{url}&answer=withdrawn", "next_zh": _("登记撤回")}
    return {"next_url": url, "next_zh": _("登记决定")}


@door("child.read")
def consent_page(request: Request, child_id: UUID) -> HttpResponse:
    """How consents stand for one child, with the words that people are shown."""
    return _page(request, _file(request, child_id))


def _file(request: Request, child_id: UUID) -> File:
    file = read_file(request, child_id)
    if PART not in file.parts:
        raise Http404
    return file


def _page(request: Request, file: File) -> HttpResponse:
    carers = carers_of(file)
    names = open_names(
        request, children=[file.child], more=[word for each in carers for word in (each.adult.name, each.adult.phone)],
        purpose="consent", route=ROUTE, part=PART,
    )
    known = carer_rows(file, carers, names.more)
    sent = list(links.open_of(child_id=file.child.id, at=request.at).order_by("-made_at"))
    may_record = FORM in file.may_record
    return show(request, "console/consent.html", {
        "child": file.child, "name": names.children[file.child.id], "rows": consent_rows(file),
        "notice": notice_in(region=file.region, at=request.at), "may_record": may_record,
        "carers": _who_may_be_sent(carers, known) if may_record else [], "sent": sent,
        "is_held": bool(file.state.is_concern or file.state.concern_unknown),
    })


def _who_may_be_sent(carers: Sequence[Carer], known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": carer.id, **row} for carer, row in zip(carers, known, strict=True)
        if not carer.is_concern and carer.is_guardian is not False
    ]


@door("child.record", methods=("POST",))
def send_link(request: Request, child_id: UUID) -> HttpResponse:
    """A fresh one-time link for a guardian, shown once to hand over."""
    file = _file(request, child_id)
    try:
        issued = consent_links.issue(
            child_id=child_id, carer_id=number_in(request.POST.get("carer", "")) or 0,
            purposes=request.POST.getlist("purposes"), actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, "".join(each.zh for each in refused.problems))
        return HttpResponseRedirect(f"/children/{child_id}/consent/#link")
    url = f"{request.build_absolute_uri('/g/')}#{issued.token}"
    return show(request, "console/consent_link.html", {
        "child": file.child, "url": url, "code": picture(url), "token": issued.token,
        "until": issued.link.expires_at.astimezone(CHINA),
    })


@door("child.record", methods=("POST",))
def stop_links(request: Request, child_id: UUID) -> HttpResponse:
    """All links about a child that still work are ended."""
    file = _file(request, child_id)
    if FORM not in file.may_record:
        raise Http404
    count = links.revoke(child_id=child_id, at=request.at)
    messages.success(request, _("已作废 %(count)s 个链接。") % {"count": count})
    return HttpResponseRedirect(f"/children/{child_id}/consent/")


urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/consent/", consent_page),
    path("children/<uuid:child_id>/consent/link/", send_link),
    path("children/<uuid:child_id>/consent/stop/", stop_links),
]
