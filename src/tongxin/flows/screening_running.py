"""While a round runs and when it ends: absent, not taking part, closed, made up for."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import relations
from tongxin.access.models import Relation
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.flows import screening_answering as answering
from tongxin.flows.screening_notes import note
from tongxin.flows.screening_planning import ANSWERING, Plan, clear_list, plan_round
from tongxin.lib import ids
from tongxin.screening import identities, questions
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Link, Participant, Round, SchoolClass, Sitting
from tongxin.screening.selectors import class_names

BATCH = 20
REASONS = {
    "moved": "已转学或不在这里", "ill": "生病住院", "unable": "不能自己作答（另行安排评估）",
    "age": "年龄不适用这份量表", "age_unknown": "出生年月不清楚，不能确定是否适用", "other": "其他",
}
BY_HAND = ("moved", "ill", "unable", "other")
SET_BY_HAND = (Participant.ABSENT, Participant.REFUSED, Participant.EXCLUDED)
UNTOUCHED = (Participant.LISTED, Participant.INVITED)
STILL_TO_COME = (*UNTOUCHED, Participant.STARTED, Participant.ABSENT)


def put_down(
    *, participant_ids: Iterable[UUID], state: str, actor: Viewer, at: datetime, reason: str = ""
) -> int:
    """How many were put down as absent, unwilling or not taking part; who has answered stays so."""
    del actor
    if state not in SET_BY_HAND or (state == Participant.EXCLUDED and reason not in BY_HAND):
        raise NotTaken("请选缺席、本人不愿意或不参加；不参加的要选原因。没有保存。")
    with transaction.atomic():
        rows = Participant.objects.select_for_update().filter(id__in=list(participant_ids))
        found = list(rows.exclude(state__in=[Participant.ANSWERED, Participant.NOT_CONSENTED]))
        if any(each.round_id and each.sittings.filter(state=Sitting.OPEN).exists() for each in found):
            raise NotTaken(ANSWERING)
        is_out = state in {Participant.REFUSED, Participant.EXCLUDED}
        Participant.objects.filter(id__in=[each.id for each in found]).update(state=state, reason=reason)
        if is_out:
            Link.objects.filter(participant__in=found, revoked_at__isnull=True).update(revoked_at=at)
    return len(found)


def put_back(*, participant_id: UUID, actor: Viewer, at: datetime) -> None:
    """A child put down by mistake, or come after all, may be invited again."""
    del actor, at
    with transaction.atomic():
        row = Participant.objects.select_for_update().get(id=participant_id)
        if row.state not in SET_BY_HAND or row.reason in {"age", "age_unknown"}:
            raise NotTaken("这名儿童现在的状态不能恢复。没有保存。")
        row.state = Participant.LISTED if row.consent == Participant.GIVEN else Participant.NOT_CONSENTED
        row.reason = ""
        row.save(update_fields=["state", "reason"])


def close(*, round_id: UUID, actor: Viewer, at: datetime) -> Round:
    """The round ends: open sheets are kept as they are, who never came was absent, links stop."""
    with transaction.atomic():
        round = Round.objects.select_for_update().get(id=round_id)
        if round.state != Round.RUNNING:
            raise NotTaken("这一批次不在进行中，不用结束。")
        for sitting_id in Sitting.objects.filter(
            participant__round=round, state=Sitting.OPEN
        ).values_list("id", flat=True):
            answering.leave(sitting_id=sitting_id, at=at)
        round.participants.filter(state__in=UNTOUCHED).update(state=Participant.ABSENT)
        Link.objects.filter(participant__round=round, revoked_at__isnull=True).update(revoked_at=at)
        round.state, round.closed_at = Round.CLOSED, at
        until = at + timedelta(**questions.rule_of(round).screened)
        round.look_again_at = until
        round.save(update_fields=["state", "closed_at", "look_again_at"])
        note("round.closed", round, actor, at)
    return round


def drop(*, round_id: UUID, actor: Viewer, at: datetime) -> Round:
    """A round that never started is given up, and the class list with it: its keys are destroyed."""
    with transaction.atomic():
        round = Round.objects.select_for_update().get(id=round_id)
        if round.state != Round.PLANNED:
            raise NotTaken("只有还没开始的批次可以取消；进行中的请点“结束”。")
        clear_list(round_id=round_id, at=at)
        round.state = Round.DROPPED
        round.save(update_fields=["state"])
        note("round.dropped", round, actor, at)
    return round


def make_up(
    *, round_id: UUID, opens_at: datetime, closes_at: datetime, actor: Viewer, at: datetime
) -> Round:
    """A second chance for those who were away or stopped half-way; consents are carried over."""
    former = Round.objects.select_related("organisation", "division").get(id=round_id)
    if former.state != Round.CLOSED:
        raise NotTaken("先结束这一批次，再安排补测。")
    waiting = list(
        former.participants.filter(state__in=STILL_TO_COME).select_related("school_class").order_by("number")
    )
    if not waiting:
        raise NotTaken("没有缺席或没答完的儿童，不需要补测。")
    plan = Plan(
        kind=former.kind, division=former.division, organisation=former.organisation, instrument=former.instrument,
        informant=former.informant, opens_at=opens_at, closes_at=closes_at, ways=tuple(former.ways),
    )
    with transaction.atomic():
        round = plan_round(plan=plan, actor=actor, at=at, makes_up=former)
        classes = _same_classes(former, round, at)
        fresh = [
            Participant(
                id=ids.new_id(), round=round, number=number, school_class=classes.get(each.school_class_id),
                child_id=each.child_id, maybe_child_id=each.maybe_child_id, birth_month=each.birth_month, sex=each.sex,
                id_mark=each.id_mark, person_mark=each.person_mark, consent=each.consent,
                consent_on=each.consent_on, consent_by=each.consent_by,
            )
            for number, each in enumerate(waiting, start=1)
        ]
        keys = vault.create_keys([each.key_owner for each in fresh], at=at)
        rows = identities.rows_of(waiting, viewer=WORKER, at=at)
        for each, row in zip(fresh, rows, strict=True):
            if row is not None:
                identities.seal_row(each, row, keyring=keys)
        Participant.objects.bulk_create(fresh, batch_size=500)
    return round


def _same_classes(former: Round, round: Round, at: datetime) -> dict[UUID | None, SchoolClass]:
    found: dict[UUID | None, SchoolClass] = {}
    for old, name in class_names(former, at=at):
        row = SchoolClass(id=ids.new_id(), round=round, number=old.number, grade=old.grade)
        vault.put(row, {"label": name})
        row.save(force_insert=True)
        found[old.id] = row
    return found


def look_after(now: datetime, *, limit: int = BATCH) -> int:
    """How much time has done to rounds: sheets left behind, rounds over, clinicians' access ended."""
    done = answering.end_abandoned(now, limit=limit)
    due = Round.objects.filter(look_again_at__lte=now).order_by("look_again_at")
    for round in list(due[:limit]):
        if round.state == Round.RUNNING:
            close(round_id=round.id, actor=WORKER, at=now)
        else:
            _follow_closed(round, now)
        done += 1
    return done


def _follow_closed(round: Round, now: datetime) -> None:
    """First nobody of the round sees its children's files any more; later, who has no file is forgotten by name."""
    relations.end_by_source(relation=Relation.SCREENED, source_id=round.id, at=now)
    forget_at = (round.closed_at or now) + timedelta(**questions.rule_of(round).forgotten)
    if forget_at <= now:
        for participant in round.participants.filter(child_id__isnull=True):
            vault.destroy(participant.key_owner, at=now)
    next_look = forget_at if forget_at > now else None
    Round.objects.filter(id=round.id).update(look_again_at=next_look)
