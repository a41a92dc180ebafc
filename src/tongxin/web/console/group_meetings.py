"""One meeting of a group: the sign-in for a phone, another day, calling it off, a sheet on paper."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.bookings.selectors import day_of
from tongxin.core.pathway import CHINA
from tongxin.documents import typesetting
from tongxin.flows import booking_groups, group_counts, group_presences, group_sign_in, grouping, rooms
from tongxin.flows.booking_clashes import hours_zh
from tongxin.flows.group_sign_in import ATTENDED, VETOES, Outcome, Sign, Told
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.groups import selectors
from tongxin.groups.models import Meeting, Member
from tongxin.lib import ids
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import day_in, number_in
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console import group_members, groups
from tongxin.web.console.booking_words import room_zh
from tongxin.web.console.group_paper import sheet_for
from tongxin.web.console.groups import ATTENDED_ZH, HOME, MEETING_STATES, group_for, moment_of, number_zh, protocol_zh
from tongxin.web.console.names import open_names
from tongxin.web.console.options import words_of
from tongxin.web.console.session_counts import counted_page
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

LOOK, FINE = "look", "fine"
ANSWERS = (("no", "否"), ("yes", "是"), ("unknown", "不清楚"))
LONGEST = 500


def meeting_for(request: Request, group_id: UUID, number: int) -> Meeting:
    """The meeting of a group that the viewer has to do with; else there is no such page."""
    group = group_for(request, group_id)
    meeting = group.meetings.filter(number=number).first()
    if meeting is None:
        raise Http404
    meeting.group = group
    return meeting


@door("office.see_groups", methods=("GET", "POST"))
def meeting_page(request: Request, group_id: UUID, number: int) -> HttpResponse:
    """Who was there, with the question of danger for each child."""
    meeting = meeting_for(request, group_id, number)
    if request.method == "GET":
        return _show(request, meeting)
    members = selectors.members_of(meeting.group, viewer=request.viewer, at=request.at, with_left=True)
    try:
        outcome = group_sign_in.sign_in(
            meeting_id=meeting.id, told=_told(request, meeting), signs=_signs(request, members), actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    if outcome.left or not outcome.is_saved:
        return _show(request, meeting, outcome=outcome)
    _say(request, outcome)
    return HttpResponseRedirect(request.path)


def _say(request: Request, outcome: Outcome) -> None:
    if outcome.recorded:
        messages.success(request, _("已登记 %(many)s 名孩子的签到。") % {"many": len(outcome.recorded)})
    elif outcome.before:
        messages.info(request, _("这一场已由另一位带领人登记，以先登记的为准；要改，请打开孩子的记录更正。"))
    if outcome.in_danger:
        zh = _("%(many)s 名孩子有危险，已进入危机处置。现在就看“危机”，先确认孩子身边有人。")
        messages.warning(request, zh % {"many": len(outcome.in_danger)})


def _told(request: Request, meeting: Meeting) -> Told:
    sent = request.POST
    held_on = day_in(sent.get("held_on", "")) or meeting.planned_for.astimezone(CHINA).date()
    # A number that can't be read is refused at its place, as one that is out of bounds.
    minutes = (number_in(sent["minutes"]) or 0) if sent.get("minutes") else meeting.minutes
    names = open_names(request, people=[request.viewer.person_id], purpose="groups", route="meeting", part="staff")
    return Told(
        held_on=held_on, minutes=minutes,
        theme=sent.get("theme", ""), methods=tuple(sent.getlist("methods")),
        homework=sent.get("homework", "").strip()[:LONGEST], signature=names.person(request.viewer.person_id),
    )


def _signs(request: Request, members: list[Member]) -> list[Sign]:
    sent, signs = request.POST, []
    for member in members:
        key = str(member.id)
        entry_id = id_in(sent.get(f"entry-{key}", ""))
        dangers = {veto: sent[f"{veto}-{key}"] for veto in VETOES if sent.get(f"{veto}-{key}")}
        if entry_id is None and "yes" not in dangers.values():
            continue
        looked, is_fine = (sent.get(f"risk-{key}") == each for each in (LOOK, FINE))
        if looked or "yes" in dangers.values():
            # What was not answered isn't known: it is asked again, alone with the child.
            dangers = {veto: dangers.get(veto, "unknown") for veto in VETOES}
        signs.append(Sign(
            member_id=member.id, entry_id=entry_id or ids.new_id(), attended=sent.get(f"attended-{key}", ""),
            dangers=dangers if looked or "yes" in dangers.values() else {}, has_looked=is_fine,
            absence=sent.get(f"absence-{key}", "").strip()[:LONGEST],
            words=sent.get(f"words-{key}", "").strip()[:LONGEST],
        ))
    return signs


def _show(request: Request, meeting: Meeting, *, outcome: Outcome | None = None) -> HttpResponse:
    group, region = meeting.group, rules.region_of(meeting.group.county_id)
    members = selectors.members_of(group, viewer=request.viewer, at=request.at, with_left=True)
    seen = {
        id: row for id, rows in group_counts.seen_in([group]).items() for row in rows if row.meeting_id == meeting.id
    }
    told = group_presences.told_of(meeting)
    waiting = [member for member in members if member.left_at is None and member.id not in seen]
    names = open_names(
        request, listed=[member.child for member in members], people=[meeting.told_by_id], more=[group.room],
        purpose="groups", route="meeting", part=selectors.PART,
    )
    protocol = grouping.protocol_of(group, at=request.at)
    theme, theme_zh = protocol.theme_of(meeting.session_no or meeting.number) if protocol else ("", "")
    leads = selectors.leads(group, viewer=request.viewer, at=request.at)
    size = selectors.size_of(group)
    return show(request, "groups/meeting.html", {
        "group": group, "meeting": meeting, "number": number_zh(group), "what": protocol_zh(group, request),
        "state": MEETING_STATES[meeting.state], "room": names.more[0] or "", "theme_zh": theme_zh, "leads": leads,
        "is_planned": meeting.state == Meeting.PLANNED, "is_off": meeting.state == Meeting.CALLED_OFF,
        "signed": [_signed_row(member, names.children, seen[member.id]) for member in members if member.id in seen],
        "rows": [_asked_row(request, member, names.children, outcome, member.id in told) for member in waiting],
        "hidden": size - sum(member.left_at is None for member in members), "told_by": names.person(meeting.told_by_id)
        if meeting.told_by_id else "", "problems": _refusals(outcome, names.children),
        "in_danger": [names.children[each.child_id] for each in outcome.in_danger] if outcome else [],
        "is_refused": outcome is not None and not outcome.is_saved, "left_alone": _left_alone(outcome, names.children),
        "themes": _options(request, "session_theme", region, [request.POST.get("theme", theme)]),
        "methods": _options(request, "session_method", region, request.POST.getlist("methods")),
        "questions": _questions(request, region), "answers": ANSWERS, "sent": request.POST,
        "held_on": request.POST.get("held_on") or _likely_day(request, meeting).isoformat(),
        "reasons": grouping.rules_of(group, at=request.at).called_off, "reason": grouping.rules_of(
            group, at=request.at).called_off.get(meeting.reason, ""),
        "booked": [
            {"url": f"/bookings/{each.id}/", "zh": f"{room_zh(each.room)} {hours_zh(each.starts_at, each.ends_at)}",
             "is_other_day": day_of(each.starts_at) != day_of(meeting.planned_for)}
            for each in booking_groups.bookings_for(meeting)
        ],
        "book_url": _book_url(meeting, size) if leads and meeting.state == Meeting.PLANNED
        and access.may_do(viewer=request.viewer, action=rooms.BOOK, at=request.at) else "",
        "may_sign": leads and meeting.state != Meeting.CALLED_OFF and bool(waiting),
    }, status=422 if outcome else 200)


def _book_url(meeting: Meeting, size: int) -> str:
    """Where a room is booked for this meeting, with what is known of it."""
    local = meeting.planned_for.astimezone(CHINA)
    return "/bookings/new/?" + urlencode({
        "whom": booking_groups.GROUP, "meeting": meeting.id, "day": f"{local:%Y-%m-%d}", "starts": f"{local:%H:%M}",
        "minutes": -(-meeting.minutes // 15) * 15, "people": size + 1,
    })


def _likely_day(request: Request, meeting: Meeting) -> date:
    today = request.at.astimezone(CHINA).date()
    return min(meeting.planned_for.astimezone(CHINA).date(), today)


def _options(request: Request, name: str, region: str, chosen: list[str]) -> list[dict[str, Any]]:
    found = words_of(request, name, region=region)
    return [{"id": code, "zh": zh, "on": code in chosen} for code, zh in found.items()]


def _questions(request: Request, region: str) -> list[tuple[str, str]]:
    """The six questions in the form's own words."""
    content = rules.resolve("forms", group_sign_in.FORM, region=region, at=request.at).content
    fields = {field["id"]: field["zh"] for section in content["sections"] for field in section["fields"]}
    return [(veto, fields[veto]) for veto in VETOES]


