"""What a pair comes to by itself: hard rules before probability."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tongxin.linkage.rules import HardRule, Pattern, Rules

Status = Literal["automatic", "review", "contradictory", "apart", "none"]


class Judgement(NamedTuple):
    """The status of a pair, its probability, and the hard rule that decided or held it."""

    status: Status
    probability: float
    rule: HardRule | None


@dataclass
class Judge:
    """Judges patterns between two lists of these sizes; a pattern is judged once, however many pairs have it."""

    rules: Rules
    left: int
    right: int
    _known: dict[Pattern, Judgement] = field(default_factory=dict)

    def judge(self, pattern: Pattern) -> Judgement:
        """What any pair with this pattern comes to."""
        found = self._known.get(pattern)
        if found is None:
            found = self._known[pattern] = self._judged(pattern)
        return found

    def _judged(self, pattern: Pattern) -> Judgement:
        probability = self.rules.probability(pattern, self.rules.prior(self.left, self.right))
        levels = {comparison: level.id for comparison, level in self.rules.levels(pattern).items()}
        rule = next((each for each in self.rules.hard if each.holds(levels)), None)
        if rule and rule.verdict == "contradictory":
            return Judgement("contradictory", probability, rule)
        if rule and rule.verdict == "apart":
            return Judgement("apart", probability, rule)
        if probability >= self.rules.automatic and rule is None:
            return Judgement("automatic", probability, None)
        return Judgement("review" if probability >= self.rules.review else "none", probability, rule)
