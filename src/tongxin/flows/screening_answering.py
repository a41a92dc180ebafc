"""A child answers: each answer is kept at once, leaving keeps it and its alarm (spine A12)."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.instruments import Score
from tongxin.core.pathway import CHINA
from tongxin.core.screening import group_of
from tongxin.flows import screening_alarms as alarms
from tongxin.flows import screening_files as files
from tongxin.flows.refusals import Refused
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.screening import identities, questions
from tongxin.screening.faults import Ended, NotAgreed, NotAsked, NotTaken
from tongxin.screening.models import Answer, Participant, Round, Sitting

BATCH = 200
CLOSED = "这次筛查已经结束，没有保存。请告诉老师。"


@dataclass(frozen=True, slots=True)
class Answered:
    """That an answer is kept. `alarm` is for the people at work, never for the page that the child sees."""

    sitting: Sitting
    alarm: str = ""


def agree(*, sitting_id: UUID, is_willing: bool, at: datetime) -> Sitting:
    """The child's own yes or no, after the explanation; a no ends the sitting and is kept as such."""
    with transaction.atomic():
        sitting = locked(sitting_id)
        _refuse_ended(sitting, at)
        participant = sitting.participant
        if is_willing:
            sitting.assented_at = sitting.assented_at or at
            participant.state = Participant.STARTED
        else:
            sitting.state, sitting.ended_at = Sitting.LEFT, at
            participant.state = Participant.REFUSED
        sitting.last_at = at
        sitting.save(update_fields=["assented_at", "state", "ended_at", "last_at"])
        participant.save(update_fields=["state"])
    return sitting


def answer(
    *, sitting_id: UUID, item_id: str, code: str, at: datetime, actor: Viewer = WORKER, answer_id: UUID | None = None
) -> Answered:
    """Keep one answer now; a dangerous one puts file, record and alarm into the same transaction.

    `answer_id` is the page's own number for it: sent again under the same number, it is kept once.
    """
    seen = sitting_by(sitting_id)
    if _is_kept(seen, answer_id):
        return Answered(seen)
    instrument = questions.instrument_of(seen.participant.round)
    item = next((each for each in instrument.items if each.id == item_id), None)
    option = item.option(code) if item else None
    if option is None:
        raise NotAsked
    raised = questions.alerts_of(instrument, item_id, str(option.code))
    prepared = files.prepare(seen.participant, at=at) if raised else None
    with transaction.atomic():
        sitting = locked(sitting_id)
        _refuse_ended(sitting, at)
        if sitting.assented_at is None:
            raise NotAgreed
        if _is_kept(sitting, answer_id):
            return Answered(sitting)
        keep_answers(sitting, {item_id: str(option.code)}, at=at, answer_id=answer_id)
        is_new = bool(raised) and alarms.tell(
            sitting, raised=raised, answers=identities.answers_of(sitting, viewer=WORKER, at=at), prepared=prepared,
            actor=actor, at=at,
        )
        sitting.save(update_fields=["turn", "last_at", "state", "ended_at", "told", "entry_id"])
    return Answered(sitting, sitting.participant.alarm if is_new else "")


def finish(*, sitting_id: UUID, at: datetime, actor: Viewer = WORKER) -> Sitting:
    """The child hands the sheet in; it is scored, and stands on the file if the child has one."""
    return _end(sitting_id, Sitting.FINISHED, at=at, actor=actor)


def leave(*, sitting_id: UUID, at: datetime, actor: Viewer = WORKER) -> Sitting:
    """The child goes away; everything answered stays, and the same way in leads back until the round ends."""
    return _end(sitting_id, Sitting.LEFT, at=at, actor=actor)


def end_abandoned(now: datetime, *, limit: int = BATCH) -> int:
    """How many sheets were left behind: nothing was answered for so long that the child has gone."""
    begun = Round.objects.filter(participants__sittings__state=Sitting.OPEN).distinct()
    done = 0
    for round in begun[:limit]:
        since = now - timedelta(**questions.rule_of(round).abandoned)
        due = Sitting.objects.filter(participant__round=round, state=Sitting.OPEN, last_at__lt=since)
        for sitting_id in list(due.order_by("last_at").values_list("id", flat=True)[:limit]):
            leave(sitting_id=sitting_id, at=now)
            done += 1
    return done


def _end(sitting_id: UUID, state: str, *, at: datetime, actor: Viewer) -> Sitting:
    with transaction.atomic():
        sitting = locked(sitting_id)
        if sitting.state == Sitting.FINISHED or (sitting.state == state and state == Sitting.LEFT):
            return sitting
        sitting.state, sitting.ended_at = state, at
        close_sheet(sitting, actor=actor, at=at)
    return sitting


