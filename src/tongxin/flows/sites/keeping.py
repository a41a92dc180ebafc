"""Sites as the office keeps them: what stands of each, when it is closed, its rooms and services."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger, vault
from tongxin.accounts.models import LEVELS, Division, Organisation
from tongxin.accounts.viewers import Viewer
from tongxin.bookings.models import Room
from tongxin.bookings.rules import rules_at
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.refusals import Refused
from tongxin.flows.sites.reach import KEEP, kept_site, must, rules_of
from tongxin.places.distance import is_here
from tongxin.places.models import Site, SiteChange, SiteClosure, SiteRoom, SiteService
from tongxin.places.opening import WEEKDAYS
from tongxin.places.rules import Places
from tongxin.referrals.models import Service
from tongxin.rulebook import rules

WORDS: Mapping[str, tuple[int, str]] = {
    "name": (60, "名称"), "body": (60, "哪个单位"), "address": (120, "地址"), "phone": (40, "单位电话"),
    "contact": (40, "找谁"),
}
NEEDED = ("name", "body")
MOST_PEOPLE, MOST_AREA = 2000, Decimal(99999)
TWICE = "没有保存：这个单位已经有一个同名的阵地。"
NO_CLOSURE = "没有保存：请选关闭的原因，结束日期不早于开始日期，也不早于今天。"
ABROAD = "没有保存：经度、纬度不在国内，是不是写反了？经度如 117.654321，纬度如 36.214321。"
NOT_THERE = "没有保存：这一项不在本地，或已在别的阵地里。"


@dataclass(frozen=True, slots=True)
class SiteWish:
    """What somebody wants to stand of a site; `hours` by weekday, from–to in minutes of the day."""

    division_id: int
    kind: str
    name: str
    body: str
    address: str = ""
    phone: str = ""
    contact: str = ""
    area: Decimal | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    age_from: int = 0
    age_to: int = 18
    hours: Mapping[str, Sequence[Sequence[int]]] | None = None
    opens_on_holidays: bool = False
    staff: Mapping[str, int] | None = None
    equipment: Mapping[str, str] | None = None
    counts: Mapping[str, int] | None = None
    is_used: bool = True


@transaction.atomic
def keep(*, wish: SiteWish, site_id: UUID | None, actor: Viewer, at: datetime) -> Site:
    """A new site, or what stands of one now; what it was before stays in its history."""
    person_id, post_id = must(actor, KEEP, at=at)
    site = kept_site(site_id=site_id, viewer=actor, at=at) if site_id else None
    place = places_below(actor, at).filter(id=wish.division_id).first()
    if place is None or place.county_id is None:
        raise Refused([Problem("division", "没有保存：请选在哪个乡镇或村居。", True)])
    found = rules_of(place.county_id, at=at)
    if problems := list(_wrong_with(wish, found, at)):
        raise Refused(problems)
    # Two who write down the same site at once wait here.
    Division.objects.select_for_update().get(id=place.county_id)
    body = _body(wish, place, found)
    others = Site.objects.filter(organisation=body, name=wish.name)
    if (others.exclude(id=site.id) if site else others).exists():
        raise Refused([Problem("name", TWICE, True)])
    is_new, content = site is None, _content(wish, place.id)
    if site is not None and site.changes.order_by("-at", "-id").values_list("content", flat=True).first() == content:
        return site
    site = site or Site(keeper_post_id=post_id)
    site.division, site.organisation, site.county_id, site.town_id = place, body, place.county_id, place.town_id
    for name in (
        "kind", "name", "address", "phone", "contact", "area", "longitude", "latitude", "age_from", "age_to",
        "opens_on_holidays", "is_used",
    ):
        setattr(site, name, getattr(wish, name))
    site.hours = {day: [list(each) for each in spans] for day, spans in (wish.hours or {}).items() if spans}
    site.staff = {role: many for role, many in (wish.staff or {}).items() if many}
    site.equipment = dict(wish.equipment or {})
    site.counts = dict(wish.counts or {})
    site.changed_by, site.changed_at = person_id, at
    if site.inspect_by is None:
        site.inspect_by = at.astimezone(CHINA).date() + found.kinds[site.kind].every
        site.ring_at = ring_of(site.inspect_by)
    if is_new:
        vault.create_keys([site.key_owner], at=at)
    site.save()
    SiteChange.objects.create(site=site, at=at, person_id=person_id, post_id=post_id, content=content)
    tell("site.changed", site, actor, at, what="added" if is_new else "kept", kind=site.kind)
    return site


def ring_of(day: date) -> datetime:
    """The morning after a day: what was due on it is late then."""
    return datetime.combine(day, datetime.min.time(), tzinfo=CHINA).replace(hour=9) + timedelta(days=1)


@transaction.atomic
def close(*, site_id: UUID, first_day: date, last_day: date, reason: str, actor: Viewer, at: datetime) -> SiteClosure:
    """Nobody is served on these days; the same days twice are one closure."""
    person_id, _post = must(actor, KEEP, at=at)
    site = kept_site(site_id=site_id, viewer=actor, at=at)
    if (
        reason not in rules_of(site.county_id, at=at).closures or last_day < first_day
        or last_day < at.astimezone(CHINA).date()
    ):
        raise Refused([Problem("first_day", NO_CLOSURE, True)])
    same = {"first_day": first_day, "last_day": last_day, "reason": reason, "ended_at": None}
    if known := site.closures.filter(**same).first():
        return known
    row = SiteClosure.objects.create(site=site, written_by=person_id, written_at=at, **same)
    tell("site.changed", site, actor, at, what="closed", kind=site.kind)
    return row


@transaction.atomic
def open_again(*, site_id: UUID, closure_id: int, actor: Viewer, at: datetime) -> None:
    """A closure doesn't hold any more."""
    must(actor, KEEP, at=at)
    site = kept_site(site_id=site_id, viewer=actor, at=at)
    if site.closures.filter(id=closure_id, ended_at__isnull=True).update(ended_at=at):
        tell("site.changed", site, actor, at, what="opened", kind=site.kind)


