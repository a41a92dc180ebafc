"""Who sits in which room: the pattern, holidays, days off with a stand-in, swaps that need a yes, and what is empty."""

from datetime import date, timedelta

import pytest

from tests import world
from tests.flows.rooms import moment, named, room, sits
from tongxin.bookings import selectors
from tongxin.bookings.models import Room
from tongxin.flows import rota
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.notices.models import Notice
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2025, 9, 8), date(2025, 9, 9)


def who(cast: world.World, where: Room, day: date) -> list[str]:
    names = {person.id: name for name, person in cast.people.items()}
    found = rota.seated([where], first=day, last=day, at=world.START)
    return [names[each.person_id] if each.person_id else "" for each in found]


def test_a_weekly_pattern_leaves_out_holidays_and_ends(cast: world.World) -> None:
    here = room(cast)
    sits(cast, here, "苏咨询", 2, last_day=date(2025, 10, 15))
    found = rota.seated([here], first=date(2025, 9, 24), last=date(2025, 10, 31), at=world.START)
    assert [each.day for each in found] == [date(2025, 9, 24), date(2025, 10, 15)]


def test_gaps_are_open_hours_of_working_days_without_anybody(cast: world.World) -> None:
    here = room(cast)
    sits(cast, here, "苏咨询", 0, starts=510, ends=690)
    seated = rota.seated([here], first=MONDAY, last=TUESDAY, at=world.START)
    found = selectors.gaps([here], first=MONDAY, last=TUESDAY, calendar=rules.calendar_at(world.START), seated=seated)
    assert [(each.from_at, each.to_at) for each in found] == [
        (moment(8, 11, 30), moment(8, 12)), (moment(8, 13, 30), moment(8, 17, 30)),
        (moment(9, 8, 30), moment(9, 12)), (moment(9, 13, 30), moment(9, 17, 30)),
    ]


def test_nobody_sits_in_two_rooms_and_no_room_has_two(cast: world.World) -> None:
    one, two = room(cast), room(cast, "二号")
    sits(cast, one, "苏咨询", 0)
    for where, name, said in ((two, "苏咨询", "这位咨询师这时在一号坐班"), (one, "林社工", "这间房这时已有人坐班")):
        with pytest.raises(Refused) as refused:
            sits(cast, where, name, 0, starts=600, ends=720)
        assert said in refused.value.zh
    with pytest.raises(Refused) as refused:
        sits(cast, one, "林社工", 5)
    assert "房间不开放" in refused.value.zh
    with pytest.raises(Refused):
        sits(cast, one, "周主任", 1)


def test_a_stand_in_sits_once_they_have_agreed(cast: world.World) -> None:
    here = room(cast)
    shift = sits(cast, here, "苏咨询", 0)[0]
    rota.leave(shift_id=shift.id, day=MONDAY, stand_in=named(cast, "林社工"), actor=cast.viewer("苏咨询"),
               at=world.START)
    assert who(cast, here, MONDAY) == [""]
    assert Notice.objects.filter(kind="rota.asked", post_id=cast.posts["林社工"].id).count() == 1
    asked = rota.asked(viewer=cast.viewer("林社工"), at=world.START)[0]
    with pytest.raises(NotAllowed):
        rota.answer(change_id=asked.id, is_yes=True, actor=cast.viewer("何老师"), at=world.START)
    rota.answer(change_id=asked.id, is_yes=True, actor=cast.viewer("林社工"), at=world.START)
    assert who(cast, here, MONDAY) == ["林社工"]
    assert who(cast, here, MONDAY + timedelta(days=7)) == ["苏咨询"]
    assert Notice.objects.filter(kind="rota.answered", post_id=cast.posts["苏咨询"].id).count() == 1


@pytest.mark.parametrize("is_yes", [True, False])
def test_a_swap_holds_for_both_days_or_for_none(cast: world.World, is_yes: bool) -> None:
    here = room(cast)
    mine, other = sits(cast, here, "苏咨询", 0)[0], sits(cast, here, "林社工", 1)[0]
    rota.swap(shift_id=mine.id, day=MONDAY, other_shift_id=other.id, other_day=TUESDAY, actor=cast.viewer("苏咨询"),
              at=world.START)
    assert (who(cast, here, MONDAY), who(cast, here, TUESDAY)) == (["苏咨询"], ["林社工"])
    asked = rota.asked(viewer=cast.viewer("林社工"), at=world.START)
    assert [each.day for each in asked] == [MONDAY]
    rota.answer(change_id=asked[0].id, is_yes=is_yes, actor=cast.viewer("林社工"), at=world.START)
    changed = (["林社工"], ["苏咨询"]) if is_yes else (["苏咨询"], ["林社工"])
    assert (who(cast, here, MONDAY), who(cast, here, TUESDAY)) == changed
    assert rota.asked(viewer=cast.viewer("林社工"), at=world.START) == []


def test_who_has_nothing_to_do_with_a_shift_changes_nothing(cast: world.World) -> None:
    here = room(cast)
    shift = sits(cast, here, "苏咨询", 0)[0]
    for name in ("林社工", "陈管理"):
        with pytest.raises(NotAllowed):
            rota.leave(shift_id=shift.id, day=MONDAY, stand_in=None, actor=cast.viewer(name), at=world.START)
        with pytest.raises(NotAllowed):
            rota.end(shift_id=shift.id, last_day=MONDAY, actor=cast.viewer(name), at=world.START)
    rota.end(shift_id=shift.id, last_day=MONDAY, actor=cast.viewer("郑管理"), at=world.START)
    assert who(cast, here, MONDAY + timedelta(days=7)) == []
