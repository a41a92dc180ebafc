"""The names that gates, identification and grading may use: the fields that forms bind to, and scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongxin.core.forms import Option
from tongxin.core.forms import content as take
from tongxin.core.forms.options import named_options, read_options
from tongxin.core.instruments import Instrument
from tongxin.core.language import BOOL, CODE, DATE, INT, SET, Fact, Type, Vocabulary, decimal, records
from tongxin.core.language.errors import DefinitionError

YES_NO = {"yes": "是", "no": "否"}
STATUS = {"ok": "完整", "incomplete": "未答完", "invalid": "无效"}
ALARM_KINDS = {"crisis": "危机", "safety_check": "安全核查"}
GIVEN = {
    "on": Fact(type=DATE, zh="记录日期", sealed=False),
    "child_age": Fact(type=INT, zh="儿童周岁", sealed=False),
    "cell_gaps": Fact(type=INT, zh="缺少或过期的维度数", sealed=False),
    "gates_open": Fact(type=INT, zh="成立的否决项数", sealed=False),
}
_SIMPLE = {"code": CODE, "yes_no": CODE, "codes": SET, "int": INT, "date": DATE}
_FIELD_KEYS = ("options", "instrument", "sealed", "asked_each_time", "list", "block")


@dataclass(frozen=True, slots=True)
class Bound:
    """One entry of the field list: what is known under this name, whatever form asked for it."""

    id: str
    zh: str
    type: str
    sealed: bool
    asked_each_time: bool
    options: tuple[Option, ...]
    list: str
    block: str

    @property
    def is_scored(self) -> bool:
        """Whether its answer stands for a number (an action level)."""
        return self.type == "code" and bool(self.options) and all(o.score is not None for o in self.options)

    def fact(self) -> Fact | None:
        """What rules may know of it; free text tells them nothing."""
        if self.type not in _SIMPLE:
            return None
        kind = INT if self.is_scored and self.list == "cells" else _SIMPLE[self.type]
        options = {option.code: option.zh for option in self.options} if kind in (CODE, SET) else {}
        if self.type == "yes_no":
            options = {**YES_NO, "unknown": "不清楚"}
        return Fact(type=kind, zh=self.zh, sealed=self.sealed, options=options)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A list that gathers all fields with one prefix, so that rules can count them."""

    id: str
    zh: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Names:
    """All bound fields and gathered lists."""

    fields: Mapping[str, Bound]
    lists: tuple[Gathered, ...]


def read_names(content: Mapping[str, Any], *, option_sets: Mapping[str, Any]) -> Names:
    """The field list as written in `definitions/fields`."""
    take.mapping(content, "", required=("id", "zh", "version", "source", "lists", "fields"))
    shared = {name: read_options(raw, name) for name, raw in option_sets.items()}
    lists = tuple(_gathered(raw, f"lists[{at}]") for at, raw in enumerate(content["lists"]))
    known = {each.id for each in lists}
    fields: dict[str, Bound] = {}
    for at, raw in enumerate(take.sequence(content["fields"], "fields")):
        bound = _bound(raw, f"fields[{at}]", shared, known)
        if bound.id in fields:
            raise DefinitionError(f"fields[{at}].id", f"字段 {bound.id} 写了两次", "只留一个")
        fields[bound.id] = bound
    return Names(fields=fields, lists=lists)


def _gathered(raw: object, path: str) -> Gathered:
    content = take.mapping(raw, path, required=("id", "zh", "prefix", "record"))
    return Gathered(id=content["id"], zh=content["zh"], prefix=content["prefix"])


def _bound(raw: object, path: str, shared: Mapping[str, tuple[Option, ...]], lists: set[str]) -> Bound:
    content = take.mapping(raw, path, required=("id", "zh", "type"), optional=_FIELD_KEYS)
    options = content.get("options")
    group = take.text(content, "list", path)
    if group and group not in lists:
        raise DefinitionError(f"{path}.list", f"没有名为 {group} 的列表", "先在 lists 里写明")
    return Bound(
        id=take.text(content, "id", path),
        zh=take.text(content, "zh", path),
        type=take.text(content, "type", path),
        sealed=take.flag(content, "sealed", path, default=True),
        asked_each_time=take.flag(content, "asked_each_time", path),
        options=named_options(options, f"{path}.options", shared) if options is not None else (),
        list=group,
        block=take.text(content, "block", path),
    )


def vocabulary_of(names: Names, *, instruments: Mapping[str, Instrument]) -> Vocabulary:
    """Every name that a rule about a child's record may use."""
    facts: dict[str, Fact] = dict(GIVEN)
    for bound in names.fields.values():
        fact = bound.fact()
        if fact is not None:
            facts[bound.id] = fact
        elif bound.type == "list":
            facts[bound.id] = Fact(type=_rows_of(bound.id, names), zh=bound.zh)
    for gathered in names.lists:
        facts[gathered.id] = Fact(type=_record_of(gathered, names), zh=gathered.zh)
    for instrument in instruments.values():
        facts |= _scores_of(instrument)
    facts["alerts"] = Fact(type=_alert_record(instruments), zh="量表警报")
    return Vocabulary(facts=facts)


def _rows_of(id: str, names: Names) -> Type:
    inner = [each for each in names.fields.values() if each.id.rpartition(".")[0] == id]
    found = {each.id.rpartition(".")[2]: each.fact() for each in inner}
    return records({name: fact for name, fact in found.items() if fact is not None and fact.type != SET})


def _record_of(gathered: Gathered, names: Names) -> Type:
    members = [each for each in names.fields.values() if each.list == gathered.id]
    if gathered.id == "cells":
        cells = {each.id.split(".")[1]: each.zh.partition("：")[0] for each in members}
        return records(
            {
                "cell": Fact(type=CODE, zh="维度", options=cells),
                "level": Fact(type=INT, zh="行动等级"),
                "on": Fact(type=DATE, zh="信息日期"),
                "is_current": Fact(type=BOOL, zh="在有效期内"),
            }
        )
    answers = {option.code: option.zh for each in members for option in each.options}
    return records(
        {
            "item": Fact(type=CODE, zh="条目", options={_last(each.id): each.zh for each in members}),
            "block": Fact(type=CODE, zh="类别", options={each.block: each.block for each in members}),
            "answer": Fact(type=CODE, zh="回答", options=answers),
        }
    )


def _scores_of(instrument: Instrument) -> dict[str, Fact]:
    found = {
        f"{instrument.id}.{scale.id}": Fact(
            type=decimal(scale.decimals) if scale.decimals else INT, zh=f"{instrument.zh} {scale.zh}"
        )
        for scale in instrument.scales
    }
    found[f"{instrument.id}.status"] = Fact(type=CODE, zh=f"{instrument.zh} 完整程度", options=STATUS)
    for item in instrument.items:
        found[f"{instrument.id}.{item.id}"] = Fact(type=INT, zh=f"{instrument.zh} 第 {item.number} 题")
    return found


def _alert_record(instruments: Mapping[str, Instrument]) -> Type:
    codes = {
        critical.alert: critical.zh
        for instrument in instruments.values()
        for item in instrument.items
        for critical in item.critical
    }
    return records(
        {
            "code": Fact(type=CODE, zh="警报", options=codes),
            "kind": Fact(type=CODE, zh="种类", options=ALARM_KINDS),
            "instrument": Fact(type=CODE, zh="量表", options={each.id: each.zh for each in instruments.values()}),
        }
    )


def _last(name: str) -> str:
    return name.rpartition(".")[2]
