"""Those who come of age: one soon, one just now, and three whose files were closed and have been kept long enough."""

from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.demo import arrival
from tongxin.demo.lives import LIGHT, NONE, Life
from tongxin.demo.year import Year
from tongxin.flows import retention

# When they are found; when those who are of age leave, so that a visit afterwards and the term lie before the end.
FOUND_AGO, LEFT_AGO, LEAST = timedelta(days=130), timedelta(days=75), timedelta(days=140)
AGAIN, TRIES = timedelta(days=2), 4
# How many months before the end each comes of age (after it when less than 0), how hard it is, whether they leave.
YOUNG = ((2, NONE, True), (2, NONE, True), (2, NONE, True), (-3, LIGHT, False), (1, NONE, False))
OF_AGE, MONTHS = 18, 12
# What has to be settled before anybody leaves.
UNSETTLED = ("need_answer", "referral_answer", "household_check", "safety_check")
LOOKED, PROPOSED = timedelta(hours=3), timedelta(hours=2)


class AgeDays:
    """Young people of one village on their way out of the file."""

    def __init__(self, year: Year, *, village: Division) -> None:
        self.year, self.village = year, village

    def plan_all(self, *, start: datetime) -> None:
        """Found early, gone in the last quarter, listed and proposed on the last morning."""
        if self.year.end - start < LEAST:
            return
        for number, (ago, trouble, leaves) in enumerate(YOUNG):
            at = self.year.end - FOUND_AGO + timedelta(days=number, hours=1)
            self.year.plan(at, self._find, months=_months(at, self.year.end, ago), trouble=trouble, leaves=leaves)
        self.year.plan(self.year.end - LOOKED, self._list)
        self.year.plan(self.year.end - PROPOSED, self._propose)

    def _find(self, at: datetime, months: int, trouble: int, leaves: bool) -> None:
        life = arrival.found(self.year, self.village, at, months=months, trouble=trouble)
        if life is None:
            return
        life.flags.add("grown")
        if leaves:
            life.flags.add("danger")
            self.year.plan(self.year.end - LEFT_AGO, self._leave, life=life)

    def _leave(self, at: datetime, life: Life, tries: int = TRIES) -> None:
        """The case ends because the child is of age; what the young person agreed to is taken over."""
        case = Case.objects.get(id=life.child_id)
        waits = case.in_crisis or Task.objects.filter(case=case, state__in=LIVE, form__in=UNSETTLED).exists()
        if waits and tries:
            self.year.plan(at + AGAIN, self._leave, life=life, tries=tries - 1)
        elif not waits and case.is_open:
            desk = self.year.cast.at_place("child_supervisor", life.town_id, at=at)
            self.year.write(
                life, "case_closure", actor=desk, at=at, reason="turned_18", handed_to="区民政局社会救助科",
                taken_over="yes",
            )

    def _list(self, at: datetime) -> None:
        """The night's look at what has been kept long enough."""
        retention.look_for_due(at)

    def _propose(self, at: datetime) -> None:
        """One of the due files is put forward; the others, and the second person's word, wait."""
        desk = self.year.cast.at_place("case_manager", self.village.county_id, at=at)
        due = retention.due_for(viewer=desk.viewer, at=at) if desk else []
        if desk and len(due) > 1:
            retention.propose(due_ids=[due[0].id], actor=desk.viewer, at=at)


def _months(at: datetime, end: datetime, ago: int) -> int:
    """How old somebody is, in months, who comes of age so many months before the end."""
    until = (end.year - at.year) * MONTHS + end.month - at.month
    return OF_AGE * MONTHS - until + ago
