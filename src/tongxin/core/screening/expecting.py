"""How many alarms and positives a round will bring, and how long talking with these children takes."""

from dataclasses import dataclass
from math import ceil, sqrt

from tongxin.core.screening.rule import PER_MILLE, Rule, Share

# Two standard deviations of a count: what a round may well bring beside what is likely.
SPREAD = 2


@dataclass(frozen=True, slots=True)
class Count:
    """What is likely, and from how few to how many it may well be."""

    likely: int
    low: int
    high: int
    share: Share


@dataclass(frozen=True, slots=True)
class Expected:
    """What to be ready for before a round starts."""

    children: int
    alarms: Count
    above: Count
    sample: int
    minutes: int

    @property
    def hours(self) -> float:
        return self.minutes / 60


def expect(rule: Rule, *, instrument: str, children: int) -> Expected:
    """What so many answering children bring; a share nobody has counted is the assumed one."""
    nobody = Share(0, "", "这份量表没有会报警的题", False)
    alarms = _count(rule.alarms.get(instrument, nobody), children)
    above = _count(rule.above.get(instrument, rule.fallback), children)
    sample = sample_size(rule, children)
    minutes = (
        alarms.likely * rule.minutes["alarm"]
        + max(0, above.likely - alarms.likely) * rule.minutes["above"]
        + sample * rule.minutes["sample"]
    )
    return Expected(children=children, alarms=alarms, above=above, sample=sample, minutes=minutes)


def sample_size(rule: Rule, children: int) -> int:
    """How many are talked with once more, positive or not, to see what the questionnaire is worth here."""
    return min(children, max(rule.sample_at_least, ceil(children * rule.sample_per_mille / PER_MILLE)))


def _count(share: Share, children: int) -> Count:
    chance = share.per_mille / PER_MILLE
    spread = SPREAD * sqrt(children * chance * (1 - chance))
    likely = children * chance
    return Count(
        likely=ceil(likely), low=max(0, int(likely - spread)), high=min(children, ceil(likely + spread)), share=share
    )
