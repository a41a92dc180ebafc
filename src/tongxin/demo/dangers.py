"""The year's dangers: a few crises, each raised, worked through and closed by a person; one still open today."""

from datetime import datetime, timedelta

from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.happenings import Happenings
from tongxin.demo.lives import MARKED, Life
from tongxin.demo.sheets_danger import GUARDIAN
from tongxin.demo.year import Year


class Dangers:
    """The crises of the year, by the children whom they come to."""

    def __init__(self, year: Year, *, happenings: Happenings) -> None:
        self.year, self.happenings = year, happenings

    def plan_all(self, *, today: Life | None) -> None:
        """Two that end well, a guardian who may be the danger, a short one, and today's."""
        free = [life for life in self.happenings.lives if life is not today and not life.flags]
        teens = [life for life in free if life.age(self.year.end) >= 13]
        small = [life for life in free if 6 <= life.age(self.year.end) <= 11]
        if teens:
            self._asked(teens[0])
        if len(teens) > 1:
            self._plan(teens[1], "2025-09-18T16:20", "suicide")
        if small:
            self._harmed(small[0])
        if len(small) > 1:
            self._plan(small[1], "2025-11-06T19:10", "unguarded")
        if today is not None:
            today.flags |= {"close_crisis", "crisis.day_plan", "crisis.conference"}
            self._plan(today, "2025-12-29T19:40", "suicide")

    def _asked(self, life: Life) -> None:
        """Found by a questionnaire: the ninth question makes the crisis, whatever the total."""
        life.trouble, life.begins = MARKED, self.happenings.start.date()
        life.eases = (life.begins + timedelta(days=110), life.begins + timedelta(days=190))
        life.flags |= {"danger", "ninth"}

    def _plan(self, life: Life, moment: str, kind: str) -> None:
        life.flags.add("danger")
        at = _moment(moment)
        if self.happenings.start < at < self.year.end:
            self.year.plan(at, self._report, life=life, kind=kind)

    def _report(self, at: datetime, life: Life, kind: str) -> None:
        if life.trouble < MARKED:
            life.trouble, life.begins = MARKED, at.date()
            life.eases = (at.date() + timedelta(days=45), at.date() + timedelta(days=110))
        self.year.write(life, "crisis_report", actor=self._director(life, at), at=at, kind=kind)
        whom = "school" if life.age(at) > 6 else "village"
        self.year.plan(at + timedelta(hours=13), self._tell, life=life, whom=whom)
        self.year.plan(at + timedelta(days=4, hours=2), self._end_watch, life=life)

    def _tell(self, at: datetime, life: Life, whom: str) -> None:
        self.year.write(life, "crisis_told", actor=self._professional(life, at), at=at, to_whom=whom)

    def _end_watch(self, at: datetime, life: Life) -> None:
        """Somebody who has seen the child says that it need not be watched at every hour any more."""
        self.year.write(life, "crisis_watch", actor=self._professional(life, at), at=at, act="ended")

    def _professional(self, life: Life, at: datetime) -> Actor | None:
        county = self.happenings.places[0].county_id
        found = self.year.cast.at_place("social_worker", county, at=at)
        return found or self.year.cast.at_place("counsellor", county, at=at)

    def _harmed(self, life: Life) -> None:
        """Reported to the police and the civil affairs; a relative takes the child in."""
        life.flags |= {"danger", GUARDIAN}
        at = _moment("2025-07-14T10:30")
        if not self.happenings.start < at < self.year.end:
            return
        self.year.plan(at, self._report, life=life, kind="harmed")
        self.year.plan(at + timedelta(minutes=35), self._write, life=life, form="mandatory_report")
        self.year.plan(at + timedelta(days=1, hours=5), self._write, life=life, form="carer_change")

    def _write(self, at: datetime, life: Life, form: str) -> None:
        self.year.write(life, form, actor=self._director(life, at), at=at)

    def _director(self, life: Life, at: datetime) -> Actor | None:
        return self.happenings.director(life, at)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)