@transaction.atomic
def link(*, site_id: UUID, what: str, other_id: UUID | None, actor: Viewer, at: datetime) -> None:
    """A room or a line of the directory belongs to the site from now on."""
    person_id, _post = must(actor, KEEP, at=at)
    site = kept_site(site_id=site_id, viewer=actor, at=at)
    said = {"site": site, "linked_at": at, "linked_by": person_id}
    if what == "room":
        room = free_rooms(site).filter(id=other_id).first() if other_id else None
        if room is None:
            raise Refused([Problem("room", NOT_THERE, True)])
        SiteRoom.objects.create(room=room, **said)
    else:
        service = Service.objects.filter(county_id=site.county_id, id=other_id).first() if other_id else None
        if service is None or site.service_links.filter(service=service, ended_at__isnull=True).exists():
            raise Refused([Problem("service", NOT_THERE, True)])
        SiteService.objects.create(service=service, **said)
    tell("site.changed", site, actor, at, what=f"linked_{what}", kind=site.kind)


@transaction.atomic
def unlink(*, site_id: UUID, what: str, link_id: int, actor: Viewer, at: datetime) -> None:
    """It doesn't belong to the site any more; that it did stays written."""
    must(actor, KEEP, at=at)
    site = kept_site(site_id=site_id, viewer=actor, at=at)
    rows = site.room_links if what == "room" else site.service_links
    if rows.filter(id=link_id, ended_at__isnull=True).update(ended_at=at):
        tell("site.changed", site, actor, at, what=f"parted_{what}", kind=site.kind)


def free_rooms(site: Site) -> QuerySet[Room]:
    """Rooms of the site's county that belong to no site."""
    taken = SiteRoom.objects.filter(ended_at__isnull=True).values("room_id")
    rows = Room.objects.filter(division__county_id=site.county_id, is_used=True).exclude(id__in=taken)
    return rows.select_related("organisation").order_by("organisation__name", "name")


def places_below(viewer: Viewer, at: datetime) -> QuerySet[Division]:
    """Where the viewer may write down a site: their own places and those below, villages too."""
    found, inside = rules.access_rules(at=at), Q(pk__in=[])
    for seat in viewer.seats:
        if found.may_do(role=seat.role, action=KEEP) and seat.division_level in LEVELS[2:]:
            inside |= Q(**{f"{seat.division_level}_id": seat.division_id})
    return Division.objects.filter(inside, valid_to__isnull=True).order_by("code")


def tell(kind: str, site: Site, actor: Viewer, at: datetime, /, **clear: object) -> None:
    """What happened to a site, on record."""
    ledger.record(
        kind=kind, subject=site.key_owner, actor=actor, at=at, is_fact=True,
        clear={"site": str(site.id), **clear},
    )


def _body(wish: SiteWish, place: Division, found: Places) -> Organisation:
    county = Organisation.objects.filter(division__county_id=place.county_id, name=wish.body)
    return county.order_by("id").first() or Organisation.objects.create(
        kind=found.kinds[wish.kind].body, name=wish.body, division=place
    )


def _content(wish: SiteWish, division_id: int) -> dict[str, Any]:
    said = {**asdict(wish), "division_id": division_id}
    if not said["counts"]:
        # Nothing counted reads as it did before there was anything to count.
        del said["counts"]
    plain = {key: str(value.normalize()) if isinstance(value, Decimal) else value for key, value in said.items()}
    return dict(json.loads(json.dumps(plain)))


def _wrong_with(wish: SiteWish, found: Places, at: datetime) -> Iterator[Problem]:
    if wish.kind not in found.kinds:
        yield Problem("kind", "没有保存：请选是哪一种阵地。", True)
    for name, (most, zh) in WORDS.items():
        said = getattr(wish, name).strip()
        if (not said and name in NEEDED) or len(said) > most:
            yield Problem(name, f"没有保存：请写“{zh}”，不超过 {most} 个字。", True)
    if wish.area is not None and not 0 < wish.area <= MOST_AREA:
        yield Problem("area", "没有保存：面积写 1 到 99999 平方米。", True)
    where = (wish.longitude, wish.latitude)
    if (where[0] is None) != (where[1] is None):
        yield Problem("longitude", "没有保存：经度和纬度要一起写。", True)
    elif where[0] is not None and where[1] is not None and not is_here(float(where[0]), float(where[1])):
        yield Problem("longitude", ABROAD, True)
    if not found.ages[0] <= wish.age_from <= wish.age_to <= found.ages[1]:
        yield Problem("age_from", f"没有保存：岁数写 {found.ages[0]} 到 {found.ages[1]}，最小的不大于最大的。", True)
    yield from _wrong_hours(wish)
    if any(role not in found.staff or not 0 <= many <= MOST_PEOPLE for role, many in (wish.staff or {}).items()):
        yield Problem("staff", f"没有保存：人数写 0 到 {MOST_PEOPLE} 的整数。", True)
    if any(what not in found.counted or not 0 <= many <= MOST_PEOPLE for what, many in (wish.counts or {}).items()):
        yield Problem("counts", f"没有保存：床位和接线位写 0 到 {MOST_PEOPLE} 的整数。", True)
    booking = rules_at(at)
    known = {**found.equipment, **booking.equipment}
    if any(code not in known or state not in booking.states for code, state in (wish.equipment or {}).items()):
        yield Problem("equipment", "没有保存：设备或它的状态不在清单里，请重新选择。", True)


def _wrong_hours(wish: SiteWish) -> Iterator[Problem]:
    for day, spans in (wish.hours or {}).items():
        zh = WEEKDAYS[int(day)]
        if any(not 0 <= start < end <= 1440 for start, end in spans):
            yield Problem("hours", f"没有保存：周{zh}的开放时间要从早到晚，例如 08:30 到 12:00。", True)
        elif any(one[1] > two[0] for one, two in pairwise(spans)):
            yield Problem("hours", f"没有保存：周{zh}的上午和下午重叠了，请核对。", True)
