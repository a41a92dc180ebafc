"""What the definition of a group of indicators must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.indicators import read
from tongxin.core.indicators.tally import try_cases
from tongxin.core.language.errors import DefinitionError


def check_indicators(content: Mapping[str, Any]) -> None:
    """Nothing, when every figure can be counted and its cases come out; else where it fails and how to mend it."""
    group = read(content)
    for at, each in enumerate(group.indicators):
        if each.per is None and not each.cases:
            raise DefinitionError(f"indicators[{at}].cases", "每个数至少要有一个案例", "写几行数据和应得的数")
    try_cases(group)
