"""Figures as data: what is counted over which facts, tried on rows of its own, and which cells are not shown. Pure."""

from tongxin.core.indicators.definition import KIND, Group, Indicator, Part, read
from tongxin.core.indicators.hiding import hide
from tongxin.core.indicators.sets import SETS, FactSet

__all__ = ["KIND", "SETS", "FactSet", "Group", "Indicator", "Part", "hide", "read"]
