"""The one small rule language: read once, answered alike in memory, on the phone and in SQL."""

from tongxin.core.language.errors import RuleError
from tongxin.core.language.facts import FactError, read_facts, read_value
from tongxin.core.language.rule import Rule, bind, compile_rule, evaluate, names, parse, value_names
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
    "Fact",
    "FactError",
    "Kind",
    "Rule",
    "RuleError",
    "Type",
    "Vocabulary",
    "bind",
    "compile_rule",
    "decimal",
    "evaluate",
    "names",
    "parse",
    "read_facts",
    "read_type",
    "read_value",
    "records",
    "value_names",
]
