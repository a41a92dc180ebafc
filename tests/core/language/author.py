"""Writes random well-typed rules as text, over the vocabulary of `world`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from tests.core.language.world import CATEGORIES

COMPARISONS = ("==", "!=", ">=", "<=", ">", "<")
EQUALITIES = ("==", "!=")
NUMBERS = ("0", "1", "2", "3", "7", "25", "-2", "0.5", "12.25", "700.1", "-0.01", "value.limit", "value.line")
DAYS = ("2000-02-29", "2001-02-28", "2001-03-01", "2002-07-15", "2004-02-29")
CODES = (*CATEGORIES, "value.kind")


@lru_cache
def _index(size: int) -> st.SearchStrategy[int]:
    return st.integers(0, size - 1)


class Author:
    """Draws one piece of a rule after another; inside a list's condition the record's fields join in."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw
        self._in_row = False

    def pick(self, *choices: Any) -> Any:
        return choices[self._draw(_index(len(choices)))]

    def write(self, *choices: str | Callable[[], str]) -> str:
        """One of the choices; a function among them is only called when chosen."""
        choice = self.pick(*choices)
        return choice if isinstance(choice, str) else choice()

    def rule(self) -> str:
        return self.write(self.condition, self.condition, self.condition, self.number, self.listed_day)

    def condition(self, depth: int = 3) -> str:
        shape = self.pick("leaf", "leaf", "and", "or", "not") if depth else "leaf"
        if shape == "leaf":
            return self.leaf()
        if shape == "not":
            return f"not ({self.condition(depth - 1)})"
        return f"({self.condition(depth - 1)} {shape} {self.condition(depth - 1)})"

    def leaf(self) -> str:
        common = (self.numbers_compared, self.days_compared, self.flag_leaf, self.code_leaf, self.missing)
        outer = () if self._in_row else (self.set_leaf, self.plain_leaf)
        return self.write(*common, *outer)

    def numbers_compared(self) -> str:
        form = self.pick("compare", "compare", "between", "in")
        if form == "between":
            return f"{self.number()} between {self.pick(*NUMBERS)} and {self.number()}"
        if form == "in":
            return f"{self.number()} {self.pick('in', 'not in')} {self.some(NUMBERS)}"
        return f"{self.number()} {self.pick(*COMPARISONS)} {self.write(self.plain_number, *NUMBERS)}"

    def days_compared(self) -> str:
        if self.pick(False, True):
            return f"{self.day()} between {self.pick(*DAYS)} and {self.day()}"
        return f"{self.day()} {self.pick(*COMPARISONS)} {self.write(self.day, *DAYS)}"

    def flag_leaf(self) -> str:
        if self.pick(False, True):
            return self.flag()
        return f"{self.flag()} {self.pick(*EQUALITIES)} {self.write('yes', 'no', 'true', self.flag)}"

    def code_leaf(self) -> str:
        if self._in_row and self.pick(False, True):
            return str(
                self.pick("relation in [father, mother]", "relation == grandmother", "relation != father")
            )
        asked = self.pick("category", "other")
        if self.pick(False, True):
            return f"{asked} {self.pick('in', 'not in')} {self.some(CODES)}"
        return f"{asked} {self.pick(*EQUALITIES)} {self.pick(*CODES, 'other')}"

    def missing(self) -> str:
        asked = self.write(self.number, self.day, self.flag)
        return f"({asked}) {self.pick('is missing', 'is not missing')}"

    def set_leaf(self) -> str:
        if self.pick(False, True):
            return f"categories overlaps {self.some(CODES)}"
        return f"{self.pick(*CODES, 'category', 'other')} in categories"

    def plain_leaf(self) -> str:
        return str(
            self.pick("categories is missing", "carers is missing", "v1 == yes", "v1 != no", "v1 is missing")
        )

    def number(self, depth: int = 2) -> str:
        if depth and self.pick(False, False, True):
            second = self.write(self.plain_number, *NUMBERS)
            return f"({self.number(depth - 1)} {self.pick('+', '-', '*')} {second})"
        return self.plain_number()

    def plain_number(self) -> str:
        if self._in_row:
            return str(self.pick("years", "income", "total", "age(born, on)", "days_since(born, birth)"))
        derived = (
            "age(birth, on)",
            "days_since(birth, on)",
            "age(2000-02-29, on)",
            "days_since(on, 2003-01-01)",
        )
        return self.write("item.9", "total", "income", "ratio", *derived, self.listed_number)

    def day(self) -> str:
        if self._in_row:
            return str(self.pick("born", "on", "birth"))
        return self.write("birth", "on", self.listed_day)

    def flag(self) -> str:
        if self._in_row:
            return str(self.pick("lives_with", "present"))
        return self.write("present", "in_school", self.listed_flag)

    def listed_flag(self) -> str:
        return f"{self.pick('any', 'all')}({self.records()})"

    def listed_number(self) -> str:
        if self.pick(False, True):
            return f"count({self.records()})"
        return f"{self.pick('min', 'max')}({self.inside(self.number)} of {self.carers()})"

    def listed_day(self) -> str:
        return f"{self.pick('min', 'max')}(born of {self.carers()})"

    def records(self) -> str:
        return self.write(self.carers, self.signs)

    def carers(self) -> str:
        if self.pick(True, False, False):
            return "carers"
        return f"carers where {self.inside(lambda: self.condition(2))}"

    def signs(self) -> str:
        conditions = (
            "answer == often",
            "answer in [sometimes, often]",
            "level >= item.9",
            "answer is missing",
        )
        return f"signs where {self.pick(*conditions)} {self.pick('and', 'or')} {self.pick(*conditions)}"

    def inside(self, write: Callable[[], str]) -> str:
        before, self._in_row = self._in_row, True
        try:
            return write()
        finally:
            self._in_row = before

    def some(self, choices: tuple[str, ...]) -> str:
        return f"[{', '.join(self.pick(*choices) for _ in range(self.pick(1, 2, 3)))}]"


@st.composite
def rules(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """A random rule that the checker accepts, unless its numbers could grow too large."""
    return Author(draw).rule()


@st.composite
def conditions(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """A random rule that says yes or no."""
    return Author(draw).condition()
