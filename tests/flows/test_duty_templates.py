"""Weeks of duty filled from a template: shown first, never over what was written by hand unasked, gaps said."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests import world
from tongxin.accounts.models import Holding
from tongxin.core.pathway import CHINA
from tongxin.duty import selectors
from tongxin.duty.models import Swap, Template, Turn
from tongxin.duty.selectors import OnCall
from tongxin.duty.services import Line
from tongxin.flows import duty, duty_filling, duty_swaps, duty_watch
from tongxin.flows.duty import Wish
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db
AT = world.START
DAY = AT.astimezone(CHINA).date()
TURN = time(8, 30)


def called(cast: world.World, name: str) -> OnCall:
    return OnCall(cast.posts[name].id, cast.people[name].id)


def template(cast: world.World, *, days: str = "1234567", valid_from: date = DAY, second: str = "林社工") -> Template:
    return duty_filling.write_template(
        division_id=cast.posts["郑管理"].division_id, valid_from=valid_from, actor=cast.viewer("郑管理"), at=AT,
        lines=[Line(days, TURN, TURN, called(cast, "苏咨询"), called(cast, second) if second else None)],
    )


def asked(cast: world.World, *, weeks: int = 2, replaces: bool = False, first: date = DAY) -> dict[str, Any]:
    return {
        "division_id": cast.posts["郑管理"].division_id, "first_day": first, "weeks": weeks, "replaces": replaces,
        "actor": cast.viewer("郑管理"), "at": AT,
    }


def fill(cast: world.World, **more: Any) -> int | None:
    given = asked(cast, **more)
    return duty_filling.fill(mark=duty_filling.look(**given).mark, **given)


def by_hand(cast: world.World, day: date, name: str) -> None:
    duty.write(
        wish=Wish(cast.posts["郑管理"].division_id, day, day, TURN, TURN, called(cast, name), None),
        actor=cast.viewer("郑管理"), at=AT,
    )


def on_call(cast: world.World, day: date) -> OnCall:
    moment = AT.astimezone(CHINA).replace(year=day.year, month=day.month, day=day.day, hour=12)
    return selectors.on_call({"county_id": cast.posts["郑管理"].division_id}, at=moment)[0]


def test_fills_weeks_once_and_only_what_was_looked_at(cast: world.World) -> None:
    template(cast)
    assert template(cast).id == Template.objects.get().id
    given = asked(cast)
    mark = duty_filling.look(**given).mark
    by_hand(cast, DAY + timedelta(days=3), "林社工")
    assert duty_filling.fill(mark=mark, **given) is None and Turn.objects.count() == 1
    assert fill(cast) == 13 and fill(cast) == 0
    assert Turn.objects.count() == 14
    assert on_call(cast, DAY + timedelta(days=2)) == called(cast, "苏咨询")


def test_what_somebody_wrote_by_hand_stays_unless_said(cast: world.World) -> None:
    template(cast)
    day = DAY + timedelta(days=3)
    by_hand(cast, day, "林社工")
    fill(cast)
    assert on_call(cast, day) == called(cast, "林社工")
    found = duty_filling.look(**asked(cast, replaces=True))
    over = [each.over for each in found.to_write]
    assert over == [called(cast, "林社工")]
    assert fill(cast, replaces=True) == 1
    assert on_call(cast, day) == called(cast, "苏咨询")


def test_whoever_is_on_leave_is_stood_in_for_and_whoever_left_leaves_a_gap(cast: world.World) -> None:
    template(cast, second="")
    leave = AT + timedelta(days=4)
    Holding.objects.create(
        post=cast.posts["苏咨询"], person=cast.people["林社工"], kind=Holding.STAND_IN, from_at=leave,
        to_at=leave + timedelta(days=3),
    )
    Holding.objects.filter(post=cast.posts["苏咨询"], person=cast.people["苏咨询"]).update(
        to_at=AT + timedelta(days=10)
    )
    found = duty_filling.look(**asked(cast))
    instead = [each.first for each in found.to_write if each.first and each.first.instead_of]
    assert instead and all(each.who.person_id == cast.people["林社工"].id for each in instead)
    assert [each for each in found.slots if each.state == duty_filling.VACANT] and found.gaps
    assert found.gaps[-1][1].astimezone(CHINA).date() == DAY + timedelta(days=14)


def test_a_holiday_follows_its_own_line(cast: world.World) -> None:
    first = date(2025, 9, 29)
    lines = [
        Line("1234567", TURN, TURN, called(cast, "苏咨询"), None),
        Line("8", TURN, TURN, called(cast, "林社工"), None),
    ]
    duty_filling.write_template(
        division_id=cast.posts["郑管理"].division_id, valid_from=DAY, lines=lines, actor=cast.viewer("郑管理"), at=AT,
    )
    fill(cast, first=first)
    assert on_call(cast, date(2025, 9, 30)) == called(cast, "苏咨询")
    assert on_call(cast, date(2025, 10, 1)) == called(cast, "林社工")
    assert on_call(cast, date(2025, 10, 9)) == called(cast, "苏咨询")


def test_refuses_past_days_no_template_and_whoever_may_not_plan(cast: world.World) -> None:
    with pytest.raises(Refused):
        duty_filling.look(**asked(cast))
    with pytest.raises(Refused):
        template(cast, valid_from=DAY - timedelta(days=1))
    with pytest.raises(Refused):
        template(cast, days="")
    template(cast)
    for weeks in (0, 99):
        with pytest.raises(Refused):
            duty_filling.look(**asked(cast, weeks=weeks))
    with pytest.raises(NotAllowed):
        duty_filling.look(**{**asked(cast), "actor": cast.viewer("林社工")})


class TestSwaps:
    def turns(self, cast: world.World) -> tuple[Turn, Turn]:
        template(cast, second="")
        day = DAY + timedelta(days=3)
        by_hand(cast, day, "林社工")
        fill(cast)
        ahead = duty_swaps.turns_ahead(cast.posts["郑管理"].division, at=AT)
        mine = next(each for each in ahead if each.person_id == cast.people["林社工"].id)
        return mine, next(each for each in ahead if each.from_at > mine.to_at)

    def test_the_other_is_asked_and_nothing_changes_before_the_answer(self, cast: world.World) -> None:
        mine, other = self.turns(cast)
        asker, count = cast.viewer("林社工"), Turn.objects.count()
        swap = duty_swaps.ask(one_id=mine.id, other_id=other.id, reason="", actor=asker, at=AT)
        again = duty_swaps.ask(one_id=mine.id, other_id=other.id, reason="", actor=asker, at=AT)
        assert again.id == swap.id and Turn.objects.count() == count
        assert Notice.objects.filter(kind="duty.asked", post_id=cast.posts["苏咨询"].id).count() == 1
        with pytest.raises(NotAllowed):
            duty_swaps.answer(swap_id=swap.id, is_yes=True, actor=cast.viewer("周主任"), at=AT)
        duty_swaps.answer(swap_id=swap.id, is_yes=True, actor=cast.viewer("苏咨询"), at=AT)
        assert on_call(cast, mine.from_at.astimezone(CHINA).date()) == called(cast, "苏咨询")
        assert on_call(cast, other.from_at.astimezone(CHINA).date()) == called(cast, "林社工")
        with pytest.raises(Refused):
            duty_swaps.answer(swap_id=swap.id, is_yes=True, actor=cast.viewer("苏咨询"), at=AT)

    def test_whoever_plans_needs_a_reason_and_both_are_told(self, cast: world.World) -> None:
        mine, other = self.turns(cast)
        desk = cast.viewer("郑管理")
        with pytest.raises(Refused):
            duty_swaps.ask(one_id=mine.id, other_id=other.id, reason="", actor=desk, at=AT)
        swap = duty_swaps.ask(one_id=mine.id, other_id=other.id, reason="leave", actor=desk, at=AT)
        assert swap.state == Swap.AGREED
        assert Notice.objects.filter(kind="duty.answered").count() == 2

    def test_a_turn_that_changed_meanwhile_is_not_swapped(self, cast: world.World) -> None:
        mine, other = self.turns(cast)
        swap = duty_swaps.ask(one_id=mine.id, other_id=other.id, reason="", actor=cast.viewer("林社工"), at=AT)
        by_hand(cast, other.from_at.astimezone(CHINA).date(), "郑管理")
        with pytest.raises(Refused):
            duty_swaps.answer(swap_id=swap.id, is_yes=True, actor=cast.viewer("苏咨询"), at=AT)
        duty_swaps.answer(swap_id=swap.id, is_yes=False, actor=cast.viewer("苏咨询"), at=AT)
        assert Swap.objects.get().state == Swap.REFUSED


def test_hours_without_anybody_are_told_once_a_day(cast: world.World) -> None:
    by_hand(cast, DAY, "苏咨询")
    for hours in (0, 1):
        duty_watch.follow_duty(AT + timedelta(hours=hours))
    assert Notice.objects.filter(kind="duty.warned", post_id=cast.posts["郑管理"].id).count() == 1
    template(cast)
    fill(cast)
    duty_watch.follow_duty(AT + timedelta(days=1))
    assert Notice.objects.filter(kind="duty.warned").count() == 1
