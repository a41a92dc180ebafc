"""A year of training: a plan, its sessions, lists of 861 directors and 19 + 221 elsewhere, lessons, an exam.

Nothing here draws from the year's own chance, so that no other story is shifted. The county has fewer posts than
directors who were trained: those without an account stand on lists, under names that are made up.
"""

import io
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID, uuid5

import xlsxwriter

from tongxin.accounts import county as counties
from tongxin.accounts.models import Division, Organisation, Post
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows import supervised_hours
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import coverage, exams, lists, plans, quizzes, sessions
from tongxin.flows.training.scope import rules_for
from tongxin.lib import ids
from tongxin.training.models import Plan, Session

SPACE = UUID("0b7f6a2e-8d0c-4d55-9a51-1c7e5b7d2f10")
HEADS = ("姓名", "岗位", "乡镇", "村居")
FAMILIES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = ("文英", "建国", "秀兰", "志强", "桂芳", "海涛", "玉梅", "永平", "春燕")
# Month, subject, whom, way, minutes, people, yuan; whose list of the county came, and whether it was held.
LINES = (
    ("4", "policy", ["child_supervisor"], "lecture", "360", "15", "12000"),
    ("5", "finding", ["child_director"], "online", "360", "861", "30000"),
    ("9", "counselling", ["psych_teacher"], "lecture", "180", "114", "8000"),
    ("10", "danger", ["social_worker", "counsellor"], "workshop", "180", "20", "6000"),
    ("12", "secrecy", ["child_director", "child_supervisor"], "online", "90", "876", "0"),
)
TOPICS = ("监测指引和表格怎么填", "发现、谈话、上报和强制报告", "心理教师专题培训", "危机以后怎么跟进", "保密")
TEACHERS = ("市未保中心", "区民政局、市心理健康协会", "区教育局、市青少年心理健康协会", "市精神卫生中心", "区民政局")
LESSONS = ("finding", "talking", "danger", "reporting", "secrecy", "identification", "referral", "self_care")


