"""Decisions and supervision orders: what waits for the viewer, all of them for who leads, one with its history."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.coordination.models import JointMeeting, Matter, Step
from tongxin.coordination.rules import MEETINGS, Rules, departments_for
from tongxin.core.forms import Problem
from tongxin.flows import coordinating
from tongxin.flows import coordinating_matters as matters
from tongxin.flows import coordinating_members as members
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import number_in
from tongxin.web.console.coordination_blocks import (
    HOME,
    Facts,
    Form,
    Note,
    Page,
    Rows,
    acted,
    ask_day,
    ask_words,
    back_home,
    choose,
    county,
    draw,
    file_in,
    fresh,
    given_id,
    is_lead,
    number_zh,
    scan_of,
    there,
    titles_of,
    to,
    waits,
    who,
)
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.register_forms import drawn, given_in, shown, words_in
from tongxin.web.doors import Request, door
from tongxin.web.words import day_zh, moment_zh

LIST, ROUTE = f"{HOME}orders/", "supervision_orders"
CODES = {Matter.DECISION: "决定", Matter.ORDER: "督办"}
STATES, LISTED = dict(Matter.STATES), 100
STEPS = {
    matters.ISSUED: "交办", matters.RECEIVED: "签收", matters.ANSWERED: "答复", matters.RETURNED: "退回，还要办",
    matters.CLOSED: "核对通过，办结", matters.RUNG: "系统提醒", matters.CLIMBED: "逾期，转到上一级",
}


def rules_for(request: Request) -> Rules:
    return coordinating.rules_of(MEETINGS, county(request), at=request.at)


def department_zh(request: Request, id: str) -> str:
    found = departments_for(county(request), at=request.at).get(id)
    return found.zh if found else ""


def members_zh(request: Request) -> dict[str, str]:
    """The members now, by department."""
    return {
        str(each.id): f"{department_zh(request, each.department)}（{each.organisation.name}）"
        for each in members.current(county(request))
    }


def matter_rows(request: Request, *, meeting: JointMeeting | None = None, rows: Any = None) -> list[dict[str, Any]]:
    """Lines of matters with what each asks for; of a meeting's decisions everybody who was asked reads the line, and
    only who has to do with it opens it."""
    reached = matters.reach(request.viewer, at=request.at)
    if rows is None:
        rows = Matter.objects.filter(meeting=meeting).select_related("member").order_by("number")
    found = list(rows[:LISTED])
    mine = set(reached.filter(id__in=[each.id for each in found]).values_list("id", flat=True))
    steps = {each.about_id: each for each in Step.objects.filter(
        about_id__in=[each.id for each in found], kind=matters.ISSUED
    )}
    kept = list(steps.values())
    words = coordinating.opened(kept, viewer=request.viewer, route=ROUTE, at=request.at)
    said = {step.about_id: each.get("what", "") for step, each in zip(kept, words, strict=True)}
    owners = post_titles(each.owner_post_id for each in found)
    lines = []
    for each in found:
        late = matters.is_late(each, at=request.at)
        meta = [number_zh(each, CODES[each.kind]), department_zh(request, each.member.department), STATES[each.state]]
        if each.is_open:
            meta.append(_("现由 ") + owners.get(each.owner_post_id, _("没有人")))
        if each.climbed:
            meta.append(_("已上报 ") + str(each.climbed) + _(" 级"))
        lines.append({
            "zh": said.get(each.id, ""), "meta": meta,
            **({"url": f"{LIST}{each.id}/", "act": _("打开")} if each.id in mine else {}),
            **(waits(each.due_at, at=request.at) if each.is_open and each.state != Matter.ANSWERED else {}),
            "gap": _("没有按期签收") if late and each.due_at > request.at else "",
        })
    return lines


@door(f"office.{coordinating.SEE}")
def matter_list(request: Request) -> HttpResponse:
    """What waits for the viewer first; all others of the county for who leads."""
    reached = there(lambda: matters.reach(request.viewer, at=request.at))
    lead = is_lead(request)
    own = members.members_reached(request.viewer)
    live = reached.exclude(state=Matter.CLOSED).order_by("due_at", "id")
    mine = live.filter(member_id__in=own).exclude(state=Matter.ANSWERED)
    blocks: list[Any] = [Rows(_("等您单位办"), matter_rows(request, rows=mine), empty=_("没有等您单位办的"),
                              next_zh=_("联席会议的决定和督办通知交给您单位时，会出现在这里。"))]
    if lead:
        answered = live.filter(state=Matter.ANSWERED)
        blocks = [Rows(_("等您核对"), matter_rows(request, rows=answered), empty=_("没有等您核对的"),
                       next_zh=_("各部门答复以后，会排在这里。"))]
        blocks.append(Rows(_("各部门在办"), matter_rows(request, rows=live.exclude(state=Matter.ANSWERED)),
                           empty=_("没有在办的"), next_zh=_("联席会议写下决定，或者发督办通知，会排在这里。")))
    else:
        others = live.exclude(id__in=[each.id for each in mine])
        if others.exists():
            blocks.append(Rows(_("上报到您岗位的、等核对的"), matter_rows(request, rows=others)))
    done = matter_rows(request, rows=reached.filter(state=Matter.CLOSED).order_by("-due_at", "id")[:20])
    if done:
        blocks.append(Rows(_("办结的"), done))
    actions = [to(f"{LIST}new/", _("发督办通知"), is_main=True)] if lead else []
    return draw(request, Page(_("决定和督办"), blocks, actions=[*actions, back_home()],
                              lead=_("每件有承办部门和期限，逾期一级一级往上报。")))


@door(f"office.{coordinating.LEAD}", methods=("GET", "POST"))
def new_order(request: Request) -> HttpResponse:
    """A supervision order, about a decision or of its own."""
    about_id = id_in((request.POST or request.GET).get("about", ""))
    about = there(lambda: matters.matter_for(about_id, viewer=request.viewer, at=request.at)) if about_id else None

    def page(problems: list[Problem]) -> HttpResponse:
        fields = [*rules_for(request).forms["order_fields"]]
        if about is None:
            fields = [choose("member", _("督办哪个部门"), members_zh(request)), *fields]
        blocks: list[Any] = []
        if about is not None:
            blocks.append(Rows(_("督办的是"), matter_rows(
                request, rows=matters.reach(request.viewer, at=request.at).filter(id=about.id)
            )))
        blocks.append(Form(
            "", f"{LIST}new/", drawn(fields, given_in(request), problems), _("发出督办通知"),
            hidden={**fresh(request), **({"about": str(about.id)} if about else {})},
        ))
        return draw(request, Page(_("发督办通知"), blocks, actions=[to(LIST, _("不发了，回去"))]), problems=problems)

    if request.method == "GET":
        return page([])
    return acted(
        request, lambda: matters.order(
            member_id=number_in(request.POST.get("member", "")), given=given_in(request), about_id=about_id,
            actor=request.viewer, at=request.at, new_id=given_id(request),
        ), done=_("督办通知已发出，对方收到了消息。"), to=lambda made: f"{LIST}{made.id}/", page=page,
    )


def matter_for(request: Request, matter_id: UUID) -> Matter:
    return there(lambda: matters.matter_for(matter_id, viewer=request.viewer, at=request.at))


@door(f"office.{coordinating.SEE}")
def matter_page(request: Request, matter_id: UUID) -> HttpResponse:
    """One decision or order with everything that was done about it."""
    return _page(request, matter_for(request, matter_id))


def _page(request: Request, matter: Matter, problems: list[Problem] | None = None) -> HttpResponse:
    found, lead = rules_for(request), is_lead(request)
    steps = coordinating.steps_of(matter.id)
    names = open_names(request, people=[each.person_id for each in steps], more=[each.words for each in steps],
                       purpose="coordination", route=ROUTE, part=coordinating.PART)
    titles, history = titles_of(steps), []
    first: dict[str, str] = {}
    for step, said in zip(steps, names.more, strict=True):
        words = words_in(said)
        first = first or words
        form = found.forms["answer_fields"] if step.kind == matters.ANSWERED else ()
        lines = shown(form, step.clear, words)
        if words.get("words"):
            lines.append({"zh": _("说明"), "said": words["words"]})
        if step.clear.get("due_on") and step.kind == matters.RETURNED:
            lines.append({"zh": _("新的期限"), "said": str(step.clear["due_on"])})
        history.append({"zh": STEPS[step.kind], "meta": [moment_zh(step.at), who(names, titles, step)], "lines": lines,
                        "scan": scan_of(step)})
    owner = post_titles([matter.owner_post_id]).get(matter.owner_post_id) if matter.owner_post_id else None
    body = f"{department_zh(request, matter.member.department)}　{matter.member.organisation.name}"
    facts = [
        {"zh": _("承办"), "said": body},
        {"zh": _("要办的"), "said": first.get("what", "")},
        *([{"zh": _("为什么督办"), "said": first["why"]}] if first.get("why") else []),
        {"zh": _("期限"), "said": day_zh(matter.due_at)},
        *([{"zh": _("现由"), "said": owner or _("没有人，请牵头单位安排联系岗位")}] if matter.is_open else []),
    ]
    blocks: list[Any] = []
    if matters.is_late(matter, at=request.at):
        blocks.append(Note(_("已经逾期，每隔几天往上报一级，直到答复。"), "warning"))
    blocks.append(Facts("", facts))
    blocks += _forms(request, matter, found, lead, problems or [])
    orders = matter.orders.order_by("number")
    if orders.exists():
        blocks.append(Rows(_("发过的督办通知"), matter_rows(
            request, rows=matters.reach(request.viewer, at=request.at).filter(about=matter)
        )))
    blocks.append(Rows(_("办过的"), history))
    back = [to(LIST, _("全部决定和督办"))]
    if lead and matter.is_open and matter.kind == Matter.DECISION:
        back.insert(0, to(f"{LIST}new/?about={matter.id}", _("发督办通知")))
    if matter.meeting_id:
        back.append(to(f"{HOME}meetings/{matter.meeting_id}/", _("看会议")))
    return draw(request, Page(number_zh(matter, CODES[matter.kind]), blocks, lead=STATES[matter.state], actions=back),
                problems=problems or [])


def _forms(request: Request, matter: Matter, found: Rules, lead: bool, problems: list[Problem]) -> list[Any]:
    here, given = f"{LIST}{matter.id}/", given_in(request)
    blocks: list[Any] = []
    if matters.handles(request.viewer, matter):
        if matter.state == Matter.ISSUED:
            blocks.append(Form(_("下一步"), f"{here}receive/", [], _("签收"), hint=_("签收就是知道了，开始办。")))
        if matter.state in (Matter.ISSUED, Matter.RECEIVED, Matter.RETURNED):
            blocks.append(Form(
                _("办好了，答复"), f"{here}answer/", drawn(found.forms["answer_fields"], given, problems), _("交答复"),
                takes_file=True, file_zh=_("证明材料"), is_closed=matter.state == Matter.ISSUED and not problems,
            ))
    if lead and matter.state == Matter.ANSWERED:
        fields = [ask_words(_("意见（退回的要写还要办什么）"), needed=False),
                  ask_day("due_on", _("退回的，新的期限"), needed=False)]
        blocks.append(Form(
            _("请您核对"), f"{here}judge/", drawn(fields, given, problems), _("核对通过，办结"),
            marks={"name": "enough", "value": "yes"}, others=[{"zh": _("退回，还要办")}],
        ))
    return blocks


DONE = {"receive": "已签收。", "answer": "答复已交，牵头单位收到了消息。", "judge": "已保存，承办部门收到了消息。"}


@door(f"office.{coordinating.SEE}", methods=("POST",))
def act(request: Request, matter_id: UUID, matter_deed: str) -> HttpResponse:
    """One act about a matter."""
    matter = matter_for(request, matter_id)
    common: dict[str, Any] = {"matter_id": matter_id, "actor": request.viewer, "at": request.at}
    acts: dict[str, Any] = {
        "receive": lambda: matters.receive(**common),
        "answer": lambda: matters.answer(**common, given=given_in(request), file=file_in(request)),
        "judge": lambda: matters.judge(
            **common, is_enough=request.POST.get("enough") == "yes", words=request.POST.get("words", "")[:2000],
            due_on=request.POST.get("due_on", ""),
        ),
    }
    if matter_deed not in acts:
        raise Http404
    return acted(request, acts[matter_deed], done=DONE[matter_deed], to=f"{LIST}{matter_id}/",
                 page=lambda problems: _page(request, matter, problems))


urlpatterns: list[URLPattern] = [
    path("coordination/orders/", matter_list),
    path("coordination/orders/new/", new_order),
    path("coordination/orders/<uuid:matter_id>/", matter_page),
    path("coordination/orders/<uuid:matter_id>/<slug:matter_deed>/", act),
]
