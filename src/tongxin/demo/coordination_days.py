"""Departments on one table through the year: members, a meeting with decisions kept and late, an order, a standard that
was commented and adopted, documents, experts, two typical cases. All bodies and words are made up.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from tongxin.accounts.models import Division
from tongxin.coordination.models import Contact, Expert, Matter, Opinion, Standard, TypicalCase
from tongxin.coordination.rules import departments_for
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows import (
    coordinating_cases,
    coordinating_experts,
    coordinating_matters,
    coordinating_meetings,
    coordinating_members,
    coordinating_policies,
    coordinating_standards,
)
from tongxin.flows.coordinating_watch import follow_coordination
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.registers.answers import Given

Made = TypeVar("Made")
LEAD, WRITER = "case_manager", "social_worker"
SCHOOLS, HEALTH, CIVIL = "education", "health", "civil_affairs"
EXPERTS: Mapping[str, tuple[str, str]] = {
    "psychiatrist": ("psychiatry", "associate"), "clinical_supervisor": ("psychology", "senior"),
    "psych_teacher": ("education", "licensed"),
}
# Nobody speaks for the police yet: the directory shows the gap.
JOINING = (CIVIL, SCHOOLS, HEALTH, "youth_league", "womens_federation", "social_organisation")
MET, NEXT = timedelta(days=48), timedelta(days=9)
MORNING = time(9, 30)
TEXT = (
    "收到转介后三个工作日内答复收不收\n收下的一周内第一次见到孩子\n不收的写明原因，推荐能收的单位\n每月底核对没有办结的转介"
)
TEXT_AFTER = TEXT.replace("三个工作日", "五个工作日（有危险的当天）")
CASES: tuple[Mapping[str, str], ...] = (
    {
        "topic": "unattended", "title": "把家庭教育和心理支持放在一起做",
        "background": "一户家庭父母都不能照料，孩子跟着祖辈生活，不愿和人说话",
        "found": "走访时发现孩子总低着头，识别后请社工评估，先看家里最难的是什么",
        "did": "社工每两周见一次孩子，家庭教育指导师教祖辈怎样听孩子说话，学校安排一位老师每天打招呼",
        "changed": "三个月后孩子愿意在课上举手，祖辈遇事先问孩子怎么想",
        "learnt": "先让照料的人轻松一点，孩子才有地方放松",
    },
    {
        "topic": "collaboration", "title": "一次没有答复的转介怎么补上",
        "background": "学校转介以后一直没有回音，家里以为没有人管",
        "found": "联席会议的数里看到这件转介逾期，查出对方联系岗位换了人",
        "did": "补上联系岗位，当天答复，一周内见到孩子，学校和社工各记各的、互相看得到该看的",
        "changed": "孩子开始每周一次的辅导，家里知道找谁", "learnt": "写岗位不写人，换了人事情不掉",
    },
)


class CoordinationDays:
    """What departments do together in the county."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        end = self.year.end
        begins = max(start + timedelta(days=3), end - timedelta(days=60))
        met = max(begins + timedelta(days=8), end - MET)
        self._at(begins, self._join)
        self._at(begins + timedelta(days=1), self._documents)
        self._at(begins + timedelta(days=1), self._pool)
        self._at(begins + timedelta(days=2), self._draft)
        self._at(met - timedelta(days=6), self._call, day=met)
        self._at(met, self._meet)
        self._at(met + timedelta(days=2), self._write)
        self._at(end - timedelta(days=5), self._call, day=end + NEXT)
        at = begins
        while at < end:
            at += timedelta(days=1)
            self._at(at, follow_coordination)

    def _at(self, when: datetime, happening: Callable[..., object], /, **given: Any) -> None:
        moment = datetime.combine(when.astimezone(CHINA).date(), MORNING, tzinfo=CHINA)
        self.year.plan(moment, happening, **given)

    def _actor(self, who: str, at: datetime) -> Actor | None:
        """Who holds a role in the county, or speaks for a department there; nobody acts for either instead."""
        if who in JOINING:
            return self._speaker(who, at)
        found = self.year.cast.at_place(who, self.county.id, at=at)
        return found if found is not None and found.role == who else None

    def _speaker(self, department: str, at: datetime) -> Actor | None:
        contacts = Contact.objects.filter(member__county_id=self.county.id, member__department=department)
        for post_id in contacts.filter(to_at__isnull=True).order_by("id").values_list("post_id", flat=True):
            if self.year.cast.holder(post_id):
                return self.year.cast.acting(post_id, at=at)
        return None

    def _try(self, who: str, at: datetime, act: Callable[..., Made], /, **said: Any) -> Made | None:
        """What came of an act of somebody; none where nobody is there or it was refused."""
        actor = self._actor(who, at)
        if actor is None:
            return None
        try:
            return act(actor=actor.viewer, at=at, **said)
        except (Refused, NotAllowed) as refused:
            zh = refused.zh if isinstance(refused, Refused) else "不能办"
            self.year.refused.append(f"coordination {act.__name__} {who}: {zh}")
            return None

    def _join(self, at: datetime) -> None:
        held = {post.organisation_id for post in self.year.cast.posts.values() if self.year.cast.holder(post.id)}
        for department in departments_for(self.county.id, at=at).values():
            if department.id not in JOINING:
                continue
            known = coordinating_members.bodies_for(department, self.county.id)
            bodies = [each for is_own in (True, False) for each in known if (each.kind == department.id) == is_own]
            body = next((each for each in bodies if each.id in held), bodies[0] if bodies else None)
            if body is not None:
                posts = [post.id for post in coordinating_members.posts_of(body)]
                self._try(LEAD, at, coordinating_members.appoint, department_id=department.id,
                          organisation_id=body.id, new_name="", posts=posts)

    def _documents(self, at: datetime) -> None:
        said = {
            "title": "关于加强困境儿童心理健康关爱服务工作的指导意见", "level": "nation",
            "doc_no": "民发〔2023〕61号",  # noqa: RUF001
            "issuers": "民政部、教育部、国家卫生健康委、共青团中央、全国妇联", "issued_on": "2023-10-26",
            "in_force_on": "2023-10-26", "says": "心理健康教育、监测、关爱、转介诊疗、跟进、阵地六项任务",
        }
        own = {
            "title": f"{self.county.name}困境儿童心理关爱部门联席机制（示例）", "level": "county",
            "doc_no": "示例〔2025〕8号",  # noqa: RUF001
            "issuers": f"{self.county.name}民政局、教育局、卫生健康局", "issued_on": "2025-03-03", "theme": "同心护苗",
            "in_force_on": "2025-04-01", "says": "每季度开一次联席会议，决定要有承办部门和期限",
        }
        for each, founds in ((said, ["duty.education.early", "duty.health.treat"]), (own, ["duty.civil_affairs.lead"])):
            issued = datetime.combine(date.fromisoformat(each["issued_on"]), MORNING, tzinfo=CHINA)
            if issued <= at:
                self._enter(at, said=each, founds=founds)
            else:
                self._at(issued, self._enter, said=each, founds=founds)

    def _enter(self, at: datetime, said: Mapping[str, str], founds: list[str]) -> None:
        self._try(LEAD, at, coordinating_policies.enter, given=given(said), founds=founds, file=None)

    def _pool(self, at: datetime) -> None:
        ends = (self.year.end + timedelta(days=300)).date().isoformat()
        for role, (field, grade) in EXPERTS.items():
            expert = self._actor(role, at)
            if expert is None:
                continue
            said = {"grade": grade, "evidence": "证书已核对原件（示例）", "to_on": ends}
            said["from_on"] = at.date().isoformat()
            self._try(LEAD, at, coordinating_experts.appoint, person_id=expert.viewer.person_id, file=None,
                      given={**given(said), "fields": [field]})

    def _draft(self, at: datetime) -> None:
        said = {"title": "困境儿童心理服务转介和答复标准", "scope": "收到转介的医院、学校、社会组织", "text": TEXT}
        standard = self._try(LEAD, at, coordinating_standards.draft, given=given(said))
        if standard is None:
            return
        until = (at + timedelta(days=7)).date().isoformat()
        self._try(LEAD, at, coordinating_standards.ask, standard_id=standard.id, until=until)
        self._at(at + timedelta(days=3), self._comment, standard=standard, said=said)

    def _comment(self, at: datetime, standard: Standard, said: dict[str, str]) -> None:
        words = {SCHOOLS: {"agrees": "changes", "said": "三个工作日太短，假期里学校没有人，建议五个工作日"},
                 HEALTH: {"agrees": "agrees"}}
        for department, comment in words.items():
            step = self._try(department, at, coordinating_standards.comment, standard_id=standard.id,
                             given=given(comment))
            if step is not None and comment["agrees"] == "changes":
                self._try(LEAD, at, coordinating_standards.reply, standard_id=standard.id, comment_id=step.id,
                          given=given({"outcome": "taken", "said": "改为五个工作日，有危险的当天"}))
        self._at(at + timedelta(days=5), self._adopt, standard=standard, said=said)

    def _adopt(self, at: datetime, standard: Standard, said: dict[str, str]) -> None:
        """The text as it was commented is adopted; its next text is asked about near the end."""
        day = (at + timedelta(days=3)).date().isoformat()
        self._try(LEAD, at, coordinating_standards.adopt, standard_id=standard.id,
                  given=given({"in_force_on": day}), implements=["referrals/referrals"])
        self._at(self.year.end - timedelta(days=3), self._revise, standard=standard, said=said)

    def _revise(self, at: datetime, standard: Standard, said: dict[str, str]) -> None:
        self._try(LEAD, at, coordinating_standards.revise, standard_id=standard.id, after=1,
                  given=given({**said, "text": TEXT_AFTER}))
        until = (at + timedelta(days=12)).date().isoformat()
        self._try(LEAD, at, coordinating_standards.ask, standard_id=standard.id, until=until)

    def _call(self, at: datetime, day: datetime) -> None:
        when = datetime.combine(day.astimezone(CHINA).date(), time(14, 0), tzinfo=CHINA)
        said = {
            "kind": "regular", "planned_for": f"{when:%Y-%m-%dT%H:%M}", "place": "区未成年人救助保护中心三楼",
            "title": "部门联席会议（示例）", "topics": "转介不答复怎么办\n寒假里谁看着",
        }
        meeting = self._try(LEAD, at, coordinating_meetings.plan, given=given(said))
        if meeting is not None:
            self._try(LEAD, at, coordinating_meetings.ask, meeting_id=meeting.id)

    def _meet(self, at: datetime) -> None:
        """Signed in over the day, minutes and decisions in the evening."""
        self.year.plan(at.replace(hour=14, minute=5), self._sign)
        self.year.plan(at.replace(hour=17, minute=0), self._decide)

    def _sign(self, at: datetime) -> None:
        for department in (SCHOOLS, HEALTH, CIVIL):
            for meeting in self._meetings(department, at):
                self._try(department, at, coordinating_meetings.sign_in, meeting_id=meeting.id, member_id=None)

    def _meetings(self, who: str, at: datetime) -> list[Any]:
        actor = self._actor(who, at)
        rows = coordinating_meetings.reach(actor.viewer, at=at) if actor else None
        return list(rows.filter(state=coordinating_meetings.ASKED)) if rows is not None else []

    def _decide(self, at: datetime) -> None:
        meeting = next(iter(self._meetings(LEAD, at)), None)
        if meeting is None:
            return
        minutes = {"held_at": f"{at.replace(hour=14, minute=0):%Y-%m-%dT%H:%M}", "chaired": "区民政局分管负责人",
                   "said": "看了议程上的数，逾期的转介集中在两家单位，原因是联系的人换了没有说。"}
        self._try(LEAD, at, coordinating_meetings.hold, meeting_id=meeting.id, given=given(minutes))
        members = {each.department: each for each in coordinating_members.current(self.county.id)}
        todo = (
            (SCHOOLS, "各学校写明转介由哪个岗位答复，月底前报来", 20),
            (HEALTH, "医院心理科每周留两个困境儿童的号", 14), ("youth_league", "组织寒假同伴活动两场", 90),
        )
        for department, what, days in todo:
            if department in members:
                due = (at + timedelta(days=days)).date().isoformat()
                self._try(LEAD, at, coordinating_meetings.decide, meeting_id=meeting.id,
                          member_id=members[department].id, given=given({"what": what, "due_on": due}))
        self._at(at + timedelta(days=15), self._answer)
        self._at(at + timedelta(days=24), self._order)

    def _answer(self, at: datetime) -> None:
        """Education answers in time and is found to have done it."""
        for matter in Matter.objects.filter(county_id=self.county.id, member__department=SCHOOLS):
            said = {"result": "done", "did": "全部学校已报来岗位，换人不换岗位，附汇总表"}
            done = self._try(SCHOOLS, at, coordinating_matters.answer, matter_id=matter.id, file=None,
                             given=given(said))
            if done is not None:
                self._try(LEAD, at, coordinating_matters.judge, matter_id=matter.id, is_enough=True, words="")

    def _order(self, at: datetime) -> None:
        """What the hospital hasn't done is ordered."""
        due = (at + timedelta(days=40)).date().isoformat()
        said = {"what": "说明为什么没有留号，写出从哪天起留", "why": "联席会议的决定逾期", "due_on": due}
        for matter in Matter.objects.filter(county_id=self.county.id, member__department=HEALTH, kind="decision"):
            order = self._try(LEAD, at, coordinating_matters.order, member_id=None, about_id=matter.id,
                              given=given(said))
            if order is not None:
                self._try(HEALTH, at, coordinating_matters.receive, matter_id=order.id)

    def _write(self, at: datetime) -> None:
        for index, each in enumerate(CASES):
            words = {name: text for name, text in each.items() if name != "topic"}
            case = self._try(WRITER, at, coordinating_cases.write, topic=each["topic"], given=given(words))
            if case is not None:
                self._read(case, at, is_last=index == len(CASES) - 1)

    def _read(self, case: TypicalCase, at: datetime, *, is_last: bool) -> None:
        """Two experts read it; the last case still waits for one of them."""
        pool = list(Expert.objects.filter(county_id=self.county.id, state=Expert.SERVES).order_by("number")[:2])
        asked = self._try(LEAD, at, coordinating_cases.ask, case_id=case.id, expert_ids=[each.id for each in pool])
        if asked is None:
            return
        said: Given = {"verdict": ["agrees"], "checks": ["unknown", "gentle"]}
        for opinion in Opinion.objects.filter(case=case).select_related("expert").order_by("number"):
            role = next((name for name in EXPERTS if (actor := self._actor(name, at))
                         and actor.viewer.person_id == opinion.expert.expert_id), "")
            if role and not (is_last and role == "clinical_supervisor"):
                self._try(role, at, coordinating_cases.review, opinion_id=opinion.id, given=said)
        if not is_last:
            self._try(LEAD, at, coordinating_cases.publish, case_id=case.id)


def given(said: Mapping[str, str]) -> Given:
    """Answers as a page sends them."""
    return {name: [value] for name, value in said.items()}
