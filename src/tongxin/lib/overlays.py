"""One definition laid over another, and the floors that no overlay may loosen."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tongxin.core.language.errors import DefinitionError
from tongxin.lib import time_limits

KEYS = ("id", "code")
# In a patch: the thing stands behind the one named here; an empty name puts it first.
PLACED = "place_after"
WORDING = {"zh", "because", "means", "help", "source", "intro", "label"}
FLOORS = ("max", "min", "present")
# Words on which safety hangs whole: no region writes them differently from the nation (spine A9).
FIXED = frozenset({
    "when", "unless", "only_if", "who", "kinds", "only", "order", "crisis_climb", "crisis_not_needed",
    "evidence_grace", "hint_raises", "lowering", "professionals", "psychology", "staff_concern_skips",
    "on_duty", "taken_by", "anchor", "by_level", "by_urgency", "closed_stages", "counts_if", "crisis_reopens", "each",
    "may_wait", "moves", "urgent",
})


def hash_of(content: Mapping[str, Any]) -> str:
    """The SHA-256 of `content` written in the one canonical way."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def key_of(items: Any) -> str | None:
    """The name by which the things of a list are told apart (`id`, `code`), if they can be."""
    if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
        return next((key for key in KEYS if all(key in item for item in items)), None)
    return None


def lay_over(base: Any, patch: Any, path: str = "patch") -> Any:
    """`base` with what `patch` says instead: names one by one, things with an id by their id."""
    if isinstance(base, dict) and isinstance(patch, dict):
        below = f"{path}." if path else ""
        return base | {key: lay_over(base.get(key), value, f"{below}{key}") for key, value in patch.items()}
    if isinstance(base, list) and isinstance(patch, list):
        key = key_of(base)
        if key is not None and (not patch or key_of(patch) == key):
            return _lay_over_list(base, patch, key, path)
    return patch


def _lay_over_list(base: list[Any], patch: list[Any], key: str, path: str) -> list[Any]:
    found = {item[key]: item for item in base}
    for at, item in enumerate(patch):
        name = item[key]
        if item.get("removed") is True:
            if name not in found:
                raise DefinitionError(f"{path}[{at}]", f"要删去的“{name}”在上一级里没有。", "核对编号。")
            del found[name]
        else:
            said = {key: value for key, value in item.items() if key != PLACED}
            found[name] = lay_over(found.get(name, {}), said, f"{path}[{at}]")
    return _placed(found, patch, key, path)


def _placed(found: dict[str, Any], patch: list[Any], key: str, path: str) -> list[Any]:
    """The things in their order, those that the patch moves behind the ones it names."""
    order = list(found)
    for at, item in enumerate(patch):
        if PLACED not in item:
            continue
        order.remove(item[key])
        before = item[PLACED]
        if before and before not in order:
            raise DefinitionError(f"{path}[{at}].{PLACED}", f"没有“{before}”，排不到它后面。", "核对编号。")
        order.insert(order.index(before) + 1 if before else 0, item[key])
    return [found[name] for name in order]


def refuse_loosening(base: Any, result: Any) -> None:
    """Nothing, when every floor of `base` still holds in `result`; else what was loosened."""
    refuse_lower_floors(base, result)
    for steps, value in _fixed(base):
        if _reach(result, steps) != value:
            path = ".".join(steps)
            cure = "恢复上一级的写法；要更严，请另加一条。"
            raise DefinitionError(path, f"“{steps[-1]}”关系到儿童安全，地区不能改写。", cure)
    for steps, node in time_limits.walk(base, key_of):
        if time_limits.is_limit(node):
            time_limits.refuse_longer(steps, node, _reach(result, steps))
        elif time_limits.is_timed(node):
            time_limits.refuse_addition(steps, node, _reach(result, steps))


def refuse_lower_floors(base: Any, result: Any) -> None:
    """Nothing, when what `base` marks as a floor is as strict in `result`, whatever else was changed."""
    for steps, node in _floors(base):
        path, zh = ".".join(steps), node.get("zh", steps[-1] if steps else "")
        there = _reach(result, steps)
        if not isinstance(there, dict) or there.get("floor") != node["floor"]:
            cure = "底线不能删去，也不能去掉它的 floor；请恢复上一级的写法。"
            raise DefinitionError(path, f"底线“{zh}”被删去或改成了别的写法。", cure)
        _refuse_looser(path, zh, node, there)


def _fixed(node: Any, steps: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every fixed word below a content, with its value; what a region removes whole is the floors' matter."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in FIXED:
                yield (*steps, key), value
            else:
                yield from _fixed(value, (*steps, key))
    elif isinstance(node, list) and (key_name := key_of(node)):
        for item in node:
            yield from _fixed(item, (*steps, f"[{item[key_name]}]"))


def _refuse_looser(path: str, zh: str, node: dict[str, Any], there: dict[str, Any]) -> None:
    if node["floor"] == "present":
        fixed = [key for key in node.keys() | there.keys() if key not in WORDING]
        changed = sorted(
            key for key in fixed if node.get(key) != there.get(key) and not _has_own_floor(node.get(key))
        )
        if changed:
            cure = "底线条目只能改说明文字；要更严，请另加一条。"
            raise DefinitionError(path, f"底线“{zh}”的 {'、'.join(changed)} 被改动。", cure)
        return
    if node.get("unit") != there.get("unit"):
        cure = f"单位仍写 {node.get('unit')}。"
        raise DefinitionError(path, f"底线“{zh}”换了单位，无法比较宽严。", cure)
    value, limit, most = there.get("value"), node["value"], node["floor"] == "max"
    if not isinstance(value, int) or isinstance(value, bool) or (value > limit if most else value < limit):
        cure = f"写 {limit} 或更{'小' if most else '大'}的整数。"
        raise DefinitionError(path, f"底线“{zh}”被放宽：上一级是 {limit}，这里是 {value}。", cure)


def _has_own_floor(value: Any) -> bool:
    return isinstance(value, dict) and "floor" in value


def _floors(node: Any) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    return ((steps, each) for steps, each in time_limits.walk(node, key_of) if "floor" in each)


def _reach(node: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if step.startswith("[") and isinstance(node, list):
            key = key_of(node)
            node = next((item for item in node if key and item[key] == step[1:-1]), None)
        elif step.startswith("#") and isinstance(node, list):
            node = node[int(step[1:])] if int(step[1:]) < len(node) else None
        elif isinstance(node, dict):
            node = node.get(step)
        else:
            return None
    return node


def check_floors(content: Any) -> None:
    """Nothing, when every `floor` mark in `content` is one that can be kept."""
    for steps, node in _floors(content):
        path = ".".join(steps)
        if node["floor"] not in FLOORS:
            raise DefinitionError(path, f"floor“{node['floor']}”不认识。", "写 max、min 或 present。")
        value = node.get("value")
        if node["floor"] != "present" and (not isinstance(value, int) or isinstance(value, bool)):
            raise DefinitionError(
                path, "有 floor 却没有整数 value，无法比较宽严。", "写 {value: 24, unit: hours, floor: max}。"
            )
