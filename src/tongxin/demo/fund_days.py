"""A year of money: two foundations' study grants, medical help, the sisters' gift, what was raised, a bought service.

The amounts are those of the reports the demonstration follows (136 children, 219,150.00 yuan; 40,000; 36,000; more than
70,000). Where a district has fewer children, fewer get the same each. Nothing here draws from the year's own chance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.outside_desks import giver
from tongxin.demo.year import Year
from tongxin.flows import taking_up, wanted_reading
from tongxin.flows.funds import asking, booking, hands, months, paying, results, twice, wishes
from tongxin.flows.funds.paying import Row
from tongxin.flows.programmes import accepting, contracts
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Fund, Grant, Payout, Request, Wish
from tongxin.pairings.models import Offer
from tongxin.people.leading import leading
from tongxin.people.models import Child
from tongxin.programmes.models import Acceptance, Contract

SPACE = UUID("2b6e9f10-7d43-4a51-9c1e-5f0a3c8e6d21")


@dataclass(frozen=True, slots=True)
class Gift:
    """Money of one source; `lots` how many children get how much each (分), after how many days."""

    id: str
    title: str
    giver: str
    source: str
    purposes: tuple[str, ...]
    amount: str
    form: str = "money"
    purpose: str = ""
    way: str = "bank"
    lots: tuple[tuple[int, int], ...] = ()
    days: int = 0
    # From which child of the list on.
    after: int = 0


GIFTS = (
    Gift("study_a", "助学金（甲基金会）", "某教育基金会", "donation", ("study",), "120000.00", purpose="study",
         lots=((80, 150_000),), days=24),
    Gift("study_b", "助学金（乙基金会）", "某青少年基金会", "donation", ("study",), "99150.00", purpose="study",
         lots=((55, 177_000), (1, 180_000)), days=27, after=80),
    Gift("medical", "医疗捐助", "某爱心企业", "donation", ("medical",), "40000.00", purpose="medical", way="hospital",
         lots=((5, 800_000),), days=31, after=9),
    Gift("sisters", "出手吧姐姐", "妇联志愿者", "donation", ("living",), "36000.00", purpose="living", way="cash",
         lots=((18, 200_000),), days=36, after=30),
    Gift("raised", "妇女儿童关爱募集", "社会各界", "raised", ("living", "wish", "mind"), "72600.00"),
    Gift("winter", "寒冬送暖物资", "某商会", "donation", ("goods",), "18000.00", form="goods", purpose="goods",
         way="goods", lots=((60, 30_000),), days=42, after=60),
    Gift("care", "困难群众救助补助资金（心理关爱）", "上级下达", "relief", ("mind", "living"), "180000.00"),
)
DELIVERABLES = {"sessions": ("300", "120.00"), "assessed": ("200", "60.00"), "meetings": ("24", "400.00")}
WISH = ("我想要一个可以放很多书的书包。", "一名小学生想要一个装得下的书包，蓝色或绿色。", "正好，书都放得下，谢谢。")


class FundDays:
    """What the social worker, the clerk, the county's desk and a supervisor do with money."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        """Money early in the year, pay-outs after it, a bought service counted twice; something waits at the end."""
        for number, gift in enumerate(GIFTS):
            self._at(start + timedelta(days=15, minutes=5 * number), self._open, gift=gift)
            steps: tuple[tuple[int, Callable[..., object]], ...] = (
                (0, self._list), (1, self._approve), (2, self._send), (5, self._settle), (9, self._sign_for),
            )
            for days, step in steps if gift.lots else ():
                self._at(start + timedelta(days=gift.days + days, minutes=number), step, gift=gift)
        self._at(start + timedelta(days=18), self._buy)
        for number, days in enumerate((60, 300)):
            self._at(start + timedelta(days=days), self._count, number=number, first=start)
            self._at(start + timedelta(days=days + 2), self._accept, number=number)
            self._at(start + timedelta(days=days + 4), self._pay)
        for number in range(1, 12):
            month = (start.astimezone(CHINA).replace(day=1) + timedelta(days=31 * number)).replace(day=6)
            self._at(month, self._close)
        # For the desks behind the logins: a wish on its way, and a list that waits for somebody's yes.
        wishing: tuple[tuple[int, Callable[..., object]], ...] = (
            (9, self._wish), (8, self._publish), (7, self._offer), (5, self._take), (3, self._deliver),
        )
        for days, step in wishing:
            self._at(self.year.end - timedelta(days=days, hours=2), step)
        self._at(self.year.end - timedelta(days=2, hours=3), self._ask_at_the_end)

    def _at(self, moment: datetime, happening: Callable[..., object], **given: object) -> None:
        if moment < self.year.end:
            self.year.plan(moment, self._try, what=happening, given=given)

    def _try(self, at: datetime, what: Callable[..., object], given: dict[str, object]) -> None:
        try:
            what(at, **given)
        except (NotAllowed, Refused) as refused:
            self.year.refuse("funds", refused, at=at)

    def _desk(self, at: datetime, role: str = "case_manager") -> Actor | None:
        return self.year.cast.at_place(role, self.county.id, at=at)

    def _pair(self, at: datetime) -> tuple[Actor, Actor] | None:
        """The clerk and the county's desk, who answer; none while one of them acts for the other."""
        clerk, desk = self._desk(at, "benefit_clerk"), self._desk(at)
        if clerk is None or desk is None or clerk.viewer.person_id == desk.viewer.person_id:
            return None
        return clerk, desk

    def _supervisor(self, at: datetime, besides: UUID | None = None) -> Actor | None:
        posts = sorted(
            (post for post in self.year.cast.posts.values() if post.role == "child_supervisor"
             and post.division.county_id == self.county.id), key=lambda post: post.division.code,
        )
        for post in posts:
            found = self.year.cast.acting(post.id, at=at)
            is_other = found is not None and found.viewer.person_id != besides
            if found is not None and found.role == "child_supervisor" and is_other:
                return found
        return None

    def _open(self, at: datetime, gift: Gift) -> None:
        desk = self._desk(at)
        if desk is None:
            return
        fund = booking.open_fund(
            fund_id=uuid5(SPACE, gift.id), actor=desk.viewer, at=at, given={
                "title": [gift.title], "giver": [gift.giver], "source": [gift.source], "form": [gift.form],
                "purposes": list(gift.purposes),
                "until_on": [(at + timedelta(days=360)).astimezone(CHINA).date().isoformat()],
            },
        )
        booking.deposit(
            fund_id=fund.id, posting_id=uuid5(SPACE, f"{gift.id} came"), amount=gift.amount, actor=desk.viewer, at=at,
            given={"booked_on": [_day(at)], "note": ["到账通知（演示）"]},
        )

    def _children(self, actor: Actor, at: datetime) -> Sequence[Child]:
        rows = access.visible(leading(Child.objects.all()), viewer=actor.viewer, part=paying.PART, at=at)
        return list(rows.order_by("id"))

    def _list(self, at: datetime, gift: Gift, waits: bool = False) -> None:
        worker = self._desk(at, "social_worker")
        if worker is None:
            return
        name = f"{gift.id} last" if waits else gift.id
        payout = paying.create(
            fund_id=uuid5(SPACE, gift.id), payout_id=uuid5(SPACE, f"{name} list"), actor=worker.viewer, at=at,
            given={"purpose": [gift.purpose], "way": [gift.way]},
        )
        many = sum(lot for lot, _ in gift.lots)
        children = self._children(worker, at)
        first = gift.after if gift.after + many <= len(children) else 0
        each = [fen for lot, fen in gift.lots for _ in range(lot)]
        rows = [
            Row(child, fen, "示例户名", f"6222{number:012d}")
            for number, (child, fen) in enumerate(zip(children[first : first + many], each, strict=False))
        ]
        rows = [row for row in rows if not self._has_another(row, payout)]
        paying.add(payout_id=payout.id, rows=rows, actor=worker.viewer, at=at)
        paying.ask(payout_id=payout.id, actor=worker.viewer, at=at)

    def _has_another(self, row: Row, payout: Payout) -> bool:
        rows = Grant.objects.filter(child_id__in=twice.same_children(row.child.id), payout__purpose=payout.purpose)
        rows = rows.filter(payout__period=payout.period)
        return rows.exclude(payout=payout).exists()

    def _approve(self, at: datetime, gift: Gift) -> None:
        self._say_yes(uuid5(SPACE, f"{gift.id} list"), at)

    def _say_yes(self, about_id: UUID, at: datetime) -> None:
        request, pair = Request.objects.filter(about_id=about_id, state=Request.ASKED).first(), self._pair(at)
        if request is None or pair is None:
            return
        free = [each for each in pair if each.viewer.person_id not in hands.of(request)]
        for each in free[: request.needed]:
            asking.answer(request_id=request.id, agrees=True, reason="", actor=each.viewer, at=at)

    def _send(self, at: datetime, gift: Gift) -> None:
        desk, row = self._desk(at), Payout.objects.filter(id=uuid5(SPACE, f"{gift.id} list"), state="agreed").first()
        if desk is not None and row is not None:
            paying.send(payout_id=row.id, actor=desk.viewer, at=at)

    def _settle(self, at: datetime, gift: Gift) -> None:
        worker, row = self._desk(at, "social_worker"), Payout.objects.filter(
            id=uuid5(SPACE, f"{gift.id} list"), state="sent"
        ).first()
        if worker is not None and row is not None:
            results.settle_rest(payout_id=row.id, on=_day(at), actor=worker.viewer, at=at)

    def _sign_for(self, at: datetime, gift: Gift) -> None:
        """All but the last two of a list have signed; whoever moved away since is signed for elsewhere."""
        worker = self._desk(at, "social_worker")
        if worker is None:
            return
        found = Grant.objects.filter(payout_id=uuid5(SPACE, f"{gift.id} list"), state=Grant.PAID)
        rows = list(found.order_by("number"))
        seen = paying.children_seen([row.child_id for row in rows], worker.viewer, at=at)
        by = "hospital" if gift.way == "hospital" else "guardian"
        for row in [each for each in rows if each.child_id in seen][:-2]:
            results.receive(grant_id=row.id, by=by, on=_day(at), attachment_id=None, actor=worker.viewer, at=at)

    def _buy(self, at: datetime) -> None:
        desk, body = self._desk(at), self.year.bodies.get("social_work_station")
        if desk is None or body is None:
            return
        span = {"from_on": [_day(at)], "to_on": [_day(at + timedelta(days=345))]}
        row = contracts.open_programme(
            programme_id=uuid5(SPACE, "care programme"), fund_id=uuid5(SPACE, "care"), amounts={"mind": "120000"},
            given={"title": ["困境儿童心理关爱服务"], "aim": ["评估、辅导、小组活动"], "kind": ["purchase"], **span},
            actor=desk.viewer, at=at,
        )
        contracts.sign(
            programme_id=row.id, contract_id=uuid5(SPACE, "care contract"), organisation_id=body, purpose="mind",
            wanted=DELIVERABLES, given=span, actor=desk.viewer, at=at,
        )

    def _count(self, at: datetime, number: int, first: datetime) -> None:
        supervisor, row = self._supervisor(at), Contract.objects.filter(id=uuid5(SPACE, "care contract")).first()
        if supervisor is None or row is None:
            return
        accepting.draw(
            contract_id=row.id, acceptance_id=uuid5(SPACE, f"acceptance {number}"), actor=supervisor.viewer, at=at,
            given={"from_on": [row.from_on.isoformat()], "to_on": [_day(at)]},
        )

    def _accept(self, at: datetime, number: int) -> None:
        pair, id = self._pair(at), uuid5(SPACE, f"acceptance {number}")
        row = Acceptance.objects.filter(id=id, state=Acceptance.DRAWN).first()
        if pair is None or row is None:
            return
        # Whoever accepts doesn't agree to the payment: the clerk and the desk stay free for it.
        by = self._supervisor(at, besides=row.drawn_by) or pair[0]
        accepting.decide(acceptance_id=id, accepts=True, reason="", actor=by.viewer, at=at)
        self._say_yes(id, at)

    def _pay(self, at: datetime) -> None:
        desk = self._desk(at)
        for row in Request.objects.filter(kind=Request.PAYMENT, state=Request.AGREED).order_by("number"):
            if desk is not None:
                asking.pay(request_id=row.id, actor=desk.viewer, at=at)

    def _close(self, at: datetime) -> None:
        desk = self._desk(at)
        if desk is not None and Fund.objects.filter(county_id=self.county.id).exists():
            last = (at.astimezone(CHINA).date().replace(day=1) - timedelta(days=1)).replace(day=1)
            months.close(month=last, actor=desk.viewer, at=at)

    def _wish(self, at: datetime) -> None:
        worker = self._desk(at, "social_worker")
        children = self._children(worker, at) if worker else ()
        if worker is not None and children:
            wishes.note(
                child_id=children[len(children) // 2].id, wish_id=uuid5(SPACE, "wish"), given={"said": [WISH[0]]},
                actor=worker.viewer, at=at,
            )

    def _publish(self, at: datetime) -> None:
        worker, row = self._desk(at, "social_worker"), Wish.objects.filter(id=uuid5(SPACE, "wish")).first()
        if worker is not None and row is not None:
            until = _day(at + timedelta(days=30))
            given = {"ages": ["from_6"], "what": [WISH[1]], "until_on": [until]}
            wanted = wishes.publish(wish_id=row.id, given=given, actor=worker.viewer, at=at)
            desk = self._desk(at)
            if desk is not None and desk.viewer.person_id != worker.viewer.person_id:
                wanted_reading.read(wanted_id=wanted.id, agrees=True, reason="", actor=desk.viewer, at=at)

    def _offer(self, at: datetime) -> None:
        body, row = giver(self.year, self.county, at=at), Wish.objects.filter(id=uuid5(SPACE, "wish")).first()
        if body is not None and row is not None and row.wanted_id is not None:
            given = {"how": ["下周把书包送到社工站。"]}
            taking_up.offer(wanted_id=row.wanted_id, given=given, actor=body.viewer, at=at)

    def _take(self, at: datetime) -> None:
        worker, row = self._desk(at, "social_worker"), Wish.objects.filter(id=uuid5(SPACE, "wish")).first()
        if worker is None or row is None or row.wanted_id is None:
            return
        offer = Offer.objects.filter(wanted_id=row.wanted_id, state=Offer.WAITING).first()
        if offer is not None:
            taking_up.answer(offer_id=offer.id, agrees=True, reason="", actor=worker.viewer, at=at)

    def _deliver(self, at: datetime) -> None:
        worker, row = self._desk(at, "social_worker"), Wish.objects.filter(id=uuid5(SPACE, "wish")).first()
        if worker is not None and row is not None and wishes.state_of(row) == Wish.TAKEN:
            wishes.deliver(
                wish_id=row.id, on=_day(at), liked="glad", said=WISH[2], actor=worker.viewer, at=at
            )

    def _ask_at_the_end(self, at: datetime) -> None:
        gift = next(each for each in GIFTS if each.id == "raised")
        self._list(at, Gift(
            gift.id, gift.title, gift.giver, gift.source, gift.purposes, gift.amount, purpose="wish", way="cash",
            lots=((6, 30_000),), after=100,
        ), waits=True)


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).date().isoformat()

