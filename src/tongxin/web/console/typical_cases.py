"""Typical cases: the library that everybody reads, and the desk where they are written, read by experts, published."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.coordination.models import Opinion, Step, TypicalCase
from tongxin.coordination.rules import Rules
from tongxin.core.forms import Problem
from tongxin.flows import coordinating
from tongxin.flows import coordinating_cases as cases
from tongxin.flows import coordinating_experts as experts
from tongxin.lib.ids import id_in
from tongxin.web.console.coordination_blocks import (
    HOME,
    Facts,
    Form,
    Note,
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
    waits,
    who,
)
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, given_of, shown, words_in
from tongxin.web.doors import Request, door
from tongxin.web.words import moment_zh

LIST, ROUTE, CODE = f"{HOME}cases/", "typical_cases", "案例"
STATES = dict(TypicalCase.STATES)
STEPS = {
    cases.TEXT: "写了一稿", cases.ASKED: "请专家审阅", cases.RETURNED: "专家退回修改",
    cases.PUBLISHED: "发布", cases.WITHDRAWN: "撤下",
}
HIDES = "能认出孩子的姓名、村居、学校、号码会自动盖住；保存后请再看一遍，还能认出来的请改掉。"


def rules_for(request: Request) -> Rules:
    return cases.rules_for(county(request), at=request.at)


@door(f"office.{coordinating.SEE}")
def case_list(request: Request) -> HttpResponse:
    """What is published, by topic; before it what the viewer works on."""
    public = there(lambda: cases.published(request.viewer, at=request.at))
    topics = rules_for(request).words("topics")
    wanted = request.GET.get("topic", "")
    if wanted in topics:
        public = [each for each in public if each.topic == wanted]
    own = [each for each in cases.in_work(request.viewer, at=request.at)
           if each.state not in (TypicalCase.PUBLISHED, TypicalCase.WITHDRAWN)]
    own = [each for each in own if each.person_id == request.viewer.person_id
           or cases.consented(each.child_id, each.county_id, at=request.at)]
    titles = titles_for(request, [*own, *public])
    blocks: list[Any] = []
    if own:
        blocks.append(Rows(_("在写、在审的"), [_row(each, titles, topics) for each in own]))
    blocks.append(Rows(_("可以学习的案例"), [_row(each, titles, topics) for each in public],
                       empty=_("还没有发布的案例"), next_zh=_(
                           "案例去掉身份、至少两位专家看过以后发布，大家在这里学习。"
                       )))
    actions = []
    if cases.may_write(request.viewer, at=request.at):
        actions.append(to(f"{LIST}new/", _("写一个案例"), is_main=True))
    return draw(request, Page(_("典型案例"), blocks, actions=[*actions, back_home()],
                              lead=_("去掉能认出孩子的内容，至少两位没有服务过孩子的专家看过才发布；家里撤回同意，当时就看不到。")))


def titles_for(request: Request, rows: list[TypicalCase]) -> dict[UUID, str]:
    newest: dict[UUID, Step] = {}
    for step in Step.objects.filter(about_id__in=[each.id for each in rows], kind=cases.TEXT).order_by("at", "id"):
        newest[step.about_id] = step
    steps = list(newest.values())
    words = coordinating.opened(steps, viewer=request.viewer, route=ROUTE, at=request.at)
    return {step.about_id: said.get("title", "") for step, said in zip(steps, words, strict=True)}


def _row(each: TypicalCase, titles: dict[UUID, str], topics: Any) -> dict[str, Any]:
    return {"zh": titles.get(each.id, ""), "url": f"{LIST}{each.id}/", "act": _("打开"),
            "meta": [number_zh(each, CODE), topics.get(each.topic, ""), STATES[each.state]]}


@door(f"office.{coordinating.WRITE}", methods=("GET", "POST"))
def new_case(request: Request) -> HttpResponse:
    """The first text: of a child whose file the viewer reads, or of nobody's file."""
    child_id = id_in((request.POST or request.GET).get("child", ""))
    if child_id and access.child_if_visible(
        viewer=request.viewer, child_id=child_id, part="psychological", at=request.at
    ) is None:
        raise Http404

    def page(problems: list[Problem]) -> HttpResponse:
        lacks = child_id and not cases.consented(child_id, county(request), at=request.at)
        blocks: list[Any] = [Note(cases.NO_CONSENT, "warning")] if lacks else []
        blocks.append(_form(request, f"{LIST}new/", given_in(request), problems,
                            {**fresh(request), **({"child": str(child_id)} if child_id else {})}))
        lead = _("写的是您打开的这个孩子的档案。") if child_id else _(
            "没有从档案打开：只写不属于任何一份档案、或几个孩子综合起来的情况。写某个孩子的，请先打开他的档案，点“写典型案例”。"
        )
        return draw(request, Page(_("写一个案例"), blocks, lead=lead, actions=[to(LIST, _("不写了，回去"))]),
                    problems=problems)

    if request.method == "GET":
        return page([])
    return acted(
        request, lambda: cases.write(
            topic=request.POST.get("topic", ""), given=given_in(request), actor=request.viewer, at=request.at,
            child_id=child_id, new_id=given_id(request),
        ), done=_("已保存。请看盖住的地方够不够。"), to=lambda made: f"{LIST}{made.id}/", page=page,
    )


def _form(
    request: Request, action: str, given: dict[str, list[str]], problems: list[Problem], hidden: dict[str, str]
) -> Form:
    found = rules_for(request)
    fields = [choose("topic", _("主题"), found.words("topics")), *found.forms["text"]]
    return Form("", action, drawn(fields, given, problems), _("保存"), hidden=hidden, hint=_(HIDES))


def case_for(request: Request, case_id: UUID) -> TypicalCase:
    return there(lambda: cases.case_for(case_id, viewer=request.viewer, at=request.at))


@door(f"office.{coordinating.SEE}")
def case_page(request: Request, typical_id: UUID) -> HttpResponse:
    """One case: its text, and for those who work on it what experts said."""
    return _page(request, case_for(request, typical_id))


def _page(request: Request, case: TypicalCase, problems: list[Problem] | None = None) -> HttpResponse:
    found, lead = rules_for(request), is_lead(request)
    is_author = case.person_id == request.viewer.person_id
    at_desk = lead or is_author
    steps = coordinating.steps_of(case.id)
    texts = [each for each in steps if each.kind == cases.TEXT]
    wanted = steps if at_desk else texts[-1:]
    names = open_names(request, people=[each.person_id for each in wanted] if at_desk else [],
                       more=[each.words for each in wanted], purpose="coordination", route=ROUTE,
                       part=coordinating.PART)
    words = {step.id: words_in(said) for step, said in zip(wanted, names.more, strict=True)}
    text = texts[-1]
    blocks: list[Any] = []
    consented = cases.consented(case.child_id, case.county_id, at=request.at)
    if not consented:
        blocks.append(Note(_("孩子或监护人没有同意“典型案例”，或者撤回了：别人都看不到。"), "warning"))
    if at_desk and text.clear.get("hidden"):
        many = str(text.clear["hidden"])
        blocks.append(Note(_("系统盖住了 ") + many + _(" 处能认出人的词。请再看一遍，还能认出来的请改掉。")))
    asked = _asked_of(request, case)
    if asked:
        blocks.append(Note(_("请您审这个案例。"), "warning"))
    number = text.clear["number"]
    blocks.append(Facts("", [each for each in shown(found.forms["text"], {}, words[text.id]) if each["zh"] != "题目"],
                        lead=f"{_('第')} {number} {_('稿')}　{moment_zh(text.at)}"))
    if asked:
        blocks.append(to_answer(asked, found))
    if at_desk:
        blocks += _desk(request, case, found, lead, problems or [], int(number))
        titles = titles_of(steps)
        blocks.append(Rows(_("经过"), [
            {"zh": STEPS[each.kind], "meta": [moment_zh(each.at), who(names, titles, each)],
             "said": words[each.id].get("words", "")} for each in steps
        ]))
    actions = [to(LIST, _("全部案例"))]
    if is_author and case.state not in (TypicalCase.PUBLISHED, TypicalCase.WITHDRAWN):
        actions.insert(0, to(f"{LIST}{case.id}/revise/", _("修改")))
    return draw(request, Page(
        words[text.id].get("title", ""), blocks, actions=actions,
        lead=f"{number_zh(case, CODE)} · {found.words('topics').get(case.topic, '')} · {STATES[case.state]}",
    ), problems=problems or [])


def _asked_of(request: Request, case: TypicalCase) -> Opinion | None:
    return case.opinions.filter(
        state=Opinion.ASKED, kind=Opinion.REVIEW, expert__expert_id=request.viewer.person_id
    ).first()


def to_answer(opinion: Opinion, found: Rules) -> Rows:
    """The way to the expert's own form."""
    return Rows("", [{"zh": _("您的审阅意见"), "url": f"{HOME}opinions/{opinion.id}/", "act": _("写意见"), "meta": []}])


def _desk(
    request: Request, case: TypicalCase, found: Rules, lead: bool, problems: list[Problem], number: int
) -> list[Any]:
    here, blocks = f"{LIST}{case.id}/", list[Any]()
    opinions = cases.readings(case, number)
    rows = [_opinion_row(request, each, found) for each in opinions]
    if opinions or case.state == TypicalCase.REVIEW:
        blocks.append(Rows(_("专家意见（这一稿）"), rows))
    if lead and case.state in (TypicalCase.DRAFT, TypicalCase.REVIEW):
        there_already = {each.expert_id for each in opinions}
        free = [each for each in cases.free_experts(case, at=request.at) if each.id not in there_already]
        options = expert_options(request, free)
        form = one(choose("experts", _("请哪些专家"), options, many=True), before="ask-")
        blocks.append(Form(_("请专家审阅"), f"{here}ask/", form, _("请他们审"), is_closed=bool(opinions), hint=_(
            "只列出没有服务过这个孩子、不是作者的专家。"
        )))
        if case.state == TypicalCase.REVIEW:
            ready = cases.is_agreed(case, at=request.at)
            blocks.append(Form(_("发布"), f"{here}publish/", [], _("发布给工作人员学习"), hint=(
                _("专家都认为可以发布。") if ready
                else _("还差专家的意见：至少 ") + str(found.least) + _(" 位认为可以发布。")
            ), is_closed=not ready))
    if case.state != TypicalCase.WITHDRAWN:
        blocks.append(Form(_("撤下"), f"{here}withdraw/", one(ask_words(_("为什么撤下")), before="off-"),
                           _("撤下这个案例"), is_closed=True))
    return blocks


def expert_options(request: Request, rows: Any) -> dict[str, str]:
    """Experts by name and field."""
    listed = list(rows)
    names = open_names(request, people=[each.expert_id for each in listed], purpose="coordination", route=ROUTE,
                       part=coordinating.PART)
    found = rules_for(request)
    fields, grades = found.words("fields"), found.words("grades")
    return {
        str(each.id): f"{names.person(each.expert_id)}（{grades.get(each.grade, '')}，"
                      f"{'、'.join(fields.get(field, field) for field in each.fields)}）"
        for each in listed
    }


def _opinion_row(request: Request, opinion: Opinion, found: Rules) -> dict[str, Any]:
    steps = coordinating.steps_of(opinion.id, experts.ANSWERED)
    names = open_names(request, people=[opinion.expert.expert_id], more=[each.words for each in steps],
                       purpose="coordination", route=ROUTE, part=coordinating.PART)
    lines = shown(found.forms["review_fields"], steps[-1].clear, words_in(names.more[-1])) if steps else []
    due = waits(opinion.due_at, at=request.at) if opinion.state == Opinion.ASKED else {}
    return {"zh": names.person(opinion.expert.expert_id), "meta": [dict(Opinion.STATES)[opinion.state]], "lines": lines,
            **due}


@door(f"office.{coordinating.WRITE}", methods=("GET", "POST"))
def revise(request: Request, typical_id: UUID) -> HttpResponse:
    """The author's next text; experts read it anew."""
    case = case_for(request, typical_id)
    if case.person_id != request.viewer.person_id or case.state in (TypicalCase.PUBLISHED, TypicalCase.WITHDRAWN):
        raise Http404

    def page(problems: list[Problem]) -> HttpResponse:
        (words,) = coordinating.opened(
            [cases.texts_of(case)[-1]], viewer=request.viewer, route=ROUTE, at=request.at
        )
        before = {**given_of(rules_for(request).forms["text"], {}, words), "topic": [case.topic]}
        form = _form(request, f"{LIST}{case.id}/revise/", given_in(request) if problems else before, problems, {})
        return draw(request, Page(_("修改"), [form], actions=[to(f"{LIST}{case.id}/", _("不改了，回去"))]),
                    problems=problems)

    if request.method == "GET":
        return page([])
    return acted(
        request, lambda: cases.write(
            topic=request.POST.get("topic", ""), given=given_in(request), actor=request.viewer, at=request.at,
            case_id=typical_id,
        ), done=_("已保存，专家要看新的一稿。"), to=f"{LIST}{typical_id}/", page=page,
    )


DONE = {"ask": "专家收到了消息。", "publish": "已发布。", "withdraw": "已撤下，谁都看不到了。"}


@door(f"office.{coordinating.SEE}", methods=("POST",))
def act(request: Request, typical_id: UUID, typical_deed: str) -> HttpResponse:
    """One act about a case."""
    case = case_for(request, typical_id)
    common: dict[str, Any] = {"case_id": typical_id, "actor": request.viewer, "at": request.at}
    chosen = [each for text in request.POST.getlist("experts") if (each := id_in(str(text)))]
    acts: dict[str, Any] = {
        "ask": lambda: cases.ask(**common, expert_ids=chosen), "publish": lambda: cases.publish(**common),
        "withdraw": lambda: cases.withdraw(**common, words=request.POST.get("words", "")[:2000]),
    }
    if typical_deed not in acts:
        raise Http404
    url = f"{LIST}{typical_id}/" if is_lead(request) or case.person_id == request.viewer.person_id else LIST
    return acted(request, acts[typical_deed], done=DONE[typical_deed], to=url,
                 page=lambda problems: _page(request, case, problems))


urlpatterns: list[URLPattern] = [
    path("coordination/cases/", case_list),
    path("coordination/cases/new/", new_case),
    path("coordination/cases/<uuid:typical_id>/", case_page),
    path("coordination/cases/<uuid:typical_id>/revise/", revise),
    path("coordination/cases/<uuid:typical_id>/<slug:typical_deed>/", act),
]
