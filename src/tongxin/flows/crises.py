"""Who may do what in a crisis, and how long it goes on: asked before a record stands."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, WITHDRAWN, CaseState
from tongxin.core.pathway.crises import ENDED, WATCH
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules

UNITS_ZH = {"minutes": "分钟", "hours": "小时", "days": "天"}
STEP, CLOSE, DEAD = "crisis_step", "crisis_close", "dead"


def refuse(
    *, child: Child, state: CaseState, draft: Draft, data: Mapping[str, Any], actor: Viewer, at: datetime
) -> None:
    """Nothing, when the draft may stand; `state` is the one before it."""
    if draft.correction_kind in WITHDRAWN or actor.is_worker:
        return
    if draft.kind == STEP:
        _refuse_unfit_step(state, data, actor)
    elif draft.kind == WATCH:
        _refuse_watch(child, state, data, actor, at)
    elif draft.kind == CLOSE and state.child_state != DEAD:
        _refuse_short_watch(child, state, data, at)
        _refuse_alone(child, state, actor, at)


def path_of(child: Child, *, at: datetime) -> Mapping[str, Any]:
    """The crisis path in force where a child lives."""
    return rules.resolve("crisis", "steps", region=rules.region_of(child.county_id), at=at).content


def span_of(clock: Mapping[str, Any]) -> timedelta:
    """A clock of the crisis path as a span of time."""
    return timedelta(**{str(clock["unit"]): int(clock["value"])})


def _refuse_unfit_step(state: CaseState, data: Mapping[str, Any], actor: Viewer) -> None:
    rule = next((rule for rule in state.pathway.crisis_steps if rule.id == data.get("step")), None)
    if rule is not None and rule.by and actor.role not in rule.by:
        zh = f"“{rule.zh}”由值班、专业人员或督导员记录；您可以先打电话，再记“电话报告”这一步。没有保存。"
        raise Refused([Problem("step", zh, True)])


def _refuse_watch(child: Child, state: CaseState, data: Mapping[str, Any], actor: Viewer, at: datetime) -> None:
    if data.get("act") == ENDED:
        if actor.role not in state.pathway.content["professionals"]:
            zh = "是否不再需要全天看护，由见过孩子的专业人员判断。请继续安排下一班，并请专业人员填写。没有保存。"
            raise Refused([Problem("act", zh, True)])
        return
    path = path_of(child, at=at)
    start, end = _moment(data["from_at"]), _moment(data["to_at"])
    if end <= start:
        raise Refused([Problem("to_at", "结束时间要晚于开始时间，请核对。没有保存。", True)])
    if "watch_turn" in path and end - start > span_of(path["watch_turn"]):
        zh = f"一班最长{_zh(path['watch_turn'])}，请分成几班写，写明谁接谁。没有保存。"
        raise Refused([Problem("to_at", zh, True)])
    if "watch_ahead" in path and end - at > span_of(path["watch_ahead"]):
        raise Refused([Problem("to_at", f"最远排到{_zh(path['watch_ahead'])}以后，请核对日期。没有保存。", True)])


def _refuse_short_watch(child: Child, state: CaseState, data: Mapping[str, Any], at: datetime) -> None:
    """Whoever closes a crisis goes on asking after the child for the weeks that the path says."""
    after, episode = path_of(child, at=at).get("after"), state.alarms.episode
    if after is None or episode is None or data.get("outcome") in after.get("unless", ()):
        return
    least = (episode.began_at + span_of(after["watch"])).astimezone(CHINA).date()
    if date.fromisoformat(str(data["watch_until"])) < least:
        zh = (
            f"解除以后至少要联系到{least.year}年{least.month}月{least.day}日"
            f"（危机开始后 {after['watch']['value']} 天）。请改晚，再提交。没有保存。"
        )
        raise Refused([Problem("watch_until", zh, True)])


def _refuse_alone(child: Child, state: CaseState, actor: Viewer, at: datetime) -> None:
    """A crisis is not ended by one person alone: one of the steps that closing needs was somebody else's."""
    named, episode = path_of(child, at=at).get("closing", {}).get("second_person", ()), state.alarms.episode
    if not named or episode is None:
        return
    entries = [each.entry for each in episode.taken if each.step in named]
    others = Entry.objects.filter(id__in=entries, person_id__isnull=False).exclude(person_id=actor.person_id)
    if not others.exists():
        steps = {rule.id: rule.zh for rule in state.pathway.crisis_steps}
        zh = "、".join(f"“{steps[each]}”" for each in named if each in steps)
        raise Refused.because(
            f"解除危机要有两个人：{zh}都是您一个人记的。请另一位同事联系孩子或核对以后再解除。没有保存。"
        )


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _zh(clock: Mapping[str, Any]) -> str:
    return f" {clock['value']} {UNITS_ZH[str(clock['unit'])]}"
