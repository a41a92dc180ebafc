"""Joint meetings: the list, one meeting with its agenda of numbers, answers, signatures, minutes and decisions."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.coordination.models import JointMeeting, Step
from tongxin.coordination.rules import MEETINGS, Rules
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import coordinating, coordinating_figures
from tongxin.flows import coordinating_meetings as meetings
from tongxin.flows import coordinating_members as members
from tongxin.flows.coordinating_figures import Number
from tongxin.lib.numbers import number_in
from tongxin.web.console.coordination_blocks import (
    HOME,
    Facts,
    Form,
    Note,
    Numbers,
    Page,
    Rows,
    acted,
    ask_words,
    back_home,
    choose,
    county,
    draw,
    fresh,
    given_id,
    is_lead,
    number_zh,
    one,
    there,
    titles_of,
    to,
    who,
)
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.register_forms import drawn, given_in, given_of, now_local, shown, words_in
from tongxin.web.console.supervision_orders import department_zh, matter_rows, members_zh
from tongxin.web.doors import Request, door
from tongxin.web.words import day_zh, moment_zh

LIST, ROUTE, CODE = f"{HOME}meetings/", "joint_meetings", "会议"
LISTED = 60
STATES = dict(JointMeeting.STATES)


def rules_for(request: Request) -> Rules:
    return coordinating.rules_of(MEETINGS, county(request), at=request.at)


@door(f"office.{coordinating.SEE}")
def meeting_list(request: Request) -> HttpResponse:
    """The meetings that somebody leads or was asked to."""
    rows = there(lambda: list(meetings.reach(request.viewer, at=request.at).order_by("-planned_for")[:LISTED]))
    lead = is_lead(request)
    titles = titles_for(request, rows)
    blocks: list[Any] = []
    if lead and (due := meetings.next_due(county(request), at=request.at)):
        late = due < request.at and not any(each.state in ("planned", "asked") for each in rows)
        blocks.append(Note(_("下一次定期会议应在 ") + day_zh(due.astimezone(CHINA).date()) + _(" 以前开。"),
                           "warning" if late else "info"))
    blocks.append(Rows("", [
        {"zh": titles[each.id], "url": f"{LIST}{each.id}/", "act": _("打开"),
         "meta": [number_zh(each, CODE), STATES[each.state], moment_zh(each.planned_for)]} for each in rows
    ], empty=_("还没有联席会议"), next_zh=_("牵头单位通知开会以后，会出现在这里。") if not lead else
        _("先在“成员单位”里登记各部门的联系岗位，再准备一次会议。")))
    actions = [to(f"{LIST}new/", _("准备一次会议"), is_main=True)] if lead else []
    return draw(request, Page(_("联席会议"), blocks, actions=[*actions, back_home()],
                              lead=_("会上看的是系统自己的数；个别孩子的事在个案会商里议。")))


def titles_for(request: Request, rows: list[JointMeeting]) -> dict[UUID, str]:
    """What meetings are called, opened as one look."""
    newest: dict[UUID, Step] = {}
    planned = Step.objects.filter(about_id__in=[each.id for each in rows], kind=meetings.PLANNED)
    for step in planned.order_by("at", "id"):
        newest[step.about_id] = step
    steps = list(newest.values())
    words = coordinating.opened(steps, viewer=request.viewer, route=ROUTE, at=request.at)
    named = {step.about_id: said.get("title", "") for step, said in zip(steps, words, strict=True)}
    return {each.id: named.get(each.id) or number_zh(each, CODE) for each in rows}


@door(f"office.{coordinating.LEAD}", methods=("GET", "POST"))
def new_meeting(request: Request) -> HttpResponse:
    """A meeting is prepared; the numbers that will stand on its agenda are shown beside."""
    def page(problems: list[Problem]) -> HttpResponse:
        form = Form(
            "", f"{LIST}new/", drawn(rules_for(request).forms["plan"], given_in(request), problems),
            _("保存，先不通知"), hidden=fresh(request),
        )
        return draw(request, Page(_("准备一次联席会议"), [form, _live(request)], actions=[to(LIST, _("不开了，回去"))]),
                    problems=problems)

    if request.method == "GET":
        return page([])
    return acted(
        request, lambda: meetings.plan(
            given=given_in(request), actor=request.viewer, at=request.at, new_id=given_id(request)
        ), done=_("已保存。请看过议程的数，再通知各部门。"), to=lambda made: f"{LIST}{made.id}/", page=page,
    )


def _live(request: Request) -> Numbers:
    numbers = coordinating_figures.agenda_for(request.viewer, at=request.at)
    return Numbers(_("议程上的数"), [shown_number(each) for each in numbers],
                   _("按系统现在的记录数出来，通知时写定。太小的数不写出来，免得认出是谁。"))


def shown_number(number: Number | dict[str, Any]) -> dict[str, Any]:
    """A number as a page writes it."""
    if isinstance(number, Number):
        number = coordinating_figures.as_codes([number])[0]
    return {**number, "is_number": str(number["said"])[:1].isdigit() or str(number["said"]).startswith("少于")}


def meeting_for(request: Request, meeting_id: UUID) -> JointMeeting:
    return there(lambda: meetings.meeting_for(meeting_id, viewer=request.viewer, at=request.at))


@door(f"office.{coordinating.SEE}")
def meeting_page(request: Request, joint_id: UUID) -> HttpResponse:
    """One meeting."""
    return _page(request, meeting_for(request, joint_id))


def _page(request: Request, meeting: JointMeeting, problems: list[Problem] | None = None) -> HttpResponse:
    found, lead = rules_for(request), is_lead(request)
    told = Told(request, meeting)
    blocks: list[Any] = [Facts("", told.plan(found))]
    blocks += _own(request, meeting)
    if told.figures is not None:
        blocks.append(Numbers(_("议程上的数"), told.figures, _("通知时写定的数。")))
    elif lead and meeting.state == meetings.PLANNED:
        blocks.append(_live(request))
    if meeting.attendances.exists():
        blocks.append(Rows(_("各部门"), _attendances(request, meeting, told.names, lead)))
    if told.minutes is not None:
        blocks.append(Facts(_("会议纪要"), told.minutes, lead=told.minutes_by))
    if meeting.matters.exists() and (rows := matter_rows(request, meeting=meeting)):
        blocks.append(Rows(_("决定"), rows))
    if lead:
        blocks += _lead_forms(request, meeting, found, told, problems or [])
    actions = []
    if meeting.state == meetings.HELD:
        actions.append(to(f"{LIST}{meeting.id}/paper/", _("打印纪要")))
    return draw(request, Page(told.title, blocks, lead=f"{number_zh(meeting, CODE)} · {STATES[meeting.state]}",
                              actions=[*actions, to(LIST, _("全部会议"))]), problems=problems or [])


class Told:
    """What is written of a meeting, opened as one look."""

    def __init__(self, request: Request, meeting: JointMeeting) -> None:
        self.meeting = meeting
        steps = coordinating.steps_of(meeting.id)
        newest = {kind: next((each for each in reversed(steps) if each.kind == kind), None)
                  for kind in (meetings.PLANNED, meetings.ASKED, meetings.HELD, meetings.OFF)}
        wanted = [each for each in newest.values() if each is not None]
        people = [each.person_id for each in wanted]
        people += list(meeting.attendances.values_list("signed_by", flat=True))
        self.names: Names = open_names(
            request, people=people, more=[each.words for each in wanted], purpose="coordination", route=ROUTE,
            part=coordinating.PART,
        )
        self.words = {each.kind: words_in(said) for each, said in zip(wanted, self.names.more, strict=True)}
        self.steps = newest
        asked = newest[meetings.ASKED]
        self.figures = [shown_number(each) for each in asked.clear["figures"]] if asked else None
        held = newest[meetings.HELD]
        self.forms = coordinating.rules_of(MEETINGS, meeting.county_id, at=request.at).forms
        self.minutes = shown(self.forms["minutes"], held.clear, self.words[meetings.HELD]) if held else None
        self.minutes_by = f"{who(self.names, titles_of([held]), held)}　{moment_zh(held.at)}" if held else ""
        self.title = self.words[meetings.PLANNED].get("title", "")

    def plan(self, found: Rules) -> list[dict[str, str]]:
        step = self.steps[meetings.PLANNED]
        clear = step.clear if step else {}
        lines = shown(found.forms["plan"], clear, self.words[meetings.PLANNED])
        off = self.words.get(meetings.OFF)
        return [*lines, *([{"zh": _("取消的原因"), "said": off.get("words", "")}] if off else [])]


def _own(request: Request, meeting: JointMeeting) -> list[Any]:
    """The viewer's own answer and signature."""
    reached = members.members_reached(request.viewer)
    row = meeting.attendances.filter(member_id__in=reached).select_related("member").first()
    if row is None:
        return []
    blocks: list[Any] = []
    here = f"{LIST}{meeting.id}/"
    if meeting.state == meetings.ASKED and not row.reply:
        replies = rules_for(request).words("replies")
        blocks.append(Form(
            _("请答复"), f"{here}reply/", one(choose("reply", _("您单位参加吗"), replies), before="own-"), _("答复"),
        ))
    today = request.at.astimezone(CHINA).date() == meeting.planned_for.astimezone(CHINA).date()
    if meeting.state in (meetings.ASKED, meetings.HELD) and row.signed_at is None and today:
        blocks.append(Form(_("签到"), f"{here}sign/", [], _("我到了，签到")))
    return blocks


