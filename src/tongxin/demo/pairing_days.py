"""Companions with their checks and visits, class meetings, and two needs that bodies offer to take up.

Nothing here draws from the year's own chance, so that no other story is shifted.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.outside_desks import giver
from tongxin.demo.year import Year
from tongxin.flows import gathering, pairing, pairing_companions, pairing_identity, taking_up, wanted_reading
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.identity_numbers import check_digit
from tongxin.pairings.models import Companion, Offer, Pairing, Wanted
from tongxin.people.models import Child

SPACE = UUID("6f1d2c5e-5a0b-4c3e-9f57-3f7f0c1f8a11")
# Kind, name, sex, what they can do; the last one's checks are left unfinished.
COMPANIONS = (
    ("mentor", "程远航", "male", ["study", "talk"]), ("mother", "叶春梅", "female", ["talk", "life"]),
    ("peer", "罗小川", "male", ["play"]),
)
# Among how many files, and how far apart, the children of these stories are.
AMONG, STEP = 40, 3
NEEDED = ("record", "training", "promise")
TOLD = (
    "一起看了一小时书，孩子主动说起班里的事。", "陪着去了图书馆，回来路上聊了以后想做什么。",
    "打了一会儿球，孩子比上次放松。",
    "一起做饭，孩子说想学会做给奶奶吃。",
)
# Who held them; the two part-time professionals where the county has them, else the county's desk.
MEETINGS = (
    ("psych_teacher", "class_meeting", "feelings", "middle", 46, 46),
    ("legal_adviser", "class_meeting", "bullying", "middle", 45, 1),
    ("family_educator", "parents_school", "parenting", "middle", 38, 38),
    ("psych_teacher", "class_meeting", "safety", "primary_high", 41, 41),
)
WANTS = (
    ("study", "from_6", "一名小学生，每周需要有人辅导两次数学，一次一小时，到放寒假。"),
    ("company", "from_12", "一名初中生，希望周末有人一起去图书馆或打球。"),
    ("study", "from_6", "一名小学生，想学写毛笔字，每两周一次，一次一小时。"),
)
# How many needs nobody offered for yet, so that the organisation's login has one to take up.
LEFT = 1


class PairingDays:
    """What the county's desk, the school and a body do of it."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        """Companions early, pairings a month later with a visit every three weeks; needs in the last days."""
        for number in range(len(COMPANIONS)):
            self.year.plan(start + timedelta(days=9, minutes=number), self._register, number=number)
        begun = start + timedelta(days=40)
        for number in range(2):
            self.year.plan(begun + timedelta(minutes=number), self._pair, number=number)
        for turn in range(12):
            at = begun + timedelta(days=21 * (turn + 1), minutes=turn)
            if at < self.year.end:
                self.year.plan(at, self._visit, turn=turn)
        for number in range(len(MEETINGS)):
            at = start + timedelta(days=50 + 60 * number)
            if at < self.year.end:
                self.year.plan(at, self._meet, number=number)
        for number in range(len(WANTS)):
            at = self.year.end - timedelta(days=4, minutes=number)
            if at > begun:
                self.year.plan(at, self._publish, number=number)
                if number < len(WANTS) - LEFT:
                    self.year.plan(at + timedelta(days=1), self._offer, number=number)
        if self.year.end - timedelta(days=2) > begun:
            self.year.plan(self.year.end - timedelta(days=2), self._accept)

    def _desk(self, at: datetime, role: str = "case_manager") -> Actor | None:
        return self.year.cast.at_place(role, self.county.id, at=at)

    def _second(self, desk: Actor, at: datetime) -> Actor | None:
        """Somebody else of the county's desk."""
        found = self._desk(at, "social_worker")
        return found if found is not None and found.viewer.person_id != desk.viewer.person_id else None

    def _try(self, what: Callable[[], object], at: datetime) -> None:
        try:
            what()
        except (NotAllowed, Refused) as refused:
            self.year.refuse("pairings", refused, at=at)

    def _register(self, at: datetime, number: int) -> None:
        desk = self._desk(at)
        if desk is None:
            return
        kind, name, sex, skills = COMPANIONS[number]
        given = {"name": [name], "phone": [f"1390000{number:04d}"], "sex": [sex], "skills": skills}
        self._try(lambda: self._checked(desk, kind, given, number, at), at)

    def _checked(self, desk: Actor, kind: str, given: dict[str, list[str]], number: int, at: datetime) -> None:
        row = pairing_companions.register(
            kind=kind, organisation_id=None, town_id=None, given=given, actor=desk.viewer, at=at
        )
        number_of = f"37011619800101{number:03d}"
        for actor in (desk, self._second(desk, at)):
            if actor is not None:
                pairing_identity.identify(
                    companion_id=row.id, id_no=number_of + check_digit(number_of), actor=actor.viewer, at=at
                )
        for check in NEEDED[: 1 if number == len(COMPANIONS) - 1 else len(NEEDED)]:
            pairing_companions.check(
                companion_id=row.id, kind=check, result="clear", done_on=at.astimezone(CHINA).date().isoformat(),
                proof="查询结果已存档，编号示例", actor=desk.viewer, at=at,
            )

    def _pair(self, at: datetime, number: int) -> None:
        desk = self._desk(at)
        rows = Companion.objects.filter(county_id=self.county.id, checked_until__isnull=False).order_by("number")
        child = self._child(desk, at, number) if desk else None
        if desk is None or child is None or number >= rows.count():
            return
        given = {"child_agrees": ["yes"], "guardian_agrees": ["yes"], "place": ["station"]}
        self._try(lambda: pairing.begin(
            child_id=child.id, companion_id=rows[number].id, given=given, actor=desk.viewer, at=at
        ), at)

    def _child(self, desk: Actor, at: datetime, number: int) -> Child | None:
        """Children in calm cases, in the order in which their files were opened."""
        calm = Case.objects.filter(is_open=True, in_crisis=False).values("id")
        rows = access.visible(Child.objects.filter(id__in=calm), viewer=desk.viewer, part=pairing.PART, at=at)
        found = list(rows.order_by("id")[:AMONG])
        return found[(1 + STEP * number) % len(found)] if found else None

    def _visit(self, at: datetime, turn: int) -> None:
        desk = self._desk(at)
        rows = list(Pairing.objects.filter(to_on__isnull=True).order_by("begun_at", "id"))
        if desk is None or not rows:
            return
        row = rows[turn % len(rows)]
        given = {
            "met_on": [at.astimezone(CHINA).date().isoformat()], "way": ["visit"], "minutes": ["60"], "others": ["yes"],
            "worry": ["no"], "did": [TOLD[turn % len(TOLD)]],
        }
        self._try(lambda: pairing.log(
            pairing_id=row.id, contact_id=uuid5(SPACE, f"visit {turn}"), given=given, actor=desk.viewer, at=at
        ), at)

    def _meet(self, at: datetime, number: int) -> None:
        role, kind, topic, grade, came, first = MEETINGS[number]
        teacher = self._desk(at, role) or self._desk(at)
        if teacher is None:
            return
        given = {
            "kind": [kind], "held_on": [at.astimezone(CHINA).date().isoformat()], "topic": [topic], "grade": [grade],
            "came": [str(came)], "first_time": [str(first)],
        }
        self._try(lambda: gathering.add(
            gathering_id=uuid5(SPACE, f"meeting {number}"), given=given, actor=teacher.viewer, at=at
        ), at)

    def _publish(self, at: datetime, number: int) -> None:
        desk = self._desk(at)
        child = self._child(desk, at, 10 + number) if desk else None
        if desk is None or child is None:
            return
        kind, ages, what = WANTS[number]
        until = (at + timedelta(days=60)).astimezone(CHINA).date().isoformat()
        given = {"kind": [kind], "ages": [ages], "what": [what], "until_on": [until]}
        self._try(lambda: self._published(desk, child, given, at), at)

    def _published(self, desk: Actor, child: Child, given: dict[str, list[str]], at: datetime) -> None:
        row = taking_up.publish(child_id=child.id, given=given, actor=desk.viewer, at=at)
        if (second := self._second(desk, at)) is not None:
            wanted_reading.read(wanted_id=row.id, agrees=True, reason="", actor=second.viewer, at=at)

    def _offer(self, at: datetime, number: int) -> None:
        body = giver(self.year, self.county, at=at)
        wanted = Wanted.objects.filter(county_id=self.county.id, state=Wanted.OPEN).order_by("number")
        if body is None or number >= wanted.count():
            return
        given = {"how": ["两名有经验的志愿者轮流来，每次都有工作人员在场。"]}
        self._try(lambda: taking_up.offer(
            wanted_id=wanted[number].id, given=given, actor=body.viewer, at=at
        ), at)

    def _accept(self, at: datetime) -> None:
        desk, row = self._desk(at), Offer.objects.filter(state=Offer.WAITING).order_by("at", "id").first()
        if desk is not None and row is not None:
            self._try(lambda: taking_up.answer(
                offer_id=row.id, agrees=True, reason="", actor=desk.viewer, at=at
            ), at)
