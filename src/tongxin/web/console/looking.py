"""For what somebody looks: the question on a file, the page where a purpose is stated, what waits for a word."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.flows import glass, looking, unusual
from tongxin.flows.looking import PART
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.looking.models import Glass, Statement, Unusual
from tongxin.looking.rules import Rules, rules_at
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.console.attempts import answered, tried
from tongxin.web.console.file import File
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show
from tongxin.web.words import day_zh, moment_zh

HOME, ROUTE = "/looking/", "looking"
# At once on the page; what is done makes room for the next.
MOST = 100
# Whoever has a task is never asked.
SEEN = "own_task"


def asked_purpose(file: File) -> dict[str, Any]:
    """What a file page says where its psychological part is shut."""
    if not file.asks_purpose:
        return {"asks_purpose": False}
    return {"asks_purpose": True, **_asking(file.request, file.child)}


def _asking(request: Request, child: Child) -> dict[str, Any]:
    found = rules_at(request.at, region=rules.region_of(child.county_id))
    mine = Statement.objects.filter(person_id=looking.person_of(request.viewer), waits=True)
    return {
        "look_url": f"/children/{child.id}/look/", "waiting": mine.filter(child_id=child.id).first(),
        "look_purposes": [
            {"id": each.id, "zh": each.zh, "waits": found.needs_approval(each.id, roles=request.viewer.roles)}
            for each in found.purposes.values() if each.id != SEEN
        ],
    }


def say_first(request: Request, child: Child, part: str, *, back: str) -> HttpResponse | None:
    """Where somebody has to go before a record of the psychological part; nothing when their purpose is known."""
    if part != PART or looking.purpose_of(viewer=request.viewer, child=child, at=request.at):
        return None
    return HttpResponseRedirect(f"/children/{child.id}/look/?{urlencode({'back': back})}")


@door("child.read", methods=("GET", "POST"))
def state(request: Request, child_id: UUID) -> HttpResponse:
    """A purpose is stated here; where it needs a word of somebody in charge, they are told."""
    child = child_for(request, child_id, part=PART)
    if request.method == "GET":
        return _state_page(request, child, back=request.GET.get("back", ""))
    back = request.POST.get("back", "")
    try:
        said = looking.state_purpose(
            child=child, purpose=request.POST.get("purpose", ""), words=request.POST.get("words", ""),
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        problem = "".join(each.zh for each in refused.problems)
        return _state_page(request, child, back=back, problem=problem, status=422)
    if said.waits:
        messages.success(request, _("申请已发给负责人，有答复会出现在“新消息”。"))
        return HttpResponseRedirect(f"/children/{child.id}/")
    return HttpResponseRedirect(f"/children/{child.id}/{_back(back)}")


def _back(back: str) -> str:
    """Where the viewer was going: an entry or an attachment of the same file, nothing else."""
    kind, _slash, rest = back.partition("/")
    try:
        return f"{kind}/{UUID(rest.strip('/'))}/" if kind in {"entries", "attachments"} else ""
    except ValueError:
        return ""


def _state_page(request: Request, child: Child, *, back: str, problem: str = "", status: int = 200) -> HttpResponse:
    names = open_names(request, children=[child], purpose="file", route="look")
    return show(request, "console/look.html", {
        "child": child, "name": names.children[child.id], "back": back, "problem": problem,
        "words": request.POST.get("words", ""), "chosen": request.POST.get("purpose", ""), **_asking(request, child),
    }, status=status)


@door("work")
def waiting(request: Request) -> HttpResponse:
    """What waits for the viewer's word: questions to look, emergencies to review, looks to explain or to judge."""
    at, viewer = request.at, request.viewer
    asked = list(looking.asked_of(viewer=viewer, at=at)[:MOST])
    glasses = list(glass.to_review(viewer=viewer, at=at)[:MOST])
    own, judged = unusual.own(viewer=viewer), list(unusual.to_judge(viewer=viewer, at=at)[:MOST])
    seen = unusual.visible_children(judged, viewer=viewer, at=at)
    children = {child.id: child for child in Child.objects.filter(id__in={row.child_id for row in asked})}
    numbers = dict(Child.objects.filter(id__in={row.child_id for row in glasses}).values_list("id", "file_no"))
    rows: list[Statement | Glass | Unusual] = [*asked, *glasses, *judged]
    names = open_names(
        request, children=children.values(), purpose="looking", route=ROUTE, part="staff",
        people=[row.person_id for row in rows], more=[row.words for row in rows],
    )
    titles = post_titles(row.post_id for row in rows)
    found, words = rules_at(at), iter(names.more)
    return show(request, "console/looking.html", {
        "asked": [_asked(row, found, names, titles, next(words)) for row in asked],
        "glasses": [_glass(row, found, names, titles, next(words), numbers) for row in glasses],
        "judged": [_judged(request, row, found, names, titles, next(words), seen) for row in judged],
        "own": [{"row": row, "zh": _rule(found, row)} for row in own],
        "glass_outcomes": found.glass_outcomes, "outcomes": found.outcomes,
    })


def _who(names: Names, titles: dict[UUID, str], row: Statement | Glass | Unusual) -> str:
    title = titles.get(row.post_id, "") if row.post_id else ""
    return f"{title}　{names.person(row.person_id)}".strip()