def _attendances(request: Request, meeting: JointMeeting, names: Names, lead: bool) -> list[dict[str, Any]]:
    rows = list(meeting.attendances.select_related("member", "member__organisation").order_by("id"))
    posts, replies = post_titles(row.post_id for row in rows), rules_for(request).words("replies")
    at_hand = meeting.state in (meetings.ASKED, meetings.HELD) and (
        request.at.astimezone(CHINA).date() >= meeting.planned_for.astimezone(CHINA).date()
    )
    lines = []
    for row in rows:
        signed = _("没有签到")
        if row.signed_at:
            signed = f"{_('已签到')} {moment_zh(row.signed_at)} {names.person(row.signed_by)}"
        lines.append({
            "zh": f"{department_zh(request, row.member.department)}　{row.member.organisation.name}",
            "meta": [posts.get(row.post_id, ""), replies.get(row.reply, _("还没有答复")), signed],
            "post": f"{LIST}{meeting.id}/sign/", "hidden": {"member": str(row.member_id)},
            "act": _("代为签到") if lead and at_hand and row.signed_at is None else "",
        })
    return lines


def _lead_forms(
    request: Request, meeting: JointMeeting, found: Rules, told: Told, problems: list[Problem]
) -> list[Any]:
    here, given = f"{LIST}{meeting.id}/", given_in(request)
    blocks: list[Any] = []
    deed = request.path.rstrip("/").rpartition("/")[2]
    if meeting.state in (meetings.PLANNED, meetings.ASKED):
        again = meeting.state == meetings.ASKED
        blocks.append(Form(
            _("通知各部门"), f"{here}ask/", [], _("通知后来登记的部门") if again else _("写定议程的数，通知各部门"),
            hint=_("消息里只说有会议，请打开看；不带内容。"), is_closed=again,
        ))
    if meeting.state in (meetings.ASKED, meetings.HELD):
        step = told.steps[meetings.HELD]
        before = given_of(found.forms["minutes"], step.clear, told.words[meetings.HELD]) if step else {
            "held_at": [now_local(min(meeting.planned_for, request.at))]
        }
        form = drawn(found.forms["minutes"], given if deed == "hold" else before, problems, before="hold-")
        blocks.append(Form(_("写纪要") if step is None else _("补充、更正纪要"), f"{here}hold/", form, _("保存纪要"),
                           hidden=fresh(request),
                           is_closed=step is not None and deed != "hold"))
    if meeting.state == meetings.HELD:
        fields = [choose("member", _("由哪个部门办"), members_zh(request)), *found.forms["decision_fields"]]
        blocks.append(Form(_("写一项决定"), f"{here}decide/",
                           drawn(fields, given if deed == "decide" else {}, problems, before="decide-"),
                           _("交给这个部门办"), hidden=fresh(request)))
    if meeting.state in (meetings.PLANNED, meetings.ASKED):
        step = told.steps[meetings.PLANNED]
        before = given_of(found.forms["plan"], step.clear if step else {}, told.words[meetings.PLANNED])
        blocks.append(Form(_("改时间、地点、议题"), f"{here}change/",
                           drawn(found.forms["plan"], given if deed == "change" else before, problems, before="plan-"),
                           _("保存改动"), is_closed=deed != "change"))
        blocks.append(Form(_("不开了"), f"{here}off/", one(ask_words(_("为什么取消")), before="off-"), _("取消会议"),
                           is_closed=True))
    return blocks


