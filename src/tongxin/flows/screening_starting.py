"""Before a round starts: what it will bring, who is there for it, and why it may not start yet."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.accounts.posts import responsible
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.core.screening import Expected, expect
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.screening_notes import note
from tongxin.registers import impact
from tongxin.rulebook import rules
from tongxin.screening import questions
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Participant, Round, Shift

NOT_PLANNED = "这一批次已经开始或结束，不能再改值班安排。"
# The gate of the impact assessments before this.
GATE = "screening"
EXCEPT = "except_screening"
READ = "read_screening"
SHORT = 10


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a round needs and what it has; it may start when nothing is lacking, or with a signed exception."""

    children: int
    without_consent: int
    expected: Expected
    minutes: int
    uncovered: tuple[date, ...]
    lacking: tuple[str, ...]
    blocking: tuple[str, ...]
    # Whether an exception was signed when at least as much was lacking as is now.
    is_excepted: bool
    # What the rules want beforehand and only warn of.
    warning: str = ""

    @property
    def may_start(self) -> bool:
        return not self.lacking and not self.blocking

    @property
    def may_start_excepted(self) -> bool:
        return self.is_excepted and not self.blocking

    @property
    def may_be_excepted(self) -> bool:
        return bool(self.lacking) and not self.blocking and not self.is_excepted


def readiness(round: Round, *, at: datetime) -> Readiness:
    """Whether a round can start, told in sentences."""
    listed = round.participants.exclude(state=Participant.EXCLUDED)
    children = listed.filter(consent=Participant.GIVEN).count()
    expected = expect(questions.rule_of(round), instrument=round.instrument, children=children)
    shifts = list(round.shifts.filter(to_at__gt=round.opens_at))
    minutes = sum(each.minutes for each in shifts)
    uncovered = _uncovered(round, shifts)
    lacking, blocking = [], []
    gate = impact.gate_without(GATE, county_id=round.county_id, at=at)
    if gate is not None and gate.refuses:
        blocking.append(gate.zh)
    if not children:
        blocking.append("名单里还没有一名监护人已同意的儿童。请先导入名单并登记同意。")
    if not shifts:
        blocking.append("还没有指定值班的人。每一天都要有一位具名的、能当面核查的专业人员。")
    elif uncovered:
        days = "、".join(f"{day.month}月{day.day}日" for day in uncovered[:SHORT])
        more = f"等 {len(uncovered)} 天" if len(uncovered) > SHORT else ""
        lacking.append(f"{days}{more}没有人值班。作答的每一天都要有人能当面核查。")
    if minutes < expected.minutes:
        lacking.append(
            f"预计需要访谈 {_hours(expected.minutes)} 小时，值班的人合计只有 {_hours(minutes)} 小时，"
            f"还差 {_hours(expected.minutes - minutes)} 小时。"
        )
    return Readiness(
        children=children, without_consent=listed.count() - children, expected=expected, minutes=minutes,
        uncovered=uncovered, lacking=tuple(lacking), blocking=tuple(blocking),
        warning=gate.zh if gate is not None and not gate.refuses else "",
        is_excepted=_is_signed_for(round, short=expected.minutes - minutes, uncovered=uncovered),
    )


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.1f}".removesuffix(".0")


def _uncovered(round: Round, shifts: Sequence[Shift]) -> tuple[date, ...]:
    """The days on which children may answer and nobody is named."""
    first, last = (moment.astimezone(CHINA).date() for moment in (round.opens_at, round.closes_at))
    covered = {
        day for each in shifts
        for day in _days(each.from_at.astimezone(CHINA).date(), each.to_at.astimezone(CHINA).date())
    }
    return tuple(day for day in _days(first, last) if day not in covered)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def add_shift(
    *, round_id: UUID, post_id: UUID, from_at: datetime, to_at: datetime, minutes: int, actor: Viewer, at: datetime
) -> Shift:
    """Name who is there between two moments; whoever answers for that post now is the person."""
    if to_at <= from_at:
        raise NotTaken("值班的结束时间要晚于开始时间。没有保存。")
    if not 0 < minutes <= (to_at - from_at).total_seconds() / 60:
        raise NotTaken("可用于访谈的时间要大于 0，也不能超过值班时间。没有保存。")
    post = Post.objects.filter(id=post_id).first()
    holder = responsible(post_id=post_id, at=at) if post else None
    if post is None or holder is None or holder.post_id != post_id:
        raise NotTaken("这个岗位现在没有人任职，不能安排值班。请换一个岗位。")
    if not rules.access_rules(at=at).may_do(role=post.role, action=READ):
        raise NotTaken("这个岗位不能看筛查结果，不能当面核查，不能安排值班。")
    with transaction.atomic():
        round = Round.objects.select_for_update().get(id=round_id)
        if round.state not in {Round.PLANNED, Round.RUNNING}:
            raise NotTaken(NOT_PLANNED)
        shift = Shift.objects.create(
            round=round, post=post, person_id=holder.person_id, from_at=from_at, to_at=to_at, minutes=minutes
        )
        note("round.staffed", round, actor, at, post=str(post_id), minutes=str(minutes))
    return shift