def _asked_row(
    request: Request, member: Member, names: Mapping[UUID, str], outcome: Outcome | None, is_told: bool
) -> dict[str, Any]:
    sent, key = request.POST, str(member.id)
    refused = dict(outcome.refused) if outcome else {}
    problems = next((each for one, each in refused.items() if one.id == member.id), ())
    return {
        "key": key, "name": names[member.child_id], "entry": sent.get(f"entry-{key}") or str(ids.new_id()),
        "attended": [{"id": each, "zh": ATTENDED_ZH[each], "on": sent.get(f"attended-{key}") == each}
                     for each in ATTENDED],
        "risk": sent.get(f"risk-{key}", ""), "absence": sent.get(f"absence-{key}", ""),
        "words": sent.get(f"words-{key}", ""), "given": {veto: sent.get(f"{veto}-{key}", "") for veto in VETOES},
        "problems": [each.zh for each in problems], "is_told": is_told,
        "measure_url": f"/children/{member.child_id}/forms/session_record/?about={member.course_id}",
    }


def _signed_row(member: Member, names: Mapping[UUID, str], seen: group_counts.Seen) -> dict[str, Any]:
    return {
        "name": names[member.child_id], "attended": ATTENDED_ZH.get(seen.attended, ""), "is_danger": seen.is_danger,
        "icon": {"present": "check", "excused": "clock", "absent": "cross"}.get(seen.attended, "check"),
        "url": f"/children/{member.child_id}/entries/{seen.entry_id}/", "file_url": f"/children/{member.child_id}/",
    }


