"""Supervision by exception: what the worker asked at night is answered each week and closed by somebody else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.supervision import questions
from tongxin.supervision.models import Question

# Every so many days somebody answers; what is asked in the last days still waits.
EVERY, LEFT, WEEKS = 7, 10, 48
SAID = (
    ("explained", "当面问过：那几天没有信号，晚上回去一起补记的，时间写得差不多。以后当天记。"),
    ("nothing", "一起去看了两家，情况确实差不多，没有什么。"),
    ("corrected", "日期写错了，已经请她在原来的记录上更正。"),
    ("recheck", "电话里说不清，下周请别的村的主任陪着再去看两家。"),
)
AGREED = "看过答复，说得清楚。"


@dataclass
class QuestionDays:
    """Answers week by week, and the county's word two days later."""

    year: Year
    county: Division

    def plan_all(self) -> None:
        for week in range(WEEKS):
            morning = self._moment(LEFT + EVERY * week, 10)
            if morning < self.year.district.starts:
                # A shorter year than the demonstration's.
                break
            self.year.plan(morning, self._answer)
            self.year.plan(morning + timedelta(days=2, hours=4), self._close)

    def _moment(self, days: int, hour: int) -> datetime:
        return (self.year.end - timedelta(days=days)).astimezone(CHINA).replace(hour=hour, minute=10)

    def _answer(self, at: datetime) -> None:
        waiting = Question.objects.filter(state=Question.ASKED).exclude(asked=None).order_by("found_at", "rule", "id")
        for number, row in enumerate(waiting.select_related("asked")):
            actor = self.year.cast.acting(row.asked.id, at=at) if row.asked else None
            outcome, words = SAID[number % len(SAID)]
            if actor is not None:
                self._try(partial(
                    questions.answer, question_id=row.id, outcome=outcome, words=words, actor=actor.viewer, at=at
                ), at)

    def _close(self, at: datetime) -> None:
        for role, place in (("case_manager", self.county.id), ("city_officer", self.county.city_id)):
            actor = self.year.cast.at_place(role, place, at=at)
            if actor is not None:
                self._close_by(actor, at)

    def _close_by(self, actor: Actor, at: datetime) -> None:
        for row in questions.seen_by(actor.viewer, at=at).filter(state=Question.ANSWERED):
            if questions.may_close(row, viewer=actor.viewer, at=at):
                self._try(partial(
                    questions.settle, question_id=row.id, agrees=True, words=AGREED, actor=actor.viewer, at=at
                ), at)

    def _try(self, act: Callable[[], None], at: datetime) -> None:
        try:
            act()
        except (NotAllowed, Refused) as refused:
            self.year.refuse("supervision question", refused, at=at)
