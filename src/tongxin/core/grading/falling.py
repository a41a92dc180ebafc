"""The one property that every rubric must have: worse or missing answers never lower a level."""

from datetime import date
from itertools import product
from typing import Any

from tongxin.core.grading.grade import level_of
from tongxin.core.grading.rubric import HIGHEST_ACTION, Rubric
from tongxin.core.language.errors import DefinitionError

DAY = date(2000, 1, 1)
Vector = tuple[int | None, ...]


def levels_of_all(rubric: Rubric) -> dict[Vector, str]:
    """The level of every combination of action levels and gaps, with no gate open."""
    steps: tuple[int | None, ...] = (None, *range(HIGHEST_ACTION + 1))
    vectors = product(steps, repeat=len(rubric.cells))
    return {vector: level_of(rubric, facts_of_vector(rubric, vector)) for vector in vectors}


def facts_of_vector(rubric: Rubric, vector: Vector) -> dict[str, Any]:
    """Facts in which the cells have these levels, all seen today."""
    rows = [{"cell": c.id, "level": level, "on": DAY} for c, level in zip(rubric.cells, vector, strict=True)]
    return {"on": DAY, "cells": rows}


def refuse_falling(rubric: Rubric) -> Rubric:
    """The rubric, when no single worsening and no gap in a good answer lowers its level."""
    levels = levels_of_all(rubric)
    for vector, level in levels.items():
        for at, step in enumerate(vector):
            for worse in _worse(step):
                other = levels[(*vector[:at], worse, *vector[at + 1 :])]
                if rubric.rank(other) < rubric.rank(level):
                    zh = f"{_told(rubric, vector)} 是 {level}，“{rubric.cells[at].zh}”变差后反而是 {other}"
                    raise DefinitionError("combine", zh, "补上使等级不降的规则")
    _refuse_silent_gate(rubric)
    return rubric


def _worse(step: int | None) -> tuple[int | None, ...]:
    if step is None:
        return ()
    above = tuple(range(step + 1, HIGHEST_ACTION + 1))
    return (None, *above) if step == 0 else above


def _refuse_silent_gate(rubric: Rubric) -> None:
    whole = facts_of_vector(rubric, (0,) * len(rubric.cells))
    if level_of(rubric, whole, gates_open=1) != rubric.order[-1]:
        zh = "有否决项成立时不是最高等级"
        raise DefinitionError("combine", zh, f"第一条写 when: gates_open >= 1，level: {rubric.order[-1]}")


def _told(rubric: Rubric, vector: Vector) -> str:
    pairs = zip(rubric.cells, vector, strict=True)
    return "、".join(f"{cell.zh} {'缺' if level is None else level}" for cell, level in pairs)
