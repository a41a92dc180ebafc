"""A group of indicators as its definition says them, checked and tried on the rows that stand beside each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.indicators.sets import LEVELS, PERIOD, SETS, FactSet
from tongxin.core.language import Kind, Rule, RuleError, names, parse
from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]
KIND = "indicators"
ROWS, SUM, MEDIAN, P90 = "rows", "sum", "median", "p90"
CODE = re.compile(r"[a-z][a-z0-9_]*")
PERCENT = {MEDIAN: 50, P90: 90}
NEEDED = ("id", "zh", "unit", "means", "rows")
OPTIONAL = (
    "over", "where", "met", "during", "count", "column", "divide", "per", "by", "caveat", "level", "cases", "met_zh",
    "base_zh", "source", "about_work", "at_end",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One code of a breakdown, such as a colour."""

    code: str
    zh: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: rows of a set that meet `where` within the period, counted; with `met` the share of them.

    `per` names two others whose quotient it is, times a factor. `by` splits it by the codes of a column.
    With `is_alone` a row may have several codes: there is no sum, each code stands for itself.
    A share that is `about_work` (done in time or not) says nothing about a child: only a small base hides it.
    `at_end` names the figure that says the same of the last day of a period that is over.
    """

    id: str
    zh: str
    unit: str
    means: str
    rows: tuple[str, ...]
    caveat: str
    source: str
    level: str
    over: str
    where: Rule | None
    met: Rule | None
    during: str
    count: str
    column: str
    divide: int
    per: tuple[str, str] | None
    times: int
    by: str
    parts: tuple[Part, ...]
    is_alone: bool
    met_zh: str
    base_zh: str
    about_work: bool
    at_end: str
    cases: tuple[Content, ...]

    @property
    def facts(self) -> FactSet:
        """The set it is counted over."""
        return SETS[self.over]

    @property
    def is_now(self) -> bool:
        """Whether it is a stock of which only today's state is known."""
        named = {name for each in (self.where, self.met) if each is not None for name in names(each)}
        return self.per is None and not self.during and bool(named & self.facts.now or not named & PERIOD.keys())

    @property
    def is_share(self) -> bool:
        """Whether it is so many of so many."""
        return self.met is not None

    @property
    def is_additive(self) -> bool:
        """Whether the parts of a place add up to the place: each child lives in one."""
        return self.count in (ROWS, SUM, "child")


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators that are shown together."""

    id: str
    zh: str
    means: str
    source: str
    small_under: int
    indicators: tuple[Indicator, ...]


def is_now(indicator: Indicator, known: Mapping[str, Indicator]) -> bool:
    """Whether only today's state is known of a figure, or of one of the two that it is made of."""
    return any(known[name].is_now for name in indicator.per or (indicator.id,))


def read(content: Content) -> Group:
    """The group; refuses what can't be counted, with the place and the cure."""
    take.mapping(
        content, "", required=("id", "zh", "source", "means", "small_under", "indicators"),
        optional=("version", "valid_from"),
    )
    under = take.number(content, "small_under", "", 0, low=3, high=50)
    found = tuple(
        _indicator(each, f"indicators[{at}]", content["source"])
        for at, each in enumerate(take.sequence(content["indicators"], "indicators"))
    )
    take.unrepeated([each.id for each in found], "indicators", "指标")
    known = {each.id: each for each in found}
    for at, each in enumerate(found):
        for name in each.per or ():
            if name not in known or known[name].per or known[name].is_share or known[name].by:
                raise DefinitionError(f"indicators[{at}].per", f"“{name}”不是同一组里单独的数", "写同一组里的两个数")
        if each.at_end and (each.at_end not in known or known[each.at_end].is_now or known[each.at_end].per):
            raise DefinitionError(f"indicators[{at}].at_end", f"“{each.at_end}”不是同组里按日子数的数", "写同组的一个")
    return Group(content["id"], content["zh"], content["means"], content["source"], under, found)


