"""The grade over time: proposals hold at once, falls wait for two people (spine A2, C12)."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from tongxin.core.pathway.calendar import Calendar, due_at
from tongxin.core.pathway.definition import Pathway
from tongxin.core.pathway.facts import Fact


@dataclass(frozen=True, slots=True)
class Proposed:
    """A level that a definition proposes from one entry, until somebody decides."""

    entry: str
    level: str
    at: datetime
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Lowering:
    """A fall that one person asked for and a second has yet to agree to."""

    level: str
    person: str
    is_first_role: bool
    is_second_role: bool
    entry: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What one person decided; `stands` once it settled the grade, with the first of two it agreed with."""

    fact: Fact
    level: str
    proposal: str
    second_of: str
    stands: bool
    before: str


@dataclass(slots=True)
class Grades:
    """What the fold knows of the grade so far; `since` is the fact that last changed it."""

    pathway: Pathway
    standing: str = ""
    proposals: dict[str, Proposed] = field(default_factory=dict)
    lowering: Lowering | None = None
    decisions: list[Decided] = field(default_factory=list)
    since: Fact | None = None
    assessed: Fact | None = None

    def __post_init__(self) -> None:
        self.standing = self.standing or next(iter(self.pathway.levels))

    @property
    def effective(self) -> str:
        """The higher of the standing grade and every open proposal."""
        return self.pathway.highest([self.standing, *(p.level for p in self.open_proposals)])

    @property
    def open_proposals(self) -> list[Proposed]:
        return [p for p in self.proposals.values() if p.is_open]

    def take(self, fact: Fact, *, in_crisis: bool) -> None:
        """What one fact proposes or decides."""
        before = self.effective
        if fact.supersedes:
            self._take_back(fact.supersedes)
        proposed = fact.data.get("proposed")
        if not isinstance(proposed, str) and fact.data.get("grade_hint") == "up":
            proposed = self.pathway.content["hint_raises"][self.effective]
        if isinstance(proposed, str):
            self._propose(fact, proposed)
        if fact.kind == "grade_decision" and isinstance(level := fact.data.get("level"), str):
            if "action" in fact.data:
                self._decide(fact, level, in_crisis=in_crisis)
            elif self.pathway.rank_of(level) > self.pathway.rank_of(self.effective):
                self._propose(fact, level)
        if self.effective != before:
            self.since = fact

    def _propose(self, fact: Fact, level: str) -> None:
        """A correction replaces what it corrects only upwards (spine A8)."""
        old = self.proposals.get(fact.supersedes or "")
        if old and old.is_open and self.pathway.rank_of(level) >= self.pathway.rank_of(old.level):
            self.proposals[old.entry] = replace(old, is_open=False)
        self.proposals[fact.id] = Proposed(fact.id, level, fact.recorded_at)
        if self.lowering and self.pathway.rank_of(level) > self.pathway.rank_of(self.lowering.level):
            # Whoever agreed to a lower level did not know of this.
            self.lowering = None

    def _take_back(self, entry: str) -> None:
        """A fall is undone with the decision it stood on; what was raised stays (spine A8)."""
        if self.lowering and self.lowering.entry == entry:
            self.lowering = None
        last = next((each for each in reversed(self.decisions) if each.stands), None)
        if last and entry in {last.fact.id, last.second_of}:
            self.standing = self.pathway.highest([self.standing, last.before])

    def is_fall(self, level: str) -> bool:
        """Whether a level lies below the standing grade or an open proposal."""
        return self.pathway.rank_of(level) < self.pathway.rank_of(self.effective)

    def _decide(self, fact: Fact, level: str, *, in_crisis: bool) -> None:
        before, is_fall = self.effective, self.is_fall(level)
        earlier = self.lowering.entry if is_fall and self.lowering else ""
        proposal = max(self.open_proposals, key=lambda p: self.pathway.rank_of(p.level), default=None)
        stands = not is_fall or (not in_crisis and self._agreed(fact, level))
        self.decisions.append(
            Decided(fact, level, proposal.entry if proposal else "", earlier if stands else "", stands, before)
        )
        if stands:
            self._settle(level)

    def _settle(self, level: str) -> None:
        self.standing = level
        self.lowering = None
        self.proposals = {key: replace(p, is_open=False) for key, p in self.proposals.items()}

    def _agreed(self, fact: Fact, level: str) -> bool:
        """Whether this is the second, different and entitled person for the same lower level."""
        first_roles, second_roles = self.pathway.lowering
        asked = Lowering(level, fact.person or "", fact.role in first_roles, fact.role in second_roles, fact.id)
        earlier = self.lowering
        if not asked.is_first_role and not asked.is_second_role:
            return False
        if earlier is None or earlier.level != level:
            self.lowering = asked
            return False
        if earlier.person == asked.person:
            return False
        return (earlier.is_first_role and asked.is_second_role) or (
            earlier.is_second_role and asked.is_first_role
        )


def expiry(grades: Grades, calendar: Calendar) -> datetime | None:
    """Evidence expires at the grade's re-assessment interval and the grace after it (A7)."""
    if grades.assessed is None:
        return None
    span = grades.pathway.intervals["reassess"].get(grades.effective)
    if span is None:
        return None
    again = due_at(span, since=grades.assessed.at, calendar=calendar)
    return due_at(grades.pathway.evidence_grace, since=again, calendar=calendar)
