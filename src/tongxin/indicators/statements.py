# ruff: noqa: S608 -- names are our own, values are parameters
"""The statements that count indicators of one fact set, the same on SQLite, PostgreSQL and DuckDB.

First every row says whether it meets each indicator; rows are counted by village; villages are added up to the top.
What doesn't add up (the middle of waiting times, people who work in two places) is counted at each level by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from tongxin.core.indicators.definition import PERCENT, ROWS, SUM, Indicator
from tongxin.core.indicators.sets import LEVELS, FactSet
from tongxin.core.language import to_sql
from tongxin.core.language.dialects import DIALECTS, Engine

Statement = tuple[str, tuple[object, ...]]
NO_DAYS: Mapping[str, tuple[date, date]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Column:
    """One number of a statement: which indicator's, and what: its value, its base, the children behind it, one code."""

    indicator: str
    what: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Indicators of one set over one period, for one engine; `facts` is the set's select or file.

    `days` gives indicators a period of their own, by their ids: twelve months of one are counted in one reading.
    """

    facts: FactSet
    indicators: tuple[Indicator, ...]
    source: str
    first: date
    last: date
    engine: Engine
    placeholder: str
    days: Mapping[str, tuple[date, date]] = NO_DAYS

    def marked(self) -> Statement:
        """Every row of the set with, for each indicator, whether it is within (w) and whether it is met (m)."""
        columns, params = [], []
        for at, each in enumerate(self.indicators):
            for name, sql, more in self._conditions(at, each):
                columns.append(f"{sql} AS {name}")
                params.extend(more)
        return f"SELECT f.*, {', '.join(columns)} FROM ({self.source}) AS f", tuple(params)

    def _conditions(self, at: int, indicator: Indicator) -> Iterable[tuple[str, str, list[object]]]:
        parts: list[str] = []
        params: list[object] = []
        day = DIALECTS[self.engine].day(self.placeholder)
        columns = self._columns(indicator)
        if indicator.during:
            parts.append(f"f.{indicator.during} BETWEEN {day} AND {day}")
            params += [each.isoformat() for each in self._days(indicator)]
        if indicator.where is not None:
            sql, more = to_sql(indicator.where, columns=columns, dialect=self.engine, placeholder=self.placeholder)
            parts.append(sql)
            params += more
        within = " AND ".join(f"({each})" for each in parts) if parts else "TRUE"
        yield f"w{at}", within, params
        if indicator.met is not None:
            sql, more = to_sql(indicator.met, columns=columns, dialect=self.engine, placeholder=self.placeholder)
            yield f"m{at}", f"({within}) AND {sql}", [*params, *more]

    def _days(self, indicator: Indicator) -> tuple[date, date]:
        return self.days.get(indicator.id, (self.first, self.last))

    def _columns(self, indicator: Indicator) -> dict[str, str | tuple[str, Sequence[object]]]:
        day = DIALECTS[self.engine].day(self.placeholder)
        first, last = self._days(indicator)
        return {
            **{name: f"f.{name}" for name in self.facts.facts},
            "first": (day, (first.isoformat(),)), "last": (day, (last.isoformat(),)),
        }

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the columns of `cells` behind the place and the number of rows are."""
        return tuple(column for each in self.indicators for column, _ in self._counts(0, each))

    def _counts(self, at: int, indicator: Indicator) -> Iterable[tuple[Column, str]]:
        child = "child" in self.facts.keys
        def counted(condition: str) -> str:
            what = "DISTINCT f.child" if indicator.count == "child" else "*"
            return f"count({what}) FILTER (WHERE {condition})"

        if indicator.is_additive and indicator.count != SUM:
            value = counted(f"f.m{at}" if indicator.is_share else f"f.w{at}")
            yield Column(indicator.id, "value"), value
        elif indicator.count == SUM:
            added = f"coalesce(sum(f.{indicator.column}) FILTER (WHERE f.w{at}), 0)"
            yield Column(indicator.id, "value"), f"CAST({added} AS BIGINT)"
        if indicator.is_share:
            yield Column(indicator.id, "base"), counted(f"f.w{at}")
        if self.facts.is_protected:
            # As many children as stand behind it; rows where the set doesn't know them.
            who = "DISTINCT f.child" if child else "*"
            yield Column(indicator.id, "behind"), f"count({who}) FILTER (WHERE f.w{at})"
        for part in indicator.parts:
            yield Column(indicator.id, part.code), counted(f"f.w{at} AND f.{indicator.by} = '{part.code}'")

    def cells(self) -> Statement:
        """By province to village: how many rows there are at all, then the columns."""
        marked, params = self.marked()
        counts = ["count(*) AS n0"]
        number = 0
        for at, each in enumerate(self.indicators):
            for _, sql in self._counts(at, each):
                number += 1
                counts.append(f"{sql} AS n{number}")
        places = ", ".join(f"f.{level}" for level in LEVELS)
        return f"SELECT {places}, {', '.join(counts)} FROM ({marked}) AS f GROUP BY {places}", params

    def added_up(self, cells: str, *, lowest: str) -> str:
        """The cells at every level down to the lowest: depth, the place's path, the sums."""
        sums = ", ".join(f"CAST(sum(n{number}) AS BIGINT)" for number in range(len(self.columns) + 1))
        levels = LEVELS[: LEVELS.index(lowest) + 1]
        selects = []
        for depth in range(len(levels), -1, -1):
            # The deepest first: its columns say of which type the empty ones above are.
            path = ", ".join(level if at < depth else "NULL" for at, level in enumerate(LEVELS))
            group = f" GROUP BY {', '.join(levels[:depth])}" if depth else ""
            selects.append(f"SELECT {depth}, {path}, {sums} FROM {cells}{group}")
        return " UNION ALL ".join(selects)

    def apart(self, marked: str, at: int, *, depth: int) -> str:
        """One indicator that doesn't add up, at one level: the place's path, its value."""
        indicator = self.indicators[at]
        places = [f"f.{level}" for level in LEVELS[:depth]]
        listed, group = ", ".join(places), f" GROUP BY {', '.join(places)}" if places else ""
        comma = ", " if places else ""
        if indicator.count not in PERCENT:
            return f"SELECT {listed}{comma}count(DISTINCT f.{indicator.count}) FROM {marked} AS f WHERE f.w{at}{group}"
        column = f"f.{indicator.column}"
        share = f"PARTITION BY {listed} " if places else ""
        ranked = (
            f"SELECT {listed}{comma}{column} AS v, row_number() OVER ({share}ORDER BY {column}) AS r, "
            f"count(*) OVER ({share.strip()}) AS n FROM {marked} AS f WHERE f.w{at} AND {column} IS NOT NULL"
        )
        # Nearest rank: each figure is one there was.
        reached = f"f.r * 100 >= f.n * {PERCENT[indicator.count]}"
        return f"SELECT {listed}{comma}min(f.v) FROM ({ranked}) AS f WHERE {reached}{group}"


def is_apart(indicator: Indicator) -> bool:
    """Whether it has to be counted at each level by itself."""
    return not indicator.is_additive and indicator.count != ROWS
