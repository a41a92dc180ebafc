"""A year of lectures, theme days, a holiday camp, an outing of forty, publicity, and one number that nobody believes.

Nothing here draws from the year's own chance, so that no other story is shifted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.activities.models import Activity, Occasion
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows.activities import leading, listing, occasions, planning, publicity, returning, signing
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child

SPACE = UUID("2f3b5d0e-96f3-4a50-8a1b-0c35d0f7b0a7")
DESK, SUPERVISOR = "case_manager", "child_supervisor"
# Days after the start, kind, title, purpose, audience, topic, place, expected, came, first.
PLANS = (
    (20, "lecture", "春季心理健康讲座", "know", "carers", "feelings", "区未保中心", 120, 112, 112),
    (75, "in_school", "心理健康进校园", "protect", "pupils", "safety", "城关小学", 300, 286, 240),
    (110, "lecture", "家长怎么听孩子说话", "parenting", "carers", "parenting", "镇社工站", 60, 48, 30),
    (150, "theme_day", "六一主题日", "company", "in_need", "interest", "镇儿童之家", 80, 74, 41),
    (195, "safety_class", "安全自护课", "protect", "left_behind", "safety", "镇社工站", 40, 36, 20),
    (260, "lecture", "秋季心理健康讲座", "know", "workers", "life", "区未保中心", 90, 83, 51),
    (300, "in_community", "心理健康进社区", "know", "residents", "law", "东升社区", 150, 141, 120),
)
OUTING, LISTED = ("福彩圆梦—北京欢迎你", 180), 40
CHANNELS = (
    (30, "news_site", "心理健康专栏开通", 1, 5200, "platform"), (60, "video", "怎样和孩子说话", 1, 18600, "platform"),
    (90, "microblog", "认识情绪", 12, 9400, "platform"), (120, "official_account", "暑假安全提醒", 4, 7300, "platform"),
    (160, "group_chat", "家长群转发防溺水、防性侵提示", 36, None, "none"),
    (210, "household", "督导员、儿童主任入户宣传", 75, 4100, "handed_out"),
)
YES = {"answer": ["yes"], "way": ["paper"], "child_wants": ["yes"]}


@dataclass
class ActivityDays:
    """What the county's desk and a town's supervisor hold and publish."""

    year: Year
    county: Division
    made: dict[str, Activity] = field(default_factory=dict)

    def plan_all(self, *, start: datetime) -> None:
        """Each thing on its day, as far as the played time reaches; the doubted number in the last days."""
        for number, each in enumerate(PLANS):
            self._on(start + timedelta(days=each[0], minutes=number), self._hold, number=number)
        for number, line in enumerate(CHANNELS):
            self._on(start + timedelta(days=line[0], hours=1), self._publish, number=number)
        self._on(start + timedelta(days=OUTING[1] - 20), self._plan_outing)
        self._on(start + timedelta(days=OUTING[1] - 15), self._approve_outing)
        self._on(start + timedelta(days=OUTING[1]), self._go)
        self._on(self.year.end - timedelta(days=3, hours=1), self._boast)

    def _on(self, at: datetime, act: Callable[..., None], **more: int) -> None:
        if at < self.year.end:
            self.year.plan(at, act, **more)

    def _desk(self, at: datetime) -> Actor | None:
        return self.year.cast.at_place(DESK, self.county.id, at=at)

    def _try(self, what: Callable[[], object], at: datetime) -> None:
        try:
            what()
        except (NotAllowed, Refused) as refused:
            self.year.refuse("activities", refused, at=at)

    def _given(self, at: datetime, kind: str, title: str, number: int, **more: str) -> dict[str, list[str]]:
        day = at.astimezone(CHINA).date().isoformat()
        said = {
            "kind": kind, "title": title, "goal": "参加的人说得出一两个办法", "first_day": day, "last_day": day,
            "expected": str(number), **more,
        }
        return {name: [value] for name, value in said.items()}

    def _hold(self, at: datetime, number: int) -> None:
        desk = self._desk(at)
        if desk is None:
            return
        _, kind, title, purpose, audience, topic, place, expected, came, first = PLANS[number]
        given = self._given(at, kind, title, expected, purpose=purpose, audience=audience, topic=topic, place=place)
        self._try(lambda: self._held(desk, given, number, came, first, at), at)

    def _held(
        self, desk: Actor, given: dict[str, list[str]], number: int, came: int, first: int, at: datetime
    ) -> None:
        row = planning.plan(activity_id=uuid5(SPACE, f"plan {number}"), given=given, actor=desk.viewer, at=at)
        held = occasions.begin(
            activity_id=row.id, occasion_id=uuid5(SPACE, f"held {number}"), actor=desk.viewer, at=at
        )
        code, _ = signing.issue(occasion_id=held.id, actor=desk.viewer, at=at)
        for turn in range(8):
            self._arrive(code, number, turn, at + timedelta(minutes=turn))
        told = {"came": [str(came)], "first_time": [str(first)]}
        occasions.count(activity_id=row.id, occasion_id=held.id, given=told, actor=desk.viewer, at=at)
        done = {"outcome": ["whole"], "summary": ["来的人听得认真，会后有人留下来问。下次多留提问的时间。"]}
        planning.close(activity_id=row.id, given=done, actor=desk.viewer, at=at + timedelta(hours=2))

    def _arrive(self, code: str, number: int, turn: int, at: datetime) -> None:
        given = {"whom": ["carer"], "many": [str(1 + turn % 3)], "first_time": ["yes" if turn % 2 else "no"]}
        signing.sign(code, sign_id=uuid5(SPACE, f"sign {number} {turn}"), given=given, at=at)
        said = {"helpful": [str(5 - turn % 3)], "clear": [str(5 - turn % 2)], "again": ["yes"]}
        signing.say(code, feedback_id=uuid5(SPACE, f"said {number} {turn}"), given=said, at=at)

    def _plan_outing(self, at: datetime) -> None:
        desk = self._supervisor(at)
        if desk is None:
            return
        days = [(at + timedelta(days=20 + more)).astimezone(CHINA).date().isoformat() for more in (0, 5)]
        given = self._given(
            at, "outing", OUTING[0], LISTED, purpose="strength", audience="in_need", topic="nation", place="北京",
            adults="6", insured="yes", checked="yes", first_day=days[0], last_day=days[1], budget="1",
            safety="高铁往返，一名医生随队；分四组，每组一名带队；走失先打带队电话再打110。",
        )
        given[leading.FIELD] = [str(each.post_id) for each in leading.choices(desk.viewer, at=at)[:6]]
        self._try(lambda: self._listed(desk, given, at), at)

    def _listed(self, desk: Actor, given: dict[str, list[str]], at: datetime) -> None:
        row = planning.plan(activity_id=uuid5(SPACE, "outing"), given=given, actor=desk.viewer, at=at)
        self.made["outing"] = row
        here = Child.objects.filter(county_id=self.county.id, state="present")
        rows = access.visible(here, viewer=desk.viewer, part=listing.PART, at=at)
        for number, child in enumerate(rows.order_by("id")[:LISTED]):
            listing.put(
                activity_id=row.id, file_no=child.file_no, group=1 + number % 4, actor=desk.viewer, at=at
            )

    def _supervisor(self, at: datetime) -> Actor | None:
        """The supervisor of the first town that has one."""
        for town in Division.objects.filter(level="town", county_id=self.county.id).order_by("code"):
            if (found := self.year.cast.at_place(SUPERVISOR, town.id, at=at)) is not None:
                return found
        return None

    def _approve_outing(self, at: datetime) -> None:
        row, actor = self.made.get("outing"), self._desk(at)
        if row is not None and actor is not None:
            self._try(lambda: planning.decide(
                activity_id=row.id, agrees=True, reason="", actor=actor.viewer, at=at
            ), at)

    def _go(self, at: datetime) -> None:
        desk, row = self._supervisor(at), self.made.get("outing")
        if desk is None or row is None:
            return
        row.refresh_from_db()
        if row.state == Activity.APPROVED:
            self._try(lambda: self._gone(desk, row, at), at)

    def _gone(self, desk: Actor, row: Activity, at: datetime) -> None:
        day = at.astimezone(CHINA).date().isoformat()
        there = []
        for line, child in listing.listed_for(row, desk.viewer, at=at)[0]:
            carer = child.carers.filter(to_on__isnull=True, is_concern=False).first()
            relation = carer.relation if carer and carer.relation in KNOWN else "village_committee"
            given = {**YES, "relation": [relation], "day": [day]}
            listing.answer(activity_id=row.id, listed_id=line.id, given=given, actor=desk.viewer, at=at)
            there.append(line.id)
        held = occasions.begin(activity_id=row.id, occasion_id=uuid5(SPACE, "gone"), actor=desk.viewer, at=at)
        listing.tick(occasion_id=held.id, listed=there, actor=desk.viewer, at=at)
        self._on(at + timedelta(days=5, hours=7), self._back)

    def _back(self, at: datetime) -> None:
        """Five days later everybody is in the hands of those who agreed."""
        desk, row = self._supervisor(at), self.made.get("outing")
        if desk is None or row is None:
            return
        for line, _child in listing.listed_for(row, desk.viewer, at=at)[0]:
            given = {
                "relation": [str(line.consent.get("relation", ""))], "signed": ["yes"], "well": ["yes"],
                "day": [at.astimezone(CHINA).date().isoformat()],
            }
            self._try(partial(
                returning.hand_back, activity_id=row.id, listed_id=line.id, given=given, actor=desk.viewer, at=at
            ), at)

    def _publish(self, at: datetime, number: int) -> None:
        desk = self._desk(at)
        if desk is None:
            return
        _, channel, title, times, reach, source = CHANNELS[number]
        given = {
            "channel": [channel], "title": [title], "published_on": [at.astimezone(CHINA).date().isoformat()],
            "times": [str(times)], "reach_from": [source], "shows_child": ["no"],
            **({"reach": [str(reach)]} if reach else {}),
        }
        self._try(lambda: publicity.add(
            line_id=uuid5(SPACE, f"line {number}"), given=given, actor=desk.viewer, at=at
        ), at)

    def _boast(self, at: datetime) -> None:
        """Fifty thousand times of publicity in one line, which the desk has not believed yet."""
        desk = self._desk(at)
        if desk is None or Occasion.objects.filter(id=uuid5(SPACE, "boast")).exists():
            return
        given = {
            "channel": ["broadcast"], "title": ["家庭教育、心理健康宣传"], "times": ["50000"], "shows_child": ["no"],
            "published_on": [at.astimezone(CHINA).date().isoformat()], "reach_from": ["estimate"],
        }
        self._try(lambda: publicity.add(
            line_id=uuid5(SPACE, "boast"), given=given, reason="各村广播一年累计，村里报的数", actor=desk.viewer, at=at
        ), at)


KNOWN = frozenset({
    "father", "mother", "paternal_grandfather", "paternal_grandmother", "maternal_grandfather", "maternal_grandmother",
})
