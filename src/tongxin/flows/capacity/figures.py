"""Children by colour next to hours, people, rooms, sites, duty and money, place by place. Blank is not zero.

Children and what was paid to them are told by indicators: what they hide is hidden here.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from tongxin.accounts.models import LEVELS, Division
from tongxin.accounts.viewers import Viewer
from tongxin.bookings.models import Room, Shift
from tongxin.bookings.selectors import day_of
from tongxin.capacity.rules import CapacityRules
from tongxin.duty.models import Turn
from tongxin.flows.pairing_companions import must
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.workforce.reach import rules_in
from tongxin.funds.models import Balance
from tongxin.indicators import service
from tongxin.indicators.figures import NOTHING, Figure
from tongxin.indicators.service import Place, Table
from tongxin.places.models import Site
from tongxin.workforce.models import Qualification

SEE = "see_capacity"
# The indicators that say how many children there are of which colour and category, and what was paid to them.
LEVELS_OF, CATEGORIES_OF, MONEY_OF = "children_by_grade", "children_by_category", "granted_money"
MONEY = "bank"
COUNTED = {"beds": "beds", "seats": "hotline_seats"}
AHEAD, MINUTE = timedelta(days=7), timedelta(minutes=1)


@dataclass
class Line:
    """One place: children by level and by category, and what is there. None: hidden; absent: nobody registered any."""

    division_id: int | None
    zh: str
    place: Place | None = None
    levels: dict[str, int | None] = field(default_factory=dict)
    categories: dict[str, int | None] = field(default_factory=dict)
    supply: dict[str, Decimal | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """The viewer's area: the whole of it first, then its parts."""

    whole: Line
    parts: tuple[Line, ...]


def area(viewer: Viewer) -> Q:
    """Rows whose division lies at or below the viewer's place."""
    if viewer.seat is None:
        raise NotAllowed
    return Q(**{f"division__{viewer.seat.division_level}_id": viewer.seat.division_id})


def rooms_for(viewer: Viewer, *, at: datetime) -> QuerySet[Room]:
    """The rooms in use within the viewer's area."""
    must(viewer, SEE, at=at)
    return Room.objects.filter(area(viewer), is_used=True)


def shown(viewer: Viewer, *, rules: CapacityRules, levels: Iterable[str], at: datetime) -> Shown:
    """Need next to capacity; counts that could tell of one child are hidden."""
    must(viewer, SEE, at=at)
    if viewer.seat is None:
        raise NotAllowed
    place, own = Division.objects.get(id=viewer.seat.division_id), service.place_for(viewer)
    if own is None:
        raise NotAllowed
    today, column = day_of(at), _below(viewer.seat.division_level)
    now = service.figures_for((LEVELS_OF, CATEGORIES_OF), viewer=viewer, place=own, first=today, last=today, at=at)
    paid = service.figures_for(
        (MONEY_OF,), viewer=viewer, place=own, first=today - rules.granted_within, last=today, at=at
    )
    whole, parts = Line(place.id, place.name, own), _parts(place, column, (*now.parts, *paid.parts))
    order, categories = list(levels), _occurring(now)
    for line in (whole, *parts):
        line.levels = _children(now, LEVELS_OF, line, order)
        line.categories = _children(now, CATEGORIES_OF, line, categories)
        _granted(paid, line)
    _supply(viewer, whole, parts, column, at)
    told = [whole.levels[each] for each in rules.urgent if each in whole.levels]
    hours = whole.supply.get("hours")
    if hours is not None and told:
        # The share tells how many there are: nothing that is hidden beside it may be worked out.
        urgent = None if None in told else sum(each for each in told if each)
        whole.supply["per_child"] = hours * 60 / urgent if urgent and urgent >= rules.small_under else None
    return Shown(whole, tuple(parts))


def _occurring(table: Table) -> list[str]:
    """The categories of which there is a child anywhere, in the order of the indicator."""
    rows = [table.at(CATEGORIES_OF, each).parts for each in (table.whole, *table.parts)]
    return [code for code in rows[0] if any(row.get(code, 0) != 0 for row in rows)]


def _children(table: Table, id: str, line: Line, order: Iterable[str]) -> dict[str, int | None]:
    """Children by code; None where it is not told."""
    told = table.at(id, line.place) if line.place else Figure(NOTHING)
    return {code: told.parts.get(code, 0) for code in order}


def _granted(table: Table, line: Line) -> None:
    """Money that children got; not there where nobody ever wrote a list, None where few got any."""
    told = table.at(MONEY_OF, line.place) if line.place else Figure(NOTHING)
    if told.state != NOTHING:
        line.supply["granted"] = told.value


def _below(level: str) -> str:
    at = LEVELS.index(level)
    return f"{LEVELS[at + 1]}_id" if at + 1 < len(LEVELS) else ""


