"""Time limits laid over one another by region: each may only become shorter (spine A9)."""

from collections.abc import Iterator
from typing import Any

from tongxin.core.language.errors import DefinitionError

UNITS = {"minutes": "分钟", "hours": "小时", "days": "天", "working_days": "个工作日", "months": "个月"}
# What would put a step off or narrow it where the level above is silent.
NEVER_ADDED = ("climb", "each", "only_if", "unless")
TIMED = {"due", "by_level", "by_urgency", "clock"}

Steps = tuple[str, ...]


def refuse_longer(steps: Steps, limit: dict[str, int], there: Any) -> None:
    """Nothing, when the limit that stands in its place is as short or shorter."""
    ((unit, amount),) = limit.items()
    path = ".".join(steps)
    if not isinstance(there, dict):
        raise DefinitionError(path, "时限被删去。", "恢复上一级的写法。")
    if set(there) != {unit}:
        cure = f"只写一个单位，仍写成 {{{unit}: {amount}}} 或更短。"
        raise DefinitionError(path, "时限换了单位，无法比较宽严。", cure)
    value, zh = there[unit], UNITS[unit]
    if not _is_amount(value) or not 0 <= value <= amount:
        cure = f"写 {amount} {zh}或更短。"
        raise DefinitionError(path, f"时限被放宽：上一级是 {amount} {zh}，这里是 {value} {zh}。", cure)


def refuse_addition(steps: Steps, node: dict[str, Any], there: Any) -> None:
    """Nothing, when a timed step gained no word that puts it off or narrows it."""
    for word in NEVER_ADDED:
        if isinstance(there, dict) and word in there and word not in node:
            cure = "删去；要更严，请另加一条。"
            raise DefinitionError(".".join((*steps, word)), f"上一级没有写“{word}”，地区不能加。", cure)


def is_limit(node: Any) -> bool:
    """Whether a mapping is a time limit: one unit and one whole number."""
    return isinstance(node, dict) and len(node) == 1 and all(
        unit in UNITS and _is_amount(amount) for unit, amount in node.items()
    )


def is_timed(node: Any) -> bool:
    """Whether a mapping is something that has to be done by a moment."""
    return isinstance(node, dict) and bool(TIMED & node.keys())


def _is_amount(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def walk(node: Any, name_of: Any, steps: Steps = ()) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Every mapping below a content with its steps; `name_of(list)` tells by which name its things are known."""
    if isinstance(node, dict):
        yield steps, node
        for key, value in node.items():
            yield from walk(value, name_of, (*steps, str(key)))
    elif isinstance(node, list):
        key = name_of(node)
        for at, item in enumerate(node):
            yield from walk(item, name_of, (*steps, f"[{item[key]}]" if key else f"#{at}"))
