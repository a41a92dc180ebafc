"""Whatever is asked about, given and passed on in whatever order: nobody barred is given a child, but one in danger."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import world
from tests.conftest import taken_back
from tests.flows import rooms as meeting
from tests.flows.forms import fill
from tests.workforce.outings import SECOND as ALONGSIDE
from tests.workforce.outings import activity, list_child
from tests.workforce.staff import SECOND, second_desk
from tongxin.cases.models import Case
from tongxin.flows import booking, teaching
from tongxin.flows.handing_over import Change, carry_out
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import clearances
from tongxin.people.models import Child
from tongxin.workforce.models import Clearance

pytestmark = pytest.mark.django_db
NAMES = ("林社工", "苏咨询", "何老师", "吴主任", "周主任")
DESKS = ("郑管理", SECOND)
WHO, CHILD = st.sampled_from(NAMES), st.integers(0, 1)


class Given(RuleBasedStateMachine):
    """A county with four people, two children and a year of days."""

    cast: world.World

    @initialize()
    def begin(self) -> None:
        self.back = taken_back()
        self.back.__enter__()
        self.at: datetime = world.START + timedelta(hours=1)
        second_desk(self.cast, at=self.at)
        self.room = meeting.room(self.cast)
        self.children = [self.cast.child(), self.cast.child("小雪")]
        self.known: dict[str, list[tuple[date, bool, str]]] = {}
        self.begins: date | None = None
        self.given: list[tuple[str, bool]] = []

    def teardown(self) -> None:
        if hasattr(self, "back"):
            self.back.__exit__(None, None, None)

    def may(self, name: str, child: Child | None) -> bool:
        """As somebody would say it who keeps a plain list."""
        today = clearances.today_of(self.at)
        if self.begins is None or today < self.begins:
            return True
        if child is not None and Case.objects.get(id=child.id).in_crisis:
            return True
        rows = self.known.get(name, [])
        found = [place for place, row in enumerate(rows) if not row[1]]
        if found:
            rows = [row for row in rows[found[-1] + 1 :] if all(row[0] >= rows[place][0] for place in found)]
            if len({by for _, _, by in rows}) < 2:
                return False
        return any(today <= done + timedelta(days=365) for done, _, _ in rows)

    def door(self, name: str, child: Child | None, act: Callable[[], Any]) -> None:
        may = self.may(name, child)
        try:
            act()
        except (Refused, NotAllowed) as said:
            assert may is False or "违法犯罪记录查询" not in getattr(said, "zh", "")
        else:
            assert may

    @rule(days=st.integers(1, 200))
    def wait(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(ahead=st.integers(0, 30))
    def start(self, ahead: int) -> None:
        day = clearances.today_of(self.at) + timedelta(days=ahead)
        has_begun = self.begins is not None and self.begins <= clearances.today_of(self.at)
        try:
            clearances.start(from_on=day.isoformat(), actor=self.cast.viewer("郑管理", self.at), at=self.at)
        except Refused:
            assert has_begun
        else:
            assert not has_begun
            self.begins = day

    @rule(name=WHO, is_clear=st.booleans(), ago=st.integers(0, 365), by=st.sampled_from(DESKS))
    def ask(self, name: str, is_clear: bool, ago: int, by: str) -> None:
        done = clearances.today_of(self.at) - timedelta(days=ago)
        said = {"result": ["clear" if is_clear else "found"], "done_on": [done.isoformat()], "proof": ["所"]}
        clearances.record(
            person_id=self.cast.people[name].id, given=said, actor=self.cast.viewer(by, self.at), at=self.at
        )
        self.at += timedelta(minutes=2)
        self.known.setdefault(name, []).append((done, is_clear, by))

    @rule(which=CHILD)
    def danger(self, which: int) -> None:
        child = self.children[which]
        self.cast.record(child, "crisis_report", fill(child, "crisis_report", self.at), by="周主任", at=self.at)
        assert Case.objects.get(id=child.id).in_crisis

    @rule(which=CHILD, name=st.sampled_from(NAMES[:2]))
    def assign(self, which: int, name: str) -> None:
        child, answers = self.children[which], {"to_post": self.cast.posts[name].id.hex, "note": "离得近，一直是他跟"}
        self.door(name, child, lambda: self.cast.record(child, "assignment", answers, by="郑管理", at=self.at))

    @rule(which=CHILD, name=st.sampled_from(NAMES[:2]), walk_in=st.booleans())
    def book(self, which: int, name: str, walk_in: bool) -> None:
        child = None if walk_in else self.children[which]
        starts = (self.at + timedelta(days=1)).replace(minute=0, second=0)
        wish = meeting.wish(self.cast, self.room, name, starts, child=child.id if child else None)
        self.door(name, child, lambda: booking.book(wish=wish, actor=self.cast.viewer(name, self.at), at=self.at))

    @rule(which=CHILD)
    def list_for_an_activity(self, which: int) -> None:
        child = self.children[which]
        self.door("周主任", None, lambda: self.outing(child))

    def outing(self, child: Child) -> None:
        list_child(self.cast, activity(self.cast, at=self.at), child, at=self.at)

    @rule()
    def lead_out(self) -> None:
        self.door("周主任", None, lambda: activity(self.cast, kind="outing", at=self.at))

    @rule(which=CHILD)
    def teach(self, which: int) -> None:
        child, post = self.children[which], self.cast.posts["何老师"]
        desk = self.cast.viewer("王督导", self.at)
        self.door("何老师", child, lambda: teaching.give(child_id=child.id, post_id=post.id, actor=desk, at=self.at))

    @rule(stands_in=st.booleans())
    def hand_over(self, stands_in: bool) -> None:
        change = Change(
            post=self.cast.posts["周主任"], to=self.cast.people["吴主任"], kind="stand_in",
            from_at=self.at, to_at=self.at + timedelta(hours=1), notes={"crisis": "先看安全计划"},
        )
        desk = self.cast.viewer("郑管理", self.at)
        if stands_in:
            self.door("吴主任", None, lambda: carry_out(changes=[change], actor=desk, at=self.at))
            self.at += timedelta(hours=2)

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "known"):
            asked = Clearance.objects.exclude(about=self.cast.people[ALONGSIDE])
            assert asked.values("about").distinct().count() == len(self.known)


def test_nobody_barred_is_given_a_child_by_any_door(cast: world.World) -> None:
    Given.cast = cast
    run_state_machine_as_test(Given, settings=settings(max_examples=12, stateful_step_count=14))
