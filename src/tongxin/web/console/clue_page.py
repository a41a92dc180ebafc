"""One clue: what was said, whose it is and until when, what was done, and the next step."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.clues.models import (
    ASSIGNED,
    CALLED_BACK,
    CLOSED,
    HANDLED,
    RECEIVED,
    RESPONDED,
    STATES_ZH,
    Clue,
    Picture,
    Step,
)
from tongxin.clues.rules import ClueRules
from tongxin.flows import clue_endings, clue_filing, clue_matching, clue_raising, clue_staff, clues, hearing
from tongxin.flows.clue_owners import LEVEL, place_of, rules_for
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.ids import id_in
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.register_forms import drawn, given_in, now_local, shown, told_problems, words_in
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

PURPOSE, ROUTE, PART = "clue", "clues", "clues"
LONGEST_SEARCH, LONGEST_NOTE = 60, 2000
VERBS = {RESPONDED: "记下答复", HANDLED: "办好了", CALLED_BACK: "记下回访", CLOSED: "了结"}
ASKED = {RESPONDED: "答复报告的人", HANDLED: "办好", CALLED_BACK: "回访", CLOSED: "了结"}


def number_zh(clue: Clue, found: ClueRules) -> str:
    """线索 2025-3."""
    return f"{found.code} {clue.year}-{clue.number}"


def _clue(request: Request, clue_id: UUID) -> Clue:
    try:
        return clues.clue_for(clue_id=clue_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None


@door("office.take_clues|handle_clues")
def clue_page(request: Request, clue_id: UUID) -> HttpResponse:
    """Everything about a clue that somebody needs to decide what comes next."""
    clue = _clue(request, clue_id)
    named = id_in(request.GET.get("child", ""))
    if named is None or clue.child_id is not None or not clues.may_work(clue, viewer=request.viewer, at=request.at):
        return _page(request, clue)
    return _page(request, clue, has_looked=True, like=_just_opened(request, named))


def _just_opened(request: Request, child_id: UUID) -> list[dict[str, Any]]:
    """The child whose file was opened from this clue, to be chosen once the danger has a name."""
    rows = Child.objects.filter(id=child_id)
    child = access.visible(rows, viewer=request.viewer, part="roster", at=request.at).first()
    if child is None:
        return []
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, children=[child])
    return [_candidate(request, child, names.children[child.id])]


def _candidate(request: Request, child: Child, name: str) -> dict[str, Any]:
    return {
        "id": child.id, "name": name, "sex": child.get_sex_display(), "file_no": child.file_no,
        "age": words.age_zh(child.birth_month, on=request.at.date()),
    }


def _page(request: Request, clue: Clue, *, status: int = 200, **more: Any) -> HttpResponse:
    found = rules_for(clue, at=request.at)
    steps = list(clue.steps.order_by("-at", "-id"))
    people = [clue.person_id, *(row.person_id for row in steps)]
    child = _child(request, clue)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, people=people, children=[child] if child else [],
        more=[clue.words, *(row.words for row in steps)],
    )
    said = words_in(names.more[0])
    titles = post_titles([clue.post_id, clue.owner_post_id, clue.answers_post_id,
                          *(post for row in steps for post in (row.post_id, row.to_post_id))])
    works = clues.may_work(clue, viewer=request.viewer, at=request.at)
    asked = [each for each in found.fields if each.id not in found.reporter]
    done = [
        _step(found, row, words_in(text), names, titles) for row, text in zip(steps, names.more[1:], strict=True)
    ]
    return show(request, "console/clues/clue.html", {
        "clue": clue, "rules": found, "number": number_zh(clue, found), "state": STATES_ZH[clue.state],
        "danger": found.dangers[clue.danger], "why": clue.clear.get("why", ()),
        "heard": _heard(clue, found, request), "is_danger": clues.is_danger(clue, found),
        "flag_stays": found.dangers[clue.danger].is_crisis, **_in_file(request, clue, child),
        "channel": found.channels[clue.channel].zh, "place": place_of(clue).name,
        "lines": shown(asked, clue.clear, said), "child": child, "name": names.children.get(child.id) if child else "",
        "owner": titles.get(clue.owner_post_id, "") if clue.owner_post_id else "",
        "given_to": titles.get(clue.answers_post_id, "") if clue.answers_post_id else "",
        "by": f"{titles.get(clue.post_id, '') if clue.post_id else ''}　{names.person(clue.person_id)}".strip()
        if clue.person_id else "", "steps": done, "works": works,
        "late": words.late_zh(clue.due_at, at=request.at) if clue.due_at else "",
        "due": words.due_zh(clue.due_at, at=request.at) if clue.due_at else "",
        "pictures": [each.id for each in clue.pictures.order_by("id")],
        "has_reporter": clue.reporter is not None, "may_see_reporter": _may_see_reporter(request, clue),
        "waits_above": clue_staff.waits_above(clue, viewer=request.viewer),
        "text": said.get("child_name", ""), **(_next(request, clue, found) if works else {}), **more,
    }, status=status)


def _child(request: Request, clue: Clue) -> Child | None:
    if clue.child_id is None:
        return None
    rows = Child.objects.filter(id=clue.child_id)
    return access.visible(rows, viewer=request.viewer, part="roster", at=request.at).first()


def _in_file(request: Request, clue: Clue, child: Child | None) -> dict[str, Any]:
    """A danger raised after the clue was matched: that it waits in the file, and the forms that answer it there."""
    if clue.child_id is None or clue.state == CLOSED or not clue_endings.waits_in_file(clue):
        return {}
    may = [
        form for form in ("crisis_report", "flag_answer") if child is not None
        and access.may(viewer=request.viewer, child_id=child.id, part="", action=f"record.{form}", at=request.at)
    ]
    return {"waits_in_file": True, "may_in_file": may}


def _heard(clue: Clue, found: ClueRules, request: Request) -> list[str]:
    """Of what the words may speak, until somebody raised or answered it."""
    if clue.state not in (RECEIVED, ASSIGNED) or found.dangers[clue.danger].is_crisis:
        return []
    region = rules.region_of(clue.county_id)
    return hearing.kinds_zh(clue.clear.get(clues.HEARD_KINDS, ()), region=region, at=request.at)


def _may_see_reporter(request: Request, clue: Clue) -> bool:
    return clue_staff.may_see_reporter(clue, viewer=request.viewer, at=request.at)


def _next(request: Request, clue: Clue, found: ClueRules) -> dict[str, Any]:
    """What this viewer may do about it now."""
    follows = clues.NEXT[clue.state]
    kind = next((each for each in follows if each != ASSIGNED), "")
    given = {"happened_at": [now_local(request.at)]}
    worse = [each for each in found.dangers.values() if each.rank < found.dangers[clue.danger].rank]
    return {
        "kind": kind, "verb": VERBS.get(kind, ""), "asked": ASKED.get(kind, ""),
        "rows": drawn(found.steps[kind], given, before="step-") if kind else [],
        "posts": clues.posts_for(clue, found) if ASSIGNED in follows else [],
        "worse": worse if clue.state != CLOSED else [],
        "raise_signs": [each for each in found.fields if each.id in found.signs]
        if clue.child_id and any(each.is_crisis for each in worse) else [],
        "levels": clue_staff.higher(clue) if clue.state != CLOSED else {},
        "may_file": clue_filing.may_file(clue, viewer=request.viewer, at=request.at),
        "may_match": clue.child_id is None and clue.state != CLOSED,
        "signs": [each for each in found.fields if each.id in found.signs]
        if clue_matching.asks_which(clue, found) else [],
    }


def _step(
    found: ClueRules, row: Step, said: dict[str, str], names: Names, titles: dict[UUID, str]
) -> dict[str, Any]:
    lines = shown(found.steps.get(row.kind, ()), {k: v for k, v in row.clear.items() if k != "happened_at"}, said)
    if row.kind == Step.LIFTED:
        level = clue_staff.PLACES[row.clear[LEVEL]]
        lines = [{"zh": _("涉及"), "said": level}, {"zh": _("因为"), "said": said.get("note", "")}]
    if row.kind == Step.RAISED:
        danger = found.dangers[row.clear["danger"]].zh
        lines = [{"zh": _("改为"), "said": danger}, {"zh": _("因为"), "said": said.get("note", "")}]
    who = f"{titles.get(row.post_id, '') if row.post_id else ''}　{names.person(row.person_id)}".strip()
    return {
        "zh": row.get_kind_display(), "at": row.happened_at, "by": who, "lines": lines,
        "to": titles.get(row.to_post_id, "") if row.to_post_id else "",
    }


def _acted(request: Request, clue_id: UUID, act: Callable[[], object], done: str, *, before: str = "") -> HttpResponse:
    """The outcome of one act: done, refused in words on the clue's own page, or no such page."""
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        clue = _clue(request, clue_id)
        return _page(request, clue, status=422, problems=told_problems(refused.problems, before=before))
    messages.success(request, done)
    return HttpResponseRedirect(f"/clues/{clue_id}/")


