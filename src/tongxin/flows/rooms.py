"""Rooms as the office keeps them: what stands in them, when they are open, when they are closed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from tongxin import ledger
from tongxin.accounts.models import LEVELS, Division, Organisation
from tongxin.accounts.viewers import Seat, Viewer
from tongxin.bookings import selectors
from tongxin.bookings.models import Closure, Room
from tongxin.bookings.rules import Rules, rules_at
from tongxin.bookings.times import moment_of
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.rulebook import rules
from tongxin.vault import Owner

SEE, MANAGE, PLAN, BOOK = "see_rooms", "manage_rooms", "plan_rota", "book_rooms"
SHOWN = 5
TWICE = "没有保存：这个单位已经有一个同名的房间。请换一个名称，例如加上门牌。"


@dataclass(frozen=True, slots=True)
class RoomWish:
    """What somebody wants to stand of a room; `hours` by weekday, from–to in minutes of the day."""

    organisation_id: int
    name: str
    door: str
    kind: str
    capacity: int
    is_private: bool
    is_soundproof: bool
    equipment: Mapping[str, str]
    hours: Mapping[str, Sequence[Sequence[int]]]
    is_used: bool = True


def in_reach(*, viewer: Viewer, at: datetime) -> QuerySet[Room]:
    """The rooms of the viewer's own places, of those below, and of those above."""
    return _rooms(viewer, SEE, at, with_above=True)


def managed(*, viewer: Viewer, action: str = MANAGE, at: datetime) -> QuerySet[Room]:
    """The rooms at and below the viewer's places whose posts let them see to these."""
    return _rooms(viewer, action, at, with_above=False)


def room_for(*, room_id: UUID, viewer: Viewer, at: datetime) -> Room:
    """The room if it lies in reach; else there is no such page."""
    room = in_reach(viewer=viewer, at=at).filter(id=room_id).first()
    if room is None:
        raise NotAllowed
    return room


def bodies_for(*, viewer: Viewer, at: datetime) -> list[Organisation]:
    """The bodies whose rooms the viewer may keep: of their own places and of those one level below."""
    found = rules.access_rules(at=at)
    inside = Q(pk__in=[])
    for seat in viewer.seats:
        if found.may_do(role=seat.role, action=MANAGE):
            levels = LEVELS[LEVELS.index(seat.division_level):][:2]
            inside |= Q(**{f"division__{seat.division_level}_id": seat.division_id}, division__level__in=levels)
    return list(Organisation.objects.filter(inside).select_related("division").order_by("division__code", "id"))


@transaction.atomic
def keep(*, wish: RoomWish, room_id: UUID | None, actor: Viewer, at: datetime) -> Room:
    """A new room, or what stands of one now."""
    bodies = {each.id: each for each in bodies_for(viewer=actor, at=at)}
    room = None
    if room_id is not None:
        room = managed(viewer=actor, at=at).select_for_update().filter(id=room_id).first()
    if actor.person_id is None or (room_id is not None and room is None):
        raise NotAllowed
    found = rules_at(at)
    if problems := list(_wrong_with(wish, found)):
        raise Refused(problems)
    body = room.organisation if room is not None else bodies.get(wish.organisation_id)
    if body is None:
        raise Refused([Problem("organisation", "没有保存：请选这间房属于哪个单位。", True)])
    room = room or Room(organisation=body, division=body.division)
    for name in ("name", "door", "kind", "capacity", "is_private", "is_soundproof", "is_used"):
        setattr(room, name, getattr(wish, name))
    room.equipment, room.hours = dict(wish.equipment), {day: [list(each) for each in hours]
                                                        for day, hours in wish.hours.items() if hours}
    room.changed_by_id, room.changed_at = actor.person_id, at
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError:
        raise Refused([Problem("name", TWICE, True)]) from None
    tell("room.changed", actor, at, room=str(room.id), what="kept")
    return room


