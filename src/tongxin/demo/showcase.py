"""The village and the township behind the demonstration's logins: enough to do there on the day it opens."""

from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.demo import arrival
from tongxin.demo.lives import CLEAR, LIGHT, Life
from tongxin.demo.year import Year

# Its director was away before the end of the year, so some things are due and one is late.
BUSY_FROM, LATE_FROM = timedelta(days=12), timedelta(days=33)


class Showcase:
    """One village whose children are at different points of the way."""

    def __init__(self, year: Year, *, village: Division, start: datetime) -> None:
        self.year, self.village, self.start = year, village, start
        self.lives = [life for life in year.lives.values() if life.village_id == village.id]

    def plan_all(self) -> Life | None:
        """The child for whom there is danger today, when one is old enough."""
        mine = self.lives
        for life, trouble in zip(mine, (CLEAR, LIGHT), strict=False):
            life.trouble, life.begins, life.eases, life.feedback = trouble, self.start.date(), (), "agrees"
            life.flags.add("showcase")
        year = self.year
        days = (year.end - self.start).days
        for share, months in ((0.45, 100), (0.62, 34)):
            at = self.start + timedelta(days=round(days * share), hours=1)
            year.plan(at, self._found, months=months)
        post = year.cast.post_of("child_director", self.village.id)
        if post is not None:
            year.away[post.id] = year.end - BUSY_FROM
        if mine:
            year.plan(year.end - LATE_FROM, self._forget, life=mine[0])
        return next((life for life in mine[2:] if life.age(year.end) >= 10), None)

    def _found(self, at: datetime, months: int) -> None:
        arrival.found(self.year, self.village, at, months=months, trouble=CLEAR if months > 60 else None)

    def _forget(self, at: datetime, life: Life) -> None:
        """One more visit, and nobody gets round to the next: it is late by the end, not yet gone up."""
        actor = self.year.cast.at_place("child_director", life.village_id, at=at)
        self.year.write(life, "visit_record", actor=actor, at=at)
        life.flags |= {"visit", "first_visit"}
