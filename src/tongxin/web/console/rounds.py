"""Screening rounds: the list, a new one, and one round as it stands."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Organisation
from tongxin.core.pathway import CHINA
from tongxin.flows import screening
from tongxin.lib.numbers import day_in
from tongxin.rulebook import rules
from tongxin.screening import offers, selectors
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Participant, Round
from tongxin.web.console.names import open_names
from tongxin.web.console.rounds_ready import ready_for
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 60
STATES = dict(Round.STATES)
MARKS = {Round.PLANNED: "clock", Round.RUNNING: "forward", Round.CLOSED: "check", Round.DROPPED: "cross"}
INSTITUTIONS = frozenset({"child_welfare", "protection_center", "relief_station", "institution", "children_home"})
SCHOOL = "school"


def round_for(request: Request, round_id: UUID, action: str) -> Round:
    """The round, if the viewer may do this with it; else there is no such page."""
    found = selectors.round_for(round_id=round_id, viewer=request.viewer, action=action, at=request.at)
    if found is None:
        raise Http404
    return found


def back(round: Round, anchor: str = "") -> HttpResponseRedirect:
    """To the round's own page, after something was done."""
    return HttpResponseRedirect(f"/rounds/{round.id}/{'#' + anchor if anchor else ''}")


def refused(request: Request, round: Round, error: NotTaken, anchor: str = "") -> HttpResponse:
    """Said on top of the round's page; nothing was changed."""
    messages.error(request, error.zh)
    return back(round, anchor)


@door("office.see_screening")
def round_list(request: Request) -> HttpResponse:
    """The rounds that the viewer has a part in, the newest first."""
    found = selectors.rounds_for(viewer=request.viewer, action=selectors.SEE, at=request.at)
    rows = list(found.exclude(state=Round.DROPPED).order_by("-id")[:SHOWN])
    return show(request, "rounds/list.html", {
        "rows": [_line(each, request) for each in rows],
        "may_plan": access.may_do(viewer=request.viewer, action=selectors.PLAN, at=request.at),
    })


def _line(round: Round, request: Request) -> dict[str, Any]:
    counts = totals(round)
    return {
        "round": round, "where": where_zh(round), "state": STATES[round.state], "icon": MARKS[round.state],
        "what": name_of(round, request), "answered": counts.get(Participant.ANSWERED, 0),
        "asked": sum(counts.values()) - counts.get(Participant.EXCLUDED, 0),
    }


def totals(round: Round) -> dict[str, int]:
    """How many children of a round stand where."""
    found: dict[str, int] = {}
    for states in selectors.completion(round).values():
        for state, many in states.items():
            found[state] = found.get(state, 0) + many
    return found


def where_zh(round: Round) -> str:
    """The body or place that a round is of."""
    return round.organisation.name if round.organisation else round.division.name


def name_of(round: Round, request: Request) -> str:
    """The questionnaire's name, in the version that the round has."""
    return str(rules.content_of(round.instrument_hash)["zh"])


@door("office.plan_screening", methods=("GET", "POST"))
def new_round(request: Request) -> HttpResponse:
    """Who, with which questionnaire, from when to when; the list of children comes next."""
    if request.method == "POST":
        try:
            round = screening.plan_round(plan=_plan(request), actor=request.viewer, at=request.at)
        except NotTaken as error:
            return _new(request, error.zh, 422)
        messages.success(request, _("批次已经建好。接下来导入名单。"))
        return back(round)
    return _new(request)


def _new(request: Request, problem: str = "", status: int = 200) -> HttpResponse:
    region = _region(request)
    today = request.at.astimezone(CHINA).date()
    sent: dict[str, Any] = {"opens": today + timedelta(days=7), "closes": today + timedelta(days=11)}
    if request.method == "POST":
        sent = {name: request.POST.get(name, "") for name in ("where", "instrument", "opens", "closes")}
    return show(request, "rounds/new.html", {
        "places": [{"code": code, "zh": zh} for code, zh in _places(request).items()],
        "offers": [
            {
                "id": each.instrument.id, "zh": each.instrument.zh, "ages": each.ages_zh, "tier": each.tier_zh,
                "cut": each.cut.zh, "cut_source": each.cut.source, "warnings": each.warnings,
                "licence": each.instrument.licence,
            }
            for each in offers.offers(region=region, at=request.at)
        ],
        "sent": sent, "problem": problem, "today": today,
    }, status=status)


def _region(request: Request) -> str:
    seat = request.viewer.seat
    place = Division.objects.filter(id=seat.division_id).first() if seat else None
    return rules.region_of(place.county_id) if place else ""


