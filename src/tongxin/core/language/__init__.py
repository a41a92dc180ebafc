"""The one small rule language: read once, answered alike in memory, on the phone and in SQL."""

from tongxin.core.language.branches import branches
from tongxin.core.language.errors import RuleError
from tongxin.core.language.explain import Explanation, Part, explain
from tongxin.core.language.export import to_json
from tongxin.core.language.facts import FactError, read_facts, read_value
from tongxin.core.language.rule import Rule, bind, compile_rule, evaluate, names, parse, value_names
from tongxin.core.language.sql import to_sql
from tongxin.core.language.types import (
    BOOL,
    CODE,
    DATE,
    INT,
    SET,
    Fact,
    Kind,
    Type,
    Vocabulary,
    decimal,
    read_type,
    records,
)

__all__ = [
    "BOOL",
    "CODE",
    "DATE",
    "INT",
    "SET",
    "Explanation",
    "Fact",
    "FactError",
    "Kind",
    "Part",
    "Rule",
    "RuleError",
    "Type",
    "Vocabulary",
    "bind",
    "branches",
    "compile_rule",
    "decimal",
    "evaluate",
    "explain",
    "names",
    "parse",
    "read_facts",
    "read_type",
    "read_value",
    "records",
    "to_json",
    "to_sql",
    "value_names",
]
