"""Children who move to another county or come from one, and a case taken up again."""

from datetime import datetime

from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.demo.happenings import Happenings
from tongxin.demo.lives import Life
from tongxin.demo.year import Year
from tongxin.people.models import Child

# A county that works with this system too.
NEAR = "510104"
# When in the year, and where to; the last is still waiting for an answer.
OUT = ((0.35, NEAR), (0.55, NEAR), (0.985, NEAR))
# To another town of the county; the last waits too.
TOWNS = (0.7, 0.99)
REOPENED = (0.93, 0.96)


class Moves:
    """Transfers and re-openings of the year."""

    def __init__(self, year: Year, *, happenings: Happenings) -> None:
        self.year, self.happenings = year, happenings
        self.chance = year.stream("moves")

    def plan_all(self) -> None:
        span = self.year.end - self.happenings.start
        for share, code in OUT:
            self.year.plan(_at_ten(self.happenings.start + span * share), self._leave, code=code)
        for share in TOWNS:
            self.year.plan(_at_ten(self.happenings.start + span * share), self._change_town)
        for share in REOPENED:
            self.year.plan(_at_ten(self.happenings.start + span * share), self._reopen)

    def _leave(self, at: datetime, code: str) -> None:
        life = self._calm(at)
        if life is not None:
            life.flags |= {"moved", "danger"}
            desk = self.year.cast.at_place("case_manager", life.county_id, at=at)
            self.year.write(life, "transfer_out", actor=desk, at=at, to=code)

    def _change_town(self, at: datetime) -> None:
        """A family moves within the county: the other town's supervisor takes the child over."""
        life = self._calm(at)
        child = Child.objects.filter(id=life.child_id).first() if life else None
        if life is None or child is None or child.town_id is None:
            return
        towns = Division.objects.filter(level="town", county_id=child.county_id).exclude(id=child.town_id)
        for town in towns.order_by("code"):
            if self.year.cast.post_of("child_supervisor", town.id) is not None:
                life.flags |= {"moved", "danger"}
                desk = self.year.cast.at_place("child_supervisor", child.town_id, at=at)
                self.year.write(life, "transfer_out", actor=desk, at=at, to=town.code)
                return

    def _calm(self, at: datetime) -> Life | None:
        among = [life for life in self.happenings.lives if not life.flags]
        for life in self.chance.sample(among, min(8, len(among))):
            if Case.objects.filter(id=life.child_id, is_open=True, in_crisis=False).exists():
                return life
        return None

    def _reopen(self, at: datetime) -> None:
        """A closed case in which something new was seen."""
        for life in self.happenings.lives:
            if "reopened" not in life.flags and Case.objects.filter(id=life.child_id, stage="closed").exists():
                life.flags.add("reopened")
                life.trouble, life.begins, life.eases = 1, at.date(), ()
                desk = self.year.cast.at_place("case_manager", life.county_id, at=at)
                self.year.write(life, "reopen", actor=desk, at=at)
                return


def _at_ten(moment: datetime) -> datetime:
    return moment.replace(hour=10, minute=12, second=0, microsecond=0)