DONE = {
    "ask": "已通知，各部门收到了消息。", "reply": "已答复。", "sign": "已签到。", "hold": "纪要已保存。",
    "off": "会议已取消，通知过的部门收到了消息。", "change": "已保存，通知过的部门收到了消息。",
    "decide": "决定已交给这个部门，期限开始算。",
}


@door(f"office.{coordinating.SEE}", methods=("POST",))
def act(request: Request, joint_id: UUID, joint_deed: str) -> HttpResponse:
    """One act about a meeting."""
    meeting = meeting_for(request, joint_id)
    common: dict[str, Any] = {"meeting_id": joint_id, "actor": request.viewer, "at": request.at}
    member = number_in(request.POST.get("member", ""))
    given = given_in(request)
    acts: dict[str, Any] = {
        "ask": lambda: meetings.ask(**common),
        "reply": lambda: meetings.reply(**common, member_id=member, answer=request.POST.get("reply", "")),
        "sign": lambda: meetings.sign_in(**common, member_id=member),
        "hold": lambda: meetings.hold(**common, given=given, new_id=given_id(request)),
        "off": lambda: meetings.call_off(**common, words=request.POST.get("words", "")[:2000]),
        "change": lambda: meetings.change(**common, given=given),
        "decide": lambda: meetings.decide(**common, member_id=member, given=given, new_id=given_id(request)),
    }
    if joint_deed not in acts:
        raise Http404
    return acted(request, acts[joint_deed], done=DONE[joint_deed], to=f"{LIST}{joint_id}/",
                 page=lambda problems: _page(request, meeting, problems))


urlpatterns: list[URLPattern] = [
    path("coordination/meetings/", meeting_list),
    path("coordination/meetings/new/", new_meeting),
    path("coordination/meetings/<uuid:joint_id>/", meeting_page),
    path("coordination/meetings/<uuid:joint_id>/<slug:joint_deed>/", act),
]
