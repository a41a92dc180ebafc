"""Another county asks for two children who live there now: one was agreed to, one waits for the desk's answer."""

from datetime import datetime, timedelta
from uuid import UUID

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.demo.lives import Life
from tongxin.demo.moves import NEAR
from tongxin.demo.year import Year
from tongxin.flows import asking_over
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.referrals.models import Ask

# Days before the end on which each is asked, and on which the first is answered: neither is late on the last morning.
ASKED, AGREED = (3, 1), timedelta(days=1, hours=1)
WHY = (
    "跟着打工的父亲搬来，已经在我们这里上学，老师说适应得慢，要接着走访。",
    "母亲在这里租了房，孩子上周到的，补贴和走访要接上。",
)


class AskDays:
    """What the other county's case manager asks, and the answer of the county's own."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county
        self.meant: set[UUID] = set()

    def plan_all(self, *, start: datetime) -> None:
        """Both in the last days, where the files were open by then."""
        for number, days in enumerate(ASKED):
            at = (self.year.end - timedelta(days=days)).astimezone(CHINA).replace(hour=9, minute=41 + number)
            if at > start + timedelta(days=20):
                self.year.plan(at, self._ask, number=number)

    def _ask(self, at: datetime, number: int) -> None:
        near = Division.objects.filter(code=NEAR).first()
        asker = self.year.cast.at_place("case_manager", near.id, at=at) if near else None
        life = self._living_there()
        if asker is None or life is None:
            return
        self.meant.add(life.child_id)
        born = f"{life.birth.year}年{life.birth.month}月" if life.birth else "十岁左右"
        given = {
            "child_name": self._name(life, at), "birth": born, "urgent": "no",
            "known_by": f"原来跟{life.carer or '老人'}住在{self._town(life)}", "why": WHY[number],
        }
        try:
            ask = asking_over.ask_for(
                kind=asking_over.TRANSFER, place_id=self.county.id, given={id: [text] for id, text in given.items()},
                actor=asker.viewer, at=at,
            )
        except (NotAllowed, Refused) as refused:
            self.year.refuse("asks", refused, at=at)
            return
        if number == 0:
            self.year.plan(at + AGREED, self._agree, ask_id=ask.id, life=life)

    def _agree(self, at: datetime, ask_id: UUID, life: Life) -> None:
        """The desk found the child on file and says that it goes there; the form waits to be filled in."""
        post = Ask.objects.values_list("owner_post_id", flat=True).get(id=ask_id)
        desk = self.year.cast.acting(post, at=at) if post else None
        if desk is None:
            return
        try:
            asking_over.agree(ask_id=ask_id, child_id=life.child_id, actor=desk.viewer, at=at)
        except (NotAllowed, Refused) as refused:
            self.year.refuse("asks", refused, at=at, life=life)

    def _living_there(self) -> Life | None:
        """The first child of the list for whom nothing special is played."""
        for life in sorted(self.year.lives.values(), key=lambda life: life.number):
            if life.flags or life.is_crisis or life.county_id != self.county.id or life.child_id in self.meant:
                continue
            if Case.objects.filter(id=life.child_id, is_open=True, in_crisis=False).exists():
                return life
        return None

    def _name(self, life: Life, at: datetime) -> str:
        """As the mother says it; in this play the county's own desk reads it out."""
        desk = self.year.cast.at_place("case_manager", self.county.id, at=at)
        child = Child.objects.get(id=life.child_id)
        if desk is None:
            return "不清楚"
        (name,) = vault.open([child.name], viewer=desk.viewer, purpose="asks", route="asks", at=at)
        return name or "不清楚"

    def _town(self, life: Life) -> str:
        return Division.objects.filter(id__in=[life.town_id]).values_list("name", flat=True).first() or "镇上"
