"""From facts to stored state: the case, its proposals and alarms, and the tasks of its plan.

Everything here follows from the facts, a definition and a moment, so that a rebuild is equal (B1).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import UUIDField

from tongxin import ledger
from tongxin.access import relations
from tongxin.access.relations import recused_from
from tongxin.accounts.models import places_of
from tongxin.accounts.posts import Roster, roster_for
from tongxin.cases import tasks
from tongxin.cases.models import Alarm, Case, Decision, Proposal
from tongxin.cases.sides import Side
from tongxin.cases.tasks import assigned_posts, follow_plan
from tongxin.core import pathway
from tongxin.core.pathway import Calendar, CaseState, Fact, Pathway, Step
from tongxin.core.pathway.courses import START, counselling_posts
from tongxin.duty.selectors import OnCall, next_change, on_call
from tongxin.lib import bulk, together
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child

FAR = datetime(9999, 1, 1, tzinfo=UTC)
BEFORE = Prepared(lambda child: Case.objects.filter(id=child).values("level", "state"), child=UUIDField())
PROPOSALS = Prepared(lambda case: Proposal.objects.filter(case_id=case), case=UUIDField())
DECIDED = Prepared(
    lambda case: Decision.objects.filter(case_id=case).values_list("entry_id", flat=True), case=UUIDField()
)
ALARMS = Prepared(lambda case: Alarm.objects.filter(case_id=case), case=UUIDField())


@dataclass(frozen=True, slots=True)
class Ground:
    """What a derivation stands on besides the facts."""

    pathway: Pathway
    pathway_hash: str
    calendar: Calendar
    roster: Roster | None = None


@dataclass(slots=True)
class Derived:
    """What a derivation found and what changed by it, as (event kind, clear details)."""

    state: CaseState
    steps: tuple[Step, ...]
    changes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def think(facts: Iterable[Fact], *, ground: Ground, at: datetime) -> Derived:
    """State and plan of one child at a moment; nothing is stored."""
    state = pathway.fold(tuple(facts), pathway=ground.pathway, calendar=ground.calendar, on=at)
    return Derived(state, pathway.plan(state, calendar=ground.calendar))


def derive(
    *, child: Child, facts: tuple[Fact, ...], results: Mapping[str, Mapping[str, Any]], ground: Ground, at: datetime,
    side: Side | None = None,
) -> Derived:
    """Store what follows from the facts of a child at `at`; call it under the child's subject lock.

    With `side` the file is one of several of the child, and what follows has been thought from all of them.
    """
    found = Derived(side.state, side.all_steps) if side else think(facts, ground=ground, at=at)
    own, steps = (side.own, side.steps) if side else (found.state, found.steps)
    before = BEFORE.row(child=child.id)
    case = case_row(child=child, derived=found, ground=ground, at=at, seq=facts[-1].seq if facts else 0, side=side)
    bulk.put(case)
    together.learn(BEFORE.question(child=child.id), [{"level": case.level, "state": case.state}])
    _store_proposals(case, own, results)
    _store_decisions(case, own)
    _store_alarms(case, own)
    ledger.settle_held(held_copies(own))
    roster = ground.roster or roster_for(ancestors=places_of(child), at=at)
    assigned = assigned_posts(found.state.assigned, case=case, pathway=ground.pathway, roster=roster)
    if any(fact.kind == "assignment" for fact in facts):
        relations.give_to(child_id=child.id, posts={post.id for post in assigned.values()}, at=at)
    if any(fact.kind == START for fact in facts):
        posts = {UUID(post) for post in counselling_posts(found.state)}
        relations.counselled_by(child_id=child.id, posts=posts, at=at)
    if case.goes_on is None:
        found.changes += _compare(before, case)
    files = side.members if side else (child.id,)
    recused = frozenset[UUID]().union(*(recused_from(child_id=each, at=at) for each in files))
    found.changes += follow_plan(
        case=case, steps=steps, pathway=ground.pathway, roster=roster, at=at,
        recused=recused, assigned=assigned, called=_called(child, steps, recused, at),
        facts=side.facts if side else facts,
    )
    return found


def read_ahead(children: Sequence[UUID]) -> None:
    """What is stored of the cases of all children that pieces done together are about."""
    _learn(BEFORE, children, [
        (id, {"level": level, "state": state})
        for id, level, state in Case.objects.filter(id__in=children).values_list("id", "level", "state")
    ])
    for reader in (_read_proposals, _read_decisions, _read_alarms):
        reader(children)
    tasks.read_ahead(children)


def _read_proposals(cases: Sequence[UUID]) -> None:
    _learn(PROPOSALS, cases, [(row.case_id, row) for row in Proposal.objects.filter(case_id__in=cases)])


def _read_decisions(cases: Sequence[UUID]) -> None:
    _learn(DECIDED, cases, Decision.objects.filter(case_id__in=cases).values_list("case_id", "entry_id"))


def _read_alarms(cases: Sequence[UUID]) -> None:
    _learn(ALARMS, cases, [(row.case_id, row) for row in Alarm.objects.filter(case_id__in=cases)])


def _learn(asked: Prepared, keys: Sequence[UUID], rows: Iterable[tuple[UUID, Any]]) -> None:
    found: dict[UUID, list[Any]] = {each: [] for each in keys}
    for key, row in rows:
        found[key].append(row)
    for key, each in found.items():
        together.learn(asked.question(key=key), each)


def case_row(
    *, child: Child, derived: Derived, ground: Ground, at: datetime, seq: int, side: Side | None = None
) -> Case:
    """The case as it is to be stored."""
    state, steps = derived.state, derived.steps
    case = Case(
        id=child.id, **places_of(child), stage=state.stage, is_open=state.is_open, level=state.level,
        standing=state.grades.standing, identified=state.identified, in_crisis=state.in_crisis,
        rank=-urgency(state), due_at=steps[0].due_at if steps else FAR,
        next_step=steps[0].rule if steps else "", look_again_at=_look_again(child, state, steps, at),
        derived_at=at, derived_seq=seq, pathway_hash=ground.pathway_hash, state=summary(state),
    )
    return side.settle(case) if side else case


def _called(child: Child, steps: Sequence[Step], recused: frozenset[UUID], at: datetime) -> list[OnCall]:
    """Who is on duty for a child's place, while something is to be done that rings them."""
    return on_call(places_of(child), at=at, without=recused) if any(step.is_on_duty for step in steps) else []