class TrainingDays:
    """What the county's desk and the director at the shown login do of it."""

    def __init__(self, year: Year, *, county: Division, village: Division) -> None:
        self.year, self.county, self.village = year, county, village

    def plan_all(self, *, start: datetime) -> None:
        """The plan early, a session in its month, lessons in autumn; some posts still lack hours on the last day."""
        self.year.plan(start + timedelta(days=5, minutes=3), self._write)
        self.year.plan(start + timedelta(days=8, minutes=3), self._approve)
        # The last one is still to be arranged when the demonstration opens.
        for number, line in enumerate(LINES[:-1]):
            at = self._in_month(int(line[0]))
            if start + timedelta(days=9) < at < self.year.end - timedelta(days=1):
                self.year.plan(at, self._hold, number=number)
                self.year.plan(at + timedelta(hours=7), self._write_down, number=number)
        learning = self.year.end - timedelta(days=30)
        for number, name in enumerate(LESSONS[:6]):
            self.year.plan(learning + timedelta(days=number), self._learn, name=name, wrong=number % 2)
        for number, name in enumerate(LESSONS):
            self.year.plan(learning + timedelta(days=number, hours=1), self._learn, name=name, wrong=0, is_town=True)
        self.year.plan(learning + timedelta(days=10), self._sit)
        self.year.plan(self.year.end - timedelta(days=5), self._supervise)
        self.year.plan(self.year.end - timedelta(days=2), self._remind)

    def _in_month(self, month: int) -> datetime:
        return self.year.end.astimezone(CHINA).replace(month=month, day=13, hour=9, minute=0, second=0, microsecond=0)

    def _at(self, role: str, at: datetime, place: int | None = None) -> Actor | None:
        return self.year.cast.at_place(role, place or self.county.id, at=at)

    def _try(self, what: Callable[[], object], at: datetime) -> None:
        try:
            what()
        except (NotAllowed, Refused) as refused:
            self.year.refuse("training", refused, at=at)

    def _write(self, at: datetime) -> None:
        desk = self._at("case_manager", at)
        if desk is not None:
            self._try(lambda: self._plan(desk, at), at)

    def _plan(self, desk: Actor, at: datetime) -> None:
        year = self.year.end.astimezone(CHINA).year
        plan = plans.begin(year=year, actor=desk.viewer, at=at)
        for number, line in enumerate(LINES):
            names = ("month", "subject", "audiences", "way", "minutes", "people", "budget")
            given: dict[str, list[str]] = {
                name: list(each) if isinstance(each, list) else [str(each)]
                for name, each in zip(names, line, strict=True)
            }
            plans.add_line(
                plan_id=plan.id, key=uuid5(SPACE, f"line {number}"), given=given, responsible=desk.post_id,
                actor=desk.viewer, at=at,
            )

    def _approve(self, at: datetime) -> None:
        plan = Plan.objects.filter(county_id=self.county.id, state=Plan.DRAFT).first()
        if plan is not None and self.county.city_id is not None:
            above = self._officer(self.county.city_id, at)
            self._try(lambda: plans.approve(plan_id=plan.id, actor=above, at=at), at)

    def _officer(self, city_id: int, at: datetime) -> Viewer:
        """Somebody of the city who says yes to plans of its counties."""
        place = Division.objects.get(id=city_id)
        body = Organisation.objects.create(
            kind="protection_center", name=f"{place.name}未成年人救助保护中心", division=place
        )
        post = Post.objects.create(
            id=ids.new_id(), role="city_officer", title=f"{body.name}业务科", organisation=body, division=place
        )
        (person,) = counties.fill(holders=[(post, "training-city", "宁海燕")], at=at)
        return viewer_of(person=person, at=at, post_id=post.id)

    def _hold(self, at: datetime, number: int) -> None:
        desk = self._at("case_manager", at)
        if desk is None:
            return
        _, subject, audiences, way, minutes, _people, _budget = LINES[number]
        given = {
            "held_at": [at.astimezone(CHINA).isoformat(timespec="minutes")], "minutes": [minutes], "subject": [subject],
            "audiences": list(audiences), "way": [way], "topic": [TOPICS[number]], "teacher": [TEACHERS[number]],
            "place": ["线上会议室" if way == "online" else "区民政局三楼"],
        }
        self._try(lambda: sessions.arrange(
            session_id=uuid5(SPACE, f"session {number}"), line_key=uuid5(SPACE, f"line {number}"), given=given,
            actor=desk.viewer, at=at,
        ), at)

    def _write_down(self, at: datetime, number: int) -> None:
        desk, row = self._at("case_manager", at), Session.objects.filter(id=uuid5(SPACE, f"session {number}")).first()
        if desk is not None and row is not None:
            self._try(lambda: self._who_came(desk, row, number, at), at)

    def _who_came(self, desk: Actor, row: Session, number: int, at: datetime) -> None:
        rules = rules_for(desk.viewer, at=at)
        posts = sessions.invited(row, desk.viewer, found=rules, at=at)
        # One in nine of those with a post couldn't come.
        came = [each.id for turn, each in enumerate(posts) if turn % 9 != 4]
        if came:
            sessions.attend(session_id=row.id, posts=came, actor=desk.viewer, at=at)
        people = int(LINES[number][5]) - len(came)
        if people > 0:
            batch = lists.look_at(
                content=workbook(self._names(row.clear["audiences"][0], rules.audiences[row.clear["audiences"][0]].zh,
                                             people)),
                name="签到名单.xlsx", session_id=row.id, actor=desk.viewer, at=at,
            )
            lists.take(batch_id=batch.id, actor=desk.viewer, at=at)
        sessions.close(session_id=row.id, actor=desk.viewer, at=at)

    def _names(self, audience: str, zh: str, many: int) -> Iterable[tuple[str, ...]]:
        """Made-up people: directors one a village, supervisors one a town, the others of the county."""
        rows = Division.objects.filter(county_id=self.county.id, valid_to__isnull=True).order_by("code")
        names = [f"{family}{given}" for given, family in product(GIVEN, FAMILIES)]
        towns = dict(rows.filter(level="town").values_list("id", "name"))
        level = {"child_director": "village", "child_supervisor": "town"}.get(audience)
        places = list(rows.filter(level=level)) if level else []
        for number in range(many):
            place = places[-1 - number % len(places)] if places else None
            town = towns.get(place.town_id or 0, "") if place else ""
            village = place.name if place is not None and level == "village" else ""
            name = names[number % len(names)] + ("" if number < len(names) else GIVEN[number // len(names)][0])
            yield name, zh, town, village

    def _director(self, at: datetime, *, is_town: bool) -> Actor | None:
        if is_town:
            return self._at("child_supervisor", at, self.village.town_id)
        return self._at("child_director", at, self.village.id)

    def _learn(self, at: datetime, name: str, wrong: int, is_town: bool = False) -> None:
        who = self._director(at, is_town=is_town)
        if who is None:
            return
        lesson = quizzes.lesson_for(name, who.viewer, at=at)
        given = {
            each.id: next(id for id in each.options if (id == each.right) == (number >= wrong))
            for number, each in enumerate(lesson.questions)
        }
        self._try(lambda: quizzes.answer(
            attempt_id=uuid5(SPACE, f"try {name} {is_town}"), name=name, given=given, actor=who.viewer, at=at
        ), at)

    def _sit(self, at: datetime) -> None:
        """The supervisor has learned all lessons and sits the exam; the director at the login has two lessons left."""
        who = self._director(at, is_town=True)
        if who is not None:
            self._try(lambda: self._exam(who, at), at)

    def _exam(self, who: Actor, at: datetime) -> None:
        row = exams.begin(
            name="child_director", sitting_id=uuid5(SPACE, "sitting"), actor=who.viewer, at=at
        )
        given = {each.id: each.right for each in exams.questions_of(row, who.viewer)}
        exams.finish(sitting_id=row.id, given=given, actor=who.viewer, at=at + timedelta(minutes=15))

    def _supervise(self, at: datetime) -> None:
        """Two hours of supervision in a group; one of the counsellors was away."""
        who = self._at("clinical_supervisor", at)
        if who is None:
            return
        posts = [
            each.post.id for each in supervised_hours.hours(who.viewer, at=at)
            if each.person_id != who.viewer.person_id
        ][1:]
        if posts:
            self._try(lambda: supervised_hours.record_hours(
                meeting_id=uuid5(SPACE, "supervision"), posts=posts, held_on=at.astimezone(CHINA).date(), way="group",
                minutes=120, note="讨论停药、请假和转介的界线；下次各带一份记录。", actor=who.viewer, at=at,
            ), at)

    def _remind(self, at: datetime) -> None:
        desk = self._at("case_manager", at)
        if desk is not None:
            self._try(lambda: coverage.remind(name="child_director", town_id=None, actor=desk.viewer, at=at), at)


def workbook(rows: Iterable[tuple[str, ...]]) -> bytes:
    """A list as an office would bring it."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet("签到名单")
        for at, cells in enumerate((HEADS, *rows)):
            for column, cell in enumerate(cells):
                sheet.write_string(at, column, cell)
    return content.getvalue()
