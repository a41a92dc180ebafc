"""Conferences, disputes and entrusted care in the year: some done, some waiting, some late when the demo opens."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.core.pathway.conferences import RECORD
from tongxin.demo.cast import Actor
from tongxin.demo.lives import Life
from tongxin.demo.scene import SAFE, Answers
from tongxin.demo.year import Happening, Year
from tongxin.flows.record import Sheet

SEED = 20251131
KEPT = frozenset({"danger", "showcase", "moved", "closing", "unpaid", "course", "asks", "township", "arranged"})
ARRANGED = "arranged"
# Days before the end: two conferences that were held, one that is called for the day after tomorrow.
HELD, CALLED = (58, 26), 4
DISPUTES, ENTRUSTED = (75, 40, 12), (88, 61)
BODIES = ("education", "womens_federation", "school")


@dataclass
class ConferenceDays:
    """What the county's case manager, social worker and a village's director arrange for some families."""

    year: Year
    county_id: int
    chance: Random = field(default_factory=lambda: Random(SEED))

    def plan_all(self, *, start: datetime) -> None:
        """Everything that falls after the files were opened."""
        begun = start + timedelta(days=7)
        for number, days in enumerate(HELD):
            self._plan(begun, self._moment(days, 9, 12 + number), self._call, meets=5, holds=True, number=number)
        self._plan(begun, self._moment(CALLED, 10, 21), self._call, meets=6, holds=False, number=2)
        for number, days in enumerate(DISPUTES):
            self._plan(begun, self._moment(days, 14, 8 + number), self._dispute, number=number)
        for number, days in enumerate(ENTRUSTED):
            self._plan(begun, self._moment(days, 15, 31 + number), self._entrust, number=number)

    def _plan(self, begun: datetime, moment: datetime, happening: Happening, **given: Any) -> None:
        if moment > begun:
            self.year.plan(moment, happening, **given)

    def _moment(self, days: int, hour: int, minute: int) -> datetime:
        return (self.year.end - timedelta(days=days)).astimezone(CHINA).replace(hour=hour, minute=minute)

    def _fitting(self, at: datetime) -> Life | None:
        """The child for whom it is hardest of those about whom nothing else is being arranged."""
        for life in sorted(self.year.lives.values(), key=lambda life: (-life.difficulty(at), life.number)):
            if life.flags & KEPT or life.is_crisis or life.county_id != self.county_id or life.age(at) < 8:
                continue
            case = Case.objects.get(id=life.child_id)
            calm = not (case.in_crisis or case.state["safety_check_open"] or case.state["is_concern"])
            if case.is_open and calm:
                life.flags.add(ARRANGED)
                return life
        return None

    def _call(self, at: datetime, meets: int, holds: bool, number: int) -> None:
        life, actor = self._fitting(at), self._actor("case_manager", at)
        if life is None:
            return
        day = at.astimezone(CHINA) + timedelta(days=meets)
        called = self._write(life, "conference", {
            "why": ("departments", "no_progress", "monthly")[number], "meets_at": f"{day:%Y-%m-%d}T09:30",
            "place": "区未保中心会议室", "agenda": "上学、照料和补贴几件事一起商量，定下由谁办、哪天以前办完",
            "members": self._members(), "papers": ["summary", "benefits"], "child_hears": "社工当面听",
            "guardian_hears": "儿童主任上门听",
        }, actor, at)
        if called is not None and holds:
            self.year.plan(day.replace(hour=11, minute=40), self._hold, life=life, called=called, number=number)

    def _members(self) -> list[Answers]:
        rows: list[Answers] = [
            {"role": "social_worker", "minimum": ["who", "help", "household", "safety"]},
            {"outside": "村委会 妇联主席", "minimum": ["who", "help", "contact"]},
        ]
        return rows + [
            {"organisation": str(body), "minimum": ["help", "school"]} for body in self._bodies()
        ]

    def _bodies(self) -> list[int]:
        return [self.year.bodies[kind] for kind in BODIES if kind in self.year.bodies][:1]

    def _hold(self, at: datetime, life: Life, called: UUID, number: int) -> None:
        due = {"soon": at + timedelta(days=12), "later": at + timedelta(days=40)}
        decisions: list[Answers] = [
            {"kind": "counselling", "what": "每两周和孩子谈一次，教睡前放松", "role": "social_worker",
             "due_on": _day(due["soon"]), "done_means": "谈过第一次，约好下一次"},
            {"kind": "benefit", "what": "核对补贴为什么两个月没有到账", "role": "benefit_clerk",
             "due_on": _day(due["soon"]), "done_means": "补发到账，回复个案管理员"},
        ]
        decisions += [
            {"kind": "school", "what": "班主任每周和家里通一次话", "organisation": str(body),
             "due_on": _day(due["later"]), "done_means": "连着四周通过话，孩子没有缺课"} for body in self._bodies()
        ]
        record = self._write(life, RECORD, {
            "held": "yes", "held_on": _day(at), "child_heard": "heard", "child_view": "想先睡好觉，不想让同学知道",
            "guardian_heard": "heard", "guardian_view": "愿意配合，晚上收手机", "papers_shown": ["summary", "benefits"],
            "opinions": [
                {"who": "社工站 社工", "stand": "agree", "opinion": "先做看得见的小事"},
                {"who": "村委会 妇联主席", "stand": "agree"},
                {"who": "学校 班主任", "stand": "dissent", "opinion": "担心每周打电话家里嫌烦，建议两周一次"},
            ],
            "decisions": decisions, "next_on": _day(at + timedelta(days=30)),
        }, self._actor("case_manager", at), at, about=str(called))
        if record is None:
            return
        self.year.plan(at + timedelta(days=8), self._answer, life=life, about=f"{record}:1", outcome="done")
        if number == 0:
            self.year.plan(at + timedelta(days=11), self._answer, life=life, about=f"{record}:2", outcome="part")

    def _answer(self, at: datetime, life: Life, about: str, outcome: str) -> None:
        answers: Answers = {"outcome": outcome, "done_on": _day(at), "note": "照会上定的做了"}
        if outcome == "part":
            answers |= {"reason": "银行卡换了，等家里补新卡号", "next_on": _day(at + timedelta(days=45))}
        self._write(life, "decision_answer", answers, self._actor("case_manager", at), at, about=about)

    def _dispute(self, at: datetime, number: int) -> None:
        life, actor = self._fitting(at), self._actor("social_worker", at)
        if life is None:
            return
        parties = [{"name": life.slots.get("carer") or "照料人", "party": "grandparent", "agrees": "yes"},
                   {"name": "孩子的父亲", "party": "father", "agrees": "yes"}]
        taken = self._write(life, "mediation", {
            **SAFE, "kind": ("support", "custody", "parent_child")[number], "taken_on": _day(at),
            "asked_by": "guardian", "parties": parties, "matter": "抚养费谁出、多久来看孩子一次，说不到一起",
            "child_part": "heard", "child_view": "希望爸爸每个月回来一次",
            "best_for_child": "住处和学校不变，大人不当着孩子吵",
        }, actor, at)
        if taken is not None and number < len(DISPUTES) - 1:
            self.year.plan(at + timedelta(days=9), self._settle, life=life, about=str(taken), agreed=number == 0)

    def _settle(self, at: datetime, life: Life, about: str, agreed: bool) -> None:
        answers: Answers = {"met_on": _day(at), "done": ["separate", "counselling", "law", "talked", "aid_told"]}
        if agreed:
            answers |= {
                "outcome": "agreed", "agreed_on": _day(at), "next_on": _day(at + timedelta(days=30)),
                "parties": [{"name": "照料人", "party": "grandparent"}, {"name": "孩子的父亲", "party": "father"}],
                "matter": "孩子的抚养费和探望", "for_child": "孩子的住处和学校不变，大人不当着孩子争吵",
                "terms": [{"who": "孩子的父亲", "what": "每月 5 日前给抚养费 800 元，每月回来看孩子一次"},
                          {"who": "照料人", "what": "孩子生病当天告诉父亲"}],
            }
        else:
            answers |= {"outcome": "failed", "reason": "父亲不同意出抚养费", "then": "legal_aid"}
        self._write(life, "mediation_result", answers, self._actor("social_worker", at), at, about=about)
        if agreed:
            self.year.plan(at + timedelta(days=29), self._follow, life=life, about=about)

    def _follow(self, at: datetime, life: Life, about: str) -> None:
        answers: Answers = {
            **SAFE, "visited_on": _day(at), "outcome": "kept", "change": "better",
            "found": "抚养费给了，父亲回来过一次",
            "next_on": _day(at + timedelta(days=60)),
        }
        self._write(life, "mediation_follow", answers, self._actor("social_worker", at), at, about=about)

    def _entrust(self, at: datetime, number: int) -> None:
        life = self._fitting(at)
        director = self._director(life, at)
        if life is None:
            return
        # The second ends some days after the demo opens: to be renewed, or the child fetched.
        ends = self.year.end + timedelta(days=(150, 9)[number])
        made = self._write(life, "entrusted_care", {
            "by": [{"name": "孩子的父亲", "relation": "father", "stays_at": "外省工地"}], "reason": "away",
            "carer_name": "孩子的姨妈", "carer_relation": "aunt", "carer_phone": "13800006611", "capable": "yes",
            **dict.fromkeys(("bar_violence", "bar_habits", "bar_neglect", "bar_other"), "no"),
            "visited_on": _day(at - timedelta(days=2)), "visit_found": "住处干净，孩子和姨妈熟，有自己的床",
            "child_heard": "heard", "child_view": "愿意住姨妈家，想每天和爸爸视频", "starts_on": _day(at),
            "ends_on": _day(ends), "contact": "weekly", "urgent": "先送镇卫生院，同时打爸爸电话",
            "told_school": "yes", "told_village": ("yes", "not_yet")[number], "signed_on": _day(at),
        }, director, at)
        for days in (7, 37) if made is not None else ():
            kept = "no" if number == 1 and days > 7 else "yes"
            self.year.plan(at + timedelta(days=days), self._check, life=life, kept=kept)

    def _check(self, at: datetime, life: Life, kept: str) -> None:
        answers: Answers = {
            **SAFE, "checked_on": _day(at), "seen_in_person": "yes", "contact_kept": kept, "care": "good",
            "told_school": "yes", "told_village": "yes", "outcome": "goes_on", "found": "吃住都好，作业有人看",
            **({"urged": "当场给父亲打了电话，约好每周日视频"} if kept == "no" else {}),
        }
        self._write(life, "entrusted_check", answers, self._director(life, at), at)

    def _director(self, life: Life | None, at: datetime) -> Actor | None:
        return self.year.cast.at_place("child_director", life.village_id, at=at) if life else None

    def _actor(self, role: str, at: datetime) -> Actor | None:
        return self.year.cast.at_place(role, self.county_id, at=at)

    def _write(
        self, life: Life, form: str, answers: Answers, actor: Actor | None, at: datetime, about: str = ""
    ) -> UUID | None:
        """Record one form; None where nobody acts, the case is over, or a danger came first."""
        case = Case.objects.filter(id=life.child_id, is_open=True, in_crisis=False).first()
        if actor is None or case is None or not _is_still_asked(life, form, about):
            return None
        entry = UUID(int=self.chance.getrandbits(128), version=4)
        sheet = Sheet(entry, form, {**answers, "signature": actor.name}, at, about=about)
        made = self.year.keep(life, sheet, actor=actor)
        return made.entry.id if made else None


def _is_still_asked(life: Life, form: str, about: str) -> bool:
    """Whether what a form answers still waits for it."""
    tasks: Iterable[str] = life.todo
    return not about or any(key.endswith(about) for key in tasks)


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).date().isoformat()
