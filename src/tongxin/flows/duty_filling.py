"""Weekly templates of the duty roster, and weeks filled from them: what would be written is shown first."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.models import Division, Holding
from tongxin.accounts.viewers import Viewer, held
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.duty import selectors, services
from tongxin.duty.models import Shift, Template
from tongxin.duty.selectors import OnCall, Standing
from tongxin.duty.services import Line
from tongxin.duty.spreading import DAYS, Hours, Piece, Span, around, bare, kind_of, spread
from tongxin.flows import duty
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.rulebook import rules
from tongxin.vault import Owner

DAY = timedelta(days=1)
# What becomes of a line: written, there already, left as somebody wrote it by hand, or without anybody to write.
NEW, SAME, BY_HAND, VACANT = "new", "same", "by_hand", "vacant"


@dataclass(frozen=True, slots=True)
class Named:
    """Who answers in the end, and for whom while they are away."""

    who: OnCall
    instead_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """Some hours of the weeks to be filled, who would answer, and what becomes of it."""

    from_at: datetime
    to_at: datetime
    state: str
    first: Named | None
    second: Named | None
    template: UUID | None
    # Who by hand stands there and would be written over.
    over: OnCall | None = None
    wanted: UUID | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """What filling would do, the hours that stay without anybody, and a mark of exactly this."""

    slots: list[Slot]
    gaps: list[Span]
    mark: str

    @property
    def to_write(self) -> list[Slot]:
        return [each for each in self.slots if each.state == NEW]


@transaction.atomic
def write_template(
    *, division_id: int, valid_from: date, lines: Sequence[Line], actor: Viewer, at: datetime
) -> Template:
    """The week as it is planned from a day on; what stands in the roster stays until it is filled again."""
    division = _planned(division_id, actor, at)
    if problems := list(_wrong_with(division, valid_from, lines, at)):
        raise Refused(problems)
    before = selectors.template_on(division, valid_from)
    if before is not None and before.valid_from == valid_from and _lines_of(before) == list(lines):
        return before
    template = services.write_template(
        division=division, valid_from=valid_from, lines=lines, by=by_whom(actor), at=at
    )
    ledger.record(
        kind="duty.planned", subject=Owner("staff", by_whom(actor)), actor=actor, at=at, is_fact=True,
        clear={"division": division.code, "from": valid_from.isoformat(), "lines": len(lines)},
    )
    return template


def look(
    *, division_id: int, first_day: date, weeks: int, replaces: bool, actor: Viewer, at: datetime
) -> Filling:
    """What filling these weeks would write, around what somebody wrote by hand or over it."""
    division = _planned(division_id, actor, at)
    if problems := list(_wrong_span(division, first_day, weeks, at)):
        raise Refused(problems)
    return _filling(division, first_day, weeks, replaces, at)


@transaction.atomic
def fill(
    *, division_id: int, first_day: date, weeks: int, replaces: bool, mark: str, actor: Viewer, at: datetime
) -> int | None:
    """How many turns were written; nothing and None when what was looked at is no longer what would be written."""
    division = _planned(division_id, actor, at)
    if problems := list(_wrong_span(division, first_day, weeks, at)):
        raise Refused(problems)
    # Two planners of one place, or two clicks of one, take turns.
    Division.objects.select_for_update().get(id=division.id)
    found = _filling(division, first_day, weeks, replaces, at)
    if found.mark != mark:
        return None
    if not found.to_write:
        return 0
    templates = {each.id: each for each in selectors.templates_of(division)}
    for each in found.to_write:
        services.write_turn(
            division=division, from_at=each.from_at, to_at=each.to_at, first=each.first.who if each.first else None,
            second=each.second.who if each.second else None, by=by_whom(actor), at=at,
            template=templates[each.template] if each.template else None,
        )
    duty.tell_written(
        division=division, first_day=first_day, last_day=first_day + weeks * 7 * DAY - DAY,
        turns=len(found.to_write), nobody=False, actor=actor, at=at,
    )
    return len(found.to_write)


def by_whom(actor: Viewer) -> UUID:
    """The person who writes in the roster; nothing but a person may."""
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id


def _planned(division_id: int, actor: Viewer, at: datetime) -> Division:
    division = duty.places_for(viewer=actor, action=duty.PLAN, at=at).get(division_id)
    if division is None or actor.person_id is None:
        raise NotAllowed
    return division


def _filling(division: Division, first_day: date, weeks: int, replaces: bool, at: datetime) -> Filling:
    since = max(at, datetime.combine(first_day, time(), tzinfo=CHINA))
    days = [first_day + number * DAY for number in range(weeks * 7)]
    until = datetime.combine(days[-1] + DAY, time(), tzinfo=CHINA)
    stands = selectors.standing(division, since=since - DAY, until=until + DAY)
    by_hand = [each for each in stands if each.turn.template_id is None]
    taken = [] if replaces else [(each.from_at, each.to_at) for each in by_hand]
    shifts: dict[int, Shift] = {}
    pieces = _pieces(division, days, shifts, at)
    pieces = around(pieces, [*taken, (datetime.min.replace(tzinfo=CHINA), since)])
    slots = [_slot(each, shifts[each.line], stands, by_hand) for each in pieces]
    if not replaces:
        slots += [_kept(each, since) for each in by_hand if each.to_at > since and each.from_at < until]
    slots.sort(key=lambda each: each.from_at)
    written = [(each.from_at, each.to_at) for each in slots if each.state in (NEW, SAME)]
    there = [(each.from_at, each.to_at) for each in stands if each.turn.person_id]
    gaps = bare([*written, *there], since=since, until=until)
    return Filling(slots, gaps, _mark(slots, replaces))


def _pieces(division: Division, days: Sequence[date], shifts: dict[int, Shift], at: datetime) -> list[Piece]:
    calendar, found = rules.calendar_at(at), []
    kinds: dict[UUID, list[tuple[date, str]]] = {}
    templates: dict[UUID, Template] = {}
    for day in days:
        template = selectors.template_on(division, day)
        if template is not None:
            templates[template.id] = template
            lines = _hours(template)
            kind = kind_of(day, holidays=calendar.holidays, made_up=calendar.workdays, lines=lines)
            kinds.setdefault(template.id, []).append((day, kind))
    for id, of_days in kinds.items():
        known = len(shifts)
        shifts |= {known + each.line: each for each in templates[id].shifts.all()}
        lines = [Hours(known + each.line, each.days, each.starts, each.ends) for each in _hours(templates[id])]
        found += spread(lines, of_days, zone=CHINA)
    return _apart(sorted(found, key=lambda each: (each.from_at, each.line)))


def _apart(pieces: list[Piece]) -> list[Piece]:
    """The last night of one template ends where the first day of the next begins."""
    return [
        Piece(each.line, each.from_at, min(each.to_at, after.from_at) if after else each.to_at)
        for each, after in zip(pieces, [*pieces[1:], None], strict=True)
        if after is None or each.from_at < after.from_at
    ]


def _hours(template: Template) -> list[Hours]:
    return [Hours(each.line, each.days, each.starts, each.ends) for each in template.shifts.all()]


def _slot(piece: Piece, shift: Shift, stands: Sequence[Standing], by_hand: Sequence[Standing]) -> Slot:
    first = answering(OnCall(shift.post_id, shift.person_id), at=piece.from_at)
    second = None
    if shift.stand_in_post_id and shift.stand_in_id:
        second = answering(OnCall(shift.stand_in_post_id, shift.stand_in_id), at=piece.from_at)
    if first is None:
        first, second = second, None
    elif second is not None and second.who.person_id == first.who.person_id:
        second = None
    over = next(
        (each.turn for each in by_hand if each.from_at < piece.to_at and each.to_at > piece.from_at), None
    )
    state = VACANT if first is None else SAME if _is_there(piece, first, second, stands) else NEW
    return Slot(
        piece.from_at, piece.to_at, state, first, second, shift.template_id,
        OnCall(over.post_id, over.person_id) if state == NEW and over and over.post_id and over.person_id else None,
        shift.person_id,
    )


def _kept(each: Standing, since: datetime) -> Slot:
    turn = each.turn
    first = Named(OnCall(turn.post_id, turn.person_id)) if turn.post_id and turn.person_id else None
    second = Named(OnCall(turn.stand_in_post_id, turn.stand_in_id)) if turn.stand_in_post_id and turn.stand_in_id \
        else None
    return Slot(max(each.from_at, since), each.to_at, BY_HAND, first, second, None)


def answering(who: OnCall, *, at: datetime) -> Named | None:
    """Whoever answers at a moment for somebody named: themselves, whoever stands in for their leave, or nobody."""
    rows = Holding.objects.filter(held(at), post_id=who.post_id, person__is_active=True).order_by("from_at", "id")
    holdings = list(rows.values_list("person_id", "kind"))
    instead = next((person for person, kind in holdings if kind == Holding.STAND_IN and person != who.person_id), None)
    if instead is not None:
        return Named(OnCall(who.post_id, instead), who.person_id)
    return Named(who) if any(person == who.person_id for person, _kind in holdings) else None


def _is_there(piece: Piece, first: Named, second: Named | None, stands: Sequence[Standing]) -> bool:
    """Whether the same people answer for all these hours already."""
    wanted = (first.who.post_id, first.who.person_id, second.who.post_id if second else None,
              second.who.person_id if second else None)
    same = [
        (each.from_at, each.to_at) for each in stands
        if (each.turn.post_id, each.turn.person_id, each.turn.stand_in_post_id, each.turn.stand_in_id) == wanted
    ]
    return not bare(same, since=piece.from_at, until=piece.to_at)


def _mark(slots: Sequence[Slot], replaces: bool) -> str:
    """The same for the same slots; the first hours move with the clock and don't count."""
    said = [str(replaces), *(
        f"{each.to_at.isoformat()} {each.state} {each.first} {each.second} {each.over}" for each in slots
    )]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def _lines_of(template: Template) -> list[Line]:
    return [
        Line(
            each.days, each.starts, each.ends, OnCall(each.post_id, each.person_id),
            OnCall(each.stand_in_post_id, each.stand_in_id) if each.stand_in_post_id and each.stand_in_id else None,
        )
        for each in template.shifts.all()
    ]


