"""The nearest place that is open at a moment and can do something for a child of an age.

Where a village lies nobody measured: it counts as lying in the middle of its sites, else of its town's. What is
known of neither is told by name: the same village, the same town, the same county.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.bookings import selectors as rooms
from tongxin.bookings.models import Room
from tongxin.bookings.rules import rules_at
from tongxin.core.pathway import CHINA, Calendar
from tongxin.flows.sites.reach import in_reach, rules_for
from tongxin.places.distance import Point, kilometres, middle
from tongxin.places.models import Site, SiteClosure, SiteRoom, SiteService
from tongxin.places.opening import is_open, opens_next
from tongxin.places.rules import Places
from tongxin.referrals.directory import Directory, directory_in
from tongxin.referrals.models import Service
from tongxin.rulebook import rules

SERVICE, ROOM = "service", "room"
VILLAGE, TOWN, COUNTY, BEYOND = range(4)
NEAR_ZH = ("同一个村居", "同一个乡镇", "同一个区县", "别的区县")


@dataclass(frozen=True, slots=True)
class Wish:
    """Of what age, what is needed (`service:counselling`, `room:sandplay`, or nothing), from where, when."""

    age: int
    need: str
    from_place: Division
    moment: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """One place: how near, what it offers to a child of that age, which rooms are open, when it opens if it isn't."""

    site: Site
    nearness: int
    km: float | None
    services: tuple[Service, ...]
    rooms: tuple[Room, ...]
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """`open_now`: open at that moment, the nearest first; `later`: would fit, but opens afterwards."""

    open_now: tuple[Found, ...]
    later: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known of the sites of an area."""

    closures: Mapping[UUID, list[SiteClosure]]
    rooms: Mapping[UUID, list[Room]]
    services: Mapping[UUID, list[Service]]
    calendar: Calendar
    directory: Directory


def nearest(*, wish: Wish, viewer: Viewer, at: datetime) -> Answer:
    """Places in use that serve this age and can do it: first those that are open then, nearest first."""
    sites = list(in_reach(viewer=viewer, at=at).filter(is_used=True))
    found, around = rules_for(viewer, at=at), _around(sites, wish, at)
    origin = _origin(wish.from_place, sites)
    open_now: list[Found] = []
    later: list[Found] = []
    for site in sites:
        services = _services(site, wish, around)
        usable = _rooms(site, wish, around)
        if not site.age_from <= wish.age <= site.age_to or not _can(wish.need, services, usable):
            continue
        closures = around.closures[site.id]
        is_now = is_open(site, wish.moment, closures=closures, calendar=around.calendar)
        if is_now and wish.need.startswith(f"{ROOM}:"):
            usable = _open_rooms(usable, wish.moment)
            is_now = bool(usable)
        opens = None if is_now else opens_next(
            site, wish.moment, closures=closures, calendar=around.calendar, ahead=found.ahead
        )
        if is_now or opens is not None:
            one = Found(site, _nearness(site, wish.from_place), _km(site, origin), services, usable, opens)
            (open_now if is_now else later).append(one)
    return Answer(_sorted(open_now, found)[: found.shown], _sorted(later, found)[: found.shown])


def needs_zh(viewer: Viewer, *, at: datetime) -> dict[str, str]:
    """What can be looked for: the kinds of the service directory and the kinds of rooms."""
    seat = viewer.seat
    directory = directory_in(region=rules.region_of(seat.division_id) if seat else "", at=at)
    return {
        **{f"{SERVICE}:{id}": zh for id, zh in directory.kinds.items()},
        **{f"{ROOM}:{id}": zh for id, zh in rules_at(at).kinds.items()},
    }


def _around(sites: Iterable[Site], wish: Wish, at: datetime) -> _Around:
    known = [each.id for each in sites]
    closures: dict[UUID, list[SiteClosure]] = defaultdict(list)
    for row in SiteClosure.objects.filter(site_id__in=known, ended_at__isnull=True):
        closures[row.site_id].append(row)
    here: dict[UUID, list[Room]] = defaultdict(list)
    for link in SiteRoom.objects.filter(site_id__in=known, ended_at__isnull=True).select_related("room"):
        here[link.site_id].append(link.room)
    offers: dict[UUID, list[Service]] = defaultdict(list)
    for line in SiteService.objects.filter(site_id__in=known, ended_at__isnull=True).select_related("service"):
        offers[line.site_id].append(line.service)
    directory = directory_in(region=rules.region_of(wish.from_place.id), at=at)
    return _Around(closures, here, offers, rules.calendar_at(at), directory)


def _services(site: Site, wish: Wish, around: _Around) -> tuple[Service, ...]:
    """What it offers to somebody of that age and still takes people for."""
    return tuple(
        each for each in around.services[site.id]
        if each.state in around.directory.suggested and each.age_from <= wish.age <= each.age_to
    )


def _rooms(site: Site, wish: Wish, around: _Around) -> tuple[Room, ...]:
    kind, _, wanted = wish.need.partition(":")
    return tuple(
        each for each in around.rooms[site.id] if each.is_used and (kind != ROOM or each.kind == wanted)
    )


def _open_rooms(usable: tuple[Room, ...], moment: datetime) -> tuple[Room, ...]:
    day = moment.astimezone(CHINA).date()
    closed = rooms.closures_of(usable, first=day, last=day)
    return tuple(
        each for each in usable
        if any(start <= moment < end for start, end in rooms.open_spans(each, day, closed.get(each.id, ())))
    )


def _can(need: str, services: tuple[Service, ...], usable: tuple[Room, ...]) -> bool:
    kind, _, wanted = need.partition(":")
    if kind == SERVICE:
        return any(each.kind == wanted for each in services)
    return kind != ROOM or bool(usable)


def _point(site: Site) -> Point | None:
    if site.longitude is None or site.latitude is None:
        return None
    return float(site.longitude), float(site.latitude)


def _origin(place: Division, sites: Iterable[Site]) -> Point | None:
    known = [(each, point) for each in sites if (point := _point(each)) is not None]
    village = [point for each, point in known if each.division_id == place.id]
    town = [point for each, point in known if place.town_id is not None and each.town_id == place.town_id]
    return middle(village) or middle(town)


def _km(site: Site, origin: Point | None) -> float | None:
    point = _point(site)
    return None if origin is None or point is None else kilometres(origin, point)


def _nearness(site: Site, place: Division) -> int:
    if place.village_id is not None and site.division.village_id == place.village_id:
        return VILLAGE
    if place.town_id is not None and site.town_id == place.town_id:
        return TOWN
    return COUNTY if site.county_id == place.county_id else BEYOND


def _sorted(found: list[Found], known: Places) -> tuple[Found, ...]:
    """By distance; what nobody measured counts as far as the definition says of its nearness by name."""
    return tuple(sorted(found, key=lambda each: (
        known.guess[each.nearness] if each.km is None else each.km, each.nearness, each.site.name, str(each.site.id)
    )))