@transaction.atomic
def close(*, room_id: UUID, first_day: date, last_day: date, reason: str, actor: Viewer, at: datetime) -> Closure:
    """The room can't be used on these days; what is booked then has to be moved first."""
    room = managed(viewer=actor, at=at).select_for_update().filter(id=room_id).first()
    if room is None or actor.person_id is None:
        raise NotAllowed
    if reason not in rules_at(at).closures:
        raise Refused([Problem("reason", "没有保存：请选关闭的原因。", True)])
    if last_day < first_day:
        raise Refused([Problem("last_day", "没有保存：结束日期早于开始日期，请核对。", True)])
    if last_day < at.astimezone(CHINA).date():
        raise Refused([Problem("last_day", "没有保存：这些日子已经过去。", True)])
    since, until = moment_of(first_day, 0), moment_of(last_day + timedelta(days=1), 0)
    there = [each for each in selectors.booked([room], since=max(since, at), until=until) if each.ends_at > at]
    if there:
        named = "、".join(span_zh(each.starts_at, each.ends_at) for each in there[:SHOWN])
        raise Refused([Problem("first_day", f"没有保存：这几天已有 {len(there)} 个预约（{named}）。"
                               "请先改期或取消，再关闭房间。", True)])
    closure = Closure.objects.create(
        room=room, first_day=first_day, last_day=last_day, reason=reason, written_by_id=actor.person_id, written_at=at
    )
    tell("room.changed", actor, at, room=str(room.id), what="closed")
    return closure


@transaction.atomic
def open_again(*, room_id: UUID, closure_id: int, actor: Viewer, at: datetime) -> None:
    """A closure doesn't hold any more."""
    room = managed(viewer=actor, at=at).filter(id=room_id).first()
    if room is None:
        raise NotAllowed
    if Closure.objects.filter(id=closure_id, room=room, ended_at__isnull=True).update(ended_at=at):
        tell("room.changed", actor, at, room=str(room.id), what="opened")


def tell(kind: str, actor: Viewer, at: datetime, **clear: object) -> None:
    """What somebody did, in the record, under their own name."""
    if actor.person_id is not None:
        ledger.record(
            kind=kind, subject=Owner("staff", actor.person_id), actor=actor, at=at, is_fact=True, clear=clear
        )


def span_zh(starts_at: datetime, ends_at: datetime) -> str:
    """12月29日 14:00–15:00."""
    local, end = starts_at.astimezone(CHINA), ends_at.astimezone(CHINA)
    return f"{local.month}月{local.day}日 {local:%H:%M}–{end:%H:%M}"


def _rooms(viewer: Viewer, action: str, at: datetime, *, with_above: bool) -> QuerySet[Room]:
    found = rules.access_rules(at=at)
    seats = [seat for seat in viewer.seats if found.may_do(role=seat.role, action=action)]
    inside = Q(pk__in=[])
    for seat in seats:
        inside |= Q(**{f"division__{seat.division_level}_id": seat.division_id})
    if with_above:
        inside |= Q(division_id__in=_above(seats))
    rows = Room.objects.filter(inside).select_related("organisation", "division")
    return rows.order_by("division__code", "organisation_id", "name")


def _above(seats: Sequence[Seat]) -> list[int]:
    places = Division.objects.filter(id__in={seat.division_id for seat in seats})
    return sorted({place for each in places for place in each.ancestors.values() if place})


def _wrong_with(wish: RoomWish, found: Rules) -> Iterator[Problem]:
    if not wish.name or len(wish.name) > 40:
        yield Problem("name", "没有保存：请写房间的名称，不超过 40 个字。", True)
    if len(wish.door) > 40:
        yield Problem("door", "没有保存：门牌不超过 40 个字。", True)
    if wish.kind not in found.kinds:
        yield Problem("kind", "没有保存：请选房间的类型。", True)
    if not 1 <= wish.capacity <= 500:
        yield Problem("capacity", "没有保存：最多几人，请写 1 到 500 的整数。", True)
    if any(code not in found.equipment or state not in found.states for code, state in wish.equipment.items()):
        yield Problem("equipment", "没有保存：设备或它的状态不在清单里，请重新选择。", True)
    if not any(wish.hours.values()):
        yield Problem("hours", "没有保存：请至少写一天的开放时间。", True)
    for day, spans in wish.hours.items():
        zh = "一二三四五六日"[int(day)]
        if any(start >= end or start % 15 or end % 15 for start, end in spans):
            yield Problem("hours", f"没有保存：周{zh}的开放时间要从早到晚，按一刻钟写，例如 08:30 到 12:00。", True)
        elif any(one[1] > two[0] for one, two in pairwise(spans)):
            yield Problem("hours", f"没有保存：周{zh}的上午和下午重叠了，请核对。", True)