def _asked(row: Statement, found: Rules, names: Names, titles: dict[UUID, str], words: str | None) -> dict[str, Any]:
    purpose = found.purposes.get(row.purpose)
    return {
        "row": row, "who": _who(names, titles, row), "words": words or "", "name": names.children.get(row.child_id, ""),
        "purpose": purpose.zh if purpose else "", "hours": int(found.approval_holds.total_seconds() // 3600),
    }


def _glass(
    row: Glass, found: Rules, names: Names, titles: dict[UUID, str], words: str | None, numbers: dict[UUID, str]
) -> dict[str, Any]:
    return {
        "row": row, "who": _who(names, titles, row), "words": words or "", "kind": found.kinds.get(row.kind, ""),
        "file_no": numbers.get(row.child_id, ""),
    }


def _judged(
    request: Request, row: Unusual, found: Rules, names: Names, titles: dict[UUID, str], words: str | None,
    seen: dict[UUID, Child],
) -> dict[str, Any]:
    child = seen.get(row.child_id) if row.child_id else None
    return {
        "row": row, "who": _who(names, titles, row), "words": words or "", "zh": _rule(found, row),
        "may_close": unusual.may_close(row, at=request.at), "child_url": f"/children/{child.id}/" if child else "",
    }


def _rule(found: Rules, row: Unusual) -> str:
    zh = str(found.unusual.get(row.rule, {}).get("zh", "不寻常的查看"))
    counted = "次" if row.child_id else "份档案"
    return f"{day_zh(row.on)}　{zh}（{row.count} {counted}，{moment_zh(row.first_at)} 起）"


@door("work", methods=("POST",))
def answer(request: Request, statement_id: UUID) -> HttpResponse:
    """A colleague may look, or may not."""
    return answered(request, lambda agrees: looking.answer_asked(
        statement_id=statement_id, agrees=agrees, actor=request.viewer, at=request.at
    ), to=HOME)


@door("office.review_looks", methods=("POST",))
def review(request: Request, glass_id: UUID) -> HttpResponse:
    """Whether an emergency was reason enough."""
    return tried(request, lambda: glass.review(
        glass_id=glass_id, outcome=request.POST.get("outcome", ""), words=request.POST.get("words", ""),
        actor=request.viewer, at=request.at,
    ), done=_("复核已保存。"), to=HOME)


@door("work", methods=("POST",))
def explain(request: Request, unusual_id: UUID) -> HttpResponse:
    """The viewer's own words about their looks."""
    return tried(request, lambda: unusual.explain(
        unusual_id=unusual_id, words=request.POST.get("words", ""), actor=request.viewer, at=request.at
    ), done=_("说明已保存。"), to=HOME)


@door("office.review_looks", methods=("POST",))
def close(request: Request, unusual_id: UUID) -> HttpResponse:
    """What came of it."""
    return tried(request, lambda: unusual.close(
        unusual_id=unusual_id, outcome=request.POST.get("outcome", ""), words=request.POST.get("words", ""),
        actor=request.viewer, at=request.at,
    ), done=_("核实结果已保存。"), to=HOME)


@door("office.break_glass", methods=("GET", "POST"))
def break_glass(request: Request) -> HttpResponse:
    """A file by its number, for some hours, in an emergency."""
    if request.method == "GET":
        return _glass_page(request)
    try:
        row = glass.break_glass(
            file_no=request.POST.get("file_no", "")[:24], kind=request.POST.get("kind", ""),
            words=request.POST.get("words", ""), actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _glass_page(request, "".join(each.zh for each in refused.problems), 422)
    messages.warning(request, _("已打开，%(until)s 自动结束。每一次查看都会标明“紧急调阅”，并由别人复核。") % {
        "until": moment_zh(row.until_at)
    })
    return HttpResponseRedirect(f"/children/{row.child_id}/")


def _glass_page(request: Request, problem: str = "", status: int = 200) -> HttpResponse:
    found = rules_at(request.at)
    mine = glass.mine(viewer=request.viewer, at=request.at)
    numbers = dict(Child.objects.filter(id__in=[row.child_id for row in mine]).values_list("id", "file_no"))
    return show(request, "console/glass.html", {
        "kinds": found.kinds, "hours": int(found.lasts.total_seconds() // 3600), "days": found.review_within.days,
        "problem": problem, "given": request.POST,
        "mine": [{"row": row, "file_no": numbers[row.child_id]} for row in mine],
    }, status=status)


@door("office.break_glass", methods=("POST",))
def end_glass(request: Request, glass_id: UUID) -> HttpResponse:
    """Whoever opened a file is done with it."""
    try:
        glass.end(glass_id=glass_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已结束，这份档案您不能再打开。"))
    return HttpResponseRedirect("/glass/")


urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/look/", state),
    path("looking/", waiting),
    path("looking/asked/<uuid:statement_id>/", answer),
    path("looking/glass/<uuid:glass_id>/", review),
    path("looking/unusual/<uuid:unusual_id>/explain/", explain),
    path("looking/unusual/<uuid:unusual_id>/close/", close),
    path("glass/", break_glass),
    path("glass/<uuid:glass_id>/end/", end_glass),
]
