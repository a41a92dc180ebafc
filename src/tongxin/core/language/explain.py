"""Says why a rule answered as it did, and what would change the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tongxin.core.language import nodes
from tongxin.core.language.evaluate import Facts, compiled
from tongxin.core.language.nodes import Node
from tongxin.core.language.rule import Rule
from tongxin.core.language.words import value_zh, zh

_VERDICTS = {True: "成立", False: "不成立", None: "资料不足，不能判断"}


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of a rule: its wording, its answer and what was known.

    `zh` never quotes an answer; the answers stand in `known` alone, for those who may read them.
    """

    zh: str
    verdict: bool | None
    names: tuple[str, ...]
    known: tuple[str, ...]
    missing: tuple[str, ...]
    parts: tuple[Part, ...]
    at: int

    @property
    def sentence(self) -> str:
        """The condition with its answer, without anybody's own words."""
        return f"{self.zh}：{_VERDICTS[self.verdict]}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a rule is true, false or open.

    As long as the `deciding` parts answer as they do, nothing else can change the verdict.
    """

    verdict: bool | None
    whole: Part
    deciding: tuple[Part, ...]
    missing: tuple[str, ...]
    would_change: tuple[str, ...]

    @property
    def zh(self) -> str:
        """The reasons in one sentence."""
        reasons = "；".join(part.sentence for part in self.deciding)
        return f"{_VERDICTS[self.verdict]}（{reasons}）"


def explain(rule: Rule, facts: Facts) -> Explanation:
    """Which parts of a condition hold, fail or can't be told for these facts, in words."""
    if not nodes.is_condition(rule.tree):
        raise ValueError("只有条件才能说明成立与否")
    whole = _part(rule.tree, facts)
    deciding = tuple(_deciding(rule.tree, whole))
    missing = tuple(dict.fromkeys(name for part in deciding for name in part.missing))
    changes = tuple(dict.fromkeys(_change(part) for part in deciding if _is_open_or_settled(part, whole)))
    return Explanation(whole.verdict, whole, deciding, missing, changes)


def _part(node: Node, facts: Facts) -> Part:
    inner = node.parts if isinstance(node, nodes.And | nodes.Or) else ()
    if isinstance(node, nodes.Not) and not _is_leaf(node):
        inner = (node.part,)
    asked = {
        each.name: each.fact for each in nodes.walk(node) if isinstance(each, nodes.Name) and not each.in_row
    }
    return Part(
        zh=zh(node),
        verdict=compiled(node)(facts),
        names=tuple(asked),
        known=tuple(f"{fact.zh}：{value_zh(facts.get(name), fact)}" for name, fact in asked.items()),
        missing=tuple(name for name in asked if facts.get(name) is None),
        parts=tuple(_part(each, facts) for each in inner),
        at=node.at,
    )


def _is_leaf(node: Node) -> bool:
    if isinstance(node, nodes.Not):
        return not isinstance(node.part, nodes.And | nodes.Or | nodes.Not)
    return not isinstance(node, nodes.And | nodes.Or)


def _deciding(node: Node, part: Part) -> Iterator[Part]:
    if not part.parts:
        yield part
        return
    inner = (node.part,) if isinstance(node, nodes.Not) else getattr(node, "parts", ())
    settled = isinstance(node, nodes.Or)
    alone = isinstance(node, nodes.And | nodes.Or) and part.verdict is settled
    for child, of in zip(inner, part.parts, strict=True):
        if not alone or of.verdict is settled:
            yield from _deciding(child, of)


def _is_open_or_settled(part: Part, whole: Part) -> bool:
    return part.verdict is None or whole.verdict is not None


def _change(part: Part) -> str:
    if part.verdict is None:
        return f"补全后再看：{part.zh}"
    return f"若不再成立：{part.zh}" if part.verdict else f"若成立：{part.zh}"
