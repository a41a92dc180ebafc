"""Policy documents: the register by theme and level, one with the paper itself, what it founds, its corrections."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.coordination.models import Policy, Step
from tongxin.coordination.rules import STANDARDS, Rules
from tongxin.core.forms import Problem
from tongxin.flows import coordinating
from tongxin.flows import coordinating_policies as policies
from tongxin.web.console.coordination_blocks import (
    HOME,
    Facts,
    Form,
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
    who,
)
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import drawn, given_in, given_of, shown, words_in
from tongxin.web.doors import Request, door
from tongxin.web.words import day_zh, moment_zh

LIST, ROUTE, CODE = f"{HOME}policies/", "policies", "文件"
STATES, LISTED = dict(Policy.STATES), 200


def rules_for(request: Request) -> Rules:
    return coordinating.rules_of(STANDARDS, county(request), at=request.at)


@door(f"office.{coordinating.SEE}")
def policy_list(request: Request) -> HttpResponse:
    """The documents in force, the newest first; narrowed by a word of title, number, issuer or theme."""
    rows = there(lambda: list(policies.reach(request.viewer).order_by("-issued_on", "-number")[:LISTED]))
    newest: dict[UUID, Step] = {}
    for step in Step.objects.filter(about_id__in=[each.id for each in rows], kind=policies.LISTED).order_by("at", "id"):
        newest[step.about_id] = step
    steps = list(newest.values())
    words = dict(zip(newest, coordinating.opened(
        steps, viewer=request.viewer, route=ROUTE, at=request.at
    ), strict=True))
    levels = rules_for(request).words("levels")
    lines = {state: [
        {"zh": f"{words[each.id].get('title', '')}（{words[each.id].get('doc_no', '')}）", "url": f"{LIST}{each.id}/",
         "meta": [words[each.id].get("issuers", ""), levels.get(each.level, ""),
                  _("发文 ") + day_zh(each.issued_on), *filter(None, [words[each.id].get("theme", "")])],
         "act": _("打开")}
        for each in rows if each.state == state and each.id in words
    ] for state in STATES}
    blocks: list[Any] = [Rows(
        _("有效"), lines[Policy.IN_FORCE], empty=_("还没有登记政策文件"),
        next_zh=_("牵头单位登记以后，大家都能查：谁发的、哪天起执行、要求什么。"),
    )]
    if lines[Policy.ENDED]:
        blocks.append(Rows(_("不再执行"), lines[Policy.ENDED]))
    actions = [to(f"{LIST}new/", _("登记文件"), is_main=True)] if is_lead(request) else []
    return draw(request, Page(_("政策文件"), blocks, actions=[*actions, back_home()],
                              lead=_("我们做的事依据哪些文件。")))


def _fields(request: Request) -> list[Any]:
    founds = dict(policies.choices(county(request), at=request.at))
    return [choose("founds", _("它是哪些标准、职责的依据"), founds, many=True, needed=False)]


def _form(request: Request, action: str, given: dict[str, list[str]], problems: list[Problem]) -> Form:
    return Form(
        "", action, drawn(rules_for(request).forms["policy_fields"], given, problems), _("保存"),
        hidden=fresh(request), more=drawn(_fields(request), given), more_zh=_("选它是哪些标准、职责的依据"),
        takes_file=True, file_zh=_("文件扫描件"),
    )


@door(f"office.{coordinating.LEAD}", methods=("GET", "POST"))
def new_policy(request: Request) -> HttpResponse:
    """A document is entered."""
    def page(problems: list[Problem]) -> HttpResponse:
        form = _form(request, f"{LIST}new/", given_in(request), problems)
        return draw(request, Page(_("登记文件"), [form], actions=[to(LIST, _("不登记了，回去"))]), problems=problems)

    if request.method == "GET":
        return page([])
    return acted(request, lambda: _enter(request, None), done=_("已登记。"), to=lambda made: f"{LIST}{made.id}/",
                 page=page)


def _enter(request: Request, policy_id: UUID | None) -> Policy:
    given = given_in(request)
    return policies.enter(
        given=given, founds=given.get("founds", []), file=file_in(request), actor=request.viewer, at=request.at,
        policy_id=policy_id, new_id=given_id(request),
    )


@door(f"office.{coordinating.SEE}")
def policy_page(request: Request, policy_id: UUID) -> HttpResponse:
    """One document."""
    return _page(request, there(lambda: policies.policy_for(policy_id, viewer=request.viewer)))


def _page(request: Request, policy: Policy, problems: list[Problem] | None = None) -> HttpResponse:
    steps = coordinating.steps_of(policy.id)
    names = open_names(request, people=[each.person_id for each in steps], more=[each.words for each in steps],
                       purpose="coordination", route=ROUTE, part=coordinating.PART)
    words = [words_in(each) for each in names.more]
    titles, form = titles_of(steps), rules_for(request).forms["policy_fields"]
    listed = [index for index, each in enumerate(steps) if each.kind == policies.LISTED]
    newest = steps[listed[-1]]
    founds = dict(policies.choices(policy.county_id, at=request.at))
    lines = shown(form, newest.clear, words[listed[-1]])
    if newest.clear.get("founds"):
        said = "\n".join(founds.get(each, each) for each in newest.clear["founds"])
        lines.append({"zh": _("是这些的依据"), "said": said})
    scan = next((found for index in reversed(listed) if (found := scan_of(steps[index]))), "")
    blocks: list[Any] = [Facts("", lines, scan=scan,
                               lead=f"{who(names, titles, newest)}　{moment_zh(newest.at)}")]
    former = [
        {"zh": _("改以前") if each.kind == policies.LISTED else _("不再执行"),
         "meta": [moment_zh(each.at), who(names, titles, each)],
         "lines": shown(form, each.clear, said) if each.kind == policies.LISTED else [],
         "said": said.get("words", ""), "scan": scan_of(each)}
        for each, said in zip(steps, words, strict=True) if each is not newest
    ]
    if former:
        blocks.append(Rows(_("经过"), former))
    actions = [to(LIST, _("全部文件"))]
    if is_lead(request) and policy.state == Policy.IN_FORCE:
        actions.insert(0, to(f"{LIST}{policy.id}/correct/", _("更正")))
        why = one(ask_words(_("被哪份文件替代，或为什么不再执行")))
        blocks.append(Form(_("不再执行"), f"{LIST}{policy.id}/end/", why,
                           _("登记为不再执行"), is_closed=not problems))
    return draw(request, Page(words[listed[-1]].get("title", ""), blocks, actions=actions,
                              lead=f"{number_zh(policy, CODE)} · {STATES[policy.state]}"), problems=problems or [])


@door(f"office.{coordinating.LEAD}", methods=("GET", "POST"))
def correct(request: Request, policy_id: UUID) -> HttpResponse:
    """What was entered is put right; the former row stays."""
    policy = there(lambda: policies.policy_for(policy_id, viewer=request.viewer))

    def page(problems: list[Problem]) -> HttpResponse:
        last = coordinating.steps_of(policy.id, policies.LISTED)[-1]
        (words,) = coordinating.opened([last], viewer=request.viewer, route=ROUTE, at=request.at)
        before = given_of(rules_for(request).forms["policy_fields"], last.clear, words)
        before["founds"] = list(last.clear.get("founds", []))
        form = _form(request, f"{LIST}{policy.id}/correct/", given_in(request) if problems else before, problems)
        return draw(request, Page(_("更正"), [form], actions=[to(f"{LIST}{policy.id}/", _("不改了，回去"))]),
                    problems=problems)

    if request.method == "GET":
        return page([])
    return acted(request, lambda: _enter(request, policy_id), done=_("已更正，原来的还在。"), to=f"{LIST}{policy_id}/",
                 page=page)


@door(f"office.{coordinating.LEAD}", methods=("POST",))
def end(request: Request, policy_id: UUID) -> HttpResponse:
    """It is no longer carried out."""
    policy = there(lambda: policies.policy_for(policy_id, viewer=request.viewer))
    return acted(
        request, lambda: policies.end(
            policy_id=policy_id, words=request.POST.get("words", "")[:2000], actor=request.viewer, at=request.at
        ), done=_("已登记。"), to=f"{LIST}{policy_id}/", page=lambda problems: _page(request, policy, problems),
    )


urlpatterns: list[URLPattern] = [
    path("coordination/policies/", policy_list),
    path("coordination/policies/new/", new_policy),
    path("coordination/policies/<uuid:policy_id>/", policy_page),
    path("coordination/policies/<uuid:policy_id>/correct/", correct),
    path("coordination/policies/<uuid:policy_id>/end/", end),
]
