"""What lies on each desk on the morning the demonstration opens: requests not yet answered, plans to be looked at."""

from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.demo.followings import Followings
from tongxin.demo.happenings import Happenings
from tongxin.demo.lives import CLEAR, Life
from tongxin.demo.year import Year
from tongxin.flows import referral_links
from tongxin.flows.record import Recorded

# Days before the end at which a request goes out, and what for; the first is late by then.
REQUESTS = ((9, "education"), (8, "medical"), (3, "counselling"), (2, "medical"), (2, "education"), (1, "counselling"))
DESKS = ("psychiatrist", "psych_teacher", "department_officer", "benefit_clerk")
QUIET = timedelta(days=10)
# Children of the township who were found to have a hard time some weeks ago, one after the other.
FOUND_BEFORE = (31, 29, 27, 25, 23, 21)
SUPERVISOR_AWAY, VILLAGES_AWAY, SECOND = timedelta(days=6), timedelta(days=20), timedelta(days=2)
# How many villages' visits stay undone, and go up to the supervisor.
VILLAGES = 3


class LastDays:
    """The weeks before the end, at the desks behind the demonstration's logins."""

    def __init__(self, year: Year, *, followings: Followings, happenings: Happenings, village: Division) -> None:
        self.year, self.followings, self.happenings, self.village = year, followings, happenings, village

    def plan_all(self) -> None:
        year = self.year
        if year.end - self.happenings.start < timedelta(days=max(FOUND_BEFORE) + 30):
            return
        for post in year.cast.posts.values():
            if post.role in DESKS and post.division_id == self.village.county_id:
                year.away[post.id] = year.end - QUIET
        for days, kind in REQUESTS:
            year.plan(_morning(year.end - timedelta(days=days)), self._request, kind=kind)
        self._township()
        year.plan(year.end - timedelta(hours=17), self._ask)

    def _township(self) -> None:
        """Plans and second opinions for the supervisor, and tasks of villages where nobody came round to them."""
        year = self.year
        here = [
            life for life in self.happenings.lives
            if life.town_id == self.village.town_id and life.village_id != self.village.id and not life.flags
        ]
        supervisor = year.cast.post_of("child_supervisor", self.village.town_id)
        if supervisor is not None:
            year.away[supervisor.id] = year.end - SUPERVISOR_AWAY
        for life, days in zip([each for each in here if not each.trouble], FOUND_BEFORE, strict=False):
            life.flags.add("township")
            year.plan(_morning(year.end - timedelta(days=days)), self._found_hard, life=life)
        year.plan(_morning(year.end - VILLAGES_AWAY), self._leave_undone)
        year.plan(_morning(year.end - SECOND), self._ask_second)

    def _here(self, **where: str) -> list[Life]:
        """Children of the township outside the village, whose cases are as asked."""
        cases = Case.objects.filter(town_id=self.village.town_id, is_open=True, in_crisis=False, **where)
        ids = set(cases.exclude(village_id=self.village.id).values_list("id", flat=True))
        return [life for life in self.happenings.lives if life.child_id in ids]

    def _leave_undone(self, at: datetime) -> None:
        """Directors who are away: what falls due in their villages goes up."""
        for life in self._here(level="mid_low")[:VILLAGES]:
            post = self.year.cast.post_of("child_director", life.village_id)
            if post is not None:
                self.year.away[post.id] = at

    def _ask_second(self, at: datetime) -> None:
        """A professional finds a child better; the supervisor is the second who has to agree."""
        for life in self._here(standing="mid_low", level="mid_low")[:1]:
            desk = self.year.cast.at_place("social_worker", life.county_id, at=at)
            self.year.write(life, "grade_decision", actor=desk, at=at, level="low", higher=-1)

    def _found_hard(self, at: datetime, life: Life) -> None:
        life.trouble, life.begins, life.eases, life.feedback = CLEAR, at.date(), (), "agrees"
        self.year.write(life, "identification_form", actor=self.happenings.director(life, at), at=at)

    def _request(self, at: datetime, kind: str) -> None:
        """Somebody who agreed is referred; the answer is still to come."""
        county = self.village.county_id
        agreed = Case.objects.filter(is_open=True, in_crisis=False, state__feedback="agrees", county_id=county)
        ready = set(agreed.exclude(level__in=("ungraded", "unknown")).values_list("id", flat=True))
        for life in self.year.lives.values():
            if life.child_id in ready and "requested" not in life.flags and life.age(at) >= 7:
                life.flags |= {"requested", "closing"}
                if (made := self.followings.refer(at, life, kind)) is not None:
                    self._hand_link(at, life, made)
                    return

    def _hand_link(self, at: datetime, life: Life, made: Recorded) -> None:
        """A body without accounts gets a link and has opened it; its answer is still to come."""
        desk = self.year.cast.at_place("social_worker", life.county_id, at=at)
        if desk is not None:
            issued = referral_links.issue(
                child_id=life.child_id, referral_id=made.entry.id, actor=desk.viewer, at=at
            )
            referral_links.open_link(token=issued.token, code=issued.code, at=at + timedelta(hours=1))

    def _ask(self, at: datetime) -> None:
        """A questionnaire yesterday afternoon after which somebody has to go and ask today."""
        for life in self.year.lives.values():
            calm = not (life.flags & {"danger", "showcase", "township", "moved"})
            if calm and life.difficulty(at) and 12 <= life.age(at) < 18:
                life.flags.add("asks")
                desk = self.year.cast.at_place("social_worker", life.county_id, at=at)
                if self.year.write(life, "assessment_form", actor=desk, at=at) is not None:
                    return


def _morning(moment: datetime) -> datetime:
    return moment.replace(hour=10, minute=24)
