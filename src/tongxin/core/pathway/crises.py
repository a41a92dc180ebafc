"""What a crisis asks of those around a child: somebody there at every hour, a plan made together, contact after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tongxin.core.pathway.calendar import CHINA, Calendar, due_at
from tongxin.core.pathway.facts import Fact
from tongxin.core.pathway.handovers import Waiting

if TYPE_CHECKING:
    from tongxin.core.pathway.state import CaseState

WATCH, PLAN = "crisis_watch", "safety_plan"
ENDED = "ended"


@dataclass(slots=True)
class Watch:
    """The turns of those who stay with the child, and whether a professional ended it."""

    turns: list[Fact] = field(default_factory=list)
    ended: Fact | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody is with the child from one moment to another."""

    entry: str
    from_at: datetime
    to_at: datetime


def take(state: CaseState, fact: Fact) -> None:
    """A turn, or the word that none is needed any more; another turn takes that word back."""
    if fact.data.get("act") == ENDED:
        state.watch.ended = fact
    else:
        state.watch.turns.append(fact)
        state.watch.ended = None


def names(state: CaseState) -> dict[str, object]:
    """What the rules of the steps may ask about watch and plan."""
    episode, ended, plan = state.alarms.episode, state.watch.ended, state.last.get(PLAN)
    daily = daily_until(state)
    return {
        "watch_over": ended is not None and (episode is None or ended.recorded_at >= episode.began_at),
        "safety_plan_made": plan is not None and (episode is None or plan.recorded_at >= episode.began_at),
        "watch_daily": daily is not None and state.on < daily,
    }


def daily_until(state: CaseState) -> datetime | None:
    """Until when a child is asked after every day, once a crisis began."""
    if not state.alarms.episodes:
        return None
    return due_at(state.pathway.watch_daily, since=state.alarms.episodes[-1].began_at, calendar=NONE)


def turns(state: CaseState) -> list[Turn]:
    """The turns of the crisis that is open, the earliest first."""
    episode = state.alarms.episode
    if episode is None:
        return []
    return turns_of(state.watch.turns, began_at=episode.began_at)


def turns_of(facts: Iterable[Fact], *, began_at: datetime) -> list[Turn]:
    """The turns that facts tell of and that lie after a moment, the earliest first."""
    found = (_turn(fact) for fact in facts if fact.data.get("act") != ENDED)
    kept = [turn for turn in found if turn is not None and turn.to_at > began_at]
    return sorted(kept, key=lambda turn: (turn.from_at, turn.to_at, turn.entry))


def waiting(state: CaseState) -> Iterator[Waiting]:
    """The moment from which nobody is named to stay with the child; a gap that has passed is not asked for again."""
    episode = state.alarms.episode
    if episode is None:
        return
    last, covered = episode.entry, due_at(state.pathway.watch_first, since=episode.began_at, calendar=NONE)
    is_first = True
    for turn in turns(state):
        if turn.from_at > max(covered, state.on):
            break
        if is_first or turn.to_at > covered:
            last, covered, is_first = turn.entry, turn.to_at, False
    yield Waiting(last, covered)


def moments(state: CaseState) -> Iterator[datetime]:
    """When time alone changes what a crisis asks for."""
    yield from (turn.from_at for turn in turns(state))
    if daily := daily_until(state):
        yield daily


def _turn(fact: Fact) -> Turn | None:
    start, end = _moment(fact.data.get("from_at")), _moment(fact.data.get("to_at"))
    return Turn(fact.id, start, end) if start and end and start < end else None


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


# Hours and days run round the clock: no holiday is asked for.
NONE = Calendar(frozenset(), frozenset(), frozenset())
