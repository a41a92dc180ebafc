"""The expert pool, what experts are asked, and their answers."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.coordination.models import Expert, Opinion
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
    file_in,
    fresh,
    given_id,
    is_lead,
    number_zh,
    one,
    scan_of,
    there,
    titles_of,
    to,
    waits,
    who,
)
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, shown, words_in
from tongxin.web.console.typical_cases import expert_options
from tongxin.web.doors import Request, child_for, door
from tongxin.web.words import day_zh, moment_zh

ANSWERING = f"office.{'|'.join(experts.ANSWER)}"
LIST, OPINIONS, ROUTE, CODE = f"{HOME}experts/", f"{HOME}opinions/", "experts", "专家"
CODES = {Opinion.REVIEW: "审阅", Opinion.CONSULTATION: "咨询"}
STATES, LISTED = dict(Opinion.STATES), 60


def rules_for(request: Request) -> Rules:
    return experts.rules_for(county(request), at=request.at)


@door(ANSWERING)
def expert_list(request: Request) -> HttpResponse:
    """Who can be asked, and what the viewer was asked or asked themselves; above counties only the latter."""
    if coordinating.county_if_any(request.viewer) is None:
        return asked_above(request)
    rows = list(Expert.objects.filter(county_id=county(request)).order_by("state", "year", "number"))
    names = open_names(request, people=[each.expert_id for each in rows], purpose="coordination", route=ROUTE,
                       part=coordinating.PART)
    found, lead = rules_for(request), is_lead(request)
    fields, grades = found.words("fields"), found.words("grades")
    running = {each.id for each in experts.serving(county(request), at=request.at)}
    blocks: list[Any] = []
    if opinions := list(experts.reach(request.viewer, at=request.at).order_by("state", "-opened_at")[:LISTED]):
        mine = [each for each in opinions if each.expert.expert_id == request.viewer.person_id]
        others = [each for each in opinions if each not in mine]
        for zh, each in ((_("请您提意见的"), mine), (_("您请教的") if not lead else _("请教专家的"), others)):
            if each:
                blocks.append(Rows(zh, [opinion_row(request, row) for row in each]))
    blocks.append(Rows(_("专家"), [
        {"zh": names.person(each.expert_id), "url": f"{LIST}{each.id}/" if lead else "",
         "act": _("打开") if lead else "",
         "meta": [grades.get(each.grade, ""), "、".join(fields.get(field, field) for field in each.fields),
                  _("聘期 ") + day_zh(each.from_on) + _(" 到 ") + day_zh(each.to_on),
                  _("在聘") if each.id in running else _("不在聘期")]}
        for each in rows if lead or each.id in running
    ], empty=_("还没有专家"), next_zh=_("牵头单位聘请以后，可以请他们审案例、请教个案。")))
    actions = [to(f"{LIST}new/", _("聘请专家"), is_main=True)] if lead else []
    return draw(request, Page(_("专家库"), blocks, actions=[*actions, back_home()],
                              lead=_("请教时不说是哪个孩子：打开孩子的档案，点“请教专家”。")))


def asked_above(request: Request) -> HttpResponse:
    """What an expert of the city is asked, by whichever county."""
    opinions = experts.reach(request.viewer, at=request.at).order_by("state", "-opened_at")[:LISTED]
    return draw(request, Page(_("专家意见"), [
        Rows(_("请您提意见的"), [opinion_row(request, each) for each in opinions], empty=_("现在没有请您提意见的"),
             next_zh=_("区县聘请您以后，请您审的案例、请教的问题列在这里。")),
    ], lead=_("区县不会告诉您是哪个孩子，请只按写的内容提意见。")))


def opinion_row(request: Request, opinion: Opinion) -> dict[str, Any]:
    due = waits(opinion.due_at, at=request.at) if opinion.state == Opinion.ASKED else {}
    is_mine = opinion.expert.expert_id == request.viewer.person_id and opinion.state == Opinion.ASKED
    return {"zh": number_zh(opinion, CODES[opinion.kind]), "url": f"{OPINIONS}{opinion.id}/",
            "meta": [dict(Opinion.KINDS)[opinion.kind], STATES[opinion.state]],
            "act": _("写意见") if is_mine else _("打开"), **due}


@door(f"office.{coordinating.LEAD}", methods=("GET", "POST"))
def new_expert(request: Request) -> HttpResponse:
    """Somebody joins the pool."""
    def page(problems: list[Problem]) -> HttpResponse:
        people = experts.candidates(county(request), at=request.at)
        names = open_names(request, people=[person.id for person, _post in people], purpose="coordination",
                           route=ROUTE, part=coordinating.PART)
        options = {str(person.id): f"{names.person(person.id)}（{post.title}）" for person, post in people}
        fields = [choose("person", _("聘请谁"), options), *rules_for(request).forms["expert_fields"]]
        form = Form("", f"{LIST}new/", drawn(fields, given_in(request), problems), _("聘请"), hidden=fresh(request),
                    takes_file=True, file_zh=_("资格证明扫描件"))
        return draw(request, Page(_("聘请专家"), [form], actions=[to(LIST, _("不聘了，回去"))],
                                  lead=_("专家要先有账号和岗位，在“人员”里办。")), problems=problems)

    if request.method == "GET":
        return page([])
    return acted(
        request, lambda: experts.appoint(
            person_id=id_in(request.POST.get("person", "")), given=given_in(request), file=file_in(request),
            actor=request.viewer, at=request.at, new_id=given_id(request),
        ), done=_("已聘请，本人收到了消息。"), to=lambda made: f"{LIST}{made.id}/", page=page,
    )


@door(f"office.{coordinating.LEAD}")
def expert_page(request: Request, expert_id: UUID) -> HttpResponse:
    """One expert with the proof of what they are."""
    return _expert(request, there(lambda: experts.expert_for(expert_id, viewer=request.viewer)))


def _expert(request: Request, expert: Expert, problems: list[Problem] | None = None) -> HttpResponse:
    steps, found = coordinating.steps_of(expert.id), rules_for(request)
    names = open_names(request, people=[expert.expert_id, *(each.person_id for each in steps)],
                       more=[each.words for each in steps], purpose="coordination", route=ROUTE,
                       part=coordinating.PART)
    titles, blocks = titles_of(steps), list[Any]()
    for step, said in zip(steps, names.more, strict=True):
        words = words_in(said)
        lines = shown(found.forms["expert_fields"], step.clear, words)
        if words.get("words"):
            lines.append({"zh": _("原因"), "said": words["words"]})
        blocks.append(Facts(_("聘请") if step.kind == experts.APPOINTED else _("解聘"), lines, scan=scan_of(step),
                            lead=f"{who(names, titles, step)}　{moment_zh(step.at)}"))
    opinions = expert.opinions.exclude(state=Opinion.DROPPED)
    answered = opinions.filter(state=Opinion.ANSWERED)
    blocks.append(Facts(_("做过的"), [
        {"zh": _("请过"), "said": str(opinions.count()) + _(" 次")},
        {"zh": _("答复"), "said": str(answered.count()) + _(" 次")},
    ]))
    if expert.state == Expert.SERVES:
        blocks.append(Form(_("解聘"), f"{LIST}{expert.id}/end/", one(ask_words(_("原因"))), _("解聘"),
                           is_closed=not problems))
    return draw(request, Page(names.person(expert.expert_id), blocks, lead=number_zh(expert, CODE),
                              actions=[to(LIST, _("全部专家"))]), problems=problems or [])


@door(f"office.{coordinating.LEAD}", methods=("POST",))
def end(request: Request, expert_id: UUID) -> HttpResponse:
    """They leave the pool."""
    expert = there(lambda: experts.expert_for(expert_id, viewer=request.viewer))
    return acted(
        request, lambda: experts.end(
            expert_id=expert_id, words=request.POST.get("words", "")[:2000], actor=request.viewer, at=request.at
        ), done=_("已解聘。"), to=f"{LIST}{expert_id}/", page=lambda problems: _expert(request, expert, problems),
    )


@door(f"office.{coordinating.WRITE}", methods=("GET", "POST"))
def consult(request: Request, child_id: UUID) -> HttpResponse:
    """A question about a child who isn't named; reached from the child's page."""
    child_for(request, child_id, part="psychological")
    county(request)

    def page(problems: list[Problem]) -> HttpResponse:
        free = [each for each in experts.serving(county(request), at=request.at)
                if each.expert_id != request.viewer.person_id]
        blocks: list[Any] = []
        if not free:
            blocks.append(Note(_("现在没有在聘的专家，请牵头单位先聘请。"), "warning"))
        fields = [choose("expert", _("请教谁"), expert_options(request, free)),
                  *rules_for(request).forms["question_fields"]]
        blocks.append(Form("", f"{OPINIONS}ask/{child_id}/", drawn(fields, given_in(request), problems), _("请教"),
                           hidden=fresh(request)))
        return draw(request, Page(_("请教专家"), blocks, actions=[to(f"/children/{child_id}/", _("回到档案"))],
                                  lead=_("专家看不到是哪个孩子，也打不开档案，只看您写的摘要。")), problems=problems)

    if request.method == "GET":
        return page([])
    return acted(
        request, lambda: experts.consult(
            child_id=child_id, expert_id=id_in(request.POST.get("expert", "")), given=given_in(request),
            actor=request.viewer, at=request.at, new_id=given_id(request),
        ), done=_("已请教，专家收到了消息。"), to=lambda made: f"{OPINIONS}{made.id}/", page=page,
    )


def opinion_for(request: Request, opinion_id: UUID) -> Opinion:
    return there(lambda: experts.opinion_for(opinion_id, viewer=request.viewer, at=request.at))


@door(ANSWERING)
def opinion_page(request: Request, opinion_id: UUID) -> HttpResponse:
    """One question to an expert, with the answer."""
    return _opinion(request, opinion_for(request, opinion_id))


def _opinion(request: Request, opinion: Opinion, problems: list[Problem] | None = None) -> HttpResponse:
    found = experts.rules_for(opinion.county_id, at=request.at)
    steps = coordinating.steps_of(opinion.id)
    told = [each for each in steps if each.kind != experts.RUNG]
    names = open_names(request, people=[opinion.expert.expert_id, *(each.person_id for each in told)],
                       more=[each.words for each in told], purpose="coordination", route=ROUTE,
                       part=coordinating.PART)
    is_review = opinion.kind == Opinion.REVIEW
    answers = found.forms["review_fields" if is_review else "opinion_fields"]
    forms = {experts.ASKED: found.forms["question_fields"], experts.ANSWERED: answers}
    zh = {experts.ASKED: _("请教的内容"), experts.ANSWERED: _("专家的意见"), experts.DECLINED: _("专家回避")}
    titles, blocks = titles_of(told), list[Any]()
    for step, said in zip(told, names.more, strict=True):
        words = words_in(said)
        lines = shown(forms.get(step.kind, ()), step.clear, words)
        if words.get("words"):
            lines.append({"zh": _("原因"), "said": words["words"]})
        if lines:
            blocks.append(Facts(zh[step.kind], lines, lead=f"{who(names, titles, step)}　{moment_zh(step.at)}"))
    if is_review and opinion.case is not None:
        blocks += _case_of(request, opinion)
    if opinion.expert.expert_id == request.viewer.person_id and opinion.state == Opinion.ASKED:
        here = f"{OPINIONS}{opinion.id}/"
        blocks.append(Form(_("您的意见"), f"{here}answer/", drawn(answers, given_in(request), problems or []),
                           _("交意见")))
        blocks.append(Form(_("我要回避，或这次办不了"), f"{here}decline/", one(ask_words(_("原因")), before="no-"),
                           _("回避"),
                           is_closed=True, hint=_("服务过这个孩子、认得出是谁、与作者有利害关系的，请回避。")))
    due = waits(opinion.due_at, at=request.at) if opinion.state == Opinion.ASKED else {}
    state = " · ".join(filter(None, [
        STATES[opinion.state], _("已逾期 ") + due["late"] if "late" in due else "",
        due["due"] + _(" 以前") if "due" in due else "",
    ]))
    return draw(request, Page(f"{dict(Opinion.KINDS)[opinion.kind]}　{names.person(opinion.expert.expert_id)}", blocks,
                              lead=f"{number_zh(opinion, CODES[opinion.kind])} · {state}",
                              actions=[to(LIST, _("专家库"))]), problems=problems or [])


def _case_of(request: Request, opinion: Opinion) -> list[Any]:
    """The text that was to be read, while the family agrees to it."""
    case = opinion.case
    if case is None or not cases.consented(case.child_id, case.county_id, at=request.at):
        return [Note(_("孩子或监护人没有同意或撤回了同意，这个案例不再给人看。"), "warning")]
    text = next((each for each in cases.texts_of(case) if each.clear["number"] == opinion.text_no), None)
    if text is None:
        return []
    (words,) = coordinating.opened([text], viewer=request.viewer, route=ROUTE, at=request.at)
    asked = experts.rules_for(case.county_id, at=request.at).forms["text"]
    return [Facts(words.get("title", ""), [
        each for each in shown(asked, {}, words) if each["zh"] != "题目"
    ], lead=f"{_('第')} {opinion.text_no} {_('稿')}")]


DONE = {"answer": "意见已交，请教的人收到了消息。", "decline": "已记下，会请别的专家。"}


@door(ANSWERING, methods=("POST",))
def act(request: Request, opinion_id: UUID, opinion_deed: str) -> HttpResponse:
    """The expert answers or steps back."""
    opinion = opinion_for(request, opinion_id)
    common: dict[str, Any] = {"opinion_id": opinion_id, "actor": request.viewer, "at": request.at}
    answer = cases.review if opinion.kind == Opinion.REVIEW else experts.answer
    acts: dict[str, Any] = {
        "answer": lambda: answer(**common, given=given_in(request)),
        "decline": lambda: experts.decline(**common, words=request.POST.get("words", "")[:2000]),
    }
    if opinion_deed not in acts:
        raise Http404
    return acted(request, acts[opinion_deed], done=DONE[opinion_deed], to=f"{OPINIONS}{opinion_id}/",
                 page=lambda problems: _opinion(request, opinion, problems))


urlpatterns: list[URLPattern] = [
    path("coordination/experts/", expert_list),
    path("coordination/experts/new/", new_expert),
    path("coordination/experts/<uuid:expert_id>/", expert_page),
    path("coordination/experts/<uuid:expert_id>/end/", end),
    path("coordination/opinions/ask/<uuid:child_id>/", consult),
    path("coordination/opinions/<uuid:opinion_id>/", opinion_page),
    path("coordination/opinions/<uuid:opinion_id>/<slug:opinion_deed>/", act),
]
