"""What a screening definition says: from where on a sheet is looked at, how many to expect, how long a talk takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.instruments import Instrument, Score
from tongxin.core.language.errors import DefinitionError

ALARM, ABOVE, INVALID, NEAR, INCOMPLETE, BELOW = "alarm", "above", "invalid", "near", "incomplete", "below"
GROUPS = (ALARM, ABOVE, INVALID, NEAR, INCOMPLETE, BELOW)
PER_MILLE = 1000
# What a version that lacks it means.
FORGOTTEN = {"days": 365}
KEYS = (
    "id", "zh", "version", "source", "interview", "sample", "agreement", "cells", "abandoned", "screened", "fallback",
    "instruments",
)


@dataclass(frozen=True, slots=True)
class Cut:
    """From which value of which scale on a sheet counts as positive, and how far below it is still near."""

    instrument: str
    scale: str
    at: int
    low_is_positive: bool
    near: int
    source: str

    def is_positive(self, value: float) -> bool:
        return value <= self.at if self.low_is_positive else value >= self.at

    def is_near(self, value: float) -> bool:
        if self.low_is_positive:
            return self.at < value <= self.at + self.near
        return self.at - self.near <= value < self.at

    @property
    def zh(self) -> str:
        """The cut-off in words."""
        return f"{self.at} 分及以下" if self.low_is_positive else f"{self.at} 分及以上"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a thousand, found where and by whom; `is_assumed` when nobody has counted it in such children."""

    per_mille: int
    population: str
    source: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """The whole screening definition."""

    cuts: Mapping[str, Cut]
    above: Mapping[str, Share]
    alarms: Mapping[str, Share]
    fallback: Share
    minutes: Mapping[str, int]
    sample_per_mille: int
    sample_at_least: int
    sample_negatives: int
    agreement_at_least: int
    cells_at_least: int
    abandoned: Mapping[str, int]
    screened: Mapping[str, int]
    forgotten: Mapping[str, int]


def read_rule(content: Mapping[str, Any], *, instruments: Mapping[str, Instrument] | None = None) -> Rule:
    """The rule as written in `definitions/screening`; with `instruments`, held against them."""
    take.mapping(content, "", required=KEYS, optional=("means", "valid_from", "forgotten"))
    rows = take.sequence(content["instruments"], "instruments")
    found = [_instrument(raw, f"instruments[{at}]", instruments) for at, raw in enumerate(rows)]
    take.unrepeated([cut.instrument for cut, _, _ in found], "instruments", "量表")
    sample = take.mapping(content["sample"], "sample", required=("per_mille", "at_least", "negatives", "source"))
    interview = take.mapping(content["interview"], "interview", required=("alarm", "above", "sample", "source"))
    return Rule(
        cuts={cut.instrument: cut for cut, _, _ in found},
        above={cut.instrument: above for cut, above, _ in found if above},
        alarms={cut.instrument: alarm for cut, _, alarm in found if alarm},
        fallback=_share(content["fallback"], "fallback"),
        minutes={name: take.number(interview, name, "interview", 0, low=1) for name in ("alarm", "above", "sample")},
        sample_per_mille=take.number(sample, "per_mille", "sample", 0, low=0, high=PER_MILLE),
        sample_at_least=take.number(sample, "at_least", "sample", 0, low=0),
        sample_negatives=take.number(sample, "negatives", "sample", 0, low=0, high=PER_MILLE),
        agreement_at_least=take.number(content["agreement"], "at_least", "agreement", 0, low=2),
        cells_at_least=take.number(content["cells"], "at_least", "cells", 0, low=2),
        abandoned=_span(content["abandoned"]), screened=_span(content["screened"]),
        forgotten=_span(content.get("forgotten", FORGOTTEN)),
    )


def _span(raw: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(value) for name, value in raw.items() if name != "source"}


def _instrument(
    raw: object, path: str, known: Mapping[str, Instrument] | None
) -> tuple[Cut, Share | None, Share | None]:
    found = take.mapping(raw, path, required=("id", "cut", "source"), optional=("above", "alarm"))
    cut = _cut(found, path)
    if known is not None:
        _refuse_strange(cut, known, path)
        _refuse_unready(known[cut.instrument], path, has_share="alarm" in found)
    above = _share(found["above"], f"{path}.above") if "above" in found else None
    return cut, above, _share(found["alarm"], f"{path}.alarm") if "alarm" in found else None


def _cut(found: Mapping[str, Any], path: str) -> Cut:
    cut = take.mapping(found["cut"], f"{path}.cut", required=("scale", "near"), optional=("from", "to"))
    if ("from" in cut) == ("to" in cut):
        cure = "写 from（越高越需要关注）或 to（越低越需要关注）"
        raise DefinitionError(f"{path}.cut", "没有写明从哪一分起算筛出", cure)
    is_low = "to" in cut
    return Cut(
        instrument=str(found["id"]), scale=str(cut["scale"]), at=int(cut["to"] if is_low else cut["from"]),
        low_is_positive=is_low, near=int(cut["near"]), source=str(found["source"]),
    )


def _refuse_strange(cut: Cut, known: Mapping[str, Instrument], path: str) -> None:
    if cut.instrument not in known:
        raise DefinitionError(f"{path}.id", f"没有量表 {cut.instrument}", f"现有：{'、'.join(sorted(known))}")
    scales = {scale.id: scale for scale in known[cut.instrument].scales}
    if cut.scale not in scales:
        raise DefinitionError(f"{path}.cut.scale", f"量表没有 {cut.scale} 这一项", f"可写：{'、'.join(scales)}")
    if not scales[cut.scale].low <= cut.at <= scales[cut.scale].high:
        raise DefinitionError(f"{path}.cut", f"{cut.at} 不在这一项的范围内", "核对界值")


def _refuse_unready(instrument: Instrument, path: str, *, has_share: bool) -> None:
    """Nobody plans for no alarms with a questionnaire that has an answer which raises one."""
    if not has_share and any(item.critical for item in instrument.items):
        cure = "补上 alarm；没有可引用的资料就写拟定的比例和 assumed: true"
        raise DefinitionError(f"{path}.alarm", f"{instrument.zh}有会报警的题，却没有写预计多少人报警", cure)


def _share(raw: object, path: str) -> Share:
    found = take.mapping(raw, path, required=("per_mille", "population", "source"), optional=("assumed",))
    return Share(
        per_mille=take.number(found, "per_mille", path, 0, low=0, high=PER_MILLE), population=str(found["population"]),
        source=str(found["source"]), is_assumed=take.flag(found, "assumed", path),
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
