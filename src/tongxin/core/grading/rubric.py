"""The rubric: five dimensions with action levels 0–3, and how they come to one level."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.grading.reading import condition, read_values, unrepeated_ids, with_values
from tongxin.core.language import CODE, INT, Fact, Rule, Vocabulary
from tongxin.core.language.errors import DefinitionError

UNKNOWN = "unknown"
HIGHEST_ACTION = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One dimension, as the field calls it."""

    id: str
    zh: str
    short: str


@dataclass(frozen=True, slots=True)
class LevelRule:
    """When it holds, a cell has at least this action level, or the whole this level."""

    id: str
    level: int | str
    cell: str
    because: str
    when: Rule


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sentence for the person who confirms; it never changes a proposal."""

    id: str
    zh: str
    when: Rule


@dataclass(frozen=True, slots=True)
class Holding:
    """When it holds, what was found can't support a lower level than the one in force."""

    id: str
    because: str
    when: Rule


@dataclass(frozen=True, slots=True)
class Rubric:
    """How cells become a level: `combine` is read from the highest level down, the first that holds wins."""

    id: str
    version: str
    order: tuple[str, ...]
    cells: tuple[Cell, ...]
    cell_rules: tuple[LevelRule, ...]
    combine: tuple[LevelRule, ...]
    suggestions: tuple[Suggestion, ...]
    holding: tuple[Holding, ...]
    reassess_months: Mapping[str, int]
    grace_days: int

    def rank(self, level: str) -> int:
        """Where a level stands; grey stands above green, since what isn't known isn't green."""
        return self.order.index(level)

    def highest(self, levels: tuple[str, ...]) -> str:
        """The most serious of some levels."""
        return max(levels, key=self.rank)


def read_rubric(content: Mapping[str, Any], *, vocabulary: Vocabulary) -> Rubric:
    """The rubric as written in `definitions/rubric`."""
    required = ("id", "zh", "version", "source", "order", "cells", "cell_rules", "combine", "evidence")
    take.mapping(content, "", required=required, optional=("values", "suggestions", "means", "valid_from"))
    order = tuple(take.sequence(content["order"], "order"))
    if UNKNOWN not in order:
        raise DefinitionError("order", "没有“unknown”（未明）这一级", "在 low 之后写上 unknown")
    cells = tuple(_cell(raw, f"cells[{at}]") for at, raw in enumerate(content["cells"]))
    numbers, facts = read_values(content)
    words = with_values(vocabulary, facts, names_of(cells, order))
    reader = _Reader(words, numbers, order, tuple(cell.id for cell in cells))
    evidence = take.mapping(content["evidence"], "evidence", required=("reassess", "grace", "holding"))
    return Rubric(
        id=content["id"],
        version=str(content["version"]),
        order=order,
        cells=cells,
        cell_rules=reader.rules(content["cell_rules"], "cell_rules", of_cells=True),
        combine=_descending(reader.rules(content["combine"], "combine", of_cells=False), order),
        suggestions=reader.suggestions(content.get("suggestions", [])),
        holding=reader.holding(evidence["holding"]),
        reassess_months={
            level: take.number(entry, "value", f"evidence.reassess.{level}", 0, low=1, high=24)
            for level, entry in evidence["reassess"].items()
        },
        grace_days=take.number(evidence["grace"], "value", "evidence.grace", 0, high=366),
    )


def names_of(cells: tuple[Cell, ...], order: tuple[str, ...]) -> dict[str, Fact]:
    """The names that only the rubric's own rules use."""
    levels = {level: level for level in order}
    found = {f"cell.{cell.id}": Fact(type=INT, zh=cell.zh) for cell in cells}
    return {**found, "proposed": Fact(type=CODE, zh="建议等级", options=levels)}


@dataclass(frozen=True, slots=True)
class _Reader:
    vocabulary: Vocabulary
    values: Mapping[str, int]
    order: tuple[str, ...]
    cells: tuple[str, ...]

    def rules(self, rows: Any, path: str, *, of_cells: bool) -> tuple[LevelRule, ...]:
        unrepeated_ids(take.sequence(rows, path), path)
        return tuple(self.rule(raw, f"{path}[{at}]", of_cells) for at, raw in enumerate(rows))

    def rule(self, raw: object, path: str, of_cells: bool) -> LevelRule:
        required = ("id", "level", "when", "because", *(("cell",) if of_cells else ()))
        content = take.mapping(raw, path, required=required, optional=("floor", "source"))
        if of_cells and content["cell"] not in self.cells:
            raise DefinitionError(f"{path}.cell", f"没有“{content['cell']}”这个维度", f"可写：{'、'.join(self.cells)}")
        if not of_cells and content["level"] not in self.order:
            raise DefinitionError(f"{path}.level", f"没有“{content['level']}”这一级", f"可写：{'、'.join(self.order)}")
        level: int | str = content["level"]
        if of_cells:
            level = take.number(content, "level", path, 0, low=1, high=HIGHEST_ACTION)
        return LevelRule(
            id=take.identifier(content, path),
            level=level,
            cell=take.text(content, "cell", path),
            because=take.text(content, "because", path),
            when=condition(content, path, self.vocabulary, self.values),
        )

    def holding(self, rows: Any) -> tuple[Holding, ...]:
        found = []
        for at, raw in enumerate(take.sequence(rows, "evidence.holding")):
            path = f"evidence.holding[{at}]"
            content = take.mapping(raw, path, required=("id", "because", "when"), optional=("floor",))
            rule = condition(content, path, self.vocabulary, self.values)
            found.append(Holding(take.identifier(content, path), take.text(content, "because", path), rule))
        return tuple(found)

    def suggestions(self, rows: Any) -> tuple[Suggestion, ...]:
        found = []
        for at, raw in enumerate(take.sequence(rows, "suggestions")):
            path = f"suggestions[{at}]"
            content = take.mapping(raw, path, required=("id", "zh", "when"))
            rule = condition(content, path, self.vocabulary, self.values)
            found.append(Suggestion(take.identifier(content, path), take.text(content, "zh", path), rule))
        return tuple(found)


def _cell(raw: object, path: str) -> Cell:
    content = take.mapping(raw, path, required=("id", "zh", "short"), optional=("means",))
    return Cell(take.identifier(content, path), take.text(content, "zh", path), take.text(content, "short", path))


def _descending(rules: tuple[LevelRule, ...], order: tuple[str, ...]) -> tuple[LevelRule, ...]:
    """The rules from the highest level down, so that one a region adds can't hide behind a lower one."""
    return tuple(sorted(rules, key=lambda rule: -order.index(str(rule.level))))
