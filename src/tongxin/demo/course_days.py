"""Courses of counselling in the year: one helps, one doesn't and leads to more, one stops for a danger, one is a
carer's, one goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.lives import Life
from tongxin.demo.scene import SAFE, Answers
from tongxin.demo.year import Year
from tongxin.flows.record import Sheet

SEED = 20251226
WEEK = timedelta(days=7)
EXCLUSIONS = (
    "acute_danger", "open_crisis", "harm_goes_on", "psychosis", "substance", "cannot_follow", "fresh_event",
)
SCHOOL = ("getting_started", "feelings", "activity", "thoughts", "people", "school", "problems", "staying_well")
HELP = ("getting_started", "problems", "activity", "people", "staying_well")
KEPT = frozenset({"danger", "showcase", "moved", "closing", "unpaid"})
ITEMS = range(1, 10)


@dataclass(frozen=True, slots=True)
class Story:
    """One course as it goes: when it begins before the end, what is measured when, who stays away, and how it ends."""

    name: str
    before: timedelta
    scores: Mapping[int, int]
    sessions: int = 8
    of_carer: bool = False
    away: tuple[int, ...] = ()
    danger: int = 0
    outcome: str = ""
    result: str = ""


STORIES = (
    Story("helps", timedelta(days=66), {0: 16, 4: 11, 8: 6}, outcome="finished", result="better"),
    Story("needs_more", timedelta(days=65), {0: 17, 4: 16, 8: 15}, away=(3,), outcome="referred", result="same"),
    Story("in_danger", timedelta(days=52), {0: 14}, sessions=3, danger=3),
    Story("carer", timedelta(days=48), {0: 28, 2: 44, 5: 64}, sessions=5, of_carer=True, outcome="finished",
          result="better"),
    Story("goes_on", timedelta(days=23), {0: 13}, sessions=3, away=(2,)),
)


@dataclass
class CourseDays:
    """What the county's counsellor does with a few children and one carer."""

    year: Year
    county_id: int
    chance: Random = field(default_factory=lambda: Random(SEED))

    def plan_all(self) -> None:
        for number, story in enumerate(STORIES):
            begins = (self.year.end - story.before).astimezone(CHINA).replace(hour=10, minute=5 + 7 * number)
            self.year.plan(begins, self._begin, story=story)

    def _begin(self, at: datetime, story: Story) -> None:
        life, actor = self._fitting(at, story), self._counsellor(at)
        if life is None or actor is None:
            return
        life.flags.add("course")
        course = self._write(life, "course_start", _start(story, at), actor, at)
        if course is None:
            return
        for number in range(1, story.sessions + 1):
            self.year.plan(at + WEEK * number, self._meet, story=story, life=life, course=course, number=number)
        last = at + WEEK * story.sessions
        if story.name == "needs_more":
            self.year.plan(last + timedelta(days=3), self._raise, life=life, course=course)
        if story.outcome:
            self.year.plan(last + timedelta(days=5), self._end, story=story, life=life, course=course)

    def _fitting(self, at: datetime, story: Story) -> Life | None:
        """The child for whom it is hardest of those nobody counsels yet, old enough for the questionnaire."""
        for life in sorted(self.year.lives.values(), key=lambda life: (-life.difficulty(at), life.number)):
            if life.flags & {*KEPT, "course"} or life.is_crisis or not 11 <= life.age(at) <= 16:
                continue
            case = Case.objects.get(id=life.child_id)
            if case.is_open and not case.in_crisis and not case.state["safety_check_open"]:
                return life
        return None

    def _counsellor(self, at: datetime) -> Actor | None:
        return self.year.cast.at_place("counsellor", self.county_id, at=at)

    def _meet(self, at: datetime, story: Story, life: Life, course: UUID, number: int) -> None:
        actor = self._counsellor(at)
        answers = _session(story, at, number)
        made = self._write(life, "session_record", answers, actor, at, about=str(course))
        if made is not None and number == story.danger:
            self.year.plan(at + timedelta(hours=3), self._pause, life=life, course=course)

    def _pause(self, at: datetime, life: Life, course: UUID) -> None:
        answers = {
            "reviewed_on": _day(at), "decision": "paused", "reason": "先办危机，辅导等平稳以后再说",
        }
        self._write(life, "course_review", answers, self._counsellor(at), at, about=str(course))

    def _raise(self, at: datetime, life: Life, course: UUID) -> None:
        """Eight weeks and no better: the one who counsels decides for more, and a professional takes it up."""
        answers = {
            "reviewed_on": _day(at), "decision": "raised",
            "reason": "八次以后分数没有下来，和临床督导商量，换专业心理治疗",
        }
        self._write(life, "course_review", answers, self._counsellor(at), at, about=str(course))

    def _end(self, at: datetime, story: Story, life: Life, course: UUID) -> None:
        answers: Answers = {
            **SAFE, "ended_on": _day(at), "outcome": story.outcome, "result": story.result,
            "note": "会用慢呼吸，难受时知道找谁；和老师、家里说好了以后怎么留意",
            "keep_up": "多夸做到的小事，每周单独陪他半小时",
        }
        if story.outcome != "finished":
            answers["reason"] = "no_response"
        self._write(life, "course_end", answers, self._counsellor(at), at, about=str(course))

    def _write(
        self, life: Life, form: str, answers: Answers, actor: Actor | None, at: datetime, about: str = ""
    ) -> UUID | None:
        if actor is None or Case.objects.filter(id=life.child_id, is_open=False).exists():
            return None
        entry = UUID(int=self.chance.getrandbits(128), version=4)
        sheet = Sheet(entry, form, {**answers, "signature": actor.name}, at, about=about)
        made = self.year.keep(life, sheet, actor=actor)
        return made.entry.id if made else None


