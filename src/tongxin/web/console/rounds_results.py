"""Results of a round, for clinicians: whom to see first, one child's sheet, the sample judged by two."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.core.instruments import REMARKS, Instrument
from tongxin.core.screening import Agreement
from tongxin.flows import screening
from tongxin.flows.screening_results import AGAIN, DECISIONS, JUDGEMENTS, OPEN_FILE, RATERS
from tongxin.people import matching
from tongxin.screening import identities, questions, selectors
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Participant, Rating, Round, Sitting
from tongxin.web import words
from tongxin.web.answer.asking import region_of, seen_within
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.rounds import name_of, round_for, where_zh
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

GROUPS = {
    "alarm": ("危险信号", "alert"), "above": ("达到界值", "heart"), "invalid": ("答卷不可信", "eye"),
    "near": ("接近界值", "clock"), "incomplete": ("没有答完", "list"),
}
MOST = 300


@door("office.read_screening")
def results(request: Request, round_id: UUID) -> HttpResponse:
    """The work list: danger first; who was decided on stands at the end."""
    round = round_for(request, round_id, selectors.READ)
    rows = selectors.work_list(round, viewer=request.viewer, at=request.at)[:MOST]
    drawn = list(
        selectors.participants_of(round, viewer=request.viewer, at=request.at).filter(sampled__isnull=False)
        .order_by("sampled").prefetch_related("ratings")
    )
    names = selectors.names_of([*rows, *drawn], viewer=request.viewer, at=request.at, route="round.results")
    classes = {each.id: name for each, name in selectors.class_names(round, viewer=request.viewer, at=request.at)}
    between, with_scale = screening.agreements(round)
    alarms = _alarms(round, request)
    return show(request, "rounds/results.html", {
        "round": round, "where": where_zh(round), "what": name_of(round, request),
        "rows": [_line(each, names[each.id], classes, alarms) for each in rows],
        "waiting": sum(1 for each in rows if not selectors.is_decided(each)),
        "answered": round.participants.filter(state=Participant.ANSWERED).count(),
        "drawn": [_drawn(request, each, names[each.id], classes) for each in drawn],
        "judgements": list(JUDGEMENTS.items()), "between": _told(between), "with_scale": _told(with_scale),
        "enough": questions.rule_of(round).agreement_at_least,
    })


def _alarms(round: Round, request: Request) -> dict[str, str]:
    within = seen_within(region=region_of(round), at=request.at)
    return {"crisis": _("危机，马上处置"), "safety_check": _("须在%(within)s当面核查") % {"within": within}}


def _line(each: Participant, name: str, classes: dict[UUID, str], alarms: dict[str, str]) -> dict[str, Any]:
    zh, icon = GROUPS["alarm" if each.alarm else each.outcome]
    verdicts = sorted(each.verdicts.all(), key=lambda verdict: verdict.id)
    return {
        "id": each.id, "name": name, "class": classes.get(each.school_class_id or UUID(int=0), ""), "zh": zh,
        "icon": icon, "alarm": alarms.get(each.alarm, ""), "is_decided": selectors.is_decided(each),
        "decision": DECISIONS[verdicts[-1].decision] if verdicts else "",
        "file_url": f"/children/{each.child_id}/" if each.alarm and each.child_id else "",
    }


def _drawn(request: Request, each: Participant, name: str, classes: dict[UUID, str]) -> dict[str, Any]:
    """Nobody sees the other's judgement before both are written; the sheet's own result isn't shown here at all."""
    ratings = sorted(each.ratings.all(), key=lambda rating: rating.id)
    own = next((rating for rating in ratings if rating.person_id == request.viewer.person_id), None)
    is_done = len(ratings) >= RATERS
    return {
        "id": each.id, "name": name, "class": classes.get(each.school_class_id or UUID(int=0), ""),
        "own": JUDGEMENTS[own.judgement] if own else "", "is_done": is_done, "many": len(ratings),
        "may_rate": own is None and not is_done, "both": _both(ratings) if is_done else "",
    }


def _both(ratings: list[Rating]) -> str:
    return "；".join(JUDGEMENTS[each.judgement] for each in ratings[:RATERS])


def _told(found: Agreement) -> dict[str, Any]:
    if found.kappa is None or found.low is None or found.high is None:
        return {"pairs": found.pairs, "agreed": found.agreed, "is_small": found.is_small, "kappa": ""}
    return {
        "pairs": found.pairs, "agreed": found.agreed, "is_small": found.is_small, "kappa": f"{found.kappa:.2f}",
        "low": f"{found.low:.2f}", "high": f"{found.high:.2f}",
    }


def _participant(request: Request, round: Round, participant_id: UUID) -> Participant:
    rows = selectors.participants_of(round, viewer=request.viewer, at=request.at)
    found = rows.filter(id=participant_id).exclude(outcome="", alarm="").first()
    if found is None:
        raise Http404
    return found


