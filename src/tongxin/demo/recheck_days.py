"""The supervisors ask families about visits again: drawn each week of the last month, asked, some still waiting."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows import rechecks
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids

ROLE, WEEKS, TOWNS = "child_supervisor", (28, 21, 14, 7, 1), 3
# What came of one after the other; the last week's still wait.
SAID: tuple[tuple[str, str, str], ...] = (
    ("agreed", "家里说那天来过，坐了半个多小时。", "家里记得您，说孩子愿意和您说话。谢谢。"),
    ("unreached", "", ""),
    ("differs", "奶奶说是前一天来的，别的都对。", "日期差了一天，下次当天记。谈的内容家里都记得。"),
    ("agreed", "孩子说老师一样的阿姨来过，问了学习。", "家里说得和记录一样。"),
)


@dataclass
class RecheckDays:
    """Some weeks in the first towns of the county."""

    year: Year
    county: Division

    def plan_all(self) -> None:
        towns = Division.objects.filter(level="town", county_id=self.county.id, valid_to__isnull=True)
        for number, town_id in enumerate(towns.order_by("code").values_list("id", flat=True)[:TOWNS]):
            for days in WEEKS:
                moment = (self.year.end - timedelta(days=days)).astimezone(CHINA).replace(hour=9, minute=20 + number)
                self.year.plan(moment, self._draw, town_id=town_id)
                if days > min(WEEKS):
                    self.year.plan(moment + timedelta(days=3, hours=6), self._ask, town_id=town_id)

    def _who(self, town_id: int, at: datetime) -> Actor | None:
        return self.year.cast.at_place(ROLE, town_id, at=at)

    def _draw(self, at: datetime, town_id: int) -> None:
        actor = self._who(town_id, at)
        if actor is not None:
            try:
                rechecks.draw_week(actor=actor.viewer, at=at)
            except Refused as refused:
                # In a quiet week there is no visit to draw.
                if refused.zh != rechecks.NOTHING:
                    self.year.refuse("rechecks", refused, at=at)

    def _ask(self, at: datetime, town_id: int) -> None:
        actor = self._who(town_id, at)
        if actor is None:
            return
        for row in rechecks.seen_by(actor.viewer, at=at).filter(settled_at__isnull=True).order_by("due_on", "number"):
            result, notes, told = SAID[(row.number + row.tries) % len(SAID)]
            given = {
                "result": [result], "way": ["phone"], "done_on": [at.astimezone(CHINA).date().isoformat()],
                "notes": [notes], "told": [told], **({"differ_in": ["day"]} if result == "differs" else {}),
            }
            try:
                rechecks.say(check_id=row.id, said_id=ids.new_id(), given=given, actor=actor.viewer, at=at)
            except (NotAllowed, Refused) as refused:
                self.year.refuse("rechecks", refused, at=at)