def _start(story: Story, at: datetime) -> Answers:
    whose: Answers = {
        "protocol": "pm_plus", "recipient": "carer", "service": "relief",
    } if story.of_carer else {"protocol": "school_counselling", "recipient": "child", "service": "counselling"}
    return {
        **whose, "form_of": "individual", "provider": "counsellor", "qualification": "counsellor", "trained": "yes",
        "agreed": "yes", "planned": 8 if not story.of_carer else 5, "starts_on": _day(at), "next_on": _day(at + WEEK),
        **dict.fromkeys(EXCLUSIONS, "no"), **_measured(story, 0),
        "aim": "睡得好一点，遇到事情有人商量", "note": "已说明谁会看到记录、什么情况必须告诉别人",
    }


def _session(story: Story, at: datetime, number: int) -> Answers:
    """One time: who came, what it was about, what was asked of danger, what was measured."""
    themes: Sequence[str] = HELP if story.of_carer else SCHOOL
    is_last = number == story.sessions and bool(story.outcome)
    answers: Answers = {
        **SAFE, "held_on": _day(at), "session_no": number, "way": "home" if story.of_carer else "individual",
        **({} if is_last else {"next_on": _day(at + WEEK)}),
    }
    if number in story.away:
        return answers | {"attended": "absent", "absence": "打电话没有接，儿童主任上门看过，在家，忘记了时间"}
    if number == story.danger:
        answers |= {"wish_to_die": "yes"}
    return answers | {
        "attended": "present", "minutes": 45, "seen_in_person": "no" if story.of_carer else "yes",
        "theme": themes[min(number, len(themes)) - 1], "method": ["listening", "activation"], "homework_kept": "partly",
        "content": "先问这一周怎么过的，再练习一样办法，最后约好这一周做的小事",
        "homework": "每天做一件喜欢的小事，记下来",
        "words": "比上次愿意说一点", "fidelity": "whole", **_measured(story, number),
    }


def _measured(story: Story, number: int) -> dict[str, Any]:
    """The questionnaire of that time: a carer's index, or PHQ-A with so many points and nothing of danger in it."""
    score = story.scores.get(number)
    if score is None:
        return {}
    if story.of_carer:
        return {"measures": ["carer_who_5"], "carer_index": score}
    whole, rest = divmod(score, 3)
    points = ([3] * whole + [rest] + [0] * 9)[:9]
    answers = {f"q{item}": str(each) for item, each in zip(ITEMS, points, strict=True)}
    calm = {f"s{each}": "0" for each in range(1, 5)}
    return {"measures": ["phq_a"], "child_told": "yes", "phq_a": {**answers, **calm}}


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).date().isoformat()