def _refusals(outcome: Outcome | None, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """What stands against the meeting as a whole, then who and why, each leading to its place."""
    if outcome is None:
        return []
    return [{"zh": each.zh, "kept": True} for each in outcome.problems] + [
        {"zh": f"{names[member.child_id]}：{each.zh}", "kept": True, "href": f"#row-{member.id}"}
        for member, problems in outcome.refused for each in problems
    ]


def _left_alone(outcome: Outcome | None, names: Mapping[UUID, str]) -> list[dict[str, str]]:
    """Children in danger of whom nothing could be recorded: the crisis report is the way that is always open."""
    return [
        {"name": names[member.child_id], "url": f"/children/{member.child_id}/forms/crisis_report/"}
        for member in (outcome.left if outcome else ())
    ]


@door("office.manage_groups", methods=("POST",))
def change_meeting(request: Request, group_id: UUID, number: int, deed: str) -> HttpResponse:
    """Another day, or called off with a reason."""
    meeting = meeting_for(request, group_id, number)
    try:
        if deed == "move":
            to = moment_of(request, "to")
            grouping.move_meeting(meeting_id=meeting.id, to=to, actor=request.viewer, at=request.at)
            messages.success(request, _("已改到 %(when)s。") % {"when": words.moment_zh(to)})
        elif deed == "call-off":
            reason = request.POST.get("reason", "")
            grouping.call_off(meeting_id=meeting.id, reason=reason, actor=request.viewer, at=request.at)
            messages.success(request, _("已取消。这一次的内容顺延到下一场，最后补一场。"))
        else:
            raise Http404
    except Refused as refusal:
        messages.error(request, refusal.zh)
    except NotAllowed:
        raise Http404 from None
    return HttpResponseRedirect(f"{HOME}{group_id}/meetings/{number}/")


@door("office.see_groups", methods=("POST",))
def paper(request: Request, group_id: UUID, number: int) -> HttpResponse:
    """The sheet to be signed by hand, as a PDF; that it was printed is a fact of the group's record."""
    meeting = meeting_for(request, group_id, number)
    members = selectors.members_of(meeting.group, viewer=request.viewer, at=request.at)
    with transaction.atomic():
        grouping.note("paper.printed", meeting.group, request.viewer, request.at, paper="group_sheet", number=number)
    made = typesetting.pdf(sheet_for(request, meeting, members))
    name = f"group-{meeting.group.year}-{meeting.group.number}-{number}"
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'}
    )


GROUP = "groups/<uuid:group_id>/"
MEETING = f"{GROUP}meetings/<int:number>/"
urlpatterns: list[URLPattern] = [
    path("groups/", groups.group_list),
    path("groups/new/", groups.new_group),
    path("groups/counted/", counted_page),
    path(GROUP, groups.one_group),
    path(f"{GROUP}join/", group_members.candidates),
    path(f"{GROUP}join/<uuid:child_id>/", group_members.join),
    path(f"{GROUP}members/<uuid:member_id>/leave/", group_members.leave),
    path(f"{GROUP}end/", group_members.end),
    path(MEETING, meeting_page),
    path(f"{MEETING}paper/", paper),
    path(f"{MEETING}<slug:deed>/", change_meeting),
]
