"""Supervision by exception: questions that records raise, their answers, and how often each rule asked for nothing."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.supervision import questions
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.supervision.models import Answer, Question
from tongxin.supervision.rules import RECHECK, SupervisionRules, supervision_in
from tongxin.web.console.attempts import tried
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.options import region_of_viewer
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.paging import paged

HOME, MINE, PURPOSE = "/supervision/questions/", "/supervision/questions/mine/", "supervision"
RECHECKS = "/rechecks/"
DEEDS = {
    Answer.ANSWERED: "答复", Answer.RETURNED: "请再看看", Answer.CLOSED: "核对，了结", Answer.SAID: "本人说明",
}


@door("office.see_supervision")
def question_list(request: Request) -> HttpResponse:
    """What waits for an answer or for a second person, what was closed, and how the rules do."""
    mine = questions.seen_by(request.viewer, at=request.at)
    closed = request.GET.get("closed") == "yes"
    wanted = mine.filter(state=Question.CLOSED).order_by("-found_at") if closed else mine.exclude(state=Question.CLOSED)
    rows, pager = paged(request, wanted.select_related("post"), size=50, unit="个")
    rules = supervision_in(region=region_of_viewer(request), at=request.at)
    return show(request, "supervision/list.html", {
        "rows": _lines(request, rows), "pager": pager, "rules": rules, "closed": closed,
        "rates": [
            {"rule": rules.rules[each.rule], "told": each}
            for each in questions.rates(viewer=request.viewer, at=request.at)
        ],
    })


def _lines(request: Request, rows: Iterable[Question]) -> list[dict[str, Any]]:
    found = list(rows)
    titles = post_titles([each for row in found for each in (row.post_id, row.asked_id)])
    places = dict(Division.objects.filter(
        id__in={each for row in found for each in (row.division_id, row.village_id, row.town_id) if each}
    ).values_list("id", "name"))
    return [_line(request, row, titles, places) for row in found]


def _line(request: Request, row: Question, titles: dict[UUID, str], places: dict[int, str]) -> dict[str, Any]:
    rule = questions.rules_for(row, at=request.at).rules.get(row.rule)
    about = titles.get(row.post_id, "") if row.post_id else places.get(row.division_id or 0, "")
    near = places.get(row.village_id or row.town_id or 0, "")
    return {
        "row": row, "zh": rule.zh if rule else "以前的规则", "about": about,
        "place": near if near not in about else "", "says": rule.told(row.figures) if rule else "",
        "question": rule.question if rule else "", "asked": titles.get(row.asked_id, "") if row.asked_id else "",
        "is_mine": questions.may_answer(row, viewer=request.viewer)
        or questions.may_close(row, viewer=request.viewer, at=request.at),
        "is_late": row.state == Question.ASKED and row.due_at <= request.at,
        "state_zh": row.get_state_display(),
    }


@door("office.see_supervision")
def question_page(request: Request, question_id: UUID) -> HttpResponse:
    """One question with the entries behind it, as far as the viewer may see them, and everything answered."""
    return _page(request, question_id)


def _page(
    request: Request, question_id: UUID, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    row = questions.seen_by(request.viewer, at=request.at).filter(id=question_id).select_related("post").first()
    if row is None:
        raise Http404
    rules = questions.rules_for(row, at=request.at)
    behind = questions.entries_behind(row, viewer=request.viewer, at=request.at)
    return show(request, "supervision/question.html", {
        "each": _lines(request, [row])[0], "rules": rules, "problems": told_problems(problems),
        "entries": _entries(behind), "hidden": row.behind.count() - len(behind),
        "answers": _answers(request, row, rules), "outcomes": rules.outcomes,
        "may_answer": questions.may_answer(row, viewer=request.viewer),
        "may_close": questions.may_close(row, viewer=request.viewer, at=request.at),
        "given": {"outcome": request.POST.get("outcome", ""), "words": request.POST.get("words", "")},
        "rechecks_url": RECHECKS if _may_recheck(request) and _is_recheck(row) else "",
    }, status=status)


def _entries(rows: list[Entry]) -> list[dict[str, Any]]:
    numbers = dict(Child.objects.filter(id__in={row.subject_id for row in rows}).values_list("id", "file_no"))
    return [
        {"url": f"/children/{row.subject_id}/entries/{row.id}/", "no": numbers.get(row.subject_id, ""), "row": row}
        for row in rows
    ]


def _answers(request: Request, row: Question, rules: SupervisionRules) -> list[dict[str, Any]]:
    told = list(row.answers.order_by("at"))
    names = open_names(
        request, people=[each.person_id for each in told], more=[each.words for each in told], purpose=PURPOSE,
        route=PURPOSE, part="staff",
    )
    titles = post_titles(each.post_id for each in told)
    return [
        {
            "row": each, "deed": DEEDS[each.deed], "outcome": rules.outcomes.get(each.outcome, ""),
            "words": words or "",
            "who": f"{titles.get(each.post_id, '')}　{names.person(each.person_id)}".strip(),
        }
        for each, words in zip(told, names.more, strict=True)
    ]


def _is_recheck(row: Question) -> bool:
    return row.answers.filter(outcome=RECHECK).exists()


def _may_recheck(request: Request) -> bool:
    """Whether the viewer checks records with the family again."""
    return access.may_do(viewer=request.viewer, action="recheck", at=request.at)


@door("office.see_supervision", methods=("POST",))
def answer(request: Request, question_id: UUID) -> HttpResponse:
    """What the post that was asked found out."""
    try:
        questions.answer(
            question_id=question_id, outcome=request.POST.get("outcome", ""), words=request.POST.get("words", ""),
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, question_id, refused.problems, 422)
    return HttpResponseRedirect(f"{HOME}{question_id}/")


@door("office.close_supervision", methods=("POST",))
def settle(request: Request, question_id: UUID) -> HttpResponse:
    """The second person's word."""
    try:
        questions.settle(
            question_id=question_id, agrees=request.POST.get("agrees") == "yes", words=request.POST.get("words", ""),
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, question_id, refused.problems, 422)
    return HttpResponseRedirect(f"{HOME}{question_id}/")


@door("work")
def about_me(request: Request) -> HttpResponse:
    """What was asked about the viewer's own records and what was answered, to whoever it is about."""
    rows = list(questions.about_me(request.viewer).select_related("post")[:100])
    lines = _lines(request, rows)
    return show(request, "supervision/mine.html", {
        "rows": [
            each | {"answers": _answers(request, row, questions.rules_for(row, at=request.at))}
            for each, row in zip(lines, rows, strict=True)
        ],
        "rules": supervision_in(region=region_of_viewer(request), at=request.at),
    })


@door("work", methods=("POST",))
def say(request: Request, question_id: UUID) -> HttpResponse:
    """The viewer's own words beside the answer."""
    return tried(request, lambda: questions.say(
        question_id=question_id, words=request.POST.get("words", ""), actor=request.viewer, at=request.at
    ), done=_("说明已保存，和答复放在一起。"), to=MINE)


urlpatterns: list[URLPattern] = [
    path("supervision/questions/", question_list),
    path("supervision/questions/mine/", about_me),
    path("supervision/questions/<uuid:question_id>/", question_page),
    path("supervision/questions/<uuid:question_id>/answer/", answer),
    path("supervision/questions/<uuid:question_id>/settle/", settle),
    path("supervision/questions/<uuid:question_id>/say/", say),
]
