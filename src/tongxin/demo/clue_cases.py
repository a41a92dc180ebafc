"""Clues with a story of their own: two about children on file, two about somebody who works here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.clues.models import CALLED_BACK, CLOSED, HANDLED, RESPONDED, Clue
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.clue_days import SIGNS
from tongxin.demo.lives import Life
from tongxin.demo.words import Words
from tongxin.demo.year import Year
from tongxin.flows import clue_matching, clue_public, clue_staff, clues
from tongxin.flows.clue_owners import follow_clues
from tongxin.flows.clue_public import Report
from tongxin.flows.refusals import NotAllowed, Refused

# Days before the end, and what was said of a child whom the desk then finds on file.
MATCHED = ((46, "说这个孩子这两周总迟到，中午一个人在门口坐着。"), (13, "说孩子奶奶腿摔了，这几天是邻居给做饭。"))
# Of somebody who works here: on the public page, and on the phone, where it turns out only later.
ON_PAGE, ON_PHONE = 19, 5
OF_STAFF = "说村里管孩子的人答应来走访，两个月没有来，打电话也不接。"
TURNED_OUT = "说填走访记录的人没有进过门，表上却写着见到了孩子。"
STEP = timedelta(hours=22)


@dataclass
class ClueCases:
    """What the county's desk finds out about four clues."""

    year: Year
    village: Division

    def __post_init__(self) -> None:
        self.words = Words(self.year.stream("clue cases"))
        self.meant: set[UUID] = set()

    def plan_all(self, *, start: datetime) -> None:
        """Those that fall after the files were opened."""
        for number, (days, what) in enumerate(MATCHED):
            self._plan(start, days, self._match, number=number, what=what)
        self._plan(start, ON_PAGE, self._about_staff)
        self._plan(start, ON_PHONE, self._turns_out)

    def _plan(self, start: datetime, days: int, happening: Callable[..., None], **given: object) -> None:
        moment = (self.year.end - timedelta(days=days)).astimezone(CHINA).replace(hour=10, minute=31)
        if moment > start + timedelta(days=20):
            self.year.plan(moment, happening, **given)

    def _match(self, at: datetime, number: int, what: str) -> None:
        """The desk looks, says which child it is, and it stands in the child's record at once."""
        life, desk = self._calm(), self.year.cast.at_place("case_manager", self.village.county_id, at=at)
        if life is None or desk is None:
            return
        clue = self._call(what, at, desk, town=life.town_id)
        try:
            clue_matching.match(clue_id=clue.id, child_id=life.child_id, sign="", actor=desk.viewer, at=at)
        except (NotAllowed, Refused) as refused:
            self.year.refuse("clue match", refused, at=at, life=life)
        self.year.look_at([life.child_id], at)
        self._go_on(clue.id, at, steps=(RESPONDED, HANDLED, CALLED_BACK, CLOSED) if number == 0 else (RESPONDED,))

    def _calm(self) -> Life | None:
        """A child for whom nothing special is played, one after the other."""
        for life in sorted(self.year.lives.values(), key=lambda life: life.number, reverse=True):
            is_free = not life.flags and life.child_id not in self.meant
            if is_free and life.county_id == self.village.county_id and _is_calm(life):
                self.meant.add(life.child_id)
                return life
        return None

    def _about_staff(self, at: datetime) -> None:
        """Told by somebody who says so: the level above answers, and those it is about never see it."""
        given = {
            "what": [OF_STAFF], "where": [self.words.say("clue_where")], "town": [str(self.village.town_id)],
            "danger_now": ["no"], "staff": ["village"],
        }
        clue_public.report(Report(clue_public.token_at(at - timedelta(minutes=6)), given), at=at)
        self._go_on(Clue.objects.latest("id").id, at, steps=(RESPONDED, HANDLED))

    def _turns_out(self, at: datetime) -> None:
        """A call that is about the town's own staff, as the desk finds when it asks."""
        desk = self.year.cast.at_place("case_manager", self.village.county_id, at=at)
        if desk is None:
            return
        clue = self._call(TURNED_OUT, at, desk, town=self.village.town_id)
        try:
            clue_staff.lift(
                clue_id=clue.id, level="village", words="问清楚了，说的是村里的儿童主任。", actor=desk.viewer, at=at
            )
        except (NotAllowed, Refused) as refused:
            self.year.refuse("clue lift", refused, at=at)
        self._go_on(clue.id, at, steps=(RESPONDED,))

    def _call(self, what: str, at: datetime, desk: Actor, *, town: int | None) -> Clue:
        given = {
            "received_at": f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}", "what": what,
            "where": self.words.say("clue_where"), "matter": "needs",
            "caller": "relative", "about_staff": "no", **dict.fromkeys(SIGNS, "no"),
        }
        return clues.take_in(
            channel="direct_call", given={name: [text] for name, text in given.items()}, town_id=town,
            actor=desk.viewer, at=at,
        )

    def _go_on(self, clue_id: UUID, at: datetime, *, steps: tuple[str, ...]) -> None:
        for number, kind in enumerate(steps):
            self.year.plan(at + STEP * (number + 1), self._step, clue_id=clue_id, kind=kind)

    def _step(self, at: datetime, clue_id: UUID, kind: str) -> None:
        follow_clues(at)
        clue = Clue.objects.get(id=clue_id)
        actor = self.year.cast.acting(clue.owner_post_id, at=at) if clue.owner_post_id else None
        if actor is None or kind not in clues.NEXT[clue.state]:
            return
        given = {
            RESPONDED: {"way": "phone", "said": self.words.say("clue_answer")},
            HANDLED: {"result": "answered", "said": self.words.say("clue_done"), "answer": "seen"},
            CALLED_BACK: {"outcome": "no_way"}, CLOSED: {},
        }[kind] | {"happened_at": f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}"}
        try:
            clues.step(
                clue_id=clue_id, kind=kind, given={name: [text] for name, text in given.items()}, state=clue.state,
                actor=actor.viewer, at=at,
            )
        except (NotAllowed, Refused) as refused:
            self.year.refuse(f"clue {kind}", refused, at=at)


def _is_calm(life: Life) -> bool:
    return Case.objects.filter(id=life.child_id, is_open=True, in_crisis=False).exists()
