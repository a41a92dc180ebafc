# ruff: noqa: S608 -- names are our own, values are parameters
"""The statements that count indicators of one fact set, the same on SQLite, PostgreSQL and DuckDB.

First every row says whether it meets each indicator; rows are counted by village; villages are added up to the top.
What doesn't add up (the middle of waiting times, people who work in two places) is counted at each level by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from tongxin.core.indicators.definition import PERCENT, ROWS, SUM, Indicator
from tongxin.core.indicators.sets import LEVELS, FactSet
from tongxin.core.language import to_sql
from tongxin.core.language.dialects import DIALECTS, Engine

Statement = tuple[str, tuple[object, ...]]
# Rows of a child added up to its place: all of them, or the child once.
ALL, CHILDREN = "CAST(sum({c}) AS BIGINT)", "count(*) FILTER (WHERE {c} > 0 AND child IS NOT NULL)"
PEOPLE = "CAST(sum(CASE WHEN child IS NULL THEN {c} WHEN {c} > 0 THEN 1 ELSE 0 END) AS BIGINT)"
TEXT = "VARCHAR"
# Before a code: how many children are behind it.
BEHIND = "~"
NO_DAYS: Mapping[str, tuple[date, date]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Column:
    """One number of a statement: which indicator's, and what.

    Its value, its base, the children behind it, one code, or (`BEHIND`) the children behind one code.
    """

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
    days: Mapping[str, tuple[date, date]] = field(default_factory=lambda: NO_DAYS)

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
            yield f"m{at}", sql, [*more]

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
        return tuple(column for column, _, _ in self._counts())

    def _counts(self) -> Iterable[tuple[Column, str, str]]:
        """Each column with what it adds up of the rows of one child, and how children are added up to a place."""
        for at, each in enumerate(self.indicators):
            within, met = f"count(*) FILTER (WHERE f.w{at})", f"count(*) FILTER (WHERE f.w{at} AND f.m{at})"
            how = CHILDREN if each.count == "child" else ALL
            if each.count == SUM:
                added = f"coalesce(sum(f.{each.column}) FILTER (WHERE f.w{at}), 0)"
                yield Column(each.id, "value"), added, ALL
            elif each.is_additive:
                yield Column(each.id, "value"), met if each.is_share else within, how
            if each.is_share:
                yield Column(each.id, "base"), within, how
            if self.facts.is_protected:
                # As many children as stand behind it, and each row of which no child is known.
                yield Column(each.id, "behind"), within, PEOPLE if "child" in self.facts.keys else ALL
            for part in each.parts:
                inside = f"count(*) FILTER (WHERE f.w{at} AND f.{each.by} = '{part.code}')"
                yield Column(each.id, part.code), inside, how
                if each.count != "child" and self.facts.is_protected and "child" in self.facts.keys:
                    yield Column(each.id, f"{BEHIND}{part.code}"), inside, PEOPLE

    def cells(self, *, lowest: str = LEVELS[-1], by: Sequence[str] = ()) -> Statement:
        """By province to the lowest level, and by other columns of the source: how many rows, then the columns.

        The rows of a child are added up first: one reading, and nothing to be told apart while it is read.
        """
        marked, params = self.marked()
        counts = ["count(*)", *(sql for _, sql, _ in self._counts())]
        numbers: dict[str, int] = {}
        for sql in counts:
            numbers.setdefault(sql, len(numbers))
        places = ", ".join((*LEVELS[: LEVELS.index(lowest) + 1], *by))
        child = ", f.child" if "child" in self.facts.keys else ""
        inner = (
            f"SELECT {places}{child}, {', '.join(f'{sql} AS c{number}' for sql, number in numbers.items())} "
            f"FROM ({marked}) AS f GROUP BY {places}{child}"
        )
        how = zip(counts, [ALL, *(each for _, _, each in self._counts())], strict=True)
        added = ", ".join(f"{each.format(c=f'c{numbers[sql]}')} AS n{at}" for at, (sql, each) in enumerate(how))
        path = ", ".join((self._path(lowest), *by))
        return f"SELECT {path}, {added} FROM ({inner}) AS k GROUP BY {places}", params

    @staticmethod
    def _path(lowest: str) -> str:
        """All levels, those below the lowest empty."""
        most = LEVELS.index(lowest)
        return ", ".join(level if at <= most else f"CAST(NULL AS {TEXT}) AS {level}" for at, level in enumerate(LEVELS))

    def added_up(self, cells: str, *, lowest: str, only: str = "") -> str:
        """The cells at every level down to the lowest: depth, the place's path, the sums; `only` of one indicator."""
        numbers = [0, *(at for at, each in enumerate(self.columns, 1) if not only or each.indicator == only)]
        sums = ", ".join(f"CAST(sum(n{number}) AS BIGINT)" for number in numbers)
        levels = LEVELS[: LEVELS.index(lowest) + 1]
        selects = []
        for depth in range(len(levels), -1, -1):
            # The deepest first: its columns say of which type the empty ones above are.
            path = ", ".join(level if at < depth else "NULL" for at, level in enumerate(LEVELS))
            group = f" GROUP BY {', '.join(levels[:depth])}" if depth else ""
            selects.append(f"SELECT {depth}, {path}, {sums} FROM {cells}{group}")
        return " UNION ALL ".join(selects)

    def values(self, marked: str, at: int, *, lowest: str = LEVELS[-1], by: Sequence[str] = ()) -> str:
        """What one indicator that doesn't add up is made of: by place each value (or key) there was, and how often."""
        indicator = self.indicators[at]
        places = ", ".join(f"f.{each}" for each in (*LEVELS[: LEVELS.index(lowest) + 1], *by))
        value = f"f.{indicator.column or indicator.count}"
        return (
            f"SELECT {places}, {value} AS v, count(*) AS n FROM {marked} AS f "
            f"WHERE f.w{at} AND {value} IS NOT NULL GROUP BY {places}, {value}"
        )

    def apart(self, values: str, at: int, *, depth: int) -> str:
        """One indicator that doesn't add up, at one level: its number, the depth, the place's path, its value."""
        indicator = self.indicators[at]
        listed = ", ".join(LEVELS[:depth])
        path = ", ".join(level if number < depth else "NULL" for number, level in enumerate(LEVELS))
        group, comma = f" GROUP BY {listed}" if depth else "", ", " if depth else ""
        if indicator.count not in PERCENT:
            return f"SELECT {at}, {depth}, {path}, count(DISTINCT v) FROM {values}{group}"
        share = f"PARTITION BY {listed}" if depth else ""
        summed = f"SELECT {listed}{comma}v, sum(n) AS n FROM {values} GROUP BY {listed}{comma}v"
        ranked = (
            f"SELECT {listed}{comma}v, sum(n) OVER ({share} ORDER BY v) AS r, sum(n) OVER ({share}) AS n "
            f"FROM ({summed}) AS s"
        )
        # Nearest rank: each figure is one there was.
        reached = f"r * 100 >= n * {PERCENT[indicator.count]}"
        return f"SELECT {at}, {depth}, {path}, min(v) FROM ({ranked}) AS q WHERE {reached}{group}"

    def all_apart(self, depths: Iterable[int]) -> Statement:
        """Every indicator that doesn't add up at the depths named, in one statement that reads the set once."""
        marked, params = self.marked()
        found = [at for at, each in enumerate(self.indicators) if is_apart(each)]
        values = ", ".join(f"v{at} AS ({self.values('marked', at)})" for at in found)
        # The deepest first: its columns say of which type the empty ones above are.
        asked = [self.apart(f"v{at}", at, depth=depth) for depth in sorted(depths, reverse=True) for at in found]
        return f"WITH marked AS MATERIALIZED ({marked}), {values} {' UNION ALL '.join(asked)}", params


def is_apart(indicator: Indicator) -> bool:
    """Whether it has to be counted at each level by itself."""
    return not indicator.is_additive and indicator.count != ROWS