def close_sheet(sitting: Sitting, *, actor: Viewer, at: datetime) -> None:
    """Score a sheet that ended and keep what it comes to; called under the participant's lock."""
    participant = sitting.participant
    answers = identities.answers_of(sitting, viewer=WORKER, at=at)
    # A sheet handed in blank is a sheet: nobody may take it for a healthy child.
    if answers or sitting.state == Sitting.FINISHED:
        score = _scored(sitting, answers, at)
        vault.put(sitting, {"result": _told(score)})
        _sort(participant, score)
        if participant.child_id is not None and answers:
            child = Child.objects.get(id=participant.child_id)
            # A sheet that the form of today doesn't hold stays whole in the round; what it warned of was told before.
            with suppress(Refused):
                alarms.keep_sheet(sitting, child=child, answers=answers, progress=sitting.state, actor=actor, at=at)
    if sitting.state == Sitting.FINISHED:
        participant.state = Participant.ANSWERED
    participant.save(update_fields=["state", "outcome", "band"])
    sitting.save(update_fields=["state", "ended_at", "last_at", "result", "entry_id"])


def _scored(sitting: Sitting, answers: Mapping[str, str], at: datetime) -> Score:
    """A sheet typed in from paper took no time that anybody knows."""
    is_tapped = sitting.way in {Sitting.LINK, Sitting.KIOSK}
    began = sitting.assented_at if is_tapped else None
    seconds = int((sitting.last_at - began).total_seconds()) if began else None
    on = at.astimezone(CHINA).date()
    return questions.scored(sitting.participant, answers, on=on, seconds=seconds)


def _sort(participant: Participant, score: Score) -> None:
    round = participant.round
    cut = questions.rule_of(round).cuts.get(round.instrument)
    main = questions.instrument_of(round).main.id
    participant.outcome = group_of(cut, score, has_alarm=bool(participant.alarm))
    participant.band = score.band.get(main) or ""


def _told(score: Score) -> str:
    return json.dumps({
        "status": score.status, "totals": {name: None if v is None else str(v) for name, v in score.totals.items()},
        "bands": dict(score.band), "missing": list(score.missing), "failed": list(score.failed), "norm": score.norm,
        "remarks": list(score.remarks),
    }, ensure_ascii=False)


def _is_kept(sitting: Sitting, answer_id: UUID | None) -> bool:
    return answer_id is not None and sitting.answers.filter(id=answer_id).exists()


def keep_answers(
    sitting: Sitting, codes: Mapping[str, str], *, at: datetime, answer_id: UUID | None = None
) -> None:
    """Answers sealed in their order, under the participant's lock; a child who had left is back by answering."""
    rows = []
    for item, code in codes.items():
        sitting.turn += 1
        row = Answer(id=answer_id or ids.new_id(), sitting=sitting, turn=sitting.turn, item=item, at=at)
        rows.append((row, {"code": code}))
    sitting.last_at, sitting.state, sitting.ended_at = at, Sitting.OPEN, None
    vault.put_many(rows)
    Answer.objects.bulk_create([row for row, _ in rows])


def _refuse_ended(sitting: Sitting, at: datetime) -> None:
    if sitting.state == Sitting.FINISHED:
        raise Ended
    participant = sitting.participant
    if participant.round.state != Round.RUNNING and not _is_in_the_middle(sitting, at):
        raise NotTaken(CLOSED)
    # Who had left comes back only while the guardian still agrees; nobody is cut off in the middle.
    if sitting.state == Sitting.LEFT and (
        participant.consent != Participant.GIVEN or participant.state == Participant.EXCLUDED
    ):
        raise NotTaken(CLOSED)


def _is_in_the_middle(sitting: Sitting, at: datetime) -> bool:
    """Whether the child was answering when the round closed: what it says next, a danger above all, is kept."""
    span = timedelta(**questions.rule_of(sitting.participant.round).abandoned)
    return sitting.assented_at is not None and at - sitting.last_at <= span


def sitting_by(sitting_id: UUID) -> Sitting:
    return Sitting.objects.select_related("participant__round__division").get(id=sitting_id)


def locked(sitting_id: UUID) -> Sitting:
    """The sitting with its participant's row locked: whoever changes a child's sheet does so alone."""
    seen = Sitting.objects.only("participant_id").get(id=sitting_id)
    Participant.objects.select_for_update().get(id=seen.participant_id)
    return sitting_by(sitting_id)

