"""What a screening definition says of each questionnaire: from where on a sheet is looked at, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.instruments import Score
from tongxin.core.language.errors import DefinitionError

ALARM, ABOVE, INVALID, NEAR, INCOMPLETE, BELOW = "alarm", "above", "invalid", "near", "incomplete", "below"
GROUPS = (ALARM, ABOVE, INVALID, NEAR, INCOMPLETE, BELOW)


@dataclass(frozen=True, slots=True)
class Cut:
    """From which value of which scale on a sheet counts as positive, and how far below it is still near."""

    instrument: str
    scale: str
    at: int
    low_is_positive: bool
    near: int

    def is_positive(self, value: float) -> bool:
        return value <= self.at if self.low_is_positive else value >= self.at

    def is_near(self, value: float) -> bool:
        if self.low_is_positive:
            return self.at < value <= self.at + self.near
        return self.at - self.near <= value < self.at


@dataclass(frozen=True, slots=True)
class Rule:
    """The whole screening definition."""

    cuts: Mapping[str, Cut]


def read_rule(content: Mapping[str, Any]) -> Rule:
    """The rule as written in `definitions/screening`."""
    rows = take.sequence(content["instruments"], "instruments")
    cuts = [_cut(raw, f"instruments[{at}]") for at, raw in enumerate(rows)]
    take.unrepeated([each.instrument for each in cuts], "instruments", "量表")
    return Rule(cuts={each.instrument: each for each in cuts})


def _cut(raw: object, path: str) -> Cut:
    found = take.mapping(raw, path, required=("id", "cut", "source"), optional=("shares", "zh"))
    cut = take.mapping(found["cut"], f"{path}.cut", required=("scale", "near"), optional=("from", "to"))
    if ("from" in cut) == ("to" in cut):
        cure = "写 from（越高越需要关注）或 to（越低越需要关注）"
        raise DefinitionError(f"{path}.cut", "没有写明从哪一分起算筛出", cure)
    is_low = "to" in cut
    return Cut(
        instrument=str(found["id"]), scale=str(cut["scale"]), at=int(cut["to"] if is_low else cut["from"]),
        low_is_positive=is_low, near=int(cut["near"]),
    )


def group_of(cut: Cut | None, score: Score, *, has_alarm: bool) -> str:
    """Where a sheet stands on the work list; an alarm stands first whatever the rest says."""
    if has_alarm or score.alerts:
        return ALARM
    total = score.totals.get(cut.scale) if cut else None
    if total is not None and cut is not None and cut.is_positive(float(total)):
        return ABOVE
    if score.status == "invalid":
        return INVALID
    if total is None:
        return INCOMPLETE
    return NEAR if cut is not None and cut.is_near(float(total)) else BELOW
