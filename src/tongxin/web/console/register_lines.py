"""One line of a register: what it says, its clocks, what was done, and what may be done next; with all addresses."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin import vault
from tongxin.flows import agreements, incidents, register_known, registers
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.registers import Opened
from tongxin.registers.models import PROCESSING, Line, Paper, Step
from tongxin.registers.standing import Clock
from tongxin.web.console import compliance
from tongxin.web.console import registers as pages
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.register_forms import drawn, given_in, now_local, shown, told_problems, words_in
from tongxin.web.console.registers import line_of, may_keep, number_zh
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show
from tongxin.web.words import due_zh, late_zh, moment_zh, span_zh

OUTCOMES = {"agreed": "同意", "returned": "退回"}
PURPOSE, PART = "registers", "registers"


@door("office.keep_registers|check_registers")
def line_page(request: Request, line_id: UUID) -> HttpResponse:
    """Everything about a line that somebody needs to decide what comes next."""
    return _page(request, line_of(request, line_id))


def _page(request: Request, now: Opened, *, status: int = 200, **more: Any) -> HttpResponse:
    done = [step for step in now.steps if step.kind != Step.RUNG]
    names = open_names(
        request, purpose=PURPOSE, route="registers.line", part=PART,
        people=[row.person_id for row in (*now.versions, *done)], more=[row.words for row in (*now.versions, *done)],
    )
    words = [words_in(each) for each in names.more]
    said = dict(zip((row.id for row in (*now.versions, *done)), words, strict=True))
    newest, standing, topic = now.standing.newest, now.standing, now.rules.topics.get(now.line.topic)
    titles = post_titles(row.post_id for row in (*now.versions, *done))
    return show(request, "console/registers/line.html", {
        "line": now.line, "rules": now.rules, "number": number_zh(now.line, now.rules),
        "topic": topic.zh if topic else "",
        "state": dict(Line.STATES)[standing.state], "lines": shown(now.rules.fields, newest.clear, said[newest.id]),
        "by": _who(names, titles, newest), "newest": newest,
        "clocks": [_clock(each, request.at) for each in standing.clocks],
        "differences": _differences(request, now), "link_zh": _link(now),
        "history": [_version(now, each, names, titles, said[each.id]) for each in reversed(now.versions[:-1])],
        "steps": [_step(now, each, names, titles, said[each.id]) for each in reversed(done)],
        "lacks_impact": _lacks_impact(request, now), "turn": registers.turn_of(now, at=request.at),
        **_next(request, now), **more,
    }, status=status)


def _lacks_impact(request: Request, now: Opened) -> bool:
    """Whether whoever wrote a line has to write something else before anybody can agree to it."""
    return now.standing.state in (Line.WAITING, Line.RETURNED) and registers.lacks_impact(now, at=request.at)


def _next(request: Request, now: Opened) -> dict[str, Any]:
    """What this viewer may do about the line now."""
    standing, is_keeper = now.standing, may_keep(request)
    may_check = may_do_any(request, registers.CHECK)
    state, judges = standing.state, may_check and registers.may_judge(now, request.viewer)
    waits = standing.awaits_review and not now.rules.stages and state != Line.ENDED
    proof = standing.certificate if state == Line.CERTIFIED else None
    is_open = state == Line.OPEN
    stages = {each.id: each for each in now.rules.stages}
    asked = [each for each in standing.clocks if each.stage in stages and (each.is_open or stages[each.stage].is_many)]
    return {
        "may_revise": is_keeper and state not in (Line.ENDED, Line.CLOSED), "may_judge": judges,
        "review_of": str(proof.id) if proof else str(standing.newest.number) if waits else "",
        "may_end": is_keeper and state in (Line.WAITING, Line.RETURNED, Line.IN_FORCE) and not now.rules.stages,
        "stages": [_stage(now, each, request) for each in asked] if is_open and is_keeper else [],
        "may_close": is_open and judges, "closing": drawn(now.rules.closing, {}, before="close-"),
        "certificate": drawn(now.rules.certificate, {}) if state == Line.EXPIRED and is_keeper else [],
        "needs_other": bool(is_open or proof or waits) and not registers.may_judge(now, request.viewer),
    }


def _clock(clock: Clock, at: datetime) -> dict[str, Any]:
    done = clock.step
    return {
        "zh": clock.zh, "is_open": clock.is_open, "late": late_zh(clock.due_at, at=at) if clock.is_open else "",
        "due": due_zh(clock.due_at, at=at), "due_at": clock.due_at, "is_skipped": clock.is_skipped,
        "done_at": moment_zh(done.happened_at) if done else "",
        "was_late": span_zh(done.happened_at - clock.due_at) if done and clock.was_late else "",
    }


def _stage(now: Opened, clock: Clock, request: Request) -> dict[str, Any]:
    stage = next(each for each in now.rules.stages if each.id == clock.stage)
    zh, text = incidents.wording(now, stage.id)
    return {
        "id": stage.id, "zh": stage.zh, "clock": _clock(clock, request.at),
        "may_skip": incidents.may_skip(now, stage) and clock.is_open,
        "wording_zh": zh, "wording": text, "now": now_local(request.at),
        "rows": drawn(now.rules.told, {}, before=f"{stage.id}-"),
    }


def _differences(request: Request, now: Opened) -> list[str]:
    if now.line.register != PROCESSING or now.standing.state == Line.ENDED:
        return []
    known = register_known.known_of(now.line.topic, county_id=now.line.county_id, at=request.at)
    return register_known.differences(now.rules.fields, now.standing.newest, known)


def _link(now: Opened) -> str:
    kind = str(now.standing.newest.clear.get("link", "")).partition(".")[0]
    return now.rules.links.get(kind, "")


def _who(names: Names, titles: dict[UUID, str], row: Any) -> str:
    return f"{titles.get(row.post_id, '')}　{names.person(row.person_id)}".strip()


def _version(now: Opened, row: Any, names: Names, titles: dict[UUID, str], words: dict[str, str]) -> dict[str, Any]:
    return {"row": row, "by": _who(names, titles, row), "lines": shown(now.rules.fields, row.clear, words)}


def _step(now: Opened, row: Step, names: Names, titles: dict[UUID, str], words: dict[str, str]) -> dict[str, Any]:
    stages = {each.id: each.zh for each in now.rules.stages}
    fields = {Step.TOLD: now.rules.told, Step.CLOSED: now.rules.closing, Step.CERTIFIED: now.rules.certificate}
    lines = shown(fields.get(row.kind, ()), row.clear, words)
    if "words" in words:
        lines.append({"zh": _("说明"), "said": words["words"]})
    outcome = OUTCOMES.get(row.outcome, "") if row.kind == Step.REVIEWED else ""
    return {
        "row": row, "zh": " · ".join(filter(None, (row.get_kind_display(), stages.get(row.stage, ""), outcome))),
        "by": _who(names, titles, row), "lines": lines, "paper": Paper.objects.filter(step=row).first(),
    }


def _acted(request: Request, line_id: UUID, act: Callable[[], object], done: str, *, before: str = "") -> HttpResponse:
    """The outcome of one act: done, refused in words on the line's own page, or no such page."""
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        problems = told_problems(refused.problems, before=before)
        return _page(request, line_of(request, line_id), status=422, problems=problems)
    messages.success(request, done)
    return HttpResponseRedirect(f"/registers/lines/{line_id}/")


