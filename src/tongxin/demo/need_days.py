"""Families who say at a visit in the last days that a benefit didn't come: what /needs/ lists on the last morning."""

from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.demo.happenings import Happenings
from tongxin.demo.lives import Life
from tongxin.demo.year import Year

# How many days before the end somebody visits, one family each; the clerk is away by then (`last_days`).
BEFORE = (6, 4, 2, 1)
KEPT = frozenset({"danger", "showcase", "moved", "closing"})


class NeedDays:
    """Visits at which money is missing."""

    def __init__(self, year: Year, *, happenings: Happenings, village: Division) -> None:
        self.year, self.happenings, self.village = year, happenings, village

    def plan_all(self) -> None:
        for days in BEFORE:
            moment = (self.year.end - timedelta(days=days)).replace(hour=15, minute=8)
            self.year.plan(moment, self._unpaid)

    def _unpaid(self, at: datetime) -> None:
        for life in self._families():
            life.flags.add("unpaid")
            actor = self.happenings.director(life, at)
            if self.year.write(life, "visit_record", actor=actor, at=at, unpaid=True) is not None:
                return

    def _families(self) -> list[Life]:
        """Children of the township who live calmly; those of the village first."""
        cases = Case.objects.filter(town_id=self.village.town_id, is_open=True, in_crisis=False)
        ids = set(cases.exclude(stage="registered").values_list("id", flat=True))
        found = [
            life for life in self.happenings.lives if life.child_id in ids and not life.flags & {*KEPT, "unpaid"}
        ]
        return sorted(found, key=lambda life: life.village_id != self.village.id)
