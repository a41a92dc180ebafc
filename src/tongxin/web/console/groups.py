"""Groups: the list with what to do next, a new one, and one group as it stands."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import group_counts, grouping
from tongxin.flows.group_counts import Seen
from tongxin.flows.grouping import Plan
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.groups import selectors
from tongxin.groups.models import Group, Meeting, Member
from tongxin.groups.protocols import protocols_in
from tongxin.groups.rules import GroupRules, groups_in
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import number_in
from tongxin.registers.answers import moment_in
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.names import open_names
from tongxin.web.console.options import county_of_viewer, region_of_viewer, words_of
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

HOME = "/groups/"
SHOWN, LONGEST_SPAN = 60, 60
STATES, MEETING_STATES = dict(Group.STATES), dict(Meeting.STATES)
ATTENDED_ZH = {"present": "到", "excused": "请假", "absent": "未到"}
SUPERVISORS = ("clinical_supervisor", "counsellor", "psychiatrist")


def group_for(request: Request, group_id: UUID) -> Group:
    """The group, if the viewer has to do with it; else there is no such page."""
    found = selectors.group_for(group_id=group_id, viewer=request.viewer, at=request.at)
    if found is None:
        raise Http404
    return found


def back(group: Group, anchor: str = "") -> HttpResponseRedirect:
    """To the group's own page, after something was done."""
    return HttpResponseRedirect(f"{HOME}{group.id}/{'#' + anchor if anchor else ''}")


def number_zh(group: Group) -> str:
    """What people call a group: its year and number, never a child's name."""
    return f"{group.year} 年第 {group.number} 组"


def protocol_zh(group: Group, request: Request) -> str:
    """The protocol's name, also of one that the region has no longer."""
    return words_of(request, "protocol", region=rules.region_of(group.county_id)).get(group.protocol, group.protocol)


@door("office.see_groups")
def group_list(request: Request) -> HttpResponse:
    """The viewer's groups, the next meeting first; what to do stands beside each."""
    found = selectors.groups_for(viewer=request.viewer, at=request.at)
    is_over = request.GET.get("only") == "over"
    rows = found.exclude(state=Group.OPEN) if is_over else found.filter(state=Group.OPEN)
    groups = list(rows.order_by("-planned_at", "id")[: SHOWN + 1])
    coming, sizes = selectors.next_meetings(groups), selectors.sizes_of(groups)
    region = region_of_viewer(request)
    lines = [_line(request, group, coming.get(group.id), sizes[group.id]) for group in groups[:SHOWN]]
    return show(request, "groups/list.html", {
        "rows": sorted(lines, key=lambda line: (line["when"] is None, line["when"], line["number"])),
        "has_more": len(groups) > SHOWN, "is_over": is_over,
        "may_manage": access.may_do(viewer=request.viewer, action=selectors.MANAGE, at=request.at),
        "counts": counts_told(groups_in(region=region, at=request.at), group_counts.tally(found)),
        "source": groups_in(region=region, at=request.at).source,
    })


def counts_told(found: GroupRules, tally: group_counts.Tally) -> list[dict[str, Any]]:
    """The figures with their units and what each means."""
    return [
        {"zh": each.zh, "number": getattr(tally, each.id), "unit": each.unit, "means": each.means}
        for each in found.counts
    ]


def _line(request: Request, group: Group, meeting: Meeting | None, size: int) -> dict[str, Any]:
    leads = selectors.leads(group, viewer=request.viewer, at=request.at)
    return {
        "url": f"{HOME}{group.id}/", "number": number_zh(group), "what": protocol_zh(group, request),
        "where": group.division.name, "leader": group.leader.title, "size": size, "most": group.most,
        "state": STATES[group.state], "is_open": group.state == Group.OPEN,
        "when": meeting.planned_for if meeting else None, "next": next_step(request, group, meeting, size, leads),
    }


