"""The supervisors ask families about visits again: drawn each week by itself, asked, some still waiting."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.demo.year import Year
from tongxin.flows import rechecks
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids

ROLE, DESK = "child_supervisor", "case_manager"
# Days before the end on which the last are asked about, and between one time and the next.
LAST, FORTNIGHT = 5, 14
# What came of one after the other; the last week's still wait.
SAID: tuple[tuple[str, str, str], ...] = (
    ("agreed", "家里说那天来过，坐了半个多小时。", "家里记得您，说孩子愿意和您说话。谢谢。"),
    ("unreached", "", ""),
    ("differs", "奶奶说是前一天来的，别的都对。", "日期差了一天，下次当天记。谈的内容家里都记得。"),
    ("agreed", "孩子说老师一样的阿姨来过，问了学习。", "家里说得和记录一样。"),
)


@dataclass
class RecheckDays:
    """What the worker drew on Mondays is asked about every second Thursday, before it is late; the last still wait."""

    year: Year
    county: Division

    def plan_all(self) -> None:
        towns = Division.objects.filter(level="town", county_id=self.county.id, valid_to__isnull=True)
        who = [(ROLE, place) for place in towns.order_by("code").values_list("id", flat=True)]
        days = (self.year.end - self.year.district.starts).days
        for number, (role, place_id) in enumerate([*who, (DESK, self.county.id)]):
            for before in range(LAST, days, FORTNIGHT):
                moment = (self.year.end - timedelta(days=before)).astimezone(CHINA)
                at = moment.replace(hour=15, minute=20 + number % 40)
                self.year.plan(at, self._ask, role=role, place_id=place_id)

    def _ask(self, at: datetime, role: str, place_id: int) -> None:
        actor = self.year.cast.at_place(role, place_id, at=at)
        if actor is None:
            return
        mine = rechecks.seen_by(actor.viewer, at=at).filter(draw__post_id=actor.post_id, settled_at__isnull=True)
        for row in mine.order_by("due_on", "number"):
            result, notes, told = SAID[(row.number + row.tries) % len(SAID)]
            given = {
                "result": [result], "way": ["phone"], "done_on": [at.astimezone(CHINA).date().isoformat()],
                "notes": [notes], "told": [told], **({"differ_in": ["day"]} if result == "differs" else {}),
            }
            try:
                rechecks.say(check_id=row.id, said_id=ids.new_id(), given=given, actor=actor.viewer, at=at)
            except (NotAllowed, Refused) as refused:
                self.year.refuse("rechecks", refused, at=at)