def _look_again(child: Child, state: CaseState, steps: tuple[Step, ...], at: datetime) -> datetime | None:
    """When time alone changes something; while somebody on duty is rung, at the change of duty too."""
    moment = pathway.look_again_at(state, steps)
    change = next_change(places_of(child), at=at) if any(step.is_on_duty for step in steps) else None
    return min((each for each in (moment, change) if each is not None), default=None)


def urgency(state: CaseState) -> int:
    """How far up a list a case stands: crisis first, then its level, then what waits for assessment."""
    scale = state.pathway.urgency
    if state.in_crisis:
        return scale["crisis"]
    if not state.is_open:
        return scale["closed"]
    waiting = scale["refer"] if state.identified == "refer" and state.stage == "assessment_due" else 0
    return max(waiting, scale[state.level])


def summary(state: CaseState) -> dict[str, Any]:
    """The clear details that pages show beside the columns."""
    episode = state.alarms.episode
    names = state.names()
    return {
        "feedback": state.feedback, "child_state": state.child_state, "details": list(state.details),
        "evidence_expired": state.evidence_expired, "consents": dict(state.consents),
        "is_concern": names["is_concern"], "staff_concern": names["staff_concern"],
        "proposal_open": names["proposal_open"],
        "lowering_open": names["lowering_open"], "safety_check_open": names["safety_check_open"],
        "closure_open": names["closure_open"], "transfer_open": names["transfer_open"],
        "crisis": episode and {
            "key": episode.key, "entry": episode.entry, "began_at": episode.began_at.isoformat(),
            "taken": [[each.step, each.at.isoformat()] for each in episode.taken],
        },
    }