def _parts(place: Division, column: str, told: Iterable[Place]) -> list[Line]:
    """The places just below of which an indicator tells something or where a room or a site is."""
    if not column:
        return []
    known = {each.code: each for each in told}
    inside = {f"division__{place.level}_id": place.id}
    there = [
        rows.filter(is_used=True, **inside).values(f"division__{column}") for rows in (Room.objects, Site.objects)
    ]
    named = Division.objects.filter(
        Q(code__in=[code for code in known if code]) | Q(id__in=there[0]) | Q(id__in=there[1])
    ).order_by("code")
    rows = [Line(each.id, each.name, known.get(each.code)) for each in named]
    return [*rows, *(Line(None, each.zh, each) for code, each in known.items() if not code)]


def _supply(viewer: Viewer, whole: Line, parts: list[Line], column: str, at: datetime) -> None:
    rooms = list(Room.objects.filter(area(viewer), is_used=True).select_related("division"))
    sites = list(Site.objects.filter(area(viewer), is_used=True).select_related("division"))
    today = day_of(at)
    shifts = Shift.objects.filter(room__in=rooms, first_day__lte=today).exclude(last_day__lt=today)
    seated = list(shifts.select_related("room", "room__division", "post", "post__division"))
    qualified = _qualified(seated, today, at)
    for line in (whole, *parts):
        def here(division: Division, line: Line = line) -> bool:
            return line is whole or (line.division_id is not None and _under(division, column) == line.division_id)

        _of_rooms(line, [each for each in rooms if here(each.division)],
                  [each for each in seated if here(each.room.division)], qualified)
        _of_sites(line, [each for each in sites if here(each.division)])
    if (hours := _duty(whole.division_id, at)) is not None:
        whole.supply["duty"] = hours
    money = Balance.objects.filter(account=MONEY, fund__county_id__in=_counties(viewer)).aggregate(all=Sum("amount"))
    if money["all"] is not None:
        whole.supply["money"] = Decimal(money["all"]) / 100


def _under(division: Division, column: str) -> int | None:
    found: int | None = division.ancestors.get(column)
    return found


def _of_rooms(line: Line, rooms: list[Room], seated: list[Shift], qualified: frozenset[UUID] | None) -> None:
    if not rooms:
        return
    line.supply["rooms"] = Decimal(len(rooms))
    line.supply["hours"] = _hours(seated)
    if qualified is not None:
        line.supply["qualified"] = _hours([each for each in seated if each.id in qualified])
    line.supply["people"] = Decimal(len({each.person_id for each in seated}))


def _hours(seated: Iterable[Shift]) -> Decimal:
    return Decimal(sum(each.ends - each.starts for each in seated)) / 60


def _qualified(seated: list[Shift], today: date, at: datetime) -> frozenset[UUID] | None:
    """The shifts of those who have a certificate that their post asks for, that another person has seen and that
    holds; None: none was ever kept."""
    kept = Qualification.objects.filter(about_id__in={each.person_id for each in seated})
    if not kept.exists():
        return None
    holds = kept.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today), verdict__agrees=True)
    has: dict[UUID | None, set[str]] = defaultdict(set)
    for person_id, kind in holds.values_list("about_id", "kind"):
        has[person_id].add(kind)
    return frozenset(
        each.id for each in seated
        if has[each.person_id] & rules_in(each.post.division.county_id, at=at).wanted_of(each.post.role)
    )


def _of_sites(line: Line, sites: list[Site]) -> None:
    if not sites:
        return
    line.supply["sites"] = Decimal(len(sites))
    for measure, what in COUNTED.items():
        known = [each.counts[what] for each in sites if what in each.counts]
        if known:
            line.supply[measure] = Decimal(sum(known))


def _duty(division_id: int | None, at: datetime) -> Decimal | None:
    """Hours of the coming days in which somebody is on duty for the place; None where nobody ever planned any."""
    rows = Turn.objects.filter(division_id__in=[division_id])
    if not rows.exists():
        return None
    spans = sorted(rows.filter(to_at__gt=at, from_at__lt=at + AHEAD, person__isnull=False).values_list(
        "from_at", "to_at"
    ))
    minutes, reached = 0, at
    for begin, end in spans:
        begin, end = max(begin, reached), min(end, at + AHEAD)
        minutes += max((end - begin) // MINUTE, 0)
        reached = max(reached, end)
    return Decimal(minutes) / 60


def _counties(viewer: Viewer) -> list[int]:
    """The county, or the counties, whose books the viewer's whole area is."""
    seat = viewer.seat
    if seat is None or LEVELS.index(seat.division_level) > LEVELS.index("county"):
        return []
    return list(Division.objects.filter(
        level="county", **{f"{seat.division_level}_id": seat.division_id}
    ).values_list("id", flat=True))
