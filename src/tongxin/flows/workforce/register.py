"""Who helps in an area, in numbers: posts, people, clearances, qualifications, volunteers; and what is lacking."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import xlsxwriter

from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.flows.pairing_companions import is_checked
from tongxin.flows.workforce import clearances, qualifications, reach
from tongxin.flows.workforce.clearances import BARRED, SOON
from tongxin.intake.tables import OPTIONS
from tongxin.pairings.models import Companion
from tongxin.rulebook import rules
from tongxin.workforce.models import Qualification
from tongxin.workforce.rules import Workforce

HEADS = ("地方", "岗位", "岗位数", "有人任职", "人数", "要查询的", "查询有效", "要有资质的", "资质有效")


@dataclass(slots=True)
class Tally:
    """Numbers of one role, or of one role at one place."""

    posts: int = 0
    held: int = 0
    people: set[UUID] = field(default_factory=set)
    asked: set[UUID] = field(default_factory=set)
    cleared: set[UUID] = field(default_factory=set)
    wanted: set[UUID] = field(default_factory=set)
    qualified: set[UUID] = field(default_factory=set)

    @property
    def numbers(self) -> tuple[int, ...]:
        return (
            self.posts, self.held, len(self.people), len(self.asked), len(self.cleared), len(self.wanted),
            len(self.qualified),
        )

    @property
    def vacant(self) -> int:
        return self.posts - self.held


@dataclass(frozen=True, slots=True)
class Filled:
    """A target and how many people there are for it."""

    zh: str
    number: int
    there: int

    @property
    def lacking(self) -> int:
        return max(self.number - self.there, 0)


@dataclass(frozen=True, slots=True)
class Helpers:
    """Companions of one kind, and how many of them are checked."""

    kind: str
    number: int
    checked: int


@dataclass(frozen=True, slots=True)
class Register:
    """The numbers of an area."""

    roles: Mapping[str, Tally]
    places: Sequence[tuple[str, str, Tally]]
    whole: Tally
    barred: int
    soon: int
    waiting: int
    targets: tuple[Filled, ...]
    helpers: tuple[Helpers, ...]


def counted(viewer: Viewer, *, at: datetime) -> Register:
    """The posts of the viewer's area by role and place; a person who holds two posts counts once in the whole."""
    posts = list(reach.posts_seen(viewer, at=at).select_related("division"))
    county_id = reach.county_or_none(viewer)
    found, holders = reach.rules_in(county_id, at=at), _holders(posts, at)
    people = {each for some in holders.values() for each in some}
    states = clearances.states(people, county_id, at=at)
    kinds = qualifications.held_by(people, at=at)
    roles: dict[str, Tally] = {}
    places: dict[tuple[int | None, str], Tally] = {}
    whole = Tally()
    for post in posts:
        for tally in (
            whole, roles.setdefault(post.role, Tally()),
            places.setdefault((post.division.town_id or post.division_id, post.role), Tally()),
        ):
            _take(tally, post, holders.get(post.id, ()), found, states, kinds)
    companions = list(Companion.objects.filter(county_id=county_id or 0, ended_at__isnull=True))
    asked = [states[each] for each in whole.asked]
    return Register(
        roles, _named(places, at), whole, sum(each in BARRED for each in asked), sum(each == SOON for each in asked),
        Qualification.objects.filter(about_id__in=people, verdict__isnull=True).count()
        + Qualification.objects.filter(companion_id__in=[each.id for each in companions], verdict__isnull=True).count(),
        # What a county should have is counted where the whole county is.
        _targets(found, kinds, companions, at) if viewer.seat and viewer.seat.division_level == "county" else (),
        _helpers(companions, at),
    )


def _holders(posts: Iterable[Post], at: datetime) -> dict[UUID, list[UUID]]:
    rows = Holding.objects.filter(held(at), post__in=list(posts), kind=Holding.HOLDER, person__is_active=True)
    found: dict[UUID, list[UUID]] = {}
    for post_id, person_id in rows.values_list("post_id", "person_id"):
        found.setdefault(post_id, []).append(person_id)
    return found


def _take(
    tally: Tally, post: Post, people: Iterable[UUID], found: Workforce, states: Mapping[UUID, str],
    kinds: Mapping[UUID, frozenset[str]],
) -> None:
    here, wanted = set(people), found.wanted_of(post.role)
    tally.posts, tally.held, tally.people = tally.posts + 1, tally.held + bool(here), tally.people | here
    if post.role in found.check.roles:
        tally.asked |= here
        tally.cleared |= {each for each in here if states[each] not in BARRED}
    if wanted:
        tally.wanted |= here
        tally.qualified |= {each for each in here if kinds.get(each, frozenset()) & wanted}


def _named(places: Mapping[tuple[int | None, str], Tally], at: datetime) -> list[tuple[str, str, Tally]]:
    names = rules.access_rules(at=at).roles
    rows = Division.objects.filter(id__in={place for place, _ in places if place}).order_by("code")
    order = {id: (index, name) for index, (id, name) in enumerate(rows.values_list("id", "name"))}
    found = sorted(places.items(), key=lambda each: (order.get(each[0][0] or 0, (len(order), ""))[0], each[0][1]))
    return [(order.get(place or 0, (0, ""))[1], names.get(role, role), tally) for (place, role), tally in found]


def _targets(
    found: Workforce, kinds: Mapping[UUID, frozenset[str]], companions: Iterable[Companion], at: datetime
) -> tuple[Filled, ...]:
    outside = qualifications.held_by_companions([each.id for each in companions], at=at)
    every = [*kinds.values(), *outside.values()]
    return tuple(
        Filled(each.zh, each.number, sum(bool(held_kinds & each.qualifications) for held_kinds in every))
        for each in found.targets
    )


def _helpers(companions: Iterable[Companion], at: datetime) -> tuple[Helpers, ...]:
    today, rows = clearances.today_of(at), list(companions)
    return tuple(
        Helpers(kind, len(of), sum(is_checked(each, on=today) for each in of))
        for kind in sorted({each.kind for each in rows})
        for of in [[each for each in rows if each.kind == kind]]
    )


def workbook(found: Register) -> tuple[bytes, int]:
    """The numbers by place and role as an xlsx file without a name in it, and how many rows it has."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        sheet = book.add_worksheet("人员与资质")
        sheet.set_column(0, 1, 20)
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(HEADS):
            sheet.write_string(0, column, head)
        for row, (place, role, tally) in enumerate(found.places, start=1):
            sheet.write_string(row, 0, place)
            sheet.write_string(row, 1, role)
            for column, number in enumerate(tally.numbers, start=2):
                sheet.write_number(row, column, number)
    return content.getvalue(), len(found.places)
