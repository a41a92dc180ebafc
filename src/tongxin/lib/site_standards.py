"""Standards of sites in the rule language, and what a site still lacks of them, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tongxin.core.language import BOOL, INT, SET, Fact, Rule, Vocabulary, decimal, evaluate, names, parse
from tongxin.core.language.types import Kind

Facts = Mapping[str, Any]
# What a standard may ask of a site; nothing of it is about a person.
FACTS: Mapping[str, Fact] = {
    "area": Fact(type=decimal(1), zh="面积", sealed=False), "staff": Fact(type=INT, zh="人员", sealed=False),
    "qualified": Fact(type=INT, zh="有资格的人员", sealed=False),
    "head": Fact(type=INT, zh="专职负责人", sealed=False),
    "legal_deputy": Fact(type=INT, zh="法治副职", sealed=False),
    "rooms": Fact(type=INT, zh="单独的房间", sealed=False), "weekly": Fact(type=INT, zh="每周开放", sealed=False),
    "equipment": Fact(type=SET, zh="设备", sealed=False), "kinds_of_rooms": Fact(type=SET, zh="房间", sealed=False),
    "has_phone": Fact(type=BOOL, zh="电话", sealed=False),
}
VOCABULARY = Vocabulary(facts=FACTS, values={"least": Fact(type=INT, zh="至少", sealed=False)})


@dataclass(frozen=True, slots=True)
class Standard:
    """One thing that sites of some kinds should have, with where it is said."""

    id: str
    zh: str
    kinds: frozenset[str]
    rule: Rule
    least: int | None
    counted: str
    name: str
    unit: str
    lacking: str
    source: str


@dataclass(frozen=True, slots=True)
class Gap:
    """What is lacking of one standard; `is_unknown` when nobody wrote down what would tell."""

    standard: Standard
    zh: str
    is_unknown: bool


def read_standard(raw: Mapping[str, Any]) -> Standard:
    """A standard of the definition; DefinitionError or RuleError when it can't be read."""
    least = raw.get("least")
    return Standard(
        id=raw["id"], zh=raw["zh"], kinds=frozenset(raw["kinds"]), rule=_rule(raw["rule"], least), least=least,
        counted=raw.get("of", ""), name=raw.get("name", ""), unit=raw.get("unit", ""),
        lacking=raw.get("lacking", ""), source=raw["source"],
    )


@lru_cache(maxsize=256)
def _rule(text: str, least: int | None) -> Rule:
    values = {} if least is None else {"least": least}
    return parse(text, vocabulary=VOCABULARY, values=values, gives=Kind.BOOL)


def gaps_of(standards: Iterable[Standard], *, kind: str, facts: Facts) -> list[Gap]:
    """What a site of this kind lacks, in the order of the definition; empty when it meets every standard."""
    found = []
    for each in standards:
        if kind in each.kinds and (verdict := evaluate(each.rule, facts)) is not True:
            found.append(Gap(each, _words(each, facts, verdict), verdict is None))
    return found


def _words(standard: Standard, facts: Facts, verdict: bool | None) -> str:
    if verdict is None:
        unknown = next((name for name in names(standard.rule) if facts.get(name) is None), standard.counted)
        return f"还没有登记{FACTS[unknown].zh}"
    if standard.least is None:
        return standard.lacking
    return f"{standard.name}还差 {plain(Decimal(standard.least) - Decimal(facts[standard.counted]))} {standard.unit}"


def plain(number: Decimal) -> str:
    """A number without empty places after the point: 6, 0.5."""
    return f"{number.normalize():f}"