def remove_shift(*, round_id: UUID, shift_id: int, actor: Viewer, at: datetime) -> None:
    """Nobody is taken off a round that runs: who was promised to the children stays named."""
    with transaction.atomic():
        round = Round.objects.select_for_update().get(id=round_id)
        if round.state != Round.PLANNED:
            raise NotTaken("批次开始以后不能撤下值班的人，只能再加人。")
        for shift in round.shifts.filter(id=shift_id):
            note("round.staffed", round, actor, at, post=str(shift.post_id), minutes="0")
            shift.delete()


def sign_exception(*, round_id: UUID, reason: str, actor: Viewer, at: datetime) -> Round:
    """Let a round start though hours or days are short, for a reason that stays on its page."""
    if not access.may_do(viewer=actor, action=EXCEPT, at=at):
        raise NotAllowed
    if len(reason.strip()) < SHORT:
        raise NotTaken(f"请写清楚理由（至少 {SHORT} 个字）：为什么不能等，缺的人手怎么补。没有保存。")
    with transaction.atomic():
        round = Round.objects.select_for_update().get(id=round_id)
        if round.state != Round.PLANNED:
            raise NotTaken("这一批次已经开始或结束，不需要签署例外。")
        if round.planned_by_id == actor.person_id:
            raise NotTaken("制定批次的人不能给自己签署例外，请另一位负责人签。")
        found = readiness(round, at=at)
        if found.blocking:
            raise NotTaken("还不能签署例外：" + "".join(found.blocking))
        if not found.lacking:
            raise NotTaken("人手和工时都够，不需要签署例外。")
        vault.put(round, {"exception": reason.strip()})
        round.exception_by_id, round.exception_post_id, round.exception_at = actor.person_id, actor.post_id, at
        round.expected = _stored(found)
        round.save(update_fields=["exception", "exception_by", "exception_post", "exception_at", "expected"])
        note("round.excepted", round, actor, at)
    return round


def start(*, round_id: UUID, actor: Viewer, at: datetime) -> Round:
    """The round runs from now on; those without a guardian's consent are not invited."""
    with transaction.atomic():
        round = Round.objects.select_for_update().get(id=round_id)
        if round.state != Round.PLANNED:
            raise NotTaken("这一批次已经开始或结束。")
        found = readiness(round, at=at)
        if found.blocking or (found.lacking and round.exception_at is None):
            raise NotTaken("还不能开始：" + "".join((*found.blocking, *found.lacking)))
        if found.lacking and not found.is_excepted:
            raise NotTaken("签署例外以后缺的更多了，请重新签署。现在：" + "".join(found.lacking))
        round.state, round.started_at, round.look_again_at = Round.RUNNING, at, round.closes_at
        round.expected = _stored(found)
        round.save(update_fields=["state", "started_at", "look_again_at", "expected"])
        without = round.participants.filter(state=Participant.LISTED).exclude(consent=Participant.GIVEN)
        without.update(state=Participant.NOT_CONSENTED)
        note("round.started", round, actor, at, excepted="yes" if found.lacking else "no")
    return round


def _is_signed_for(round: Round, *, short: int, uncovered: Sequence[date]) -> bool:
    signed = round.expected
    if round.exception_at is None or "uncovered" not in signed:
        return False
    allowed = max(0, signed["minutes"] - signed["available"])
    return short <= allowed and {day.isoformat() for day in uncovered} <= set(signed["uncovered"])


def _stored(found: Readiness) -> dict[str, object]:
    """What was expected, kept so that the report can show it beside what came."""
    return {
        **asdict(found.expected), "available": found.minutes, "lacking": list(found.lacking),
        "uncovered": [day.isoformat() for day in found.uncovered],
    }
