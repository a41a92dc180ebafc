"""Lists brought to be compared with the files: upload, what was understood, progress, the answer."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.comparisons.models import Answer, Comparison
from tongxin.comparisons.rules import ListKind, rules_at
from tongxin.core.pathway import CHINA
from tongxin.flows import (
    comparing,
    comparing_answers,
    comparing_few,
    comparing_limits,
    comparing_review,
    comparing_run,
    export_noting,
)
from tongxin.flows.comparing_answers import DECISIONS, VERDICTS
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.intake.reading import Roster, RosterError
from tongxin.intake.uploads import size_of
from tongxin.lib.signs_of_life import is_stalled
from tongxin.rulebook import rules
from tongxin.web import jobs
from tongxin.web.console import comparisons_alike, comparisons_few, comparisons_review, comparisons_together
from tongxin.web.console.gates import gate_shown
from tongxin.web.console.names import post_titles
from tongxin.web.console.options import county_of_viewer
from tongxin.web.console.roster_columns import DoublyNamed, choices, columns_from, parts_shown
from tongxin.web.console.roster_rows import XLSX
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show
from tongxin.web.paging import paged

OPEN = "office.compare_lists|settle_comparisons"
SHOWN, ROWS = 30, 50
STATES = {
    Comparison.RECEIVED: "还没有比对", Comparison.RUNNING: "正在比对", Comparison.DONE: "已比对",
    Comparison.DISPOSED: "已到期销毁", Comparison.ASKED: "人数少，等区县同意", Comparison.REFUSED: "区县没有同意",
}


@door(OPEN, methods=("GET", "POST"))
def comparison_list(request: Request) -> HttpResponse:
    """The lists that were compared, and the place to bring another."""
    if request.method == "POST":
        return _receive(request)
    return _list(request)


def _list(request: Request, problem: str = "", status: int = 200) -> HttpResponse:
    found, pager = paged(request, comparing.seen_by(viewer=request.viewer, at=request.at), size=SHOWN, unit="份")
    titles = post_titles(row.post_id for row in found)
    kinds = rules_at(request.at, region=rules.region_of(county_of_viewer(request))).kinds
    return show(request, "comparisons/list.html", {
        "pager": pager,
        "rows": [
            {
                "comparison": row, "state": STATES[row.state], "kind": kinds[row.kind].zh if row.kind in kinds else "",
                "by": titles.get(row.post_id, "") if row.post_id else "",
            }
            for row in found
        ],
        "kinds": _offered(request, kinds.values()), "may_bring": may_do_any(request, comparing.COMPARE),
        "problem": problem,
        "chosen": request.POST.get("kind", ""),
        "gate": gate_shown(request, comparing.GATE, county_id=county_of_viewer(request)),
        "waiting": comparing_review.queue(viewer=request.viewer, at=request.at).count(),
        "may_settle": may_do_any(request, comparing.SETTLE), "is_desk": _is_desk(request),
    }, status=status)


def _is_desk(request: Request) -> bool:
    """Whether the viewer settles for a whole county."""
    county = county_of_viewer(request)
    return bool(county and comparing_limits.settles_for(county, viewer=request.viewer, at=request.at))


def _offered(request: Request, kinds: Iterable[ListKind]) -> list[ListKind]:
    """The kinds that the viewer's body brings; whoever settles for the county brings any."""
    if _is_desk(request):
        return list(kinds)
    return [each for each in kinds if comparing_limits.may_bring(each, viewer=request.viewer)]