@door("office.take_clues|handle_clues", methods=("POST",))
def step(request: Request, clue_id: UUID, kind: str) -> HttpResponse:
    """Answered, handled, called back, closed."""
    if kind not in VERBS:
        raise Http404
    clue = _clue(request, clue_id)
    given = given_in(request)
    try:
        clues.step(
            clue_id=clue_id, kind=kind, given=given, state=request.POST.get("state", ""), actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        rows = drawn(rules_for(clue, at=request.at).steps[kind], given, refused.problems, before="step-")
        now = _clue(request, clue_id)
        same = {"rows": rows} if kind in clues.NEXT[now.state] else {}
        problems = told_problems(refused.problems, before="step-")
        return _page(request, now, status=422, problems=problems, **same)
    messages.success(request, _("已记下。"))
    return HttpResponseRedirect(f"/clues/{clue_id}/")


@door("office.take_clues|handle_clues", methods=("POST",))
def assign(request: Request, clue_id: UUID) -> HttpResponse:
    """Given to another post."""
    return _acted(request, clue_id, lambda: clues.assign(
        clue_id=clue_id, post_id=id_in(request.POST.get("post", "")), actor=request.viewer, at=request.at,
        note=request.POST.get("note", "").strip()[:LONGEST_NOTE], state=request.POST.get("state", ""),
    ), _("已指派，那个岗位收到了消息。"))


@door("office.take_clues|handle_clues", methods=("POST",))
def raise_danger(request: Request, clue_id: UUID) -> HttpResponse:
    """More dangerous than it seemed."""
    return _acted(request, clue_id, lambda: clue_raising.raise_danger(
        clue_id=clue_id, danger=request.POST.get("danger", ""), actor=request.viewer, at=request.at,
        words=request.POST.get("words", "")[:LONGEST_NOTE], sign=request.POST.get("sign", ""),
    ), _("已调高，期限已缩短。"))


@door("office.take_clues|handle_clues", methods=("POST",))
def about_staff(request: Request, clue_id: UUID) -> HttpResponse:
    """It is about somebody who works here: whoever lifts it may be the one who sees it no more."""
    done = _acted(request, clue_id, lambda: clue_staff.lift(
        clue_id=clue_id, level=request.POST.get("level", ""), words=request.POST.get("words", "")[:LONGEST_NOTE],
        actor=request.viewer, at=request.at,
    ), _("已交给上一级，被说到的那一级看不到了。"))
    is_left = done.status_code == 302 and not clues.reach(viewer=request.viewer, at=request.at).filter(id=clue_id)
    return HttpResponseRedirect("/clues/") if is_left else done


@door("office.take_clues|handle_clues", methods=("POST",))
def match(request: Request, clue_id: UUID) -> HttpResponse:
    """Looking for the child on file, and the answer: this one, or none of them."""
    decision = request.POST.get("decision", "")
    clue = _clue(request, clue_id)
    if decision == "none":
        return _acted(request, clue_id, lambda: clue_matching.put_by(
            clue_id=clue_id, actor=request.viewer, at=request.at
        ), _("已记下：核对过，没有这个孩子的档案。需要的，请建档。"))
    if decision == "same":
        return _acted(request, clue_id, lambda: clue_matching.match(
            clue_id=clue_id, child_id=id_for(request.POST.get("child", "")), sign=request.POST.get("sign", ""),
            actor=request.viewer, at=request.at,
        ), _("已记到孩子的档案里。"))
    if not clues.may_work(clue, viewer=request.viewer, at=request.at):
        raise Http404
    text = request.POST.get("text", "").strip()[:LONGEST_SEARCH]
    return _page(request, clue, text=text, has_looked=True, like=[
        _candidate(request, each.child, each.name or "")
        for each in clue_matching.like(text, viewer=request.viewer, at=request.at)
    ])


@door("office.see_reporters", methods=("POST",))
def reporter(request: Request, clue_id: UUID) -> HttpResponse:
    """Who told it, opened once and on record."""
    clue = _clue(request, clue_id)
    if not _may_see_reporter(request, clue):
        raise Http404
    found = rules_for(clue, at=request.at)
    (text,) = vault.open(
        [clue.reporter], viewer=request.viewer, purpose="reporter", part=PART, route=ROUTE, at=request.at
    )
    said = dict(json.loads(text or "{}"))
    fields = [each for each in found.fields if each.id in found.reporter]
    return _page(request, clue, reporter_lines=shown(fields, {}, said), has_opened=True)


@door("office.take_clues|handle_clues")
def picture(request: Request, clue_id: UUID, picture_id: UUID) -> HttpResponse:
    """A file that came with it, as it was kept."""
    row = Picture.objects.filter(id=picture_id, clue_id=_clue(request, clue_id).id).first()
    if row is None:
        raise Http404
    (content,) = vault.open_bytes(
        [row.content], viewer=request.viewer, purpose=PURPOSE, part=PART, route=ROUTE, at=request.at
    )
    ending = row.media_type.partition("/")[2]
    return HttpResponse(content, content_type=row.media_type, headers={
        "Content-Disposition": f'attachment; filename="clue-{row.sha256[:8]}.{ending}"', "Cache-Control": "no-store",
    })
