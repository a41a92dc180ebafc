"""A danger told in a sheet: file, entry, crisis or check, and who hears of it, all in the answer's own transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tongxin import ledger
from tongxin.access import relations
from tongxin.access.models import Relation
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows import screening_files as files
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import Refused
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.screening.models import Round, Sitting

FORM = "screening_sheet"
GOING_ON = "going_on"
CRISIS = "crisis"
UNKNOWN, SYSTEM = "不清楚", "筛查批次"
WHY = "筛查答卷中有危险信号。答卷所用的量表版本与现行表单不一致，答卷保存在筛查批次里，请当面核查。"


def tell(
    sitting: Sitting, *, raised: Mapping[str, str], answers: Mapping[str, str], prepared: UUID | None, actor: Viewer,
    at: datetime,
) -> bool:
    """Whether the alerts in `raised` were new: then they are on the child's record, and the named people know."""
    if set(raised) <= set(sitting.told):
        return False
    participant = sitting.participant
    child = files.file_of(participant, prepared=prepared, actor=actor, at=at)
    try:
        keep_sheet(sitting, child=child, answers=answers, progress=GOING_ON, actor=actor, at=at)
    except Refused:
        _report(child, actor=actor, at=at)
    sitting.told = sorted({*sitting.told, *raised})
    if participant.alarm != CRISIS:
        participant.alarm = CRISIS if CRISIS in raised.values() else next(iter(raised.values()))
        participant.save(update_fields=["alarm"])
    _tell_people(participant.round, child, kind=participant.alarm, actor=actor, at=at)
    return True


def keep_sheet(
    sitting: Sitting, *, child: Child, answers: Mapping[str, str], progress: str, actor: Viewer, at: datetime
) -> None:
    """The sheet as it stands now, on the child's record; a fuller one takes the earlier one's place."""
    instrument = sitting.participant.round.instrument
    sheet = Sheet(
        entry_id=ids.new_id(), form_id=FORM, occurred_at=at, device=sitting.way, about=str(sitting.id),
        answers={"instrument": instrument, "way": sitting.way, "progress": progress, instrument: dict(answers)},
        supersedes=sitting.entry_id, correction_kind="correct" if sitting.entry_id else "",
    )
    # The round's own door has let this person, or the child itself, answer; the record names who it was.
    kept = record(child_id=child.id, sheet=sheet, actor=replace(actor, is_worker=True), at=at)
    sitting.entry_id = kept.entry.id


def _report(child: Child, *, actor: Viewer, at: datetime) -> None:
    """The danger by itself, where the sheet doesn't fit the form that holds by now: nothing stands in its way."""
    answers = {
        "kind": "suicide", "signs": ["saying"], "noticed_at": at.astimezone(CHINA).isoformat(timespec="minutes")[:16],
        "whereabouts": UNKNOWN, "with_whom": UNKNOWN, "is_acting": "no", "is_concern": "unknown", "note": WHY,
        "signature": SYSTEM,
    }
    sheet = Sheet(ids.new_id(), "crisis_report", answers, at)
    record(child_id=child.id, sheet=sheet, actor=replace(actor, is_worker=True), at=at)


def _tell_people(round: Round, child: Child, *, kind: str, actor: Viewer, at: datetime) -> None:
    """Let the round's clinicians in to this child and put it on their list; no name, no answer leaves."""
    posts = sorted(clinicians_of(round))
    for post in posts:
        relations.let_in(
            child_id=child.id, relation=Relation.SCREENED, post_id=post, at=at, source_id=round.id
        )
    event = ledger.record(
        kind="round.alarmed", subject=child.key_owner, actor=actor, at=at, is_fact=True,
        clear={"round": str(round.id), "kind": kind},
    )
    notices.tell_posts(posts=posts, event=event, at=at, child_id=child.id)


def clinicians_of(round: Round) -> set[UUID]:
    """The posts that answer for a round: those named for its shifts, and who planned it."""
    named = set(round.shifts.values_list("post_id", flat=True))
    return named | ({round.planned_post_id} if round.planned_post_id else set())
