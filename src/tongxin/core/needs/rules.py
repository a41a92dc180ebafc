"""The list of needs as a definition writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language import Kind, Rule, RuleError, Vocabulary, parse
from tongxin.core.language.errors import DefinitionError

HEAD = ("id", "zh", "version", "source", "means", "forms", "needs")
KINDS = ("benefit", "service")


@dataclass(frozen=True, slots=True)
class Need:
    """One benefit or service: when somebody is entitled, under what it stands in the file, who sees to it."""

    id: str
    zh: str
    kind: str
    when: Rule | None
    ends: Rule | None
    aid: frozenset[str]
    role: str


@dataclass(frozen=True, slots=True)
class Needs:
    """All needs of a region, in the order in which they are told, and the forms that may show one."""

    forms: frozenset[str]
    needs: tuple[Need, ...]


def read(content: Mapping[str, Any], *, vocabulary: Vocabulary) -> Needs:
    """The definition as an object; a need that nothing could ever show is refused."""
    take.mapping(content, "", required=HEAD, optional=("valid_from",))
    found = tuple(
        _need(raw, f"needs[{at}]", vocabulary) for at, raw in enumerate(take.sequence(content["needs"], "needs"))
    )
    take.unrepeated([each.id for each in found], "needs", "需要")
    return Needs(forms=frozenset(take.sequence(content["forms"], "forms")), needs=found)


def _need(raw: object, path: str, vocabulary: Vocabulary) -> Need:
    row = take.mapping(raw, path, required=("id", "zh", "kind", "role", "source"), optional=("when", "ends", "aid"))
    if row["kind"] not in KINDS:
        raise DefinitionError(f"{path}.kind", f"没有“{row['kind']}”", f"可写：{'、'.join(KINDS)}")
    aid = frozenset(take.sequence(row.get("aid", []), f"{path}.aid"))
    if "when" not in row and not aid:
        raise DefinitionError(path, "没有写什么情况下应享", "写 when 或 aid")
    return Need(
        id=take.identifier(row, path), zh=take.text(row, "zh", path), kind=row["kind"], role=str(row["role"]), aid=aid,
        when=_rule(row, "when", path, vocabulary), ends=_rule(row, "ends", path, vocabulary),
    )


def _rule(row: Mapping[str, Any], key: str, path: str, vocabulary: Vocabulary) -> Rule | None:
    if key not in row:
        return None
    try:
        return parse(str(row[key]), vocabulary=vocabulary, gives=Kind.BOOL)
    except RuleError as error:
        zh = f"规则第 {error.position + 1} 个字符处：{error.zh}"
        raise DefinitionError(f"{path}.{key}", zh, error.cure) from None