def next_step(
    request: Request, group: Group, meeting: Meeting | None, size: int, leads: bool
) -> dict[str, Any] | None:
    """The one thing to do now, with the page on which it is done."""
    home = f"{HOME}{group.id}/"
    if group.state != Group.OPEN:
        return None
    if meeting is None:
        return {"zh": _("活动都开展完了：给每个孩子填“辅导结束”，再结束小组"), "url": f"{home}#end" if leads else "",
                "action_zh": _("去结束"), "late_zh": ""}
    page = f"{home}meetings/{meeting.number}/"
    is_today = meeting.planned_for.astimezone(CHINA).date() <= request.at.astimezone(CHINA).date()
    if size < group.least and not _has_begun(group):
        zh = _("还差 %(many)s 名孩子才够最少人数（%(least)s 名）") % {"many": group.least - size, "least": group.least}
        return {"zh": zh, "url": f"{home}join/" if leads else "", "action_zh": _("加入孩子"), "late_zh": ""}
    if is_today:
        late = words.late_zh(meeting.planned_for + timedelta(days=1), at=request.at)
        return {"zh": _("第 %(number)s 场：到了就签到") % {"number": meeting.number}, "url": page if leads else "",
                "action_zh": _("签到"), "late_zh": late}
    zh = _("第 %(number)s 场　%(when)s") % {"number": meeting.number, "when": words.moment_zh(meeting.planned_for)}
    return {"zh": zh, "url": page, "action_zh": _("看这一场"), "late_zh": ""}


def _has_begun(group: Group) -> bool:
    """Whether a meeting was held already: then no child joins in the middle to make up the number."""
    return group.meetings.filter(state=Meeting.HELD).exists()


@door("office.manage_groups", methods=("GET", "POST"))
def new_group(request: Request) -> HttpResponse:
    """By which protocol, where, with whom and from when; children come next."""
    if request.method == "POST":
        try:
            group = grouping.plan_group(plan=_plan(request), actor=request.viewer, at=request.at)
        except Refused as refused:
            return _new(request, refused.problems, 422)
        except NotAllowed:
            raise Http404 from None
        messages.success(request, _("小组已建好。接下来加入孩子：每个孩子先答安全问题，再加入。"))
        return HttpResponseRedirect(f"{HOME}{group.id}/join/")
    return _new(request)


def _plan(request: Request) -> Plan:
    sent = request.POST
    first = moment_in(sent.get("first", ""))
    if first is None:
        raise Refused([Problem("first", _("没有保存：请写明第一场的日期和时间。"), True)])
    days = number_in(sent.get("every", ""), most=LONGEST_SPAN)
    if sent.get("every") and not days:
        zh = _("没有保存：隔几天一场，请写 1–%(most)s 的整数。") % {"most": LONGEST_SPAN}
        raise Refused([Problem("first", zh, True)])
    return Plan(
        protocol=sent.get("protocol", ""), room=sent.get("room", ""), first_at=first,
        every_days=days or 0,
        second_id=id_in(sent.get("second", "")), supervisor_id=id_in(sent.get("supervisor", "")),
    )


