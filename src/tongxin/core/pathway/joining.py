"""Several records of one child, thought as one from the moment somebody found them to be one child's.

Until then each record is its own: nothing in it ends what stands in another. At that moment what stands in each is laid
together, the more careful of two words where they differ; from then on every fact is about the one child.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from tongxin.core.pathway.alarms import Alarms, Episode
from tongxin.core.pathway.arrangements import Arrangements
from tongxin.core.pathway.calendar import Calendar
from tongxin.core.pathway.caring import Care
from tongxin.core.pathway.crises import Watch
from tongxin.core.pathway.definition import Pathway
from tongxin.core.pathway.facts import Fact, in_force
from tongxin.core.pathway.grades import Grades
from tongxin.core.pathway.state import CaseState, begin, end, go_on

T = TypeVar("T")
GIVEN, REFER, PRESENT, UNKNOWN = "given", "refer", "present", ("none", "incomplete")
# What is decided below, one by one.
OWN = frozenset({
    "pathway", "on", "grades", "alarms", "stage", "is_open", "identified", "feedback", "child_state", "consents",
    "may_refer", "concern_cleared", "expires_at", "watch", "care", "arrangements",
})


@dataclass(frozen=True, slots=True)
class Record:
    """One of the records: its facts, and up to which of them it stood by itself."""

    facts: tuple[Fact, ...]
    alone_until: int


def fold_together(
    kept: tuple[Fact, ...], others: Sequence[tuple[Record, int]], *, pathway: Pathway, calendar: Calendar,
    on: datetime,
) -> CaseState:
    """The state of the child whose record is kept; each other record with the place in the kept one where it joined.

    The others stand in the order in which they joined.
    """
    facts = _numbered(kept, [record for record, _ in others])
    current = {fact.id for fact in in_force(tuple(facts.values()))}

    def state_of(ids: Iterable[str], state: CaseState) -> CaseState:
        wanted = sorted((facts[each] for each in ids), key=lambda fact: fact.seq)
        go_on(state, tuple(wanted), current=current, calendar=calendar)
        return state

    state, taken = begin(pathway=pathway, on=on), set[str]()
    sources: list[tuple[Fact, ...]] = [kept]
    for record, joined_at in others:
        moment = next((fact.recorded_at for fact in kept if fact.seq == joined_at), on)
        before = {fact.id for fact in kept if fact.seq <= joined_at}
        before |= {fact.id for source in sources[1:] for fact in source if fact.recorded_at <= moment}
        state_of(before - taken, state)
        alone = {fact.id for fact in record.facts if fact.seq <= record.alone_until}
        state = laid_together(state, state_of(alone, begin(pathway=pathway, on=on)))
        taken |= before | alone
        sources.append(record.facts)
    return end(state_of(facts.keys() - taken, state), calendar)


def _numbered(kept: tuple[Fact, ...], others: Sequence[Record]) -> dict[str, Fact]:
    """All facts by id, numbered by the moment they were recorded, each record in its own order."""
    keyed: list[tuple[datetime, int, int, Fact]] = []
    for place, facts in enumerate((*(each.facts for each in others), kept)):
        latest = None
        for fact in facts:
            latest = max(latest, fact.recorded_at) if latest else fact.recorded_at
            keyed.append((latest, place, fact.seq, fact))
    ordered = sorted(keyed, key=lambda each: each[:3])
    return {each[3].id: replace(each[3], seq=number) for number, each in enumerate(ordered, start=1)}


def laid_together(kept: CaseState, other: CaseState) -> CaseState:
    """One state of two, each at the same moment; nothing that stands in either is lost, and nothing counts as less."""
    names = [each.name for each in fields(kept) if each.name not in OWN]
    both = {name: _both(getattr(kept, name), getattr(other, name)) for name in names}
    led = _leading(kept, other)
    return replace(
        kept, **both, grades=_grades(kept.grades, other.grades), alarms=_alarms(kept.alarms, other.alarms),
        stage=led.stage, is_open=kept.is_open or other.is_open, identified=_identified(kept, other),
        feedback=other.feedback if kept.feedback == "none" else kept.feedback,
        child_state=other.child_state if kept.child_state == PRESENT else kept.child_state,
        consents=_consents(kept.consents, other.consents), may_refer=_may_refer(kept, other),
        concern_cleared=_concern_cleared(kept, other), watch=_watch(kept, other), care=_care(kept.care, other.care),
        arrangements=_arrangements(kept.arrangements, other.arrangements),
    )


def _concern_cleared(kept: CaseState, other: CaseState) -> bool:
    """Looked into wherever there was a danger."""
    asked = [each for each in (kept, other) if each.alarms.alarms or each.concern_cleared or each.concern_doubted]
    return bool(asked) and all(each.concern_cleared for each in asked) and not (kept.is_concern or other.is_concern)


def _watch(kept: CaseState, other: CaseState) -> Watch:
    """The turns of both; over where it is over in each that had any."""
    asked = [each.watch for each in (kept, other) if each.watch.turns or each.watch.ended or each.in_crisis]
    is_over = bool(asked) and all(each.ended for each in asked)
    ended = _later(kept.watch.ended, other.watch.ended) if is_over else None
    return Watch(_in_order([*other.watch.turns, *kept.watch.turns]), ended)


def _care(kept: Care, other: Care) -> Care:
    """The needs of both; of two plans the later one with what was said of it."""
    led = other if _seq(other.plan) > _seq(kept.plan) else kept
    return replace(
        led, needs=_both(kept.needs, other.needs), silent=kept.silent | other.silent,
        followed=_in_order([*other.followed, *kept.followed]), asks_reopen=kept.asks_reopen or other.asks_reopen,
    )


def _arrangements(kept: Arrangements, other: Arrangements) -> Arrangements:
    """The mediations of both; of two carers to whom the child was entrusted the later one."""
    known = [each for each in (kept.entrusted, other.entrusted) if each]
    entrusted = max(known, key=lambda each: each.fact.seq, default=None)
    return Arrangements(_both(kept.mediations, other.mediations), entrusted)


def _leading(kept: CaseState, other: CaseState) -> CaseState:
    """Whose stage holds: that of an open record; of two open ones the one that has come further."""
    if kept.is_open != other.is_open:
        return kept if kept.is_open else other
    order = list(kept.pathway.stages)
    if not kept.is_open or not other.stage:
        return kept if kept.stage else other
    return other if order.index(other.stage) > order.index(kept.stage) else kept


def _identified(kept: CaseState, other: CaseState) -> str:
    if REFER in {kept.identified, other.identified}:
        return REFER
    return other.identified if kept.identified in UNKNOWN else kept.identified


def _consents(kept: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """Given where both say so or one says nothing."""
    return {**other, **{
        purpose: other[purpose] if answer == GIVEN and purpose in other else answer for purpose, answer in kept.items()
    }}


def _may_refer(kept: CaseState, other: CaseState) -> bool:
    spoke = [each.may_refer for each in (kept, other) if each.feedback != "none" or "refer" in each.consents]
    return bool(spoke) and all(spoke)


def _grades(kept: Grades, other: Grades) -> Grades:
    """The higher of both; whoever agreed to a lower one didn't know of the other."""
    higher = max((kept, other), key=lambda each: (each.pathway.rank_of(each.effective), _seq(each.since)))
    return Grades(
        kept.pathway, standing=kept.pathway.highest([kept.standing, other.standing]),
        proposals={**other.proposals, **kept.proposals},
        decisions=sorted([*other.decisions, *kept.decisions], key=lambda each: each.fact.seq),
        since=higher.since, assessed=_later(kept.assessed, other.assessed),
    )