@door("office.check_registers", methods=("POST",))
def review(request: Request, line_id: UUID) -> HttpResponse:
    """Another person's word."""
    return _acted(request, line_id, lambda: registers.review(
        line_id=line_id, outcome=request.POST.get("outcome", ""), words=request.POST.get("words", "")[:2000],
        of=request.POST.get("of", ""), actor=request.viewer, at=request.at,
    ), _("核对已保存，登记的人收到了消息。"))


@door("office.keep_registers", methods=("POST",))
def end(request: Request, line_id: UUID) -> HttpResponse:
    """From now on not done any more."""
    return _acted(request, line_id, lambda: registers.end(
        line_id=line_id, words=request.POST.get("words", "")[:2000], actor=request.viewer, at=request.at
    ), _("已结束，登记还留着。"))


@door("office.keep_registers", methods=("POST",))
def stage(request: Request, line_id: UUID, stage: str) -> HttpResponse:
    """Somebody was told, or something was mended."""
    return _acted(request, line_id, lambda: incidents.tell_stage(
        line_id=line_id, stage=stage, given=given_in(request), actor=request.viewer, at=request.at
    ), _("已记下。"), before=f"{stage}-")


@door("office.keep_registers", methods=("POST",))
def skip(request: Request, line_id: UUID, stage: str) -> HttpResponse:
    """Why it need not be done."""
    return _acted(request, line_id, lambda: incidents.skip_stage(
        line_id=line_id, stage=stage, words=request.POST.get("words", "")[:2000], actor=request.viewer, at=request.at
    ), _("理由已记下，结案的人会核对。"))


@door("office.check_registers", methods=("POST",))
def close(request: Request, line_id: UUID) -> HttpResponse:
    """Another person's conclusion."""
    return _acted(request, line_id, lambda: incidents.close(
        line_id=line_id, given=given_in(request), actor=request.viewer, at=request.at
    ), _("已结案。"), before="close-")


@door("office.keep_registers", methods=("POST",))
def certify(request: Request, line_id: UUID) -> HttpResponse:
    """The proof that an agreement was wound up."""
    sent = request.FILES.get("file")
    file = (sent.name or "", sent.read()) if sent else None
    return _acted(request, line_id, lambda: agreements.certify(
        line_id=line_id, given=given_in(request), file=file, actor=request.viewer, at=request.at
    ), _("证明已保存，请另一位同事核对。"))


@door("office.keep_registers|check_registers")
def paper(request: Request, paper_id: UUID) -> HttpResponse:
    """A scan as it was uploaded."""
    try:
        row, sealed = agreements.paper_for(paper_id=paper_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    (content,) = vault.open_bytes(
        [sealed], viewer=request.viewer, purpose=PURPOSE, part=PART, route="registers.paper", at=request.at
    )
    ending = row.media_type.partition("/")[2]
    return HttpResponse(content, content_type=row.media_type, headers={
        "Content-Disposition": f'attachment; filename="certificate-{row.sha256[:8]}.{ending}"',
        "Cache-Control": "no-store",
    })


LINE = "registers/lines/<uuid:line_id>/"
urlpatterns: list[URLPattern] = [
    path("registers/", pages.overview),
    path("registers/report/<int:year>/", compliance.report),
    path("registers/report/<int:year>/archive/", compliance.archive),
    path("registers/incident/report/", pages.report_incident),
    path(LINE, line_page),
    path(f"{LINE}revise/", pages.revise),
    path(f"{LINE}review/", review),
    path(f"{LINE}end/", end),
    path(f"{LINE}stages/<slug:stage>/", stage),
    path(f"{LINE}stages/<slug:stage>/skip/", skip),
    path(f"{LINE}close/", close),
    path(f"{LINE}certificate/", certify),
    path("registers/papers/<uuid:paper_id>/", paper),
    path("registers/<slug:register>/", pages.register_list),
    path("registers/<slug:register>/new/", pages.new_line),
]