def _new(request: Request, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    region = region_of_viewer(request)
    offered = [each for each in protocols_in(region=region, at=request.at).values() if each.is_group]
    posts = Post.objects.filter(division__county_id=county_of_viewer(request)).exclude(id__in=request.viewer.post_ids)
    found = rules.access_rules(at=request.at)
    leaders = [role for role in found.roles if found.may_do(role=role, action=selectors.MANAGE)]
    size = groups_in(region=region, at=request.at)
    sent = {name: request.POST.get(name, "") for name in ("protocol", "room", "first", "every", "second", "supervisor")}
    return show(request, "groups/new.html", {
        "protocols": [{
            "id": each.id, "zh": each.zh, "sessions": each.sessions, "minutes": each.minutes, "whom": each.whom,
            "size": f"{each.least or size.least}–{each.most or size.most} 名", "leaders": each.leaders,
            "themes": [zh for _code, zh in each.themes], "exclusions": each.exclusions, "source": each.source,
            "every": each.every_days,
        } for each in offered],
        "seconds": list(posts.filter(role__in=leaders).order_by("title").values("id", "title")),
        "supervisors": list(posts.filter(role__in=SUPERVISORS).order_by("title").values("id", "title")),
        "sent": sent, "problems": told_problems(problems),
        "today": f"{request.at.astimezone(CHINA):%Y-%m-%dT%H:%M}",
    }, status=status)


@door("office.see_groups")
def one_group(request: Request, group_id: UUID) -> HttpResponse:
    """One group: what to do now, who is in it and came how often, which meetings there are."""
    group = group_for(request, group_id)
    leads = selectors.leads(group, viewer=request.viewer, at=request.at)
    members = selectors.members_of(group, viewer=request.viewer, at=request.at, with_left=True)
    inside = [member for member in members if member.left_at is None]
    size = selectors.size_of(group)
    seen = group_counts.seen_in([group])
    names = open_names(
        request, listed=[member.child for member in members], more=[group.room], purpose="groups", route="group",
        part=selectors.PART,
    )
    found = grouping.rules_of(group, at=request.at)
    coming = selectors.next_meetings([group]).get(group.id)
    return show(request, "groups/group.html", {
        "group": group, "number": number_zh(group), "what": protocol_zh(group, request), "room": names.more[0] or "",
        "state": STATES[group.state], "leads": leads, "is_open": group.state == Group.OPEN, "size": size,
        "hidden": size - len(inside), "next": next_step(request, group, coming, size, leads),
        "members": [member_row(request, member, names.children, seen, found) for member in inside],
        "left": [member_row(request, member, names.children, seen, found) for member in members if member.left_at],
        "meetings": [_meeting_row(each, found) for each in group.meetings.order_by("number")],
        "reasons": found.left, "counts": counts_told(found, group_counts.tally([group])), "source": found.source,
        "protocol": grouping.protocol_of(group, at=request.at),
    })


def member_row(
    request: Request, member: Member, names: Mapping[UUID, str], seen: Mapping[UUID, list[Seen]], found: GroupRules
) -> dict[str, Any]:
    """One member as a line: how often they came, and whether somebody has to ask after them."""
    rows = seen.get(member.id, [])
    missed = group_counts.missed_in_row(rows)
    return {
        "id": member.id, "name": names[member.child_id], "url": f"/children/{member.child_id}/",
        "age": words.age_zh(member.child.birth_month, on=request.at.astimezone(CHINA).date()),
        "times": [
            f"{zh} {many}" for code, zh in ATTENDED_ZH.items() if (many := sum(each.attended == code for each in rows))
        ],
        "missed": missed if missed >= found.missed else 0, "joined_at": member.joined_at, "left_at": member.left_at,
        "left_zh": found.left.get(member.left_reason, ""),
        "end_url": f"/children/{member.child_id}/forms/course_end/?about={member.course_id}",
    }


def _meeting_row(meeting: Meeting, found: GroupRules) -> dict[str, Any]:
    return {
        "url": f"{HOME}{meeting.group_id}/meetings/{meeting.number}/", "number": meeting.number,
        "session_no": meeting.session_no, "when": meeting.planned_for, "minutes": meeting.minutes,
        "state": MEETING_STATES[meeting.state], "reason": found.called_off.get(meeting.reason, ""),
        "icon": {Meeting.PLANNED: "clock", Meeting.HELD: "check", Meeting.CALLED_OFF: "cross"}[meeting.state],
    }


def moment_of(request: Request, name: str) -> datetime:
    """A moment that somebody sent; refused when it is none."""
    found = moment_in(request.POST.get(name, ""))
    if found is None:
        raise Refused.because(_("没有改动：请写明日期和时间。"))
    return found
