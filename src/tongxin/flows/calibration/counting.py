# ruff: noqa: S608 -- words of our own only
"""What the calibration counts, in three statements over everything that is kept here: by place, nothing opened."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from tongxin.access import scope
from tongxin.core.indicators import Indicator
from tongxin.core.indicators.dimensions import Dimension
from tongxin.core.pathway import CHINA
from tongxin.core.screening import ABOVE, ALARM, Cut
from tongxin.indicators.children import STANDS, standings
from tongxin.indicators.dialect import Words
from tongxin.indicators.splitting import code_of, column

# Below the town nothing is told, as with the colours of the indicators.
PLACES = ("province", "city", "county", "town")
AT = ", ".join(PLACES)
PLAIN = re.compile(r"[a-z][a-z0-9_]*")
# The kinds of entries whose forms carry questionnaires.
FILLED = ("assessment", "screening", "session", "course_start", "course_end")
NO_CUT, SEVERAL = "no_instrument", "several"
WHOSE = "coalesce(c.goes_on, c.id)"
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day; `is_past`: it ended before today, so that colours are those that were confirmed then."""

    first: date
    last: date
    is_past: bool


@dataclass(frozen=True, slots=True)
class Counting:
    """The statements over some days."""

    days: Days

    @property
    def _words(self) -> Words:
        return Words("postgresql" if connection.vendor == "postgresql" else "sqlite")

    def colours(self, indicator: Indicator, dimensions: Sequence[Dimension]) -> list[Row]:
        """Places, colour, code of each dimension, who filled in the newest assessment's questionnaires, how many."""
        words = self._words
        codes = ", ".join(
            code_of(each, at, indicator, last=self.days.last, words=words) + f" AS {column(at)}"
            for at, each in enumerate(dimensions)
        )
        named = ", ".join(column(at) for at, _ in enumerate(dimensions))
        return self._ask(
            f"WITH i AS MATERIALIZED ({self._filled_in_by}) "
            f"SELECT {AT}, level, {named}, informant, count(*) FROM (SELECT {AT}, kid.level AS level, {codes}, "
            f"coalesce(i.informant, '{NO_CUT}') AS informant FROM ({self._kids}) AS kid "
            f"LEFT JOIN i ON i.whose = kid.child) AS k GROUP BY {AT}, level, {named}, informant"
        )

    def yields(self, confirmed: Sequence[str]) -> list[Row]:
        """Places, then for screening and for identification: asked, positive, assessed, confirmed, graded."""
        # A level is a code of the pathway.
        sure = ", ".join(f"'{each}'" for each in sorted(confirmed) if PLAIN.fullmatch(each))
        counts = ", ".join(
            f"count(*) FILTER (WHERE {condition})" for asked in ("q", "i") for condition in (
                f"{asked}.whose IS NOT NULL", f"{asked}.positive = 1", f"{asked}.positive = 1 AND s.whose IS NOT NULL",
                f"{asked}.positive = 1 AND s.whose IS NOT NULL AND k.standing IN ({sure})",
                f"{asked}.positive = 1 AND s.whose IS NOT NULL AND k.standing NOT IN ('', 'none')",
            )
        )
        return self._ask(
            f"WITH q AS MATERIALIZED ({self._screened}), i AS MATERIALIZED ({self._identified}), "
            f"s AS MATERIALIZED ({self._assessed}) "
            f"SELECT {AT}, {counts} FROM ({self._kids}) AS k LEFT JOIN q ON q.whose = k.child "
            f"LEFT JOIN i ON i.whose = k.child LEFT JOIN s ON s.whose = k.child GROUP BY {AT}"
        )

    def drift(self, cuts: Mapping[str, Cut]) -> list[Row]:
        """Places, instrument, version, quarter, sheets, different children, sum of the scale with the cut, positive."""
        words, known = self._words, {name: cut for name, cut in cuts.items() if PLAIN.fullmatch(name)}
        known = {name: cut for name, cut in known.items() if PLAIN.fullmatch(cut.scale)}
        if not known:
            return []
        value = " ".join(
            f"WHEN '{name}' THEN {words.text('s.value', 'totals', cut.scale)}" for name, cut in known.items()
        )
        reached = " ".join(
            f"WHEN '{name}' THEN v {'<=' if cut.low_is_positive else '>='} {int(cut.at)}" for name, cut in known.items()
        )
        month = words.month(words.day("e.occurred_at"))
        version = "substr(coalesce(r.definitions ->> ('instruments/' || s.key), ''), 1, 6)"
        sheets = (
            f"SELECT {self._at('p')}, p.id AS child, s.key AS name, {version} AS version, "
            f"substr({month}, 1, 4) || 'q' || "
            f"CAST((CAST(substr({month}, 6, 2) AS INTEGER) + 2) / 3 AS TEXT) AS quarter, "
            f"CAST(CASE s.key {value} END AS NUMERIC) AS v "
            f"{self._entries(FILLED)} JOIN people_child p ON p.id = {WHOSE} "
            f"JOIN {words.each('r.data', 'scores')} AS s ON TRUE WHERE {self._within} AND {STANDS}"
        )
        return self._ask(
            f"SELECT {AT}, name, version, quarter, count(*), count(DISTINCT child), sum(v), "
            f"count(*) FILTER (WHERE CASE name {reached} END) FROM ({sheets}) AS t WHERE v IS NOT NULL "
            f"GROUP BY {AT}, name, version, quarter"
        )

    @property
    def _kids(self) -> str:
        """The children on file at the end of the days, with their colour."""
        words, day = self._words, f"'{self.days.last.isoformat()}'"
        if not self.days.is_past:
            return (
                f"SELECT {self._at('p')}, {words.id('p.id')} AS child, c.level AS level, c.standing AS standing, "
                "p.sex AS sex, p.birth_month AS born "
                "FROM cases_case c JOIN people_child p ON p.id = c.id WHERE c.goes_on IS NULL AND c.is_open"
            )
        return (
            f"SELECT {', '.join(f'f.{each}' for each in PLACES)}, f.child AS child, f.level AS level, "
            f"f.level AS standing, p.sex AS sex, p.birth_month AS born FROM ({standings(words)}) AS f "
            f"JOIN people_child p ON {words.id('p.id')} = f.child "
            f"WHERE from_on <= {day} AND (until_on IS NULL OR until_on > {day}) "
            f"AND (closed_on IS NULL OR closed_on > {day})"
        )

    @property
    def _filled_in_by(self) -> str:
        words = self._words
        informants = (
            f"SELECT DISTINCT v.hash AS hash, {words.text(words.json('v.content'), 'informant')} AS informant "
            "FROM rulebook_definitionversion v WHERE v.kind = 'instruments'"
        )
        newest = (
            f"SELECT {self._words.id(WHOSE)} AS whose, r.data AS data, r.definitions AS definitions, "
            f"row_number() OVER (PARTITION BY {WHOSE} ORDER BY e.occurred_at DESC, e.id DESC) AS turn "
            f"{self._entries(('assessment',))} WHERE e.occurred_at < {self._moment(self.days.last, 1)} AND {STANDS} "
            f"AND EXISTS (SELECT 1 FROM {words.each('r.data', 'scores')} AS z)"
        )
        return (
            "SELECT whose, CASE WHEN min(informant) = max(informant) THEN min(informant) "
            f"ELSE '{SEVERAL}' END AS informant FROM (SELECT r.whose AS whose, coalesce(i.informant, '') AS informant "
            f"FROM ({newest}) AS r JOIN {words.each('r.data', 'scores')} AS s ON TRUE "
            f"LEFT JOIN ({informants}) i ON i.hash = r.definitions ->> ('instruments/' || s.key) "
            "WHERE r.turn = 1) AS t GROUP BY whose"
        )

    @property
    def _identified(self) -> str:
        words = self._words
        if not self.days.is_past:
            # Of days up to now the newest result is the one that the case has.
            return (
                f"SELECT {words.id('o.id')} AS whose, CASE WHEN o.identified = 'refer' THEN 1 ELSE 0 END AS positive "
                f"FROM (SELECT DISTINCT {WHOSE} AS whose FROM ledger_entry e JOIN cases_case c ON c.id = e.subject_id "
                f"WHERE e.kind = 'identification' AND {self._within} AND {STANDS}) AS d "
                "JOIN cases_case o ON o.id = d.whose WHERE o.identified <> 'none'"
            )
        result = words.text("r.data", "result")
        return (
            f"SELECT whose, CASE WHEN result = 'refer' THEN 1 ELSE 0 END AS positive FROM ("
            f"SELECT {self._words.id(WHOSE)} AS whose, {result} AS result, "
            f"row_number() OVER (PARTITION BY {WHOSE} ORDER BY e.occurred_at DESC, e.id DESC) AS turn "
            f"{self._entries(('identification',))} WHERE {self._within} AND {STANDS}) AS t "
            "WHERE turn = 1 AND coalesce(result, '') <> ''"
        )

    @property
    def _assessed(self) -> str:
        return (
            f"SELECT DISTINCT {self._words.id(WHOSE)} AS whose FROM ledger_entry e "
            f"JOIN cases_case c ON c.id = e.subject_id WHERE e.kind = 'assessment' AND {self._within} AND {STANDS}"
        )

    @property
    def _screened(self) -> str:
        return (
            f"SELECT {self._words.id(WHOSE)} AS whose, "
            f"max(CASE WHEN s.outcome IN ('{ABOVE}', '{ALARM}') THEN 1 ELSE 0 END) AS positive "
            "FROM screening_participant s JOIN screening_round o ON o.id = s.round_id "
            "JOIN cases_case c ON c.id = s.child_id "
            f"WHERE s.state = 'answered' AND o.opens_at >= {self._moment(self.days.first)} "
            f"AND o.opens_at < {self._moment(self.days.last, 1)} GROUP BY {WHOSE}"
        )

    @property
    def _within(self) -> str:
        return f"e.occurred_at >= {self._moment(self.days.first)} AND e.occurred_at < {self._moment(self.days.last, 1)}"

    @staticmethod
    def _entries(kinds: Sequence[str]) -> str:
        named = ", ".join(f"'{each}'" for each in kinds)
        return (
            "FROM assessments_result r JOIN ledger_entry e ON e.id = r.entry_id "
            f"AND r.kind IN ({named}) JOIN cases_case c ON c.id = r.child_id"
        )

    @staticmethod
    def _at(alias: str) -> str:
        return ", ".join(f"{alias}.{each}_id AS {each}" for each in PLACES)

    @staticmethod
    def _moment(day: date, after: int = 0) -> str:
        """The first moment of a day in China, as the database writes moments."""
        moment = datetime.combine(day + timedelta(days=after), time(), tzinfo=CHINA)
        return f"'{connection.ops.adapt_datetimefield_value(moment)}'"

    def _ask(self, sql: str) -> list[Row]:
        with scope.widened(), connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())
