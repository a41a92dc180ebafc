"""Two people on the duty roster change turns: the other answers, or whoever plans decides with a reason."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tongxin import ledger
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.duty import selectors, services
from tongxin.duty.models import Swap, Turn
from tongxin.duty.selectors import OnCall, Standing
from tongxin.flows import duty
from tongxin.flows.duty_filling import by_whom
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.notices import services as notices
from tongxin.rulebook import rules
from tongxin.vault import Owner

# Turns last hours; what could write over one lies within these.
AROUND = timedelta(days=2)


def turns_ahead(division: Division, *, at: datetime) -> list[Turn]:
    """The turns of the coming weeks that count as they were written and may still be swapped."""
    until = at + duty.roster_rules(region=rules.region_of(division.id), at=at).at_once
    return [
        each.turn for each in selectors.standing(division, since=at, until=until)
        if each.is_whole and each.from_at > at and each.turn.person_id
    ]


@transaction.atomic
def ask(*, one_id: UUID, other_id: UUID, reason: str, actor: Viewer, at: datetime) -> Swap:
    """The other is asked; when whoever plans the place does it with a reason, it is done at once."""
    one, other = (_standing(id, at) for id in (one_id, other_id))
    division = one.turn.division
    plans = division.id in duty.places_for(viewer=actor, action=duty.PLAN, at=at)
    if other.turn.division_id != division.id or actor.person_id is None:
        raise NotAllowed
    if not plans and actor.person_id != one.turn.person_id:
        raise NotAllowed
    if one.turn.person_id == other.turn.person_id:
        raise Refused.because("没有提出：请选两个人的两班。")
    decides = plans and actor.person_id != one.turn.person_id
    known = {each["id"] for each in reasons(division, at=at)}
    if decides and reason not in known:
        raise Refused.because("没有换：排班的人替别人换班，要选原因。")
    open_already = Swap.objects.filter(one=one.turn, other=other.turn, state=Swap.ASKED).first()
    if open_already is not None:
        return open_already
    swap = Swap.objects.create(
        division=division, one=one.turn, other=other.turn, asked_of_id=None if decides else other.turn.person_id,
        asked_by_id=actor.person_id, asked_at=at, reason=reason if reason in known else "",
    )
    if decides:
        _change(swap, actor, at)
        for turn in (one.turn, other.turn):
            _tell("duty.answered", turn, swap, actor, at)
    else:
        _tell("duty.asked", other.turn, swap, actor, at)
    return swap


@transaction.atomic
def answer(*, swap_id: UUID, is_yes: bool, actor: Viewer, at: datetime) -> Swap:
    """Whoever was asked says yes or no; whoever asked takes it back."""
    swap = Swap.objects.select_for_update(of=("self",)).filter(id=swap_id).first()
    if swap is None or actor.person_id not in (swap.asked_of_id, swap.asked_by_id):
        raise NotAllowed
    if swap.state != Swap.ASKED:
        raise Refused.because("这一次换班已经有了结果。")
    if actor.person_id == swap.asked_by_id:
        swap.state, swap.answered_at = Swap.DROPPED, at
        swap.save(update_fields=["state", "answered_at"])
        return swap
    if is_yes:
        _change(swap, actor, at)
    else:
        swap.state, swap.answered_at = Swap.REFUSED, at
        swap.save(update_fields=["state", "answered_at"])
    _tell("duty.answered", swap.one, swap, actor, at)
    return swap


def waiting(*, viewer: Viewer, at: datetime) -> list[Swap]:
    """What waits for the viewer's answer, and what the viewer asked and nobody answered."""
    mine = Q(asked_of_id=viewer.person_id) | Q(asked_by_id=viewer.person_id)
    rows = Swap.objects.filter(mine, state=Swap.ASKED, one__from_at__gt=at, other__from_at__gt=at)
    return list(rows.select_related("one", "other", "division").order_by("one__from_at", "id"))


def settled(division: Division, *, at: datetime) -> list[Swap]:
    """The swaps of a place that came to an end lately, the newest first."""
    since = at - duty.roster_rules(region=rules.region_of(division.id), at=at).at_once
    rows = Swap.objects.filter(division=division, asked_at__gt=since).exclude(state=Swap.ASKED)
    return list(rows.select_related("one", "other").order_by("-answered_at", "-id")[:20])


def reasons(division: Division, *, at: datetime) -> Sequence[dict[str, str]]:
    """Why whoever plans may swap two turns of others."""
    return duty.roster_rules(region=rules.region_of(division.id), at=at).swap_reasons


def _standing(turn_id: UUID, at: datetime) -> Standing:
    turn = Turn.objects.select_related("division").filter(id=turn_id).first()
    if turn is None:
        raise NotAllowed
    Division.objects.select_for_update().get(id=turn.division_id)
    found = selectors.standing(turn.division, since=turn.from_at - AROUND, until=turn.to_at + AROUND)
    row = next((each for each in found if each.turn.id == turn.id), None)
    if row is None or not row.is_whole or not turn.person_id or turn.from_at <= at:
        raise Refused.because("没有换：其中一班已经开始，或值班表已经改了。请刷新后再选。")
    return row


def _change(swap: Swap, actor: Viewer, at: datetime) -> None:
    one, other = _standing(swap.one_id, at).turn, _standing(swap.other_id, at).turn
    for turn, takes in ((one, other), (other, one)):
        first, left = _first(takes), _first(turn)
        second = OnCall(turn.stand_in_post_id, turn.stand_in_id) if turn.stand_in_post_id and turn.stand_in_id else None
        if second is not None and second.person_id == first.person_id:
            second = left
        services.write_turn(
            division=swap.division, from_at=turn.from_at, to_at=turn.to_at, first=first, second=second,
            by=by_whom(actor), at=at,
        )
    swap.state, swap.answered_at = Swap.AGREED, at
    swap.save(update_fields=["state", "answered_at"])
    days = sorted({each.from_at.astimezone(CHINA).date() for each in (one, other)})
    duty.tell_written(
        division=swap.division, first_day=days[0], last_day=days[-1], turns=2, nobody=False, actor=actor, at=at,
    )


def _first(turn: Turn) -> OnCall:
    if turn.post_id is None or turn.person_id is None:
        raise NotAllowed
    return OnCall(turn.post_id, turn.person_id)


def _tell(kind: str, turn: Turn, swap: Swap, actor: Viewer, at: datetime) -> None:
    who = _first(turn)
    event = ledger.record(
        kind=kind, subject=Owner("staff", who.person_id), actor=actor, at=at, is_fact=True,
        clear={"swap": str(swap.id), "state": swap.state},
    )
    notices.tell_post(post_id=who.post_id, event=event, at=at)