def _store_proposals(case: Case, state: CaseState, results: Mapping[str, Mapping[str, Any]]) -> None:
    if not state.grades.proposals:
        return
    known = {row.entry_id: row for row in PROPOSALS.rows(case=case.id)}
    fresh = []
    for proposed in state.grades.proposals.values():
        row = known.get(UUID(proposed.entry))
        if row is None:
            data = results[proposed.entry].get("proposal") or _hinted(case)
            fresh.append(Proposal(
                case=case, entry_id=UUID(proposed.entry), scheme=data["scheme"], level=proposed.level,
                reasons=data["reasons"], definition_hash=data["definition_hash"],
                facts_digest=data["facts_digest"], proposed_at=proposed.at, is_open=proposed.is_open,
            ))
        elif row.is_open != proposed.is_open:
            row.is_open = proposed.is_open
            bulk.change(row, "is_open")
    _store_fresh(fresh, case, _read_proposals)


def _store_decisions(case: Case, state: CaseState) -> None:
    if not state.grades.decisions:
        return
    known = set(DECIDED.rows(case=case.id))
    _store_fresh([
        Decision(
            case=case, entry_id=UUID(each.fact.id), level=each.level, at=each.fact.recorded_at,
            proposal_entry_id=UUID(each.proposal) if each.proposal else None,
            second_of=UUID(each.second_of) if each.second_of else None, stands=each.stands,
            person_id=UUID(each.fact.person) if each.fact.person else None,
            post_id=UUID(each.fact.post) if each.fact.post else None,
        )
        for each in state.grades.decisions if UUID(each.fact.id) not in known
    ], case, _read_decisions)


def _hinted(case: Case) -> dict[str, Any]:
    """Somebody who saw the child asked for more; the reason is in the sealed record."""
    return {
        "scheme": "", "reasons": [{"rule": "hint", "zh": "走访或跟进的人建议调高，理由见记录"}],
        "definition_hash": case.pathway_hash, "facts_digest": "",
    }


def alarm_states(state: CaseState) -> dict[str, str]:
    """Each alarm's state as stored: a check to be done, a crisis, or closed by a person."""
    return {
        key: "closed" if not alarm.is_open else "crisis" if alarm.is_crisis else "safety_check"
        for key, alarm in state.alarms.alarms.items()
    }


def held_copies(state: CaseState) -> dict[UUID, tuple[datetime, UUID | None] | None]:
    """Each held copy of a child's record: when and by whom it was settled, or None while it waits."""
    settled = {
        UUID(key): (fact.recorded_at, UUID(fact.person) if fact.person else None)
        for key, fact in state.held_settled.items()
    }
    return {**dict.fromkeys(map(UUID, state.held)), **settled}


def _store_alarms(case: Case, state: CaseState) -> None:
    if not state.alarms.alarms:
        return
    known = {row.key: row for row in ALARMS.rows(case=case.id)}
    states = alarm_states(state)
    fresh = []
    for alarm in state.alarms.alarms.values():
        stands = states[alarm.key]
        row = known.get(alarm.key)
        if row is None:
            fresh.append(Alarm(
                case=case, key=alarm.key, gate=alarm.gate, kind=alarm.kind, state=stands,
                raised_at=alarm.raised_at, entry_id=UUID(alarm.entry),
            ))
        elif row.state != stands:
            row.state = stands
            bulk.change(row, "state")
    _store_fresh(fresh, case, _read_alarms)


def _store_fresh(rows: Sequence[Any], case: Case, reader: Callable[[Sequence[UUID]], None]) -> None:
    bulk.store(rows)
    if rows and (work := together.now()):
        # Their numbers are the database's.
        work.stale.setdefault(reader, set()).add(case.id)


def _compare(before: Mapping[str, Any] | None, case: Case) -> list[tuple[str, dict[str, Any]]]:
    changes: list[tuple[str, dict[str, Any]]] = []
    if before is None:
        changes.append(("case.opened", {"stage": case.stage}))
    stood = (before["state"] if before else {}).get("crisis")
    stands = case.state["crisis"]
    if stands and (stood or {}).get("entry") != stands["entry"]:
        changes.append(("crisis.raised", {}))
    elif stood and not stands:
        changes.append(("crisis.closed", {}))
    if before and before["level"] != case.level:
        changes.append(("grade.changed", {"from": before["level"], "to": case.level}))
    return changes