def _alarms(kept: Alarms, other: Alarms) -> Alarms:
    """All alarms; of two crises one, whose steps begin with the later danger."""
    found = replace(kept, episodes=[])
    for name in ("alarms", "lapses", "origins", "sittings", "told"):
        setattr(found, name, {**getattr(other, name), **getattr(kept, name)})
    over = [each for side in (other, kept) for each in side.episodes if each.closed_at is not None]
    found.episodes = sorted(over, key=lambda each: each.began_at)
    going = sorted((each for each in (kept.episode, other.episode) if each), key=lambda each: each.began_at)
    if going:
        found.episodes.append(_one_crisis(going))
    return found


def _one_crisis(going: Sequence[Episode]) -> Episode:
    last = going[-1]
    taken = [step for each in going for step in each.taken if step.at >= last.began_at]
    return replace(last, taken=tuple(sorted(taken, key=lambda each: each.at)))


def _both(kept: T, other: T) -> T:
    """Both, where there is room for both; else what the kept record says, or the later of two facts."""
    found: Any
    if isinstance(kept, Fact) or isinstance(other, Fact):
        found = _later(kept, other)  # type: ignore[arg-type]
    elif isinstance(kept, dict) and isinstance(other, dict):
        found = {**other, **kept, **{name: _both(kept[name], other[name]) for name in kept.keys() & other.keys()}}
    elif isinstance(kept, set) and isinstance(other, set):
        found = kept | other
    elif isinstance(kept, list) and isinstance(other, list):
        found = _in_order([*other, *kept])
    elif isinstance(kept, tuple) and isinstance(other, tuple):
        found = tuple(dict.fromkeys((*kept, *other)))
    elif isinstance(kept, bool) and isinstance(other, bool):
        found = kept or other
    elif is_dataclass(kept) and not isinstance(kept, type) and type(kept) is type(other):
        found = _field_by_field(kept, other)
    else:
        found = kept or other
    return found  # type: ignore[no-any-return]


def _field_by_field(kept: Any, other: Any) -> Any:
    names = [each.name for each in fields(kept)]
    return replace(kept, **{name: _both(getattr(kept, name), getattr(other, name)) for name in names})


def _in_order(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda fact: fact.seq) if all(isinstance(each, Fact) for each in rows) else rows


def _later(kept: Fact | None, other: Fact | None) -> Fact | None:
    return max((each for each in (kept, other) if each is not None), key=_seq, default=None)


def _seq(fact: Fact | None) -> int:
    return fact.seq if fact else 0
