"""The children of a round by class: the guardians' answers, who is away, links taken back. No score stands here."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.flows import screening
from tongxin.flows.screening_running import BY_HAND, REASONS
from tongxin.screening import selectors
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Link, Participant, Round
from tongxin.web.console.rounds import name_of, round_for, where_zh
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

STATES, CONSENTS = dict(Participant.STATES), dict(Participant.CONSENTS)
EVERYBODY, NO_CLASS = "all", "none"
MOST = 400


@door("office.see_screening")
def children(request: Request, round_id: UUID) -> HttpResponse:
    """One class after another, by name, for those who work with these children."""
    round = _round(request, round_id)
    return _page(request, round)


def _round(request: Request, round_id: UUID) -> Round:
    round = round_for(request, round_id, selectors.SEE)
    if not selectors.knows_names(round, viewer=request.viewer, at=request.at):
        raise Http404
    return round


def _page(request: Request, round: Round, problem: str = "", status: int = 200) -> HttpResponse:
    classes = selectors.class_names(round, viewer=request.viewer, at=request.at)
    chosen = request.GET.get("class", "") or (str(classes[0][0].id) if classes else EVERYBODY)
    state = request.GET.get("state", "")
    rows = _shown(request, round, chosen, state)
    names = selectors.names_of(rows, viewer=request.viewer, at=request.at, route="round")
    waiting = set(
        Link.objects.filter(participant__in=rows, revoked_at__isnull=True).values_list("participant_id", flat=True)
    )
    may_plan = selectors.round_for(
        round_id=round.id, viewer=request.viewer, action=selectors.PLAN, at=request.at
    ) is not None
    return show(request, "rounds/children.html", {
        "round": round, "where": where_zh(round), "what": name_of(round, request), "problem": problem,
        "classes": [{"id": str(each.id), "zh": name, "is_chosen": chosen == str(each.id)} for each, name in classes],
        "chosen": chosen, "state": state, "states": [(code, zh) for code, zh in STATES.items()],
        "rows": [_row(each, names[each.id], each.id in waiting) for each in rows], "may_plan": may_plan,
        "is_planned": round.state == Round.PLANNED, "is_running": round.state == Round.RUNNING,
        "reasons": [(code, REASONS[code]) for code in BY_HAND], "today": request.at.date(),
    }, status=status)


def _shown(request: Request, round: Round, chosen: str, state: str) -> list[Participant]:
    rows = selectors.participants_of(round, viewer=request.viewer, at=request.at)
    if state in STATES:
        rows = rows.filter(state=state)
    elif chosen == NO_CLASS:
        rows = rows.filter(school_class__isnull=True)
    elif chosen != EVERYBODY:
        rows = rows.filter(school_class_id=id_for(chosen))
    return list(rows[:MOST])


def _row(each: Participant, name: str, has_link: bool) -> dict[str, Any]:
    return {
        "id": each.id, "number": each.number, "name": name or _("（没有姓名）"), "state": STATES[each.state],
        "consent": CONSENTS[each.consent], "is_given": each.consent == Participant.GIVEN,
        "reason": REASONS.get(each.reason, ""), "has_link": has_link,
        "is_answered": each.state == Participant.ANSWERED,
        "may_come_back": each.state in {Participant.ABSENT, Participant.REFUSED, Participant.EXCLUDED}
        and each.reason not in {"age", "age_unknown"},
    }


@door("office.plan_screening", methods=("POST",))
def change(request: Request, round_id: UUID) -> HttpResponse:
    """What is done with the chosen children: a guardian's answer, absent, not taking part, the link taken back."""
    round = round_for(request, round_id, selectors.PLAN)
    chosen = _chosen(request, round)
    what = request.POST.get("what", "")
    if not chosen:
        return _said(request, round, error=_("请先勾选儿童，再选要做的事。没有改动。"))
    try:
        many = _do(request, chosen, what)
    except NotTaken as error:
        return _said(request, round, error=error.zh)
    return _said(request, round, _("已登记 %(many)s 名。") % {"many": many})


def _do(request: Request, chosen: Sequence[UUID], what: str) -> int:
    if what.startswith("consent."):
        return screening.note_consent(
            participant_ids=chosen, consent=what.removeprefix("consent."), on=request.at.date(),
            actor=request.viewer, at=request.at,
        )
    if what == "revoke":
        return sum(screening.revoke(participant_id=each, at=request.at) for each in chosen)
    if what == "back":
        for each in chosen:
            screening.put_back(participant_id=each, actor=request.viewer, at=request.at)
        return len(chosen)
    state, _sep, reason = what.partition(".")
    return screening.put_down(
        participant_ids=chosen, state=state, reason=reason, actor=request.viewer, at=request.at
    )


def _chosen(request: Request, round: Round) -> list[UUID]:
    """Those of the chosen children who are of this round and on the viewer's list."""
    sent = []
    for text in request.POST.getlist("child"):
        sent.append(id_for(text))
    rows = selectors.participants_of(round, viewer=request.viewer, at=request.at)
    if request.POST.get("everybody") == "yes":
        return list(rows.values_list("id", flat=True))
    return list(rows.filter(id__in=sent).values_list("id", flat=True))


def _said(request: Request, round: Round, said: str = "", error: str = "") -> HttpResponse:
    if error:
        messages.error(request, error)
    else:
        messages.success(request, said)
    place = request.POST.get("class", "")
    query = f"?class={place}" if place and place.replace("-", "").isalnum() else ""
    return HttpResponseRedirect(f"/rounds/{round.id}/children/{query}")
