"""After a mandatory report: the bodies that its situations name and nobody told, and the result told to who reported.

Which situation goes to whom is the pathway's `report_bodies`. Reports and answers of before it was asked name neither
bodies nor whether the reporter knows: they ask for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tongxin.core.pathway.facts import WITHDRAWN, Fact
from tongxin.core.pathway.handovers import Waiting

if TYPE_CHECKING:
    from tongxin.core.pathway.state import CaseState

REPORT, ANSWER = "report", "report_answer"
EACH = frozenset({"report_gaps", "reports_untold"})


@dataclass(slots=True)
class Reporting:
    """The reports in force and the answers of which whoever reported doesn't know yet.

    Reports made while one before is unanswered are about one matter: together they tell the bodies.
    """

    matters: list[list[Fact]] = field(default_factory=list)
    awaiting: set[str] = field(default_factory=set)
    untold: dict[str, Fact] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        """Note one fact in force."""
        if fact.kind == REPORT and fact.correction not in WITHDRAWN:
            if not self.awaiting:
                self.matters.append([])
            self.matters[-1].append(fact)
            self.awaiting.add(fact.id)
        elif fact.kind == ANSWER:
            self._answered(str(fact.data.get("report", "")), fact)

    def _answered(self, named: str, fact: Fact) -> None:
        self.awaiting = self.awaiting - {named} if named else set()
        told = fact.data.get("reporter_told")
        if told == "no":
            self.untold.setdefault(named or fact.id, fact)
        elif told == "yes":
            self.untold = {key: each for key, each in self.untold.items() if named and key != named}

    def gaps(self, rules: Mapping[str, Any]) -> dict[str, Fact]:
        """The bodies that a situation names and that no report of the matter told, with the first that lacks each."""
        found: dict[str, Fact] = {}
        for matter in self.matters:
            told = {each for fact in matter for each in _listed(fact.data.get("reported_to"))}
            for fact in matter:
                for body in _wanted(fact, rules):
                    if body not in told:
                        found.setdefault(body, fact)
        return found

    def names(self, state: CaseState) -> dict[str, bool]:
        """What the rules of the steps may know of it."""
        return {
            "report_gap_open": bool(self.gaps(state.pathway.content["report_bodies"])),
            "reporter_untold": bool(self.untold),
        }


def waiting(each: str, state: CaseState) -> Iterator[Waiting]:
    """What the steps after a report count from."""
    rules = state.pathway.content["report_bodies"]
    if each == "reports_untold":
        for key, fact in state.reporting.untold.items():
            yield Waiting(key, fact.recorded_at)
        return
    zh = rules.get("bodies", {})
    for body, fact in state.reporting.gaps(rules).items():
        yield Waiting(f"{body}:{fact.id}", fact.recorded_at, more=str(zh.get(body, body)))


def _wanted(fact: Fact, rules: Mapping[str, Any]) -> list[str]:
    """The bodies that its situations name; none of a report that doesn't say whom it told."""
    if "reported_to" not in fact.data:
        return []
    named = rules.get("situations", {})
    return [body for situation in _listed(fact.data.get("situations")) for body in _listed(named.get(situation))]


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []
