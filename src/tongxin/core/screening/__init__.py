"""Screening of many: what to expect, whom to see first, how far judgements agree, what is told without names."""

from tongxin.core.screening.agreement import Agreement, agreement
from tongxin.core.screening.cells import Line, hide_small
from tongxin.core.screening.expecting import Expected, expect, sample_size
from tongxin.core.screening.rule import (
    ABOVE,
    ALARM,
    BELOW,
    GROUPS,
    INCOMPLETE,
    INVALID,
    NEAR,
    Cut,
    Rule,
    Share,
    group_of,
    read_rule,
)
from tongxin.core.screening.sampling import draw

__all__ = [
    "ABOVE", "ALARM", "BELOW", "GROUPS", "INCOMPLETE", "INVALID", "NEAR", "Agreement", "Cut", "Expected", "Line",
    "Rule", "Share", "agreement", "draw", "expect", "group_of", "hide_small", "read_rule", "sample_size",
]
