"""What the definition of exports must hold: purposes with their parts, fields, who approves, k."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means", "recipients", "recalls", "helpers", "books")
REST = ("purposes", "lasts", "copies", "at_once", "approval", "deidentified", "fields")
SOURCES = frozenset({
    "file_no", "name", "id_no", "birth", "phone", "address", "village", "sex", "birth_month", "place", "categories",
    "stage", "identified", "level", "in_crisis", "text",
    "guardian_name", "guardian_id_no", "guardian_relation", "guardian_phone", "helper_name", "helper_phone",
})
FLAGS = ("direct", "quasi", "sensitive", "text")
# What a family was told stays here: a purpose that leaves with names carries none of these.
NEVER_NAMED = frozenset({"psychological", "protection", "notes", "crisis", "log"})
# Nor does a book: who looked stays in the system.
NEVER_BOUND = frozenset({"log", "figures"})
LEAST_K = 3


def check_exports(content: Content) -> None:
    """Nothing, when exports can be decided by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *REST), optional=DATED)
    _purposes(content["purposes"])
    _recipients(content.get("recipients"))
    _recalls(content.get("recalls"))
    if "helpers" in content:
        take.sequence(take.mapping(content["helpers"], "helpers", required=("by", "source"))["by"], "helpers.by")
    if "books" in content:
        _floored(content["books"], "books", "children", "max", low=1)
    for key, unit in (("lasts", "days"), ("copies", "copies")):
        _floored(content[key], key, unit, "max", low=1)
    take.number(content, "at_once", "", 0, low=1)
    approval = take.mapping(content["approval"], "approval", required=("by", "no_approval_up_to"))
    take.sequence(approval["by"], "approval.by")
    path = "approval.no_approval_up_to"
    for key, each in take.mapping(approval["no_approval_up_to"], path, required=("identified", "deidentified")).items():
        _floored(each, f"{path}.{key}", "children", "max", low=0)
    _apart(content["deidentified"])
    _fields(content["fields"])


def _purposes(raw: object) -> None:
    found = []
    for at, each in enumerate(take.sequence(raw, "purposes")):
        path = f"purposes[{at}]"
        required, optional = ("id", "zh", "parts", "leaves", "identified"), ("consent", "agreement", "books")
        take.mapping(each, path, required=required, optional=optional)
        found.append(take.identifier(each, path))
        take.flag(each, "leaves", path)
        take.flag(each, "identified", path)
        take.flag(each, "agreement", path)
        is_books = take.flag(each, "books", path)
        if is_books and (each["leaves"] or not each["identified"]):
            cure = "写 leaves: false、identified: true"
            raise DefinitionError(f"{path}.books", "整份档案成册只能具名、只在本单位用", cure)
        never = (NEVER_BOUND if is_books else NEVER_NAMED) & set(take.sequence(each["parts"], f"{path}.parts"))
        if each["identified"] and never:
            cure = "从 parts 里去掉，或写 identified: false"
            raise DefinitionError(f"{path}.parts", f"具名导出不能带 {'、'.join(sorted(never))}", cure)
        if each["identified"] and each["leaves"] and not each.get("consent"):
            raise DefinitionError(f"{path}.consent", "具名交给外单位，没有写要哪一项同意", "写 consent: share")
    take.unrepeated(found, "purposes", "用途")


def _recipients(raw: object) -> None:
    if raw is None:
        return
    to = take.mapping(raw, "recipients", required=("inside", "bases"))
    take.sequence(to["inside"], "recipients.inside")
    found = []
    for at, each in enumerate(take.sequence(to["bases"], "recipients.bases")):
        path = f"recipients.bases[{at}]"
        take.mapping(each, path, required=("id", "zh", "source"))
        found.append(take.identifier(each, path))
    take.unrepeated(found, "recipients.bases", "依据")


def _recalls(raw: object) -> None:
    if raw is None:
        return
    recalls = take.mapping(raw, "recalls", required=("days", "outcomes"), optional=("climb",))
    for key in ("days", "climb"):
        if key in recalls:
            _floored(recalls[key], f"recalls.{key}", "days", "max", low=1)
    found = []
    for at, each in enumerate(take.sequence(recalls["outcomes"], "recalls.outcomes")):
        path = f"recalls.outcomes[{at}]"
        take.mapping(each, path, required=("id", "zh"), optional=("open",))
        found.append(take.identifier(each, path))
        take.flag(each, "open", path)
    take.unrepeated(found, "recalls.outcomes", "结果")


def _apart(raw: object) -> None:
    path = "deidentified"
    apart = take.mapping(raw, path, required=("k", "most_suppressed", "texts_a_child", "age_bands"), optional=("l",))
    if "l" in apart:
        _floored(apart["l"], f"{path}.l", "values", "min", low=1)
    _floored(apart["k"], f"{path}.k", "children", "min", low=LEAST_K)
    _floored(apart["most_suppressed"], f"{path}.most_suppressed", "rows", "max", low=0)
    take.number(apart, "texts_a_child", path, 0, low=1)
    for at, ages in enumerate(take.sequence(apart["age_bands"], f"{path}.age_bands")):
        if list(take.sequence(ages, f"{path}.age_bands[{at}]")) != sorted(set(ages)):
            raise DefinitionError(f"{path}.age_bands[{at}]", "年龄没有从小到大", "写成 [0, 6, 12, 18] 的样子")


def _fields(raw: object) -> None:
    found = []
    for at, each in enumerate(take.sequence(raw, "fields")):
        path = f"fields[{at}]"
        optional = (*FLAGS, "coarse_zh", "form", "field")
        take.mapping(each, path, required=("id", "zh", "part", "source"), optional=optional)
        found.append(take.identifier(each, path))
        if each["source"] not in SOURCES:
            cure = f"可写：{'、'.join(sorted(SOURCES))}"
            raise DefinitionError(f"{path}.source", f"系统取不到“{each['source']}”", cure)
        if sum(take.flag(each, key, path) for key in FLAGS) != 1:
            raise DefinitionError(path, "没有说明这一项能不能认出人", f"在 {'、'.join(FLAGS)} 里写一个 true")
        if each.get("text") and not (each.get("form") and each.get("field")):
            raise DefinitionError(path, "文字没有写取自哪张表的哪一栏", "写 form 和 field")
    take.unrepeated(found, "fields", "内容")


def _floored(raw: object, path: str, unit: str, floor: str, *, low: int) -> None:
    each = take.mapping({"value": -1, **raw} if isinstance(raw, Mapping) else raw, path,
                        required=("unit", "floor"), optional=("value",))
    take.number(each, "value", path, 0, low=low)
    if each["unit"] != unit or each["floor"] != floor:
        raise DefinitionError(path, "底线没有写全", f"写 unit: {unit}、floor: {floor}")
