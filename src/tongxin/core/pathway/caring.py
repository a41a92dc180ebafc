"""What care asks for: needs still due, plans to approve and review, services on their day, visits after the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tongxin.core.pathway.facts import Fact
from tongxin.core.pathway.handovers import Waiting

if TYPE_CHECKING:
    from tongxin.core.pathway.definition import Span
    from tongxin.core.pathway.state import CaseState

EACH = frozenset({"needs", "plan_approvals", "services", "plan_reviews", "aftercare"})
# Answers after which a need is looked for no more until a record has shown it met; one that is still being worked on.
SILENCES, GOES_ON = frozenset({"refused", "not_eligible"}), "applied"
RETURNED, ADJUST, APPROVED = "returned", "adjust", "approved"
UNREACHABLE, ENDS, REOPEN = "unreachable", "ends", "reopen"


@dataclass(slots=True)
class Need:
    """A benefit or service that is due: the entry that showed it, in what words, whose work it is, by which day."""

    fact: Fact
    zh: str
    role: str
    due_on: str = ""


@dataclass(slots=True)
class Care:
    """Where help for one child stands."""

    needs: dict[str, Need] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    plan: Fact | None = None
    approvals: list[Fact] = field(default_factory=list)
    sent_back: Fact | None = None
    review: Fact | None = None
    given: dict[str, Fact] = field(default_factory=dict)
    reason: str = ""
    over: Fact | None = None
    followed: list[Fact] = field(default_factory=list)
    asks_reopen: bool = False

    def take(self, fact: Fact, *, aftercare: Mapping[str, object]) -> None:
        """Note one fact in force."""
        data = fact.data
        self._note_needs(fact)
        if fact.kind == "plan":
            self.plan, self.approvals, self.sent_back, self.review, self.given = fact, [], None, None, {}
        elif fact.kind == "approval":
            self.approvals.append(fact)
            self.sent_back = fact if data.get("outcome") == RETURNED else None
        elif fact.kind == "plan_review":
            self.review = fact
            self.sent_back = fact if data.get("outcome") == ADJUST else self.sent_back
        for service in _listed(data.get("services_done")):
            self.given[str(service)] = fact
        self._note_end(fact, aftercare)

    def _note_needs(self, fact: Fact) -> None:
        data = fact.data
        for met in _listed(data.get("needs_met")):
            self.needs.pop(str(met), None)
            self.silent.discard(str(met))
        for row in _listed(data.get("needs")):
            if isinstance(row, Mapping) and str(row.get("id")) not in {*self.needs, *self.silent}:
                self.needs[str(row.get("id"))] = Need(fact, str(row.get("zh", "")), str(row.get("role", "")))
        if fact.kind == "need_answer":
            self._answer_need(fact)

    def _answer_need(self, fact: Fact) -> None:
        """An answer to the need it names; one that names none, to the only one that waits."""
        named = str(fact.data.get("need", "")).partition(":")[0]
        if not named and len(self.needs) == 1:
            named = next(iter(self.needs))
        known, outcome = self.needs.get(named), fact.data.get("outcome")
        if known is None:
            return
        if outcome == GOES_ON:
            known.due_on = str(fact.data.get("next_on") or "")
            return
        del self.needs[named]
        if outcome in SILENCES:
            self.silent.add(named)

    def _note_end(self, fact: Fact, aftercare: Mapping[str, object]) -> None:
        data = fact.data
        if fact.kind == "closure":
            self.reason = str(data.get("reason", ""))
        elif fact.kind == "closure_decision" and data.get("outcome") == APPROVED:
            self._begin_after(fact if self.reason in _listed(aftercare.get("reasons")) else None)
        elif fact.kind == "child_state" and data.get("state") in _listed(aftercare.get("returns")):
            self._begin_after(fact)
        elif fact.kind == "reopen" or (fact.kind == "transfer_in" and data.get("outcome") == "accepted"):
            self._begin_after(None)
        elif fact.kind == "aftercare" and self.over is not None:
            outcome = data.get("outcome")
            self.asks_reopen = outcome == REOPEN
            if outcome == ENDS:
                self._begin_after(None)
            elif outcome != UNREACHABLE:
                self.followed.append(fact)

    def _begin_after(self, fact: Fact | None) -> None:
        self.over, self.followed, self.asks_reopen = fact, [], False

    @property
    def chain(self) -> list[str]:
        """The roles that have to approve the plan, one after the other; a plan of old has one approval of any."""
        return [str(role) for role in _listed(self.plan.data.get("approvals"))] if self.plan else []

    @property
    def is_approved(self) -> bool:
        return (
            self.plan is not None and not self._is_returned and len(self.agreed) >= max(1, len(self.chain))
        )

    @property
    def next_role(self) -> str:
        """The role whose turn it is to approve; empty where any may."""
        return next(iter(self.chain[len(self.agreed):]), "")

    @property
    def agreed(self) -> list[Fact]:
        """The approvals of this round, from the first level up."""
        return [each for each in self.approvals if each.data.get("outcome") != RETURNED]

    @property
    def _is_returned(self) -> bool:
        return self.sent_back is not None and self.sent_back.kind == "approval"

    def names(self, state: CaseState) -> dict[str, object]:
        """What the rules of the steps may know of care."""
        return {
            "need_open": bool(self.needs), "plan_approved": self.is_approved,
            "plan_waits": self.plan is not None and not self.is_approved and not self._is_returned,
            "plan_returned": self.plan is not None and self.sent_back is not None,
            "reopen_asked": self.asks_reopen and not state.is_open,
            "under_aftercare": self.over is not None and (self.over.kind != "closure_decision" or not state.is_open),
        }


def waiting(each: str, state: CaseState) -> Iterator[Waiting]:
    """What the steps of care count from."""
    care = state.care
    if each == "needs":
        for id, need in care.needs.items():
            yield Waiting(
                f"{id}:{need.fact.id}", need.fact.recorded_at, more=need.zh, role=need.role, due_on=need.due_on
            )
    elif each == "aftercare":
        yield from _after(state)
    elif care.plan is None:
        return
    elif each == "plan_approvals":
        last = care.approvals[-1] if care.approvals else care.plan
        yield Waiting(last.id, last.recorded_at, role=care.next_role)
    elif each == "plan_reviews":
        last = care.review or care.plan
        if day := str(last.data.get("review_on") or ""):
            yield Waiting(last.id, last.recorded_at, due_on=day)
    elif care.is_approved:
        yield from _services(care, care.plan)


def _services(care: Care, plan: Fact) -> Iterator[Waiting]:
    seen: set[str] = set()
    for row in _listed(plan.data.get("services")):
        if not isinstance(row, Mapping) or str(row.get("id")) in seen or not row.get("every"):
            continue
        seen.add(str(row["id"]))
        last = care.given.get(str(row["id"]), plan)
        yield Waiting(
            f"{row['id']}:{last.id}", last.recorded_at, more=str(row.get("zh", "")), role=str(row.get("role", "")),
            every=row["every"], until=str(row.get("to_on") or ""),
        )


def _after(state: CaseState) -> Iterator[Waiting]:
    """The next visit after the end, counted from the end itself."""
    care = state.care
    visits = _visits(state)
    if care.over is not None and len(care.followed) < len(visits):
        number = len(care.followed)
        yield Waiting(
            f"{care.over.id}:{number + 1}", care.over.recorded_at, every=visits[number], more=f"第 {number + 1} 次"
        )


def _visits(state: CaseState) -> Sequence[Span]:
    """When to visit after the end: a reason for closing may have its own rhythm."""
    aftercare, care = state.pathway.content["aftercare"], state.care
    is_closure = care.over is not None and care.over.kind == "closure_decision"
    own = aftercare.get("visits_for", {}).get(care.reason) if is_closure else None
    return tuple(aftercare.get("visits", ()) if own is None else own)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