def _wrong_with(division: Division, valid_from: date, lines: Sequence[Line], at: datetime) -> Iterator[Problem]:
    known = {(post.id, person) for post, person in duty.candidates(division, at=at)}
    if valid_from < at.astimezone(CHINA).date():
        yield Problem("valid_from", "没有保存：模板从今天或以后的一天起用；过去的值班不改。", True)
    for number, each in enumerate(lines, 1):
        if not each.days or not set(each.days) <= set(DAYS):
            yield Problem(f"days-{number - 1}", f"没有保存：第 {number} 行没有选哪几天。", True)
        for who in (each.first, each.second):
            if who is not None and (who.post_id, who.person_id) not in known:
                yield Problem(f"first-{number - 1}", f"没有保存：第 {number} 行选的人现在不在岗，请重新选择。", True)
        if each.second and each.second.person_id == each.first.person_id:
            yield Problem(f"second-{number - 1}", f"没有保存：第 {number} 行的备班要和值班是两个人。", True)


def _wrong_span(division: Division, first_day: date, weeks: int, at: datetime) -> Iterator[Problem]:
    most = duty.roster_rules(region=rules.region_of(division.id), at=at).at_once.days // 7
    if not 1 <= weeks <= most:
        yield Problem("weeks", f"没有排：一次排 1 到 {most} 周。", True)
    if first_day < at.astimezone(CHINA).date():
        yield Problem("first_day", "没有排：这一天已经过去，请从今天或以后的一天开始。", True)
    elif 1 <= weeks <= most and selectors.template_on(division, first_day + weeks * 7 * DAY - DAY) is None:
        yield Problem("first_day", "没有排：这里还没有模板，或这些天没有模板可用。请先写模板。", True)