@door("office.read_screening")
def sheet(request: Request, round_id: UUID, participant_id: UUID) -> HttpResponse:
    """One child's sheet with what it comes to, and the decision about it."""
    round = round_for(request, round_id, selectors.READ)
    participant = _participant(request, round, participant_id)
    sitting = participant.sittings.select_related("participant__round").order_by("-id").first()
    if sitting is None:
        raise Http404
    (name,) = selectors.names_of([participant], viewer=request.viewer, at=request.at, route="round.sheet").values()
    instrument = questions.instrument_of(round)
    verdicts = list(participant.verdicts.order_by("id"))
    people = open_names(
        request, people=[each.person_id for each in verdicts], purpose="screening", route="round.sheet", part="staff"
    )
    titles = post_titles(each.post_id for each in verdicts)
    return show(request, "rounds/sheet.html", {
        "round": round, "where": where_zh(round), "what": instrument.zh, "participant": participant, "name": name,
        "age": words.age_zh(participant.birth_month, on=request.at.date()), "sitting": sitting,
        "way": dict(Sitting.WAYS)[sitting.way], "alarm": _alarms(round, request).get(participant.alarm, ""),
        "file_url": _file_url(request, participant.child_id), "maybe_url": _maybe(request, participant),
        "is_stored": _is_stored(participant),
        **_scored(request, round, sitting, instrument),
        "decisions": [(code, zh) for code, zh in DECISIONS.items() if _may(code, round, participant)],
        "verdicts": [
            {"zh": DECISIONS[each.decision], "name": people.person(each.person_id), "title": titles.get(each.post_id),
             "at": each.at}
            for each in verdicts
        ],
    })


def _may(decision: str, round: Round, participant: Participant) -> bool:
    if decision == AGAIN:
        return round.state == Round.RUNNING and not participant.alarm
    # A danger has opened the file already.
    return decision != OPEN_FILE or not participant.alarm


def _file_url(request: Request, child_id: UUID | None) -> str:
    """The child's file, for whom it is one anyway: whether there is one isn't told otherwise."""
    if child_id is None or not access.may(viewer=request.viewer, child_id=child_id, part="roster", at=request.at):
        return ""
    return f"/children/{child_id}/"


def _maybe(request: Request, participant: Participant) -> str:
    """A file of the same name and birth elsewhere, as long as there is none that is certain."""
    return "" if participant.child_id else _file_url(request, participant.maybe_child_id)


def _is_stored(participant: Participant) -> bool:
    """Whether the file of the same name and birth is only stored: that there may be one is all that is told."""
    maybe = participant.maybe_child_id
    return participant.child_id is None and maybe is not None and matching.is_stored(maybe)


def _scored(request: Request, round: Round, sitting: Sitting, instrument: Instrument) -> dict[str, Any]:
    """Scales with bands, what is doubtful about them, and the answers for whom the questionnaire lets read them."""
    (text,) = vault.open(
        [sitting.result], viewer=request.viewer, purpose="screening", at=request.at, part="psychological",
        route="round.sheet",
    )
    found: dict[str, Any] = json.loads(text) if text else {"totals": {}, "bands": {}, "failed": [], "remarks": []}
    bands = {
        (scale, each.code): each.zh for norm in instrument.norms for scale, rows in norm.bands.items() for each in rows
    }
    reads_items = bool(request.viewer.roles & set(instrument.roles.get("read_items", ())))
    return {
        "scales": [
            {"zh": scale.zh, "total": found["totals"].get(scale.id),
             "band": bands.get((scale.id, str(found["bands"].get(scale.id))), "")}
            for scale in instrument.scales
        ],
        "failed": [rule.zh for rule in instrument.validity if rule.id in found["failed"]],
        "remarks": [REMARKS[code] for code in found["remarks"] if code in REMARKS],
        "cut": questions.rule_of(round).cuts[round.instrument], "has_result": bool(text),
        "answers": _answers(request, sitting, instrument) if reads_items else [],
    }


def _answers(request: Request, sitting: Sitting, instrument: Instrument) -> list[dict[str, Any]]:
    given = identities.answers_of(sitting, viewer=request.viewer, at=request.at, route="round.sheet")
    rows = []
    for item in instrument.items:
        option = item.option(given[item.id]) if item.id in given else None
        rows.append({
            "number": item.number, "zh": item.text.get("zh", ""), "answer": option.text["zh"] if option else "",
            "is_critical": option is not None and any(each.met(option.score) for each in item.critical),
        })
    return rows


@door("office.read_screening", methods=("POST",))
def decide(request: Request, round_id: UUID, participant_id: UUID) -> HttpResponse:
    """A clinician's decision; a file is opened at once where one is asked for."""
    round = round_for(request, round_id, selectors.READ)
    participant = _participant(request, round, participant_id)
    try:
        screening.decide(
            participant_id=participant.id, decision=request.POST.get("decision", ""), actor=request.viewer,
            at=request.at,
        )
    except NotTaken as error:
        messages.error(request, error.zh)
        return HttpResponseRedirect(f"/rounds/{round.id}/results/{participant.id}/")
    messages.success(request, _("决定已记下。"))
    return HttpResponseRedirect(f"/rounds/{round.id}/results/")


@door("office.read_screening", methods=("POST",))
def draw(request: Request, round_id: UUID) -> HttpResponse:
    """Draw the sample, once."""
    round = round_for(request, round_id, selectors.READ)
    try:
        many = screening.draw_sample(round_id=round.id, actor=request.viewer, at=request.at)
    except NotTaken as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, _("抽出 %(many)s 名，请两位专业人员分别约谈、各自判断。") % {"many": many})
    return HttpResponseRedirect(f"/rounds/{round.id}/results/#sample")


@door("office.read_screening", methods=("POST",))
def rate(request: Request, round_id: UUID, participant_id: UUID) -> HttpResponse:
    """One interviewer's judgement."""
    round = round_for(request, round_id, selectors.READ)
    rows = selectors.participants_of(round, viewer=request.viewer, at=request.at)
    participant = rows.filter(id=participant_id, sampled__isnull=False).first()
    if participant is None:
        raise Http404
    try:
        screening.rate(
            participant_id=participant.id, judgement=request.POST.get("judgement", ""), actor=request.viewer,
            at=request.at,
        )
    except NotTaken as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, _("判断已记下，不能再改。"))
    return HttpResponseRedirect(f"/rounds/{round.id}/results/#sample")
