"""What clinicians do with a round: decide on a child, draw a sample, judge without seeing the other's judgement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.access import relations
from tongxin.access.models import Relation
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.screening import ABOVE, ALARM, Agreement, agreement, draw, sample_size
from tongxin.flows import screening_alarms as alarms
from tongxin.flows import screening_files as files
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.screening_notes import note
from tongxin.screening import identities, questions
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Participant, Rating, Round, Sitting, Verdict

OPEN_FILE, WATCH, AGAIN, NOTHING = "open_file", "watch", "again", "nothing"
DECISIONS = {
    OPEN_FILE: "建档跟进", WATCH: "已约谈，继续观察", AGAIN: "请重新作答一次", NOTHING: "已约谈，不需要跟进",
}
NEEDS, NO_NEED = "needs", "no_need"
JUDGEMENTS = {NEEDS: "需要进一步评估", NO_NEED: "不需要"}
POSITIVE = frozenset({ALARM, ABOVE})
RATERS = 2


def decide(*, participant_id: UUID, decision: str, actor: Viewer, at: datetime) -> Participant:
    """A clinician's decision on one sheet; a file is opened in the same transaction where one is asked for."""
    if decision not in DECISIONS:
        raise NotTaken("没有这种决定，没有保存。")
    seen = Participant.objects.get(id=participant_id)
    prepared = files.prepare(seen, at=at) if decision == OPEN_FILE else None
    with transaction.atomic():
        participant = _locked(participant_id)
        if not participant.outcome and not participant.alarm:
            raise NotTaken("这名儿童还没有答卷，不能作决定。没有保存。")
        if decision == AGAIN:
            _ask_again(participant)
        if decision == OPEN_FILE:
            _put_on_file(participant, prepared, actor, at)
        person_id, post_id = _who(actor)
        Verdict.objects.create(
            participant=participant, decision=decision, person_id=person_id, post_id=post_id, at=at
        )
        note("round.decided", participant.round, actor, at, participant=str(participant.id), decision=decision)
    return participant


def _ask_again(participant: Participant) -> None:
    if participant.round.state != Round.RUNNING:
        raise NotTaken("批次已经结束。要重新作答，请安排补测。没有保存。")
    participant.state = Participant.INVITED
    participant.save(update_fields=["state"])


def _put_on_file(participant: Participant, prepared: UUID | None, actor: Viewer, at: datetime) -> None:
    """The file with the sheet on it; whoever decided may see the child from now on."""
    had_file = participant.child_id is not None
    child = files.file_of(participant, prepared=prepared, actor=actor, at=at)
    sitting = participant.sittings.select_related("participant__round__division").order_by("-id").first()
    if sitting is not None and not had_file:
        sitting.participant = participant
        answers = identities.answers_of(sitting, viewer=WORKER, at=at)
        progress = Sitting.FINISHED if sitting.state == Sitting.FINISHED else Sitting.LEFT
        alarms.keep_sheet(sitting, child=child, answers=answers, progress=progress, actor=actor, at=at)
        sitting.save(update_fields=["entry_id"])
    for post in {*alarms.clinicians_of(participant.round), *([actor.post_id] if actor.post_id else [])}:
        relations.let_in(
            child_id=child.id, relation=Relation.SCREENED, post_id=post, at=at, source_id=participant.round_id
        )


def draw_sample(*, round_id: UUID, actor: Viewer, at: datetime) -> int:
    """How many were drawn to be talked with by two people; drawn once, the same for whoever draws it again."""
    with transaction.atomic():
        round = Round.objects.select_for_update().get(id=round_id)
        if round.participants.filter(sampled__isnull=False).exists():
            raise NotTaken("已经抽过样。抽样只做一次，结果不会变。")
        answered = list(round.participants.filter(state=Participant.ANSWERED).exclude(outcome=""))
        if not answered:
            raise NotTaken("还没有人答完，不能抽样。")
        rule = questions.rule_of(round)
        rows = {str(each.id): each for each in answered}
        drawn = draw(
            [id for id, each in rows.items() if each.outcome in POSITIVE],
            [id for id, each in rows.items() if each.outcome not in POSITIVE],
            size=sample_size(rule, len(answered)), negatives_per_mille=rule.sample_negatives, seed=str(round.id),
        )
        for number, id in enumerate(drawn, start=1):
            rows[id].sampled = number
        Participant.objects.bulk_update([rows[id] for id in drawn], ["sampled"])
        note("round.sampled", round, actor, at, many=str(len(drawn)))
    return len(drawn)


def rate(*, participant_id: UUID, judgement: str, actor: Viewer, at: datetime) -> Rating:
    """One person's judgement after talking with a sampled child; two people a child, none changed afterwards."""
    if judgement not in JUDGEMENTS:
        raise NotTaken("请选“需要进一步评估”或“不需要”。没有保存。")
    with transaction.atomic():
        participant = _locked(participant_id)
        if participant.sampled is None:
            raise NotTaken("这名儿童不在复访样本里。没有保存。")
        given = list(participant.ratings.all())
        if any(each.person_id == actor.person_id for each in given):
            raise NotTaken("您已经写下过判断，不能再改。")
        if len(given) >= RATERS:
            raise NotTaken("已经有两个人写下判断，不需要第三个。")
        person_id, post_id = _who(actor)
        return Rating.objects.create(
            participant=participant, person_id=person_id, post_id=post_id, judgement=judgement, at=at
        )


def agreements(round: Round) -> tuple[Agreement, Agreement]:
    """How far two interviewers agree, and how far the questionnaire agrees with the first of them."""
    rows = round.participants.filter(sampled__isnull=False).prefetch_related("ratings")
    given: list[tuple[Participant, Sequence[Rating]]] = [
        (each, sorted(each.ratings.all(), key=lambda rating: (rating.at, rating.id))) for each in rows
    ]
    at_least = questions.rule_of(round).agreement_at_least
    between = [(ratings[0].judgement, ratings[1].judgement) for _, ratings in given if len(ratings) == RATERS]
    with_scale = [
        (NEEDS if each.outcome in POSITIVE else NO_NEED, ratings[0].judgement) for each, ratings in given if ratings
    ]
    return agreement(between, at_least=at_least), agreement(with_scale, at_least=at_least)


def _who(actor: Viewer) -> tuple[UUID, UUID]:
    """A decision about a child is always somebody's, from a post."""
    if actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    return actor.person_id, actor.post_id


def _locked(participant_id: UUID) -> Participant:
    Participant.objects.select_for_update().get(id=participant_id)
    return Participant.objects.select_related("round__division").get(id=participant_id)
