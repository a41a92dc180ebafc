"""A paper sheet typed in: one box a question, digits move on, a blank stays a blank; twice if somebody wants it."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.core.instruments import Instrument
from tongxin.core.pathway import CHINA
from tongxin.flows import screening
from tongxin.lib.numbers import day_in
from tongxin.screening import questions
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Round, Sitting
from tongxin.web.answer.links import group_of, pupil_in
from tongxin.web.answer.pupils import Pupil, names_of, pupils_of, round_at_work
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

ROUTE, SALT, TWICE = "screening_paper", "first pass", "typed_twice"
ALARMED = "%(place)s号已保存。这份答卷里有需要马上关心的回答：已建档并通知值班的人，请现在就去看“今天”。"
SAVED = "%(place)s号已保存。"
DIFFERENT = "两遍不一样：第一遍 %(first)s，这一遍 %(second)s。请对照原卷，留下对的。"
BLANK = "空"


@door("office.see_screening", methods=("GET", "POST"))
def entry(request: Request, round_id: UUID, participant_id: UUID) -> HttpResponse:
    """One child's paper sheet."""
    round = round_at_work(request, round_id, way=Sitting.PAPER)
    pupil = pupil_in(request, round, participant_id)
    instrument = questions.instrument_of(round)
    if request.method != "POST":
        return _page(request, round, pupil, instrument, {})
    if "twice" in request.POST or "once" in request.POST:
        _remember(request, round, is_twice="twice" in request.POST)
        return HttpResponseRedirect(request.path)
    return _take(request, round, pupil, instrument)


def _take(request: Request, round: Round, pupil: Pupil, instrument: Instrument) -> HttpResponse:
    given = {item.id: request.POST.get(f"item_{item.id}", "").strip()[:8] for item in instrument.items}
    day = request.POST.get("on", "")
    if problems := screening.problems_in(instrument, given):
        return _page(request, round, pupil, instrument, given, problems=problems, status=422)
    answered_at = _moment(day, round, request.at)
    if answered_at is None:
        zh = _("作答日期要在批次开始以后、今天或今天以前。没有保存。")
        return _page(request, round, pupil, instrument, given, problem=zh, status=422)
    if _is_twice(request, round) and "settled" not in request.POST:
        first = _first(request)
        if first is None:
            kept = signing.dumps(given, salt=SALT, compress=True)
            return _page(request, round, pupil, instrument, {}, first=kept)
        if differing := _differences(first, given):
            return _page(request, round, pupil, instrument, given, problems=differing, settled=True, status=422)
    try:
        sitting = screening.enter_sheet(
            participant_id=pupil.participant.id, answers=given, way=Sitting.PAPER, at=request.at,
            actor=request.viewer, answered_at=answered_at,
        )
    except NotTaken as refused:
        return _page(request, round, pupil, instrument, given, problem=refused.zh, status=422)
    said = messages.warning if sitting.told else messages.success
    said(request, _(ALARMED if sitting.told else SAVED) % {"place": pupil.place})
    return HttpResponseRedirect(_next(request, round, pupil))


def _page(
    request: Request, round: Round, pupil: Pupil, instrument: Instrument, given: Mapping[str, str], *,
    problems: Mapping[str, str] | None = None, problem: str = "", first: str = "", settled: bool = False,
    status: int = 200,
) -> HttpResponse:
    wrong = problems or {}
    names = names_of([pupil], viewer=request.viewer, at=request.at, route=ROUTE)
    common, focus = instrument.items[0].option_set, next(iter(wrong), instrument.items[0].id)
    return show(request, "answer/paper.html", {
        "round": round, "group": group_of(pupil), "place": pupil.place, "name": names[pupil.participant.id],
        "state": pupil.participant.get_state_display(), "problem": problem, "wrong": list(wrong.values()),
        "first": first or ("" if settled else request.POST.get("first", "") if wrong or problem else ""),
        "settled": settled or ("settled" in request.POST and bool(wrong or problem)),
        "is_second": bool(first), "is_twice": _is_twice(request, round),
        "may": screening.may_answer(pupil.participant, at=request.at), "instrument": instrument.zh,
        "legend": _legend(instrument, instrument.items[0].id),
        "on": request.POST.get("on") or request.at.astimezone(CHINA).date().isoformat(), "rows": [
            {
                "id": item.id, "number": item.number, "zh": item.text.get("zh", ""), "value": given.get(item.id, ""),
                "problem": wrong.get(item.id, ""), "is_first": item.id == focus,
                "longest": max(len(str(each.code)) for each in item.options),
                "legend": "" if item.option_set == common else _legend(instrument, item.id),
            }
            for item in instrument.items
        ],
    }, status=status)


def _legend(instrument: Instrument, item_id: str) -> str:
    options = instrument.item(item_id).options
    return "　".join(f"{each.code} {each.text.get('zh', '')}".strip() for each in options)


def _first(request: Request) -> dict[str, str] | None:
    try:
        found: dict[str, str] = signing.loads(request.POST.get("first", ""), salt=SALT)
    except signing.BadSignature:
        return None
    return found


def _differences(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    return {
        item: _(DIFFERENT) % {"first": first.get(item) or BLANK, "second": code or BLANK}
        for item, code in second.items() if first.get(item, "") != code
    }


def _moment(text: str, round: Round, at: datetime) -> datetime | None:
    """The moment of answering: noon of that day, or now for today."""
    day = day_in(text)
    today, begun = at.astimezone(CHINA).date(), round.opens_at.astimezone(CHINA).date()
    if day is None or not begun <= day <= today:
        return None
    return at if day == today else max(datetime.combine(day, time(12), CHINA), round.opens_at)


def _next(request: Request, round: Round, pupil: Pupil) -> str:
    """The next of the class whose sheet is still to come, else the class."""
    home = f"/rounds/{round.id}/"
    for each in pupils_of(round, group_of(pupil), viewer=request.viewer, at=request.at):
        if each.place > pupil.place and screening.may_answer(each.participant, at=request.at):
            return f"{home}paper/{each.participant.id}/"
    return f"{home}answering/?group={group_of(pupil)}"


def _is_twice(request: Request, round: Round) -> bool:
    return str(round.id) in request.session.get(TWICE, [])


def _remember(request: Request, round: Round, *, is_twice: bool) -> None:
    others: list[Any] = [each for each in request.session.get(TWICE, []) if each != str(round.id)]
    request.session[TWICE] = [*others, str(round.id)] if is_twice else others
