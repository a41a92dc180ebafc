"""Who joins a group: found among those whose plan asks for it or by name, asked the safety questions, then taken in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.assessments.forms import age_on
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.core.pathway import CHINA
from tongxin.flows import group_members, grouping, lists, prefill
from tongxin.flows.record import Sheet, offered_to
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.groups import selectors
from tongxin.groups.models import Group
from tongxin.ledger.models import Entry
from tongxin.people import search
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.course_methods import narrow
from tongxin.web.console.form_page import (
    RENEWED,
    UNREADABLE,
    asked_about,
    definition_for,
    next_page,
    read_sent,
    refused,
    said,
    signed,
)
from tongxin.web.console.groups import HOME, back, group_for, number_zh, protocol_zh
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

SHOWN, LONGEST_SEARCH = 30, 40
START, GIVE = "course_start", "give_service"


def led_by(request: Request, group_id: UUID) -> Group:
    """The group, if the viewer leads it; else there is no such page."""
    group = group_for(request, group_id)
    if not selectors.leads(group, viewer=request.viewer, at=request.at):
        raise Http404
    return group


@door("office.manage_groups", methods=("GET", "POST"))
def candidates(request: Request, group_id: UUID) -> HttpResponse:
    """Children whose plan asks for a group, or who were looked for by name; asked by POST (spine B6)."""
    group = led_by(request, group_id)
    text = request.POST.get("text", "").strip()[:LONGEST_SEARCH]
    if text:
        found = search.find(text, viewer=request.viewer, at=request.at, route="groups.join")
        children = _recordable(request, [each.child_id for each in found])
    else:
        children = _recordable(request, _planned(request, group))
    inside = set(group.members.filter(left_at__isnull=True).values_list("child_id", flat=True))
    shown = [child for child in children if child.id not in inside][:SHOWN]
    names = open_names(request, listed=shown, purpose="groups", route="groups.join", part=selectors.PART)
    on, size = request.at.astimezone(CHINA).date(), selectors.size_of(group)
    return show(request, "groups/join.html", {
        "group": group, "number": number_zh(group), "what": protocol_zh(group, request), "text": text, "size": size,
        "is_full": size >= group.most, "protocol": grouping.protocol_of(group, at=request.at),
        "rows": [{
            "name": names.children[child.id], "file_no": child.file_no, "age": words.age_zh(child.birth_month, on=on),
            "sex": child.get_sex_display(),
            "against": group_members.refusal_for(group, child, viewer=request.viewer, at=request.at),
            "url": f"{HOME}{group.id}/join/{child.id}/", "file_url": f"/children/{child.id}/",
        } for child in shown],
    })


def _planned(request: Request, group: Group) -> list[UUID]:
    """Children of the leader's reach with an open task to give a service that the protocol stands for."""
    protocol = grouping.protocol_of(group, at=request.at)
    services = set(protocol.services if protocol else ())
    tasks = Task.objects.filter(step=GIVE, state__in=LIVE).order_by("due_at", "id")
    seen = access.visible(tasks, viewer=request.viewer, part=selectors.PART, at=request.at)
    keys = seen.values_list("case_id", "key")[: 10 * SHOWN]
    return list(dict.fromkeys(case for case, key in keys if key.split(":")[1:2] and key.split(":")[1] in services))


def _recordable(request: Request, ids: Sequence[UUID]) -> list[Child]:
    """Those about whom the viewer may record that a course begins, in their order."""
    action = f"record.{START}"
    rows = Child.objects.filter(id__in=ids)
    found = {child.id: child for child in access.visible(
        rows, viewer=request.viewer, part="", action=action, at=request.at
    )}
    return [found[id] for id in ids if id in found]


@door("office.manage_groups", methods=("GET", "POST"))
def join(request: Request, group_id: UUID, child_id: UUID) -> HttpResponseBase:
    """The beginning of a child's course with its safety questions; with it the child is in the group."""
    group, child = led_by(request, group_id), child_for(request, child_id)
    asked = asked_about(request, child, START)
    if request.method == "POST":
        return _take(request, group, child, asked.form_hash)
    asked = offered_to(asked, child, actor=request.viewer, on=request.at.astimezone(CHINA).date())
    names = open_names(request, children=[child], people=[request.viewer.person_id], purpose="form", route="form")
    known = signed(asked.form, names.person(request.viewer.person_id))
    known |= prefill.days_for(asked=asked, at=request.at) | group_members.brought(group, at=request.at)
    known |= {"provider": request.viewer.role}
    age = age_on(child.birth_month, request.at.astimezone(CHINA).date())
    definition = definition_for(request, asked, age=age, values=known, places=lists.places_in(child.county_id))
    narrow(definition, protocols={group.protocol}, services=group_members.services_of(group, at=request.at))
    return show(request, "groups/join_child.html", {
        "child": child, "name": names.children[child.id], "form": asked.form, "definition": definition,
        "action": request.path, "back_url": f"{HOME}{group.id}/join/", "number": number_zh(group),
        "what": protocol_zh(group, request),
        "against": group_members.refusal_for(group, child, viewer=request.viewer, at=request.at),
        "filled_by": rules.content_of(asked.form_hash).get("filled_by", ""),
    })


def _take(request: Request, group: Group, child: Child, form_hash: str) -> HttpResponseBase:
    sent = read_sent(request)
    if sent is None:
        return said(UNREADABLE, status=400)
    if sent.form_hash != form_hash and not Entry.objects.filter(id=sent.entry_id).exists():
        return said(RENEWED, status=409)
    sheet = Sheet(entry_id=sent.entry_id, form_id=START, answers=sent.answers, occurred_at=request.at)
    try:
        member, _kept = group_members.join(
            group_id=group.id, child_id=child.id, sheet=sheet, actor=request.viewer, at=request.at
        )
    except Refused as refusal:
        return refused(refusal.problems)
    except Held as held:
        return said(held.zh, status=409)
    except NotAllowed:
        raise Http404 from None
    if member is None:
        messages.warning(request, _("孩子有危险，已进入危机处置，没有加入小组。先确认孩子身边有人。"))
        return next_page(f"/children/{child.id}/#crisis")
    messages.success(request, _("已加入小组。"))
    return next_page(f"{HOME}{group.id}/#members")


@door("office.manage_groups", methods=("POST",))
def leave(request: Request, group_id: UUID, member_id: UUID) -> HttpResponse:
    """A member is out of the group, with a reason."""
    group = led_by(request, group_id)
    if not group.members.filter(id=member_id).exists():
        raise Http404
    return _done(request, group, "members", lambda: group_members.leave(
        member_id=member_id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
    ), _("已退出小组。个别辅导还在的照常进行；不再辅导的，请在孩子档案里填“辅导结束”。"))


@door("office.manage_groups", methods=("POST",))
def end(request: Request, group_id: UUID) -> HttpResponse:
    """The group is over."""
    group = led_by(request, group_id)
    return _done(request, group, "", lambda: group_members.end_group(
        group_id=group.id, actor=request.viewer, at=request.at
    ), _("小组已结束。请给每个孩子填“辅导结束”。"))


def _done(request: Request, group: Group, anchor: str, do: Any, zh: str) -> HttpResponseRedirect:
    try:
        do()
    except Refused as refusal:
        messages.error(request, refusal.zh)
    except NotAllowed:
        raise Http404 from None
    else:
        messages.success(request, zh)
    return back(group, anchor)
