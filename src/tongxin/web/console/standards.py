"""Service standards: the register, one with its text, comments, answers and adoption, two texts compared."""

from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.coordination.models import Standard, Step
from tongxin.coordination.rules import Rules
from tongxin.core.forms import Problem
from tongxin.flows import coordinating
from tongxin.flows import coordinating_members as members
from tongxin.flows import coordinating_standards as standards
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import day_in, number_in
from tongxin.web.console.coordination_blocks import (
    HOME,
    Compared,
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
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, given_of, shown, words_in
from tongxin.web.doors import Request, door
from tongxin.web.words import day_zh, moment_zh

LIST, ROUTE, CODE = f"{HOME}standards/", "standards", "标准"
STATES, LISTED = dict(Standard.STATES), 100
STEPS = {
    standards.TEXT: "写了一稿", standards.ASKED: "征求意见", standards.COMMENTED: "提了意见",
    standards.REPLIED: "答复了意见",
    standards.ADOPTED: "采用", standards.WITHDRAWN: "废止",
}


def rules_for(request: Request) -> Rules:
    return standards.rules_for(county(request), at=request.at)


@door(f"office.{coordinating.SEE}")
def standard_list(request: Request) -> HttpResponse:
    """The standards of the county: those in force first."""
    rows = there(lambda: list(standards.reach(request.viewer, at=request.at).order_by("-year", "-number")[:LISTED]))
    titles = titles_for(request, rows)
    groups = [
        (_("征求意见"), Standard.COMMENT), (_("有效"), Standard.IN_FORCE), (_("起草中"), Standard.DRAFT),
        (_("已废止"), Standard.WITHDRAWN),
    ]
    blocks: list[Any] = [
        Rows(zh, [_row(request, each, titles) for each in rows if each.state == state])
        for zh, state in groups if any(each.state == state for each in rows)
    ]
    if not rows:
        blocks = [Rows("", [], empty=_("还没有服务标准"), next_zh=_(
            "牵头单位起草、各部门提过意见、采用以后，大家按它办。"
        ))]
    actions = [to(f"{LIST}new/", _("起草标准"), is_main=True)] if is_lead(request) else []
    return draw(request, Page(_("服务标准"), blocks, actions=[*actions, back_home()],
                              lead=_("各部门一起定的做法：先征求意见，每条意见都答复，再采用。")))


def titles_for(request: Request, rows: list[Standard]) -> dict[UUID, str]:
    newest: dict[UUID, Step] = {}
    for step in Step.objects.filter(about_id__in=[each.id for each in rows], kind=standards.TEXT).order_by("at", "id"):
        newest[step.about_id] = step
    steps = list(newest.values())
    words = coordinating.opened(steps, viewer=request.viewer, route=ROUTE, at=request.at)
    return {step.about_id: said.get("title", "") for step, said in zip(steps, words, strict=True)}


def _row(request: Request, each: Standard, titles: dict[UUID, str]) -> dict[str, Any]:
    now = standards.now_of(each, at=request.at)
    meta = [number_zh(each, CODE)]
    if now.in_force:
        meta.append(_("从") + day_zh(day_in(str(now.in_force.clear["in_force_on"]))) + _("起执行"))
        meta.append(_("落实它的规则 ") + str(len(now.in_force.clear["implements"])) + _(" 项"))
    if each.state == Standard.COMMENT and each.comment_until:
        meta.append(_("意见截止：") + day_zh(each.comment_until))
    return {"zh": titles.get(each.id, ""), "url": f"{LIST}{each.id}/", "meta": meta, "act": _("打开")}


@door(f"office.{coordinating.LEAD}", methods=("GET", "POST"))
def new_standard(request: Request) -> HttpResponse:
    """The first text."""
    def page(problems: list[Problem]) -> HttpResponse:
        form = Form("", f"{LIST}new/", drawn(rules_for(request).forms["draft"], given_in(request), problems),
                    _("保存草稿"), hidden=fresh(request))
        return draw(request, Page(_("起草标准"), [form], actions=[to(LIST, _("不写了，回去"))]), problems=problems)

    if request.method == "GET":
        return page([])
    return acted(
        request, lambda: standards.draft(
            given=given_in(request), actor=request.viewer, at=request.at, new_id=given_id(request)
        ), done=_("草稿已保存，可以向各部门征求意见了。"), to=lambda made: f"{LIST}{made.id}/", page=page,
    )


def standard_for(request: Request, standard_id: UUID) -> Standard:
    return there(lambda: standards.standard_for(standard_id, viewer=request.viewer, at=request.at))


@door(f"office.{coordinating.SEE}")
def standard_page(request: Request, standard_id: UUID) -> HttpResponse:
    """One standard."""
    return _page(request, standard_for(request, standard_id))


def _page(request: Request, standard: Standard, problems: list[Problem] | None = None) -> HttpResponse:
    found, lead = rules_for(request), is_lead(request)
    concerned = lead or bool(members.members_reached(request.viewer))
    steps = coordinating.steps_of(standard.id)
    now = standards.now_of(standard, at=request.at)
    names = open_names(request, people=[each.person_id for each in steps], more=[each.words for each in steps],
                       purpose="coordination", route=ROUTE, part=coordinating.PART)
    words = {step.id: words_in(said) for step, said in zip(steps, names.more, strict=True)}
    titles = titles_of(steps)
    adopted = now.in_force or now.coming or (now.adopted[-1] if now.adopted else None)
    shown_no = adopted.clear["number"] if adopted and not concerned else now.newest
    text = next(each for each in now.texts if each.clear["number"] == shown_no)
    blocks: list[Any] = []
    for step, zh in ((now.in_force, _("现在执行的一版")), (now.coming, _("将要执行的一版"))):
        if step:
            blocks.append(Facts(zh, _adopted(step)))
    if standard.state == Standard.COMMENT and standard.comment_until:
        blocks.append(Note(_("正在征求意见，截止 ") + day_zh(standard.comment_until) + _("。")))
    blocks += _comment_form(request, standard, now, found, problems or [])
    blocks.append(Facts(f"{_('第')} {shown_no} {_('稿')}", shown(found.forms["draft"], {}, words[text.id]),
                        lead=f"{who(names, titles, text)}　{moment_zh(text.at)}"))
    if concerned and now.comments:
        blocks.append(Rows(_("对这一稿的意见"), [
            _comment(request, standard, now, step, words, found, lead, who(names, titles, step))
            for step in now.comments
        ]))
    if lead and standard.state != Standard.WITHDRAWN:
        blocks += _lead_forms(request, standard, now, found, problems or [])
    if concerned:
        blocks.append(Rows(_("经过"), [
            {"zh": f"{STEPS[each.kind]}　{_('第')} {each.clear['number']} {_('稿')}" if "number" in each.clear
             else STEPS[each.kind],
             "meta": [moment_zh(each.at), who(names, titles, each)], "said": words[each.id].get("words", "")}
            for each in steps
        ]))
    actions = [to(LIST, _("全部标准"))]
    if concerned and len(now.texts) > 1:
        actions.insert(0, to(f"{LIST}{standard.id}/compare/", _("比较两版")))
    if lead and standard.state != Standard.WITHDRAWN:
        actions.insert(0, to(f"{LIST}{standard.id}/revise/", _("写新的一稿")))
    return draw(request, Page(words[text.id].get("title", ""), blocks, actions=actions,
                              lead=f"{number_zh(standard, CODE)} · {STATES[standard.state]}"), problems=problems or [])


def _adopted(step: Step) -> list[dict[str, str]]:
    rules_zh = "\n".join(
        f"{each['zh']}（{each['version']} {_('版')}）"
        for each in step.clear["implements"]
    )
    return [
        {"zh": _("哪一稿"), "said": f"{_('第')} {step.clear['number']} {_('稿')}"},
        {"zh": _("开始执行"), "said": day_zh(day_in(str(step.clear["in_force_on"])))},
        {"zh": _("系统里落实它的规则"), "said": rules_zh or _("没有，靠人执行")},
    ]


def _comment_form(
    request: Request, standard: Standard, now: standards.Standing, found: Rules, problems: list[Problem]
) -> list[Any]:
    reached = set(members.members_reached(request.viewer))
    if standard.state != Standard.COMMENT or now.asked is None or not reached & set(now.asked.clear["members"]):
        return []
    said = any(each.clear["member"] in reached for each in now.comments)
    return [Form(_("请本部门提意见") if not said else _("再提一条意见"), f"{LIST}{standard.id}/comment/",
                 drawn(found.forms["comment_fields"], given_in(request), problems), _("交意见"), is_closed=said,
                 hidden=fresh(request))]


def _comment(
    request: Request, standard: Standard, now: standards.Standing, step: Step, words: dict[UUID, dict[str, str]],
    found: Rules, lead: bool, by: str,
) -> dict[str, Any]:
    lines = shown(found.forms["comment_fields"], step.clear, words[step.id])
    reply = now.replies.get(str(step.id))
    if reply:
        lines += shown(found.forms["reply_fields"], reply.clear, words[reply.id])
    forms = []
    if lead and reply is None and step.clear["agrees"] != standards.AGREES and standard.state != Standard.WITHDRAWN:
        forms = [Form(_("答复这条意见"), f"{LIST}{standard.id}/reply/",
                      drawn(found.forms["reply_fields"], {}, before=f"{step.id}-"), _("保存答复"),
                      hidden={"comment": str(step.id)})]
    return {"zh": standards.department_zh(standard, step.clear["department"], at=request.at),
            "meta": [by, moment_zh(step.at)], "lines": lines, "forms": forms}


def _lead_forms(
    request: Request, standard: Standard, now: standards.Standing, found: Rules, problems: list[Problem]
) -> list[Any]:
    here, given, blocks = f"{LIST}{standard.id}/", given_in(request), []
    if not now.is_adopted():
        asked = standard.state == Standard.COMMENT
        until = drawn([ask_day("until", _("意见征求到哪天"))], given, problems)
        blocks.append(Form(_("征求意见"), f"{here}ask/", until, _("请各部门提意见"), is_closed=asked))
        options = dict(standards.choices(standard.county_id, at=request.at))
        blocks.append(Form(
            _("采用这一稿"), f"{here}adopt/", drawn(found.forms["adopt_fields"], given, problems, before="adopt-"),
            _("采用"),
            more=one(choose("implements", _("系统里落实它的规则"), options, many=True, needed=False), before="adopt-"),
            more_zh=_("选系统里落实它的规则，会记下现在的版本"), is_closed=now.asked is None,
        ))
    blocks.append(Form(_("废止"), f"{here}withdraw/", one(ask_words(_("为什么废止")), before="end-"), _("废止这个标准"),
                       is_closed=True))
    return blocks


@door(f"office.{coordinating.LEAD}", methods=("GET", "POST"))
def revise(request: Request, standard_id: UUID) -> HttpResponse:
    """Another text; the former stays."""
    standard = standard_for(request, standard_id)
    now = standards.now_of(standard, at=request.at)
    found = rules_for(request)

    def page(problems: list[Problem]) -> HttpResponse:
        (words,) = coordinating.opened([now.texts[-1]], viewer=request.viewer, route=ROUTE, at=request.at)
        given = given_in(request) if problems else given_of(found.forms["draft"], {}, words)
        form = Form("", f"{LIST}{standard.id}/revise/", drawn(found.forms["draft"], given, problems), _("保存新的一稿"),
                    hidden={"after": str(now.newest)})
        return draw(request, Page(_("写新的一稿"), [form], actions=[to(f"{LIST}{standard.id}/", _("不写了，回去"))]),
                    problems=problems)

    if request.method == "GET":
        return page([])
    return acted(
        request, lambda: standards.revise(
            standard_id=standard_id, given=given_in(request), after=number_in(request.POST.get("after", "")) or 0,
            actor=request.viewer, at=request.at,
        ), done=_("新的一稿已保存，原来的还在。"), to=f"{LIST}{standard_id}/", page=page,
    )


@door(f"office.{coordinating.SEE}")
def compare(request: Request, standard_id: UUID) -> HttpResponse:
    """Two texts, line by line: the newest beside the one before, or beside another."""
    standard = standard_for(request, standard_id)
    now = standards.now_of(standard, at=request.at)
    if not (is_lead(request) or members.members_reached(request.viewer)):
        raise Http404
    numbers = [int(each.clear["number"]) for each in now.texts]
    one_no = number_in(request.GET.get("one", "")) or max(numbers[-1] - 1, 1)
    two_no = number_in(request.GET.get("two", "")) or numbers[-1]
    if one_no not in numbers or two_no not in numbers:
        raise Http404
    pair = [now.texts[one_no - 1], now.texts[two_no - 1]]
    before, after = coordinating.opened(pair, viewer=request.viewer, route=ROUTE, at=request.at)
    blocks: list[Any] = [
        Compared(field.zh, _differing(before.get(field.id, ""), after.get(field.id, "")))
        for field in rules_for(request).forms["draft"]
    ]
    others = [to(f"{LIST}{standard.id}/compare/?one={number}&two={numbers[-1]}", f"{_('与第')} {number} {_('稿比')}")
              for number in numbers[:-1] if number != one_no]
    return draw(request, Page(f"{_('第')} {one_no} {_('稿和第')} {two_no} {_('稿')}", blocks,
                              actions=[*others, to(f"{LIST}{standard.id}/", _("回到标准"))]))


def _differing(before: str, after: str) -> list[dict[str, str]]:
    one_lines, two_lines = before.splitlines(), after.splitlines()
    if one_lines == two_lines:
        return []
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, one_lines, two_lines, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [{"kind": "same", "said": line} for line in one_lines[a:b]]
            continue
        found += [{"kind": "gone", "said": line} for line in one_lines[a:b]]
        found += [{"kind": "new", "said": line} for line in two_lines[c:d]]
    return found


DONE = {
    "ask": "各部门收到了消息。", "comment": "意见已交，牵头单位收到了消息。",
    "reply": "答复已保存，提意见的部门收到了消息。",
    "adopt": "已采用，各部门收到了消息。", "withdraw": "已废止，内容和经过还在。",
}


@door(f"office.{coordinating.SEE}", methods=("POST",))
def act(request: Request, standard_id: UUID, standard_deed: str) -> HttpResponse:
    """One act about a standard."""
    standard = standard_for(request, standard_id)
    common: dict[str, Any] = {"standard_id": standard_id, "actor": request.viewer, "at": request.at}
    given = given_in(request)
    acts: dict[str, Any] = {
        "ask": lambda: standards.ask(**common, until=request.POST.get("until", "")),
        "comment": lambda: standards.comment(**common, given=given, new_id=given_id(request)),
        "reply": lambda: standards.reply(
            **common, given=given, comment_id=id_in(request.POST.get("comment", "")) or standard_id
        ),
        "adopt": lambda: standards.adopt(**common, given=given, implements=given.get("implements", [])),
        "withdraw": lambda: standards.withdraw(**common, words=request.POST.get("words", "")[:2000]),
    }
    if standard_deed not in acts:
        raise Http404
    return acted(request, acts[standard_deed], done=DONE[standard_deed], to=f"{LIST}{standard_id}/",
                 page=lambda problems: _page(request, standard, problems))


urlpatterns: list[URLPattern] = [
    path("coordination/standards/", standard_list),
    path("coordination/standards/new/", new_standard),
    path("coordination/standards/<uuid:standard_id>/", standard_page),
    path("coordination/standards/<uuid:standard_id>/revise/", revise),
    path("coordination/standards/<uuid:standard_id>/compare/", compare),
    path("coordination/standards/<uuid:standard_id>/<slug:standard_deed>/", act),
]
