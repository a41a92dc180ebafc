"""By what figures may be split when somebody puts a question together: dimensions, their codes, and over which sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.indicators.definition import CODE, Indicator
from tongxin.core.indicators.sets import LEVELS, SETS
from tongxin.core.language import Kind
from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]
KIND = "dimensions"
# What versions adopted before said nothing of.
SINCE = ("earliest_year", "years_offered")
PLACE, MONTH, CHILD, SPAN, SET = "place", "month", "child", "span", "set"
# What is known of each child itself, whatever is counted; of a child with none of the codes it is OTHER.
CHILD_COLUMNS: Mapping[str, Kind] = MappingProxyType({"born": Kind.DATE, "sex": Kind.CODE, "level": Kind.CODE})
SPAN_COLUMN, OTHER, OTHER_ZH = "category", "other_", "没有登记或其他"


@dataclass(frozen=True, slots=True)
class Band:
    """Ages from `least` to below `under`; None where it is open."""

    code: str
    least: int | None
    under: int | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to split: `codes` with their words; a `place` or a month has none of its own."""

    id: str
    zh: str
    by: str
    help: str
    column: str
    sets: Mapping[str, str]
    codes: Mapping[str, str]
    bands: tuple[Band, ...]

    @property
    def is_exclusive(self) -> bool:
        """Whether a child is in one code only, so that children of all codes add up."""
        return self.by == CHILD

    @property
    def can_filter(self) -> bool:
        """Whether somebody may ask for some of its codes only."""
        return bool(self.codes)

    def fits(self, indicator: Indicator) -> bool:
        """Whether a figure can be split by it."""
        if indicator.is_alone or not indicator.over:
            return False
        if self.by == PLACE:
            return True
        if self.by == MONTH:
            return bool(indicator.during)
        if self.by == SET:
            return indicator.over in self.sets
        if indicator.over == "spans" and self.by == SPAN:
            return False
        return indicator.facts.is_protected and "child" in indicator.facts.keys


@dataclass(frozen=True, slots=True)
class Dimensions:
    """All dimensions, and how much one question may ask."""

    by_id: Mapping[str, Dimension]
    indicators_most: int
    filters_most: int
    days_least: int
    days_round: int
    kept_most: int
    name_most: int
    # The first year that may be asked for, and how many years are offered.
    earliest_year: int
    years_offered: int


def read_dimensions(content: Content) -> Dimensions:
    """The dimensions; refuses what no set has, with the place and the cure."""
    take.mapping(
        content, "", required=("id", "zh", "source", "means", "indicators_most", "filters_most", "days_least",
                               "days_round", "kept_most", "name_most", "dimensions", *SINCE),
        optional=("version", "valid_from"),
    )
    rows = take.sequence(content["dimensions"], "dimensions")
    found = [_dimension(each, f"dimensions[{at}]") for at, each in enumerate(rows)]
    take.unrepeated([each.id for each in found], "dimensions", "编号")
    if [each.id for each in found if each.by == PLACE] != [PLACE] or sum(each.by == MONTH for each in found) > 1:
        raise DefinitionError("dimensions", "要有一个、只有一个 place，至多一个 month", "写 by: place")
    return Dimensions(
        MappingProxyType({each.id: each for each in found}),
        take.number(content, "indicators_most", "", 5, low=1, high=20),
        take.number(content, "filters_most", "", 2, high=3),
        take.number(content, "days_least", "", 28, low=7, high=366),
        take.number(content, "days_round", "", 5, low=3, high=50),
        take.number(content, "kept_most", "", 30, low=1, high=200),
        take.number(content, "name_most", "", 30, low=5, high=60),
        take.number(content, "earliest_year", "", 0, low=1949, high=2100),
        take.number(content, "years_offered", "", 0, low=1, high=20),
    )


def _dimension(raw: Any, path: str) -> Dimension:
    row = take.mapping(
        raw, path, required=("id", "zh", "by"), optional=("help", "column", "sets", "codes", "bands")
    )
    by, column = str(row["by"]), str(row.get("column", ""))
    if by not in (PLACE, MONTH, CHILD, SPAN, SET):
        raise DefinitionError(f"{path}.by", f"没有“{by}”这种分法", "用：place、month、child、span、set")
    sets = {str(name): str(of) for name, of in row.get("sets", {}).items()}
    bands = tuple(_band(each, f"{path}.bands[{at}]") for at, each in enumerate(row.get("bands", ())))
    codes = {str(code): str(zh) for code, zh in row.get("codes", {}).items()}
    codes |= {str(each["code"]): str(each["zh"]) for each in row.get("bands", ())}
    _refuse(by, column, sets, bands, codes, path)
    if by in (CHILD, SPAN, SET):
        codes[OTHER] = OTHER_ZH
    return Dimension(
        take.identifier(row, path), str(row["zh"]), by, str(row.get("help", "")), column, MappingProxyType(sets),
        MappingProxyType(codes), bands,
    )


def _band(raw: Any, path: str) -> Band:
    row = take.mapping(raw, path, required=("code", "zh"), optional=("from", "under"))
    least = take.number(row, "from", path, 0, high=18) if "from" in row else None
    under = take.number(row, "under", path, 0, low=1, high=19) if "under" in row else None
    return Band(str(row["code"]), least, under)


def _refuse(
    by: str, column: str, sets: Mapping[str, str], bands: tuple[Band, ...], codes: Mapping[str, str], path: str
) -> None:
    bad = [each for each in codes if not CODE.fullmatch(each) or each == OTHER]
    if (by in (CHILD, SPAN, SET)) != bool(codes) or bad:
        raise DefinitionError(f"{path}.codes", "要写代码和名称；代码只能用小写英文、数字、下划线", "照选项表的代码写")
    if by == CHILD and CHILD_COLUMNS.get(column) is not (Kind.DATE if bands else Kind.CODE):
        raise DefinitionError(f"{path}.column", f"不能按“{column}”分", f"用：{'、'.join(CHILD_COLUMNS)}")
    if by == SPAN and column != SPAN_COLUMN:
        raise DefinitionError(f"{path}.column", f"不能按“{column}”分", f"用：{SPAN_COLUMN}")
    if (by == SET) != bool(sets):
        raise DefinitionError(f"{path}.sets", "按记录里的列分时要写是哪组事实的哪一列", "写 sets: {visits: role}")
    for name, of in sets.items():
        fact = SETS[name].facts.get(of) if name in SETS else None
        if fact is None or fact.type.kind is not Kind.CODE:
            raise DefinitionError(f"{path}.sets.{name}", f"“{name}”没有代码列“{of}”", f"用：{'、'.join(SETS)}")
    edges = [(each.least, each.under) for each in bands]
    gaps = any(left[1] != right[0] for left, right in pairwise(edges))
    if edges and (gaps or edges[0][0] is not None or edges[-1][1] is not None):
        cure = "第一段不写 from，最后一段不写 under"
        raise DefinitionError(f"{path}.bands", "年龄段要从小到大、首尾相接", cure)


def lowest_depth(indicator: Indicator) -> int:
    """How many levels down a figure is told."""
    return LEVELS.index(indicator.level) + 1
