"""Screening of many: what to expect, whom to see first, how far judgements agree, what is told without names."""

from tongxin.core.screening.rule import Cut, Rule, group_of, read_rule

__all__ = ["Cut", "Rule", "group_of", "read_rule"]