def _indicator(raw: Any, path: str, source: str) -> Indicator:
    row = take.mapping(raw, path, required=NEEDED, optional=OPTIONAL)
    id = take.identifier(row, path)
    per, times = None, 1
    if "per" in row:
        said = take.mapping(row["per"], f"{path}.per", required=("of", "by"), optional=("times",))
        per, times = (str(said["of"]), str(said["by"])), take.number(said, "times", f"{path}.per", 1, low=1)
    over = row.get("over", "")
    if per is None and over not in SETS:
        raise DefinitionError(f"{path}.over", f"没有“{over}”这组事实", f"用：{'、'.join(SETS)}")
    facts = SETS[over] if over else None
    count, column = row.get("count", ROWS), str(row.get("column", ""))
    level = row.get("level", facts.lowest if facts else "village")
    if level not in LEVELS:
        raise DefinitionError(f"{path}.level", f"没有“{level}”这一级", f"用：{'、'.join(LEVELS)}")
    if facts:
        _refuse(facts, row, count, column, path)
    by, parts = _split(row, facts, path) if "by" in row else ("", ())
    return Indicator(
        id=id, zh=row["zh"], unit=row["unit"], means=row["means"], rows=tuple(map(str, row["rows"])),
        caveat=row.get("caveat", ""), source=row.get("source", source), level=level, over=over,
        where=_rule(row, "where", facts, path), met=_rule(row, "met", facts, path),
        during=str(row.get("during", "")),
        count=count, column=column, divide=take.number(row, "divide", path, 1, low=1), per=per, times=times,
        by=by, parts=parts, is_alone=bool(row.get("by", {}).get("alone")),
        met_zh=row.get("met_zh", ""), base_zh=row.get("base_zh", ""),
        about_work=take.flag(row, "about_work", path), at_end=str(row.get("at_end", "")),
        cases=tuple(row.get("cases", ())),
    )


def _split(row: Content, facts: FactSet | None, path: str) -> tuple[str, tuple[Part, ...]]:
    split = take.mapping(row["by"], f"{path}.by", required=("column", "codes"), optional=("alone",))
    by, parts = str(split["column"]), tuple(Part(str(code), str(zh)) for code, zh in split["codes"].items())
    if any(not CODE.fullmatch(each.code) for each in parts):
        raise DefinitionError(f"{path}.by.codes", "代码只能用小写英文、数字、下划线", "照选项表的代码写")
    if facts is None or by not in facts.facts or facts.facts[by].type.kind is not Kind.CODE or len(parts) < 2:
        raise DefinitionError(f"{path}.by", f"不能按“{by}”分", "写一个代码列和它的各个代码")
    return by, parts


def _refuse(facts: FactSet, row: Content, count: str, column: str, path: str) -> None:
    known = {name: each.type.kind for name, each in facts.facts.items()}
    if count not in (ROWS, SUM, *PERCENT, *facts.keys):
        names = "、".join((ROWS, SUM, *PERCENT, *facts.keys))
        raise DefinitionError(f"{path}.count", f"这组事实不能数“{count}”", f"用：{names}")
    if (count in (SUM, *PERCENT)) != bool(column) or (column and known.get(column) is not Kind.INT):
        raise DefinitionError(f"{path}.column", "合计和中位数要写一个整数列，别的不写", f"有：{'、'.join(known)}")
    during = row.get("during")
    if during is not None and known.get(during) is not Kind.DATE:
        raise DefinitionError(f"{path}.during", f"“{during}”不是日期列", f"有：{'、'.join(known)}")
    if "met" in row and count not in (ROWS, "child"):
        raise DefinitionError(f"{path}.met", "比率只能数行或儿童", "去掉 met，或改 count")
    if "by" in row and ("met" in row or count not in (ROWS, "child")):
        raise DefinitionError(f"{path}.by", "只有数行、数儿童的能分开", "去掉 by")


def _rule(row: Content, key: str, facts: FactSet | None, path: str) -> Rule | None:
    if key not in row or facts is None:
        return None
    try:
        return parse(str(row[key]), vocabulary=facts.vocabulary, gives=Kind.BOOL)
    except RuleError as error:
        raise DefinitionError(f"{path}.{key}", error.zh, error.cure) from None
