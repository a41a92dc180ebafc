"""What every rule of a definition has: a condition, a reason in words, a place to point at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language import INT, Explanation, Fact, Kind, Rule, RuleError, Vocabulary, explain, parse
from tongxin.core.language.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that held: its id, what it says to people, and the conditions that decided.

    `evidence` names the conditions without quoting an answer; `known` quotes, for those who may read it.
    """

    rule: str
    zh: str
    evidence: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()


def condition(content: Mapping[str, Any], path: str, vocabulary: Vocabulary, values: Mapping[str, int]) -> Rule:
    """The rule under `when`, with this definition's own values put in."""
    text = take.text(content, "when", path)
    try:
        return parse(text, vocabulary=vocabulary, values=values, gives=Kind.BOOL)
    except RuleError as error:
        zh = f"规则第 {error.position + 1} 个字符处：{error.zh}"
        raise DefinitionError(take.join(path, "when"), zh, error.cure) from None


def read_values(content: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, Fact]]:
    """The thresholds that a definition names once, and the facts that stand for them in rules."""
    numbers: dict[str, int] = {}
    facts: dict[str, Fact] = {}
    for at, raw in enumerate(take.sequence(content.get("values", []), "values")):
        path = f"values[{at}]"
        entry = take.mapping(raw, path, required=("id", "zh", "source"), optional=("value", "floor", "unit"))
        name = take.identifier(entry, path)
        if name in numbers:
            raise DefinitionError(f"{path}.id", f"数值 {name} 写了两次", "只留一个")
        if "value" not in entry:
            raise DefinitionError(f"{path}.value", "缺少 value", "写一个整数")
        numbers[name] = take.number(entry, "value", path, 0)
        facts[name] = Fact(type=INT, zh=take.text(entry, "zh", path), sealed=False)
    return numbers, facts


def with_values(vocabulary: Vocabulary, values: Mapping[str, Fact], more: Mapping[str, Fact]) -> Vocabulary:
    """The vocabulary with a definition's own values and derived names."""
    return Vocabulary(facts={**vocabulary.facts, **more}, values=values)


def unrepeated_ids(rows: Sequence[Any], path: str) -> None:
    """Refuse the second of two rules with one id."""
    take.unrepeated([str(row.get("id")) for row in rows if isinstance(row, Mapping)], path, "编号")


def reason(rule_id: str, because: str, rule: Rule, facts: Mapping[str, Any]) -> Reason:
    """Why a rule held, in words."""
    told: Explanation = explain(rule, facts)
    known = dict.fromkeys(line for part in told.deciding for line in part.known)
    return Reason(
        rule=rule_id,
        zh=because,
        evidence=tuple(part.zh for part in told.deciding),
        known=tuple(known),
        would_change=told.would_change,
    )
