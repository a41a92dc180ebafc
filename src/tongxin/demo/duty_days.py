"""The county's duty roster through the year: written every few weeks, weeks ahead, with a stand-in for every turn."""

from datetime import datetime, time, timedelta

from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.duty.selectors import OnCall
from tongxin.flows import duty
from tongxin.flows.duty import Wish
from tongxin.flows.refusals import Refused

EVERY, AHEAD = 28, 55
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
        for number in range(0, AHEAD, 7):
            first, second = people[number // 7 % len(people)], people[(number // 7 + 1) % len(people)]
            wish = Wish(
                division_id=self.county.id, first_day=day + timedelta(days=number - 1),
                last_day=day + timedelta(days=number + 5), starts=CHANGES, ends=CHANGES, first=_called(first),
                second=_called(second),
            )
            try:
                duty.write(wish=wish, actor=desk.viewer, at=at)
            except Refused as refused:
                self.year.refuse("duty", refused, at=at)


def _called(actor: Actor) -> OnCall | None:
    return OnCall(actor.post_id, actor.viewer.person_id) if actor.viewer.person_id else None
