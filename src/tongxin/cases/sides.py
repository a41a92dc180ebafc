"""One of several files of one child: what follows for the child, and what of it is stored with this file."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tongxin.cases.models import Case
from tongxin.core.pathway import CaseState, Fact, Step


@dataclass(frozen=True, slots=True)
class Side:
    """How a file stands while it is one of several of one child.

    `state` and `all_steps` are the child's; `steps` those that are done in this file. What other files own is in
    `others`: entries whose alarms, proposals and referrals are stored there. `goes_on` is the file that leads.
    `facts` are those of all its files.
    """

    state: CaseState
    all_steps: tuple[Step, ...]
    steps: tuple[Step, ...]
    others: frozenset[str]
    members: tuple[UUID, ...]
    goes_on: UUID | None = None
    facts: tuple[Fact, ...] = ()

    @property
    def own(self) -> CaseState:
        """The state with those of its rows that this file's entries made."""
        state, grades, alarms = self.state, self.state.grades, self.state.alarms
        return replace(
            state, referrals=self._mine(state.referrals), held=self._mine(state.held),
            held_settled=self._mine(state.held_settled),
            grades=replace(
                grades, proposals=self._mine(grades.proposals),
                decisions=[each for each in grades.decisions if each.fact.id not in self.others],
            ),
            alarms=replace(
                alarms,
                alarms={key: each for key, each in alarms.alarms.items() if each.entry not in self.others},
            ),
            conferences=replace(
                state.conferences, called=self._mine(state.conferences.called), decisions={
                    key: each for key, each in state.conferences.decisions.items() if each.fact.id not in self.others
                },
            ),
        )

    def _mine(self, rows: dict[str, Any]) -> dict[str, Any]:
        return {key: each for key, each in rows.items() if key not in self.others}

    def settle(self, case: Case) -> Case:
        """The row as this file keeps it: lists, figures and the clock go by the file that leads."""
        case.goes_on = self.goes_on
        if self.goes_on is not None:
            case.look_again_at = None
        return case
