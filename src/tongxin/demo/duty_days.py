"""The county's duty roster through the year: a template filled every few weeks, with a stand-in for every turn."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.duty.selectors import OnCall
from tongxin.duty.services import Line
from tongxin.duty.spreading import HOLIDAY
from tongxin.flows import duty_filling
from tongxin.flows.refusals import NotAllowed, Refused

EVERY, WEEKS = 28, 8
CHANGES = time(8, 30)
ON_DUTY = ("social_worker", "counsellor", "case_manager")


class DutyDays:
    """Who answers first for a crisis, from the first day to some weeks after the last."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        at = start + timedelta(hours=1)
        while at < self.year.end:
            self.year.plan(at, self._write)
            at += timedelta(days=EVERY)

    def _write(self, at: datetime) -> None:
        people = [each for role in ON_DUTY if (each := self.year.cast.at_place(role, self.county.id, at=at))]
        desk = self.year.cast.at_place("case_manager", self.county.id, at=at)
        if desk is None or len(people) < 2:
            return
        day = at.astimezone(CHINA).date()
        lines = [self._line(str(number + 1), people, number) for number in range(7)]
        asked: dict[str, Any] = {"division_id": self.county.id, "actor": desk.viewer, "at": at}
        try:
            duty_filling.write_template(valid_from=day, lines=[*lines, self._line(HOLIDAY, people, 1)], **asked)
            asked |= {"first_day": day, "weeks": WEEKS, "replaces": False}
            duty_filling.fill(mark=duty_filling.look(**asked).mark, **asked)
        except Refused as refused:
            self.year.refuse("duty", refused, at=at)

    def _line(self, days: str, people: Sequence[Actor], number: int) -> Line:
        first, second = (_called(people[each % len(people)]) for each in (number, number + 1))
        return Line(days, CHANGES, CHANGES, first, second)


def _called(actor: Actor) -> OnCall:
    if actor.viewer.person_id is None:
        raise NotAllowed
    return OnCall(actor.post_id, actor.viewer.person_id)