def _places(request: Request) -> dict[str, str]:
    """The schools, institutions and places that a round of the viewer may be of."""
    overseen = [
        seat for seat in request.viewer.seats
        if rules.access_rules(at=request.at).may_do(role=seat.role, action=selectors.OVERSEE)
    ]
    bodies = Organisation.objects.filter(id__in=request.viewer.organisation_ids, kind=SCHOOL)
    places = Division.objects.none()
    for seat in overseen:
        inside = {f"{seat.division_level}_id": seat.division_id}
        bodies |= Organisation.objects.filter(
            kind__in=[SCHOOL, *INSTITUTIONS], **{f"division__{name}": value for name, value in inside.items()}
        )
        places |= Division.objects.filter(level__in=("county", "town"), valid_to__isnull=True, **inside)
    found = {f"body-{each.id}": each.name for each in bodies.order_by("id")}
    return found | {f"place-{each.id}": f"{each.name}（已建档的儿童）" for each in places.order_by("code")}


def _plan(request: Request) -> screening.Plan:
    where = request.POST.get("where", "")
    if where not in _places(request):
        raise NotTaken(_("请选择筛查的学校、机构或地方。没有保存。"))
    if offers.offered(request.POST.get("instrument", ""), region=_region(request), at=request.at) is None:
        raise NotTaken(_("请选择一份量表。没有保存。"))
    kind, _sep, number = where.partition("-")
    body = Organisation.objects.select_related("division").get(id=number) if kind == "body" else None
    division = body.division if body else Division.objects.get(id=number)
    opens, closes = day_of(request, "opens"), day_of(request, "closes")
    if opens is None or closes is None:
        raise NotTaken(_("请写明开始和截止的日期。没有保存。"))
    return screening.Plan(
        kind=Round.AREA if body is None else Round.SCHOOL if body.kind == SCHOOL else Round.INSTITUTION,
        division=division, organisation=body, instrument=request.POST["instrument"],
        opens_at=max(begin_of(opens), request.at), closes_at=end_of(closes),
    )


def day_of(request: Request, name: str) -> date | None:
    """A day that somebody sent; nothing when it is none."""
    return day_in(request.POST.get(name, ""))


def begin_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(0), CHINA)


def end_of(day: date) -> datetime:
    """The last minute of a day."""
    return datetime.combine(day, time(23, 59), CHINA)


@door("office.see_screening")
def one_round(request: Request, round_id: UUID) -> HttpResponse:
    """One round: what is still lacking before it starts, or who has answered; never a score."""
    round = round_for(request, round_id, selectors.SEE)
    may = {
        name: selectors.round_for(round_id=round.id, viewer=request.viewer, action=action, at=request.at) is not None
        for name, action in (("plan", selectors.PLAN), ("read", selectors.READ), ("oversee", selectors.OVERSEE))
    }
    shifts = list(round.shifts.select_related("post").order_by("from_at", "id"))
    people = [each.person_id for each in shifts] + [round.exception_by_id, round.planned_by_id]
    names = open_names(
        request, people=people, more=[round.exception], purpose="screening", route="round", part="staff"
    )
    classes = selectors.class_names(round, viewer=request.viewer, at=request.at)
    template = "rounds/planned.html" if round.state == Round.PLANNED else "rounds/running.html"
    return show(request, template, {
        "round": round, "where": where_zh(round), "what": name_of(round, request), "state": STATES[round.state],
        "may": may, "planned_by": names.person(round.planned_by_id), "exception": names.more[0],
        "exception_by": names.person(round.exception_by_id),
        "shifts": [
            {"shift": each, "name": names.person(each.person_id), "hours": f"{each.minutes / 60:g}"} for each in shifts
        ],
        "classes": _classes(round, classes), "counts": _counts(round), "total": sum(totals(round).values()),
        **ready_for(request, round, may_plan=may["plan"]),
    })


def _counts(round: Round) -> list[dict[str, Any]]:
    found = totals(round)
    return [{"zh": zh, "many": found[code]} for code, zh in Participant.STATES if found.get(code)]


def _classes(round: Round, classes: list[tuple[Any, str]]) -> list[dict[str, Any]]:
    found = selectors.completion(round)
    rows = [(school_class.id, name) for school_class, name in classes]
    if None in found:
        rows.append((None, _("没有写班级")))
    return [_class_line(name, found.get(key, {}), key) for key, name in rows]


def _class_line(name: str, states: dict[str, int], key: UUID | None) -> dict[str, Any]:
    outside = (Participant.EXCLUDED, Participant.NOT_CONSENTED)
    asked = sum(many for state, many in states.items() if state not in outside)
    answered = states.get(Participant.ANSWERED, 0)
    others = [(zh, states[code]) for code, zh in Participant.STATES if states.get(code) and code != "answered"]
    return {
        "id": key, "zh": name, "asked": asked, "answered": answered, "others": others,
        "width": round_down(100 * answered, asked), "is_done": asked == answered,
    }


def round_down(part: int, whole: int) -> int:
    """A share as a whole number, nothing of nothing."""
    return part // whole if whole else 0
