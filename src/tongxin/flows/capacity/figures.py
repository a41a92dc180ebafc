"""Children by colour next to hours, people, rooms, sites, duty and money, place by place. Blank is not zero."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from tongxin.access import selectors as access
from tongxin.accounts.models import LEVELS, Division
from tongxin.accounts.viewers import Viewer
from tongxin.bookings.models import Room, Shift
from tongxin.bookings.selectors import day_of
from tongxin.capacity.hiding import hide_table
from tongxin.capacity.rules import CapacityRules
from tongxin.cases import slices
from tongxin.cases.models import Case
from tongxin.duty.models import Turn
from tongxin.flows.pairing_companions import must
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.workforce.reach import rules_in
from tongxin.funds.models import Balance, Grant, Payout
from tongxin.people.models import CategorySpan
from tongxin.places.models import Site
from tongxin.workforce.models import Qualification

SEE, FIGURES, COLOURS = "see_capacity", "figures", "psychological"
MONEY = "bank"
COUNTED = {"beds": "beds", "seats": "hotline_seats"}
ALLOWED = (Payout.AGREED, Payout.SENT, Payout.SETTLED)
AHEAD, MINUTE = timedelta(days=7), timedelta(minutes=1)

# By part of the area (None: not registered below), then by level or category.
Counted = dict[int | None, dict[str, int]]


@dataclass
class Line:
    """One place: children by level and by category, and what is there. None: hidden; absent: nobody registered any."""

    division_id: int | None
    zh: str
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
    place = Division.objects.get(id=viewer.seat.division_id)
    column = _below(viewer.seat.division_level)
    cases, order = _cases(viewer, at), list(levels)
    counted = _counted(cases.filter(is_open=True), column, "level")
    parts, whole = _parts(place, column, counted), Line(place.id, place.name)
    _fill("levels", whole, parts, order, counted, rules.small_under)
    _by_category(cases.filter(is_open=True), whole, parts, column, rules.small_under)
    _supply(viewer, whole, parts, column, at)
    _granted(cases, whole, parts, column, rules, at)
    told = [whole.levels[each] for each in rules.urgent if each in whole.levels]
    hours = whole.supply.get("hours")
    if hours is not None and told:
        # The share tells how many there are: nothing that is hidden beside it may be worked out.
        urgent = None if None in told else sum(each for each in told if each)
        whole.supply["per_child"] = hours * 60 / urgent if urgent and urgent >= rules.small_under else None
    return Shown(whole, tuple(parts))


def _counted(cases: QuerySet[Case], column: str, by: str) -> Counted:
    """How many by part, then by the column `by`; without parts all lies in one that is none."""
    found: Counted = defaultdict(dict)
    rows = cases.values_list(*([column] if column else []), by).annotate(many=Count("id"))
    for *part, code, many in rows:
        found[part[0] if part else None][code] = many
    return found


def _fill(what: str, whole: Line, parts: list[Line], order: list[str], counted: Counted, under: int) -> None:
    """The numbers of each line in one of its tables, what is small hidden."""
    table = [[counted.get(each.division_id, {}).get(code, 0) for code in order] for each in parts]
    sums = [sum(row.get(code, 0) for row in counted.values()) for code in order]
    told, hidden = hide_table(table, sums, under=under, is_total_told=what == "levels")
    for line, numbers in zip((whole, *parts), (told, *hidden), strict=True):
        setattr(line, what, dict(zip(order, numbers, strict=True)))


def _below(level: str) -> str:
    at = LEVELS.index(level)
    return f"{LEVELS[at + 1]}_id" if at + 1 < len(LEVELS) else ""


def _cases(viewer: Viewer, at: datetime) -> QuerySet[Case]:
    """The files of the children whose colour the viewer may read, or count."""
    part = COLOURS if access.reads(viewer=viewer, part="roster", at=at) else FIGURES
    return access.visible(slices.leading(), viewer=viewer, part=part, at=at).order_by()


def _parts(place: Division, column: str, counted: Counted) -> list[Line]:
    if not column:
        return []
    named = Division.objects.filter(Q(id__in=[each for each in counted if each]) | Q(
        id__in=Room.objects.filter(is_used=True, **{f"division__{place.level}_id": place.id}).values(
            f"division__{column}"
        )
    ) | Q(id__in=Site.objects.filter(is_used=True, **{f"division__{place.level}_id": place.id}).values(
        f"division__{column}"
    ))).order_by("code")
    rows = [Line(each.id, each.name) for each in named]
    return [*rows, *([Line(None, "没有登记到下一级")] if None in counted else [])]


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


def _by_category(cases: QuerySet[Case], whole: Line, parts: list[Line], column: str, under: int) -> None:
    """Children by category of difficulty; a child may stand in several, so that these make no sum."""
    where = dict(cases.values_list("id", column)) if column else {}
    rows = CategorySpan.objects.filter(child_id__in=cases.values("id"), end_on__isnull=True)
    found: dict[int | None, dict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for child_id, category in rows.values_list("child_id", "category"):
        found[where.get(child_id)][category].add(child_id)
    counted: Counted = {part: {each: len(those) for each, those in row.items()} for part, row in found.items()}
    order = sorted({each for row in counted.values() for each in row})
    _fill("categories", whole, parts, order, counted, under)


def _granted(
    cases: QuerySet[Case], whole: Line, parts: list[Line], column: str, rules: CapacityRules, at: datetime
) -> None:
    """Money agreed to or paid to children, by where their file lies; not shown where few got any."""
    rows = list(Grant.objects.filter(
        child_id__in=cases.values("id"), payout__fund__form="money", payout__state__in=ALLOWED,
        payout__made_at__gt=at - rules.granted_within, payout__made_at__lte=at,
    ).exclude(state__in=(Grant.REMOVED, Grant.RETURNED)).values_list("child_id", "amount"))
    if not rows:
        return
    where = dict(cases.values_list("id", column)) if column else {}
    money: dict[int | None, int] = defaultdict(int)
    got: dict[int | None, set[UUID]] = defaultdict(set)
    for child_id, amount in rows:
        money[where.get(child_id)] += amount
        got[where.get(child_id)].add(child_id)
    table = [[len(got.get(each.division_id, ()))] for each in parts]
    told, hidden = hide_table(
        table, [sum(map(len, got.values()))], under=rules.small_under, is_total_told=False
    )
    lines = zip((whole, *parts), ([told[0]], *hidden), strict=True)
    for line, (number,) in lines:
        amount = sum(money.values()) if line is whole else money.get(line.division_id, 0)
        line.supply["granted"] = None if number is None else Decimal(amount) / 100