def _receive(request: Request) -> HttpResponse:
    file = request.FILES.get("file")
    if not may_do_any(request, comparing.COMPARE):
        raise Http404
    if not isinstance(file, UploadedFile):
        return _list(request, _("请先选择一个文件，再点“上传”。"), 422)
    try:
        received = comparing.receive(
            kind=request.POST.get("kind", ""), content=file.read(), name=str(file.name or "")[:200],
            actor=request.viewer, at=request.at,
        )
    except (Refused, RosterError) as refused:
        zh = refused.zh if isinstance(refused, Refused) else _("没有接收这个文件：%(why)s") % {"why": refused}
        return _list(request, zh, 422)
    if received.is_known:
        messages.info(request, _("这份名单以前传过，没有任何改动。下面是当时的结果。"))
    return HttpResponseRedirect(f"/comparisons/{received.comparison.id}/")


def comparison_for(request: Request, comparison_id: UUID) -> Comparison:
    """The list, if the viewer may open it; else there is no such page."""
    try:
        return comparing.comparison_for(comparison_id=comparison_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


@door(OPEN, methods=("GET", "POST"))
def comparison(request: Request, comparison_id: UUID) -> HttpResponse:
    """One list: as understood before it is compared, its progress, or the answer."""
    found = comparison_for(request, comparison_id)
    if found.state in {Comparison.DONE, Comparison.DISPOSED}:
        return _result(request, found)
    if found.state in {Comparison.ASKED, Comparison.REFUSED}:
        return comparisons_few.shown(request, found)
    if request.method == "POST":
        return _decide(request, found)
    if found.state == Comparison.RUNNING:
        return show(request, "comparisons/progress.html", _progress(request, found))
    return _preview(request, found)


def _preview(request: Request, found: Comparison, columns: Any = None, problem: str = "") -> HttpResponse:
    try:
        roster = comparing.understand(found, viewer=request.viewer, at=request.at, columns=columns)
    except (Refused, RosterError) as refused:
        problem = refused.zh if isinstance(refused, Refused) else str(refused)
        roster = comparing.understand(found, viewer=request.viewer, at=request.at)
    kind = comparing.kind_of(found, at=request.at)
    return show(request, "comparisons/preview.html", {
        "comparison": found, "kind": kind, "parts": parts_shown(roster), "choices": choices(),
        "total": size_of(roster), "left_aside": roster.left_aside, "problem": problem,
        "few": _few(request, found, roster),
        "is_long": size_of(roster) > comparing.rules_of(found, at=request.at).at_once,
    }, status=422 if problem else 200)


def _few(request: Request, found: Comparison, roster: Roster) -> str:
    """Why somebody has to agree before so few are compared; empty where nobody has to."""
    count = comparing_few.children_in(roster.rows(today=request.at.astimezone(CHINA).date()))
    return comparing_few.too_few(found, children=count, viewer=request.viewer, at=request.at)


def _decide(request: Request, found: Comparison) -> HttpResponse:
    """Look again with other columns, or compare: short lists at once, long ones in the background."""
    try:
        columns = columns_from(request.POST)
    except DoublyNamed as twice:
        return _preview(request, found, None, str(twice))
    if found.state == Comparison.RECEIVED and request.POST.get("go") != "yes":
        return _preview(request, found, columns)
    if found.state == Comparison.RECEIVED:
        try:
            roster = comparing.understand(found, viewer=request.viewer, at=request.at, columns=columns)
            if _few(request, found, roster) and "reason" in request.POST:
                comparing.keep_columns(found, columns=columns)
                comparing_few.ask(found, reason=request.POST["reason"], actor=request.viewer, at=request.at)
                return HttpResponseRedirect(f"/comparisons/{found.id}/")
        except (Refused, RosterError) as refused:
            return _preview(request, found, None, refused.zh if isinstance(refused, Refused) else str(refused))
        comparing.keep_columns(found, columns=columns)
    here = HttpResponseRedirect(f"/comparisons/{found.id}/")
    if found.rows_total > comparing.rules_of(found, at=request.at).at_once:
        Comparison.objects.filter(id=found.id).update(state=Comparison.RUNNING, moved_at=request.at)
        jobs.compare_list.enqueue(str(found.id), str(request.viewer.person_id), str(request.viewer.post_id))
        return here
    try:
        comparing_run.run(found, viewer=request.viewer, at=request.at)
    except comparing_run.Overtaken:
        messages.info(request, _("这份名单正由另一处比对。"))
    except Refused as refused:
        return _preview(request, found, None, refused.zh)
    return here


@door(OPEN)
def progress(request: Request, comparison_id: UUID) -> HttpResponse:
    """How far a comparison is; asked for every second while it runs."""
    found = comparison_for(request, comparison_id)
    if found.state == Comparison.DONE:
        return HttpResponse(headers={"HX-Redirect": f"/comparisons/{found.id}/"})
    return show(request, "comparisons/_progress.html", _progress(request, found))


def _progress(request: Request, found: Comparison) -> dict[str, Any]:
    total = max(found.rows_total, 1)
    return {
        "comparison": found, "percent": min(100, found.rows_done * 100 // total),
        "is_stalled": is_stalled(found.moved_at, at=request.at),
    }


def _result(request: Request, found: Comparison) -> HttpResponse:
    """Counts and the first rows; who only sent the list reads whether each of their own children is on file."""
    kind, verdict = comparing.kind_of(found, at=request.at), request.GET.get("verdict", "")
    is_all = comparing.sees_all(found, viewer=request.viewer, at=request.at)
    is_gone = found.state == Comparison.DISPOSED
    mine = comparing_answers.shown_to(found, viewer=request.viewer, at=request.at)
    counts = found.summary if is_gone else comparing.counts_of(mine.values_list("verdict", "state"))
    told = [] if is_gone else list(comparing_answers.rows_told(
        found, viewer=request.viewer, at=request.at, limit=ROWS, verdict=verdict if verdict in VERDICTS else "",
    ))
    seen = comparing_review.queue(viewer=request.viewer, at=request.at).filter(comparison=found)
    return show(request, "comparisons/result.html", {
        "comparison": found, "kind": kind, "is_all": is_all, "is_gone": is_gone, "verdict": verdict,
        "counts": [
            {"code": code, "zh": zh, "count": counts.get(code, 0)} for code, zh in VERDICTS.items()
        ] if is_all else [],
        "rows": [
            {
                "row": each.answer.row, "name": each.said.row.name if each.said.row else "", "told": each.told,
                "verdict": VERDICTS[each.answer.verdict], "why": each.said.reasons, "file_no": each.file_no,
                "decision": DECISIONS.get(each.answer.decision, ""),
                "url": f"/comparisons/review/{each.answer.id}/" if is_all else "",
            }
            for each in told
        ],
        "more": 0 if is_gone else max(0, mine.filter(row__gt=0).count() - ROWS),
        "hidden": 0 if is_gone else found.answers.count() - mine.count(), "waiting": seen.count(),
        "missing": seen.filter(verdict=Answer.MISSING).count(),
    })


@door(OPEN)
def download(request: Request, comparison_id: UUID) -> HttpResponse:
    """The answer as a workbook, with no more in it than the page shows."""
    found = comparison_for(request, comparison_id)
    if found.state != Comparison.DONE:
        raise Http404
    content, rows = comparing_answers.workbook(found, viewer=request.viewer, at=request.at)
    export_noting.note(way="list_answers", content=content, rows=rows, actor=request.viewer, at=request.at)
    disposition = {"Content-Disposition": 'attachment; filename="answers.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=disposition)


urlpatterns = [
    path("comparisons/", comparison_list),
    path("comparisons/alike/", comparisons_alike.alike),
    path("comparisons/review/", comparisons_review.queue),
    path("comparisons/review/missing/", comparisons_together.missing),
    path("comparisons/review/<uuid:answer_id>/", comparisons_review.answer),
    path("comparisons/<uuid:comparison_id>/", comparison),
    path("comparisons/<uuid:comparison_id>/progress/", progress),
    path("comparisons/<uuid:comparison_id>/answer/", download),
]
