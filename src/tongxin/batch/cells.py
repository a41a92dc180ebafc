"""Which score a cell stands for: one judgement for every way a number can be written down."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from tongxin.batch.dialects import Engine
from tongxin.batch.errors import TableError
from tongxin.core.instruments.definition import Item

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
BLANKS = {"", "na", "nan", "null"}
LONGEST = 64
NEAR = 1e-9
NOTHING = "CAST(NULL AS INTEGER)"
WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
WHOLE |= {f"U{type}" for type in WHOLE}


@dataclass(frozen=True, slots=True)
class Judged:
    """SQL for a cell: its score, whatever it holds, and what of that is an answer or a blank (else NULL)."""

    score: str
    present: str
    known: str

    @property
    def rejected(self) -> str:
        return f"(({self.present}) IS NOT NULL AND ({self.known}) IS NULL)"


@dataclass(frozen=True, slots=True)
class Codes:
    """What the codes in a file mean for one item; `recode` comes before the item's own codes."""

    item: Item
    recode: Mapping[str, str]

    def judge(self, text: str) -> tuple[bool, int | None]:
        """Whether `text` is an answer or a blank at all, and the score it is worth.

        A code that others are recoded to, but that is not recoded itself, is impossible: in a file
        stored 1–4 and read with 1=0,2=1,3=2,4=3 a 0 is a mistake, not the mildest answer.
        """
        code = canonical(text)
        if code in self.recode:
            code = self.recode[code]
        elif code in self.recode.values() and code:
            return False, None
        if code.lower() in BLANKS:
            return True, None
        option = self.item.option(code)
        return option is not None, option.score if option else None

    def whole_numbers(self) -> dict[int, int | None]:
        """Every whole number that is an answer or a declared blank, with its score."""
        named = {*self.recode, *(str(option.code) for option in self.item.options)}
        judged = {int(code): self.judge(code) for code in named if re.fullmatch(r"-?[0-9]+", code)}
        return {number: score for number, (known, score) in sorted(judged.items()) if known}


def canonical(text: str) -> str:
    """A code as one writes it by hand: half width, no spaces around, `1` for `1.0`."""
    text = unicodedata.normalize("NFKC", text).strip()
    if NUMBER.fullmatch(text):
        value = float(text)
        nearest = round(value) if abs(value) < 1e15 else None
        if nearest is not None and abs(value - nearest) < NEAR:
            return str(nearest)
    return text


def judged(engine: Engine, query: str, *, column: str, type: str, heading: str, codes: Codes) -> Judged:
    """How the cells of `column` read, as SQL fit for the column's type."""
    base = type.partition("(")[0]
    if base in WHOLE:
        found = _numbers(codes.whole_numbers(), is_it=f"{column} = {{}}", present=column)
        bounds = f"min({column}) >= {{}} AND max({column}) <= {{}}"
        return _plainer(engine, query, column, codes, found, bounds)
    if base in ("FLOAT", "DOUBLE", "DECIMAL"):
        near = f"abs({column} - {{}}) < {NEAR}" if base != "DECIMAL" else f"{column} = {{}}"
        present = engine.dialect.number_in(column) if base != "DECIMAL" else column
        found = _numbers(codes.whole_numbers(), is_it=near, present=present)
        return _plainer(engine, query, column, codes, found, f"count({found.present}) = count({found.known})")
    if base in ("VARCHAR", "ENUM"):
        return _texts(engine, query, column, codes)
    if base == "BOOLEAN":
        return Judged(score=NOTHING, present=column, known=NOTHING)
    raise TableError(f"“{heading}”列的类型是 {base}，不能当作答案。请导出为数字或文字。")


def _numbers(scores: Mapping[int, int | None], *, is_it: str, present: str) -> Judged:
    answers = {number: score for number, score in scores.items() if score is not None}
    score = _case([f"WHEN {is_it.format(number)} THEN {score}" for number, score in answers.items()])
    known = _case([f"WHEN {is_it.format(number)} THEN 1" for number in scores])
    return Judged(score=score, present=present, known=score if len(answers) == len(scores) else known)


def _plainer(engine: Engine, query: str, column: str, codes: Codes, found: Judged, all_known: str) -> Judged:
    """The same judgement without a look at each cell, where numbers are scores and none is impossible."""
    scores = codes.whole_numbers()
    numbers = list(scores)
    as_they_stand = all(number == score for number, score in scores.items())
    if not numbers or not as_they_stand or numbers[-1] - numbers[0] + 1 != len(numbers):
        return found
    if not engine.dialect.looks_are_cheap:
        return found
    known = engine.rows(f"SELECT {all_known.format(numbers[0], numbers[-1])} FROM ({query})")
    if not known[0][0]:
        return found
    return Judged(score=f"TRY_CAST({column} AS INTEGER)", present=NOTHING, known=NOTHING)


def _texts(engine: Engine, query: str, column: str, codes: Codes) -> Judged:
    cell = f"CAST({column} AS STRING)"
    longest = engine.rows(f"SELECT max(length({cell})) FROM ({query})")[0][0]
    start = cell if (longest or 0) <= LONGEST else f"left({cell}, {LONGEST + 1})"
    found = engine.rows(f"SELECT DISTINCT {start} FROM ({query}) WHERE {column} IS NOT NULL ORDER BY 1")
    scores: dict[str, int | None] = {}
    all_known = True
    for (text,) in found:
        is_known, score = codes.judge(text) if len(text) <= LONGEST else (False, None)
        all_known = all_known and is_known
        if is_known:
            scores[text] = score
    quoted = engine.dialect.quoted
    answers = [f"WHEN {quoted(text)} THEN {score}" for text, score in scores.items() if score is not None]
    return Judged(
        score=_case(answers, of=cell),
        present=NOTHING if all_known else cell,
        known=NOTHING if all_known else _case([f"WHEN {quoted(text)} THEN 1" for text in scores], of=cell),
    )


def _case(whens: list[str], *, of: str = "") -> str:
    return f"CASE {of} {' '.join(whens)} END" if whens else NOTHING
