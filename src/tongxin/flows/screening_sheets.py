"""A whole sheet at once: typed in from paper, or read from a file; it raises the same alarms as a child's own taps."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.instruments import Instrument
from tongxin.flows import screening_alarms as alarms
from tongxin.flows import screening_answering as answering
from tongxin.flows import screening_files as files
from tongxin.flows.screening_links import NOT_NOW, ROUND_CLOSED, may_answer
from tongxin.screening import identities, questions
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Participant, Round, Sitting

EMPTY = "这份答卷一题也没有答，没有保存。整卷空白请登记为缺席或不愿意。"


def problems_in(instrument: Instrument, answers: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a sheet, by question: nothing is kept until all of it can be read."""
    known = {item.id: item for item in instrument.items}
    found = {}
    for item_id, code in answers.items():
        if item_id not in known:
            found[item_id] = "量表里没有这一题"
        elif code and known[item_id].option(code) is None:
            codes = "、".join(str(option.code) for option in known[item_id].options)
            found[item_id] = f"第 {known[item_id].number} 题只能填 {codes}，或者空着"
    return found


def enter_sheet(
    *, participant_id: UUID, answers: Mapping[str, str], way: str, at: datetime, actor: Viewer,
    answered_at: datetime | None = None,
) -> Sitting:
    """One child's whole sheet, kept, scored and told of in one transaction; blanks stay blank."""
    given = {item: str(code) for item, code in answers.items() if str(code).strip()}
    seen = Participant.objects.select_related("round").get(id=participant_id)
    instrument = questions.instrument_of(seen.round)
    if problems := problems_in(instrument, given):
        raise NotTaken("；".join(problems.values()) + "。没有保存。")
    if not given:
        raise NotTaken(EMPTY)
    raised = {
        name: kind for item, code in given.items() for name, kind in
        questions.alerts_of(instrument, item, code).items()
    }
    prepared = files.prepare(seen, at=at) if raised else None
    with transaction.atomic():
        participant = Participant.objects.select_for_update().select_related("round__division").get(id=participant_id)
        _refuse(participant, at)
        sitting = Sitting(
            participant=participant, way=way, opened_at=answered_at or at, last_at=at, assented_at=answered_at or at,
            person_id=actor.person_id, post_id=actor.post_id,
        )
        sitting.save(force_insert=True)
        answering.keep_answers(sitting, given, at=at)
        if raised:
            whole = identities.answers_of(sitting, viewer=WORKER, at=at)
            alarms.tell(sitting, raised=raised, answers=whole, prepared=prepared, actor=actor, at=at)
        sitting.state, sitting.ended_at = Sitting.FINISHED, at
        answering.close_sheet(sitting, actor=actor, at=at)
        sitting.save(update_fields=["turn", "told"])
    return sitting


def _refuse(participant: Participant, at: datetime) -> None:
    if participant.round.state != Round.RUNNING:
        raise NotTaken(ROUND_CLOSED)
    if not may_answer(participant, at=at):
        raise NotTaken(NOT_NOW)
    if participant.sittings.filter(state=Sitting.OPEN).exists():
        raise NotTaken("这名儿童正在平板或手机上作答，不能同时录入纸质答卷。没有保存。")
