"""The clinical supervisor looks at counselling: two meetings were held, some sessions still wait for one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows import supervising
from tongxin.flows.refusals import NotAllowed, Refused

ROLE = "clinical_supervisor"
# Days before the end, in which way, how many sessions were looked at, and what was said.
MEETINGS = (
    (24, "face", 6, "一起看了前几次的记录：先问危险再谈话，做得好；放松练习可以再慢一点，下次带录音来。"),
    (6, "video", 4, "讨论了缺席两次的孩子：先打电话问家里，再约一次单独谈。咨询师自己也要按时休息。"),
)


@dataclass
class SupervisionDays:
    """Meetings on the sessions of whoever counselled most of those that nobody has looked at."""

    year: Year
    county_id: int

    def plan_all(self) -> None:
        for days, way, most, note in MEETINGS:
            moment = (self.year.end - timedelta(days=days)).astimezone(CHINA).replace(hour=16, minute=20)
            self.year.plan(moment, self._meet, way=way, most=most, note=note)

    def _meet(self, at: datetime, way: str, most: int, note: str) -> None:
        actor = self._supervisor(at)
        if actor is None:
            return
        rows = supervising.by_post(
            each for each in supervising.waiting(viewer=actor.viewer, at=at)
            if each.entry.person_id != actor.viewer.person_id
        )
        if not rows:
            return
        post_id, waiting = max(rows.items(), key=lambda each: len(each[1]))
        try:
            supervising.record_supervision(
                post_id=post_id, entry_ids=[each.entry.id for each in waiting[:most]],
                held_on=at.astimezone(CHINA).date(), way=way, note=note, actor=actor.viewer, at=at,
            )
        except (NotAllowed, Refused) as refused:
            self.year.refuse("supervision", refused, at=at)

    def _supervisor(self, at: datetime) -> Actor | None:
        return self.year.cast.at_place(ROLE, self.county_id, at=at)
