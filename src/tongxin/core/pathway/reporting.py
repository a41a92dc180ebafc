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
    """The reports in force, oldest first, and the answers of which whoever reported doesn't know yet."""

    made: list[Fact] = field(default_factory=list)
    untold: dict[str, Fact] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        """Note one fact in force."""
        if fact.kind == REPORT and fact.correction not in WITHDRAWN:
            self.made.append(fact)
        elif fact.kind == ANSWER:
            named = str(fact.data.get("report", ""))
            told = fact.data.get("reporter_told")
            if told == "no":
                self.untold.setdefault(named or fact.id, fact)
            elif told == "yes":
                self.untold = {} if not named else {key: each for key, each in self.untold.items() if key != named}

    def gaps(self, rules: Mapping[str, Any]) -> dict[str, Fact]:
        """The bodies that a situation names and that no report from then on told, each with the first that lacks it."""
        found: dict[str, Fact] = {}
        for at, fact in enumerate(self.made):
            if "reported_to" not in fact.data:
                continue
            told = {each for later in self.made[at:] for each in _listed(later.data.get("reported_to"))}
            for situation in _listed(fact.data.get("situations")):
                for body in _listed(rules.get("situations", {}).get(situation)):
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


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []
