"""Who is on duty, for whoever has to ring somebody now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from django.db.models import Prefetch, Q

from tongxin.accounts.models import LEVELS, Division, Holding
from tongxin.accounts.viewers import held
from tongxin.duty.models import Shift, Template, Turn

SHIFTS = Prefetch("shifts", Shift.objects.select_related("post", "stand_in_post").order_by("line"))


@dataclass(frozen=True, slots=True)
class OnCall:
    """Somebody who answers now, with the post they answer from."""

    post_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time with the turn that counts in it, none where nobody is on duty."""

    from_at: datetime
    to_at: datetime
    turn: Turn | None


def on_call(places: dict[str, int | None], *, at: datetime, without: frozenset[UUID] = frozenset()) -> list[OnCall]:
    """Who is to be rung first for a place at a moment, then the stand-in; the nearest place with a roster decides.

    Only people who hold the post they were named with, and none of those `without` whom it has to be done.
    """
    turns = _covering(places, at)
    for level in reversed(LEVELS):
        turn = turns.get(places.get(f"{level}_id") or 0)
        if turn is not None and (found := _living(turn, at, without)):
            return found
    return []


def next_change(places: dict[str, int | None], *, at: datetime) -> datetime | None:
    """When somebody else will be on duty for a place, as far as the roster says."""
    ids = [place for place in places.values() if place]
    turns = Turn.objects.filter(division_id__in=ids, to_at__gt=at).order_by().values_list("from_at", "to_at")
    return min((moment for pair in turns for moment in pair if moment > at), default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """Hours in which one written turn counts, somebody's or nobody's."""

    from_at: datetime
    to_at: datetime
    turn: Turn

    @property
    def is_whole(self) -> bool:
        """Whether none of the turn's hours were written over."""
        return (self.from_at, self.to_at) == (self.turn.from_at, self.turn.to_at)


def standing(division: Division, *, since: datetime, until: datetime) -> list[Standing]:
    """What counts between two moments, turn by turn as written; a turn goes on before and after them."""
    rows = list(
        Turn.objects.filter(division=division, from_at__lt=until, to_at__gt=since)
        .select_related("post", "stand_in_post").order_by("written_at", "id")
    )
    cuts = sorted({m for row in rows for m in (row.from_at, row.to_at)})
    found: list[Standing] = []
    for start, end in pairwise(cuts):
        turn = next((row for row in reversed(rows) if row.from_at <= start and row.to_at >= end), None)
        if turn is None:
            continue
        if found and found[-1].turn is turn and found[-1].to_at == start:
            found[-1] = Standing(found[-1].from_at, end, turn)
        else:
            found.append(Standing(start, end, turn))
    return found


def stretches(division: Division, *, since: datetime, until: datetime) -> list[Stretch]:
    """The time between two moments, cut where somebody else is on duty."""
    held = [
        (max(each.from_at, since), min(each.to_at, until), each.turn)
        for each in standing(division, since=since, until=until) if each.turn.person_id
    ]
    held = [each for each in held if each[0] < each[1]]
    cuts = sorted({since, until, *(moment for start, end, _turn in held for moment in (start, end))})
    found: list[Stretch] = []
    for start, end in pairwise(cuts):
        turn = next((turn for first, last, turn in held if first <= start and last >= end), None)
        if found and _same(found[-1].turn, turn):
            found[-1] = Stretch(found[-1].from_at, end, turn)
        else:
            found.append(Stretch(start, end, turn))
    return found


def template_on(division: Division, day: date) -> Template | None:
    """The template that holds on a day."""
    rows = Template.objects.filter(division=division, valid_from__lte=day).prefetch_related(SHIFTS)
    return rows.order_by("valid_from", "written_at", "id").last()


def templates_of(division: Division) -> list[Template]:
    """Every template that was ever written for a place, the newest first."""
    rows = Template.objects.filter(division=division).prefetch_related(SHIFTS)
    return list(rows.order_by("-valid_from", "-written_at", "-id"))


def keeping() -> list[Division]:
    """The places for which somebody ever wrote a roster."""
    ids = Turn.objects.order_by().values_list("division_id", flat=True).distinct()
    return list(Division.objects.filter(id__in=list(ids)).order_by("code"))


def unmanned(*, at: datetime) -> list[Division]:
    """The places that keep a roster and have nobody on duty who could answer now."""
    found = []
    for division in keeping():
        turn = _covering({"one": division.id}, at).get(division.id)
        if turn is None or not _living(turn, at, frozenset()):
            found.append(division)
    return found


def _covering(places: dict[str, int | None], at: datetime) -> dict[int, Turn]:
    """The turn that counts at a moment, by place; what was written last."""
    ids = [place for place in places.values() if place]
    rows = Turn.objects.filter(division_id__in=ids, from_at__lte=at, to_at__gt=at).order_by("written_at", "id")
    return {row.division_id: row for row in rows}


def _living(turn: Turn, at: datetime, without: frozenset[UUID]) -> list[OnCall]:
    named = [(turn.post_id, turn.person_id), (turn.stand_in_post_id, turn.stand_in_id)]
    wanted = [OnCall(post, person) for post, person in named if post and person and person not in without]
    holds = _holding(wanted, at)
    return [each for each in wanted if each in holds]


def _holding(wanted: Sequence[OnCall], at: datetime) -> frozenset[OnCall]:
    if not wanted:
        return frozenset()
    asked = Q(pk__in=[])
    for each in wanted:
        asked |= Q(post_id=each.post_id, person_id=each.person_id)
    rows: Iterable[tuple[UUID, UUID]] = Holding.objects.filter(held(at), asked, person__is_active=True).values_list(
        "post_id", "person_id"
    )
    return frozenset(OnCall(post, person) for post, person in rows)


def _same(one: Turn | None, two: Turn | None) -> bool:
    return _who(one) == _who(two)


def _who(turn: Turn | None) -> tuple[UUID | None, ...]:
    return (turn.post_id, turn.person_id, turn.stand_in_post_id, turn.stand_in_id) if turn else ()
