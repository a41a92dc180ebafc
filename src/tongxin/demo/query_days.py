"""Questions about figures that the county's case manager keeps for its townships."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows import queries
from tongxin.lib import ids

# Days before the end, whose, how it is called, whether others of the county use it, what it asks.
KEPT = (
    (40, "case_manager", "各乡镇走访，分月", True, {
        "indicator": ["visits", "visited_children"], "rows": ["place"], "columns": ["month"],
        "period": ["last_quarter"],
    }),
    (33, "case_manager", "期末在册，按年龄和性别", True, {
        "indicator": ["children_at_end"], "rows": ["age"], "columns": ["sex"], "period": ["last_month"],
    }),
)


@dataclass
class QueryDays:
    """Each kept once."""

    year: Year
    county: Division

    def plan_all(self) -> None:
        for days, role, name, is_shared, asked in KEPT:
            at = self.year.end - timedelta(days=days)
            if at >= self.year.district.starts:
                self.year.plan(at, self._keep, role=role, name=name, asked=asked, is_shared=is_shared)

    def _keep(self, at: datetime, role: str, name: str, asked: dict[str, list[str]], is_shared: bool) -> None:
        actor: Actor | None = self.year.cast.at_place(role, self.county.id, at=at)
        if actor is not None:
            queries.keep(
                query_id=ids.new_id(), name=name, asked=asked, is_shared=is_shared, actor=actor.viewer, at=at
            )
