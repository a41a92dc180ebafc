"""Our rules as a model of Splink's: the same levels and weights, for any engine Splink knows."""

from __future__ import annotations

from functools import partial
from typing import Any

from splink import SettingsCreator
from splink.comparison_library import CustomComparison

from tongxin.linkage.rules import BLANK, Comparison, Level, Pattern, Rules

ROW = "row"
WEIGHT = "mw_"


def settings_of(rules: Rules, prior: float) -> SettingsCreator:
    """The model; both lists stand in one table whose rows are numbered, and pairs are brought along."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=ROW,
        comparisons=[CustomComparison(_levels(each), output_column_name=each.id) for each in rules.comparisons],
        blocking_rules_to_generate_predictions=[],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def _levels(comparison: Comparison) -> list[Any]:
    return [_level(each) for each in comparison.levels]


def _level(level: Level) -> dict[str, Any]:
    condition = " AND ".join(atom.sql() for atom in level.when) or "ELSE"
    found: dict[str, Any] = {"sql_condition": condition, "label_for_charts": level.id}
    if level.id == BLANK:
        return {**found, "is_null_level": True}
    return {**found, "m_probability": level.m, "u_probability": level.u}


def pattern_of(rules: Rules, weights: tuple[float, ...]) -> Pattern:
    """The places of the levels that have these weights: Splink keeps weights, and no two levels weigh the same."""
    return tuple(
        min(range(len(comparison.levels)), key=partial(_apart, comparison, weight))
        for comparison, weight in zip(rules.comparisons, weights, strict=True)
    )


def weight_columns(rules: Rules) -> str:
    """The columns of a prediction that hold the weight of each comparison."""
    return ", ".join(f"{WEIGHT}{name}" for name in rules.names)


def _apart(comparison: Comparison, weight: float, at: int) -> float:
    return abs(comparison.levels[at].weight - weight)
