"""Agreements with other departments in the year: in force, expired and destroyed, revoked, still to be agreed to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tongxin.accounts.models import Division, Organisation, Post
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.lives import Life
from tongxin.demo.year import Year
from tongxin.flows import registers, sharing_agreements, sharing_asking, sharing_ending, sharing_receiving
from tongxin.flows.record import Sheet
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_agreements import Wish
from tongxin.flows.sharing_watch import follow_sharing
from tongxin.lib import ids
from tongxin.people.models import CategorySpan
from tongxin.registers import impact
from tongxin.registers.models import IMPACT
from tongxin.registers.standing import AGREED
from tongxin.sharing.models import GIVER, RECEIVER, Agreement, Delivery, Duty, Request, Version

WRITES, JUDGES = "case_manager", "audit_administrator"
ASKED = ("lawful", "minimal", "told", "under_14", "judged", "access", "secured", "outside", "ended")
FEDERATION = "disabled_federation"
KINDS = ("education", "womens_federation", FEDERATION)
OFFICERS = ("于敏", "田静", "宋平")
# Days before the end: what is begun, and on which day what was agreed for ends.
ASSESSED, ALLOWED, BEGUN = 62, 61, 58
EXPIRES, DESTROYED, REVOKED, RETURNED, WITHDRAWN, RENEWED = 25, 21, 12, 9, 3, 1
# How many families are asked about sharing, how many of what came is opened.
FAMILIES, SEEN = 14, 0.7
CATEGORIES = {
    "schooling": ("left_behind", "poor_family", "low_income_family", "de_facto_unattended"),
    "rehabilitation": ("disability", "severe_disability"), "companionship": (),
}
FIELDS = {
    "schooling": ("name", "sex", "place"), "rehabilitation": ("name", "birth", "sex", "place", "phone"),
    "companionship": ("name", "sex", "birth_month", "place"),
}
WHY = {
    "schooling": "开学前后核对在不在学、要不要资助；少了姓名和镇街对不上学籍。",
    "rehabilitation": "核对康复救助和两项补贴有没有落下；电话用来通知家长办理。",
    "companionship": "暑假和年底结对慰问，按申请给，办完就停。",
}


@dataclass
class SharingDays:
    """What the county's desk agrees on with the education bureau, the disabled persons' and the women's federations."""

    year: Year
    county: Division
    rows: dict[str, UUID] = field(default_factory=dict)

    def plan_all(self) -> None:
        """The day before each thing is due at its own hour."""
        self._plan(ASSESSED, 9, self._assess)
        self._plan(ALLOWED, 10, self._allow)
        ends = {"schooling": -60, "rehabilitation": EXPIRES, "companionship": -30}
        bodies = {"schooling": "education", "rehabilitation": FEDERATION, "companionship": "womens_federation"}
        for number, (purpose, kind) in enumerate(bodies.items()):
            self._plan(BEGUN - number, 10, self._agree, purpose=purpose, kind=kind, ends=ends[purpose])
        for days in (BEGUN - 4, BEGUN - 5, EXPIRES - 1, WITHDRAWN - 1):
            self._plan(days, 11, self._follow)
        for days in (BEGUN - 6, BEGUN - 14, 7):
            self._plan(days, 15, self._take)
        self._plan(BEGUN - 8, 9, self._ask)
        self._plan(REVOKED, 16, self._revoke)
        self._plan(DESTROYED, 16, self._dispose, purpose="rehabilitation", outcome="destroyed")
        self._plan(RETURNED, 16, self._dispose, purpose="companionship", outcome="not_copied")
        self._plan(RETURNED, 17, self._dispose, purpose="schooling", outcome="destroyed")
        self._plan(WITHDRAWN, 10, self._withdraw)
        self._plan(RENEWED, 14, self._agree, purpose="rehabilitation", kind=FEDERATION, ends=-90, waits=True)

    def _plan(self, days: int, hour: int, act: Callable[..., None], **given: Any) -> None:
        moment = (self.year.end - timedelta(days=days)).astimezone(CHINA).replace(hour=hour, minute=17)
        self.year.plan(moment, act, **given)

    def _follow(self, at: datetime) -> None:
        """What the worker does every few seconds."""
        follow_sharing(at)

    def _desk(self, role: str, at: datetime) -> Actor | None:
        return self.year.cast.at_place(role, self.county.id, at=at)

    def _officer(self, kind: str, at: datetime) -> Actor | None:
        post = Post.objects.filter(organisation__kind=kind, division=self.county, role="department_officer").first()
        return self.year.cast.acting(post.id, at=at) if post else None

    def _try(self, at: datetime, act: Callable[[], object]) -> None:
        try:
            act()
        except (NotAllowed, Refused) as refused:
            self.year.refuse("sharing", refused, at=at)

    def _assess(self, at: datetime) -> None:
        """The impact assessment, without which nothing is agreed to; and the federation's officer comes to work."""
        desk, judge = self._desk(WRITES, at), self._desk(JUDGES, at)
        if desk is None:
            return
        name = f"{self.county.name}残疾人联合会"
        body = Organisation.objects.create(kind=FEDERATION, name=name, division=self.county)
        post = Post.objects.create(
            id=ids.new_id(), role="department_officer", title=f"{body.name}部门联络员", organisation=body,
            division=self.county, reports_to_id=desk.post_id,
        )
        officers = Post.objects.filter(organisation__kind__in=KINDS, division=self.county, role=post.role)
        for vacant, name in zip(officers.order_by("id"), OFFICERS, strict=False):
            if self.year.cast.acting(vacant.id, at=at) is None:
                self.year.cast.posts[vacant.id] = vacant
                newcomer = self.year.cast.newcomer(name, actor=desk, at=at)
                self.year.cast.hand_over(vacant, newcomer, actor=desk, at=at)
        if judge is None or impact.pia_in_force("sharing", county_id=self.county.id, at=at) is not None:
            return
        said = {
            "reasons": ["sensitive"], "scope": ["只给办这件事必需的几项"], "effects": ["可能被同学知道家里的困难"],
            "risk": ["medium"], "measures": ["内容加密、打开留痕、到期销毁"], "conclusion": ["with_measures"],
            **{name: ["kept"] for name in ASKED},
        }
        line = registers.keep(register=IMPACT, topic="sharing", given=said, actor=desk.viewer, at=at)
        registers.review(line_id=line.id, outcome=AGREED, words="", actor=judge.viewer, at=at, of="1")

    def _allow(self, at: datetime) -> None:
        """Some families are asked whether departments may know what they need to."""
        for life in self._lives()[:FAMILIES]:
            self._consent(life, "given", at)

    def _lives(self) -> list[Life]:
        """Those whose situation an agreement can be about, the files in order; nothing special is played of them."""
        wanted = {each for names in CATEGORIES.values() for each in names}
        spans = CategorySpan.objects.filter(category__in=wanted, end_on__isnull=True)
        fitting = set(spans.values_list("child_id", flat=True))
        calm = set(Case.objects.filter(is_open=True, in_crisis=False).values_list("id", flat=True))
        return [
            life for life in sorted(self.year.lives.values(), key=lambda life: life.number)
            if life.child_id in fitting & calm and life.county_id == self.county.id and not life.flags
            and not life.is_crisis
        ]

    def _consent(self, life: Life, answer: str, at: datetime) -> None:
        actor = self._desk(WRITES, at)
        if actor is None:
            return
        child_said = {"child_asked": "yes", "child_agrees": "yes"} if life.birth is None or life.age(at) >= 8 else {}
        answers = {
            "purposes": ["share"], "answer": answer, "decided_on": at.astimezone(CHINA).date().isoformat(),
            "way": "paper", "signer": "家长", "signer_relation": life.relation or "other_relative", **child_said,
        }
        self.year.keep(life, Sheet(self.year.new_id(), "consent", answers, at), actor=actor)

    def _agree(self, at: datetime, purpose: str, kind: str, ends: int, waits: bool = False) -> None:
        desk, judge, officer = self._desk(WRITES, at), self._desk(JUDGES, at), self._officer(kind, at)
        if desk is None or judge is None or officer is None:
            return
        today = at.astimezone(CHINA).date()
        post = Post.objects.get(id=officer.post_id)
        wish = Wish(
            organisation_id=post.organisation_id, purpose=purpose, fields=FIELDS[purpose], begins_on=today,
            flow=Version.ASKED if purpose == "companionship" else Version.STANDING,
            ends_on=(self.year.end - timedelta(days=ends)).date(), why=WHY[purpose], categories=CATEGORIES[purpose],
        )

        def act() -> None:
            row = sharing_agreements.write(wish=wish, actor=desk.viewer, at=at)
            for side, who in ((GIVER, judge), (RECEIVER, officer)):
                if not (waits and side == RECEIVER):
                    sharing_agreements.decide(
                        agreement_id=row.id, of=1, side=side, agrees=True, words="", actor=who.viewer, at=at
                    )
            if not waits:
                self.rows[purpose] = row.id

        self._try(at, act)

    def _take(self, at: datetime) -> None:
        """Each side's officer opens most of what came and gives the receipt."""
        chance = self.year.stream(f"sharing {at:%Y%m%d}")
        for agreement in Agreement.objects.filter(state=Agreement.IN_FORCE).order_by("number"):
            kind = Organisation.objects.values_list("kind", flat=True).get(id=agreement.to_organisation_id)
            officer = self._officer(kind, at)
            waiting = agreement.deliveries.filter(state=Delivery.WAITING).order_by("queued_at", "id")
            chosen = [row.id for row in waiting if chance.random() < SEEN]
            if officer is None or not chosen:
                continue
            for each in chosen:
                sharing_receiving.open_delivery(delivery_id=each, actor=officer.viewer, at=at)
            sharing_receiving.receive(deliveries=chosen, actor=officer.viewer, at=at)

    def _ask(self, at: datetime) -> None:
        """The women's federation asks for the children of a visit; the desk gives those who agreed."""
        officer, desk = self._officer("womens_federation", at), self._desk(WRITES, at)
        if officer is None or desk is None or "companionship" not in self.rows:
            return
        given = {
            "whom": ["第一批走访的孩子，名单已当面核对"], "why": ["安排结对的爱心妈妈上门，一次办完"],
            "until": [(self.year.end + timedelta(days=20)).date().isoformat()],
        }

        def act() -> None:
            row: Request = sharing_asking.ask(
                agreement_id=self.rows["companionship"], fields=FIELDS["companionship"], is_everyone=False,
                given=given, actor=officer.viewer, at=at,
            )
            inside = sharing_asking.choosable(row, viewer=desk.viewer, at=at).values_list("id", flat=True)
            known = [life.child_id for life in self._lives() if life.child_id in set(inside)][:5]
            sharing_asking.agree(request_id=row.id, children=known, actor=desk.viewer, at=at)

        self._try(at, act)

    def _revoke(self, at: datetime) -> None:
        desk = self._desk(WRITES, at)
        if desk is not None and "companionship" in self.rows:
            self._try(at, lambda: sharing_agreements.revoke(
                agreement_id=self.rows["companionship"], reason="done", words="", actor=desk.viewer, at=at
            ))

    def _of(self, purpose: str) -> list[UUID]:
        return [id for each, id in self.rows.items() if each == purpose]

    def _dispose(self, at: datetime, purpose: str, outcome: str) -> None:
        waiting = Duty.objects.filter(kind=Duty.DISPOSE, done_at__isnull=True, agreement_id__in=self._of(purpose))
        for duty in list(waiting.select_related("agreement")):
            kind = Organisation.objects.values_list("kind", flat=True).get(id=duty.agreement.to_organisation_id)
            officer = self._officer(kind, at)
            if officer is not None:
                sharing_ending.dispose(
                    duty_id=duty.id, outcome=outcome, words="联络员逐份核对，没有留副本", actor=officer.viewer, at=at
                )

    def _withdraw(self, at: datetime) -> None:
        """One family changes its mind; what the school board had opened is to be destroyed."""
        held = Delivery.objects.filter(agreement_id__in=self._of("schooling"), state__in=Delivery.TAKEN)
        children = set(held.values_list("child_id", flat=True))
        known = sorted(self.year.lives.values(), key=lambda life: life.number)
        life = next((each for each in known if each.child_id in children), None)
        if life is not None:
            self._consent(life, "withdrawn", at)
