"""What the definition of sharing must hold: no purpose carries what a family was told stays here."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.directory_checks import check_span
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from", "gives", "incoming")
REST = ("fields", "purposes", "approves", "takes", "spans", "asking", "refused", "ends", "outcomes")
# What a family is told may go to other departments: the basics, never what was assessed, noted or reported.
PARTS = frozenset({"roster", "identity", "benefits"})
SOURCES = frozenset({
    "name", "id_no", "birth", "birth_month", "sex", "phone", "place", "village", "address", "categories",
})
SCOPES, FLOWS = frozenset({"categories", "ages", "towns"}), frozenset({"standing", "asked"})
REACHES = ("county", "city", "province")
SIDES = ("giver", "receiver")
SPANS = ("approve", "answer", "receipt", "dispose", "climb")
PURPOSE = ("id", "zh", "basis", "receivers", "consent", "fields", "scopes", "ages", "flows", "longest")


def check_sharing(content: Content) -> None:
    """Nothing, when something can be shared by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *REST), optional=DATED)
    fields = _fields(content["fields"])
    _purposes(content["purposes"], fields)
    if "incoming" in content:
        _incoming(content["incoming"], fields, {str(each["id"]) for each in content["purposes"]})
    approves = take.mapping(content["approves"], "approves", required=SIDES)
    for side in SIDES:
        take.sequence(approves[side], f"approves.{side}")
    take.sequence(content["takes"], "takes")
    take.sequence(content.get("gives", []), "gives")
    spans = take.mapping(content["spans"], "spans", required=SPANS)
    for name in SPANS:
        check_span(spans[name], f"spans.{name}")
    check_fields(content["asking"], "asking", {})
    for key in ("refused", "ends", "outcomes"):
        found = []
        for at, each in enumerate(take.sequence(content[key], key)):
            row = take.mapping(each, f"{key}[{at}]", required=("id", "zh"), optional=("open", "again"))
            found.append(take.identifier(row, f"{key}[{at}]"))
        take.unrepeated(found, key, "编号")


def _fields(raw: object) -> set[str]:
    found = []
    for at, each in enumerate(take.sequence(raw, "fields")):
        path = f"fields[{at}]"
        row = take.mapping(each, path, required=("id", "zh", "part", "source"))
        found.append(take.identifier(row, path))
        if row["part"] not in PARTS:
            raise DefinitionError(f"{path}.part", f"“{row['part']}”这一部分不共享", f"可写：{'、'.join(sorted(PARTS))}")
        if row["source"] not in SOURCES:
            raise DefinitionError(f"{path}.source", "没有这个来源", f"可写：{'、'.join(sorted(SOURCES))}")
    take.unrepeated(found, "fields", "内容")
    return set(found)


def _purposes(raw: object, fields: set[str]) -> None:
    found = []
    for at, each in enumerate(take.sequence(raw, "purposes")):
        path = f"purposes[{at}]"
        row = take.mapping(each, path, required=PURPOSE, optional=("categories", "reach"))
        found.append(take.identifier(row, path))
        if not row["consent"]:
            raise DefinitionError(f"{path}.consent", "没有写每个孩子要有哪一项同意", "写 consent: share")
        for key, known in (("fields", fields), ("scopes", SCOPES), ("flows", FLOWS)):
            if not (chosen := set(take.sequence(row[key], f"{path}.{key}"))):
                raise DefinitionError(f"{path}.{key}", "一项也没有写", f"可写：{'、'.join(sorted(known))}")
            if strange := chosen - known:
                cure = f"可写：{'、'.join(sorted(known))}"
                raise DefinitionError(f"{path}.{key}", f"没有：{'、'.join(sorted(map(str, strange)))}", cure)
        if ("categories" in row["scopes"]) != bool(row.get("categories")):
            raise DefinitionError(f"{path}.categories", "按困境类别选孩子的，要写可以用哪些类别", "写 categories")
        if row.get("reach", REACHES[0]) not in REACHES:
            raise DefinitionError(f"{path}.reach", "没有这样的范围", f"可写：{'、'.join(REACHES)}")
        take.sequence(row["receivers"], f"{path}.receivers")
        _ages(row["ages"], f"{path}.ages")
        _longest(row["longest"], f"{path}.longest")
    take.unrepeated(found, "purposes", "用途")


def _longest(raw: object, path: str) -> None:
    longest = take.mapping(raw, path, required=("value", "unit", "floor"))
    take.number(longest, "value", path, 0, low=1)
    if longest["unit"] != "days" or longest["floor"] != "max":
        raise DefinitionError(path, "最长多久只能缩短", "写 unit: days, floor: max")


def _incoming(raw: object, fields: set[str], purposes: set[str]) -> None:
    """What other bodies give: purposes of their own, each with a kind of list."""
    incoming = take.mapping(raw, "incoming", required=("fields", "purposes"))
    known = set(fields)
    for at, each in enumerate(take.sequence(incoming["fields"], "incoming.fields")):
        row = take.mapping(each, f"incoming.fields[{at}]", required=("id", "zh"))
        known.add(take.identifier(row, f"incoming.fields[{at}]"))
    found = sorted(purposes)
    for at, each in enumerate(take.sequence(incoming["purposes"], "incoming.purposes")):
        path = f"incoming.purposes[{at}]"
        row = take.mapping(each, path, required=("id", "zh", "basis", "receivers", "brings", "fields", "longest"))
        found.append(take.identifier(row, path))
        take.text(row, "brings", path)
        take.sequence(row["receivers"], f"{path}.receivers")
        if strange := set(take.sequence(row["fields"], f"{path}.fields")) - known:
            cure = f"可写：{'、'.join(sorted(known))}"
            raise DefinitionError(f"{path}.fields", f"没有：{'、'.join(sorted(map(str, strange)))}", cure)
        _longest(row["longest"], f"{path}.longest")
    take.unrepeated(found, "incoming.purposes", "用途")


def _ages(raw: object, path: str) -> None:
    ages = take.sequence(raw, path)
    if len(ages) != 2 or not all(isinstance(each, int) for each in ages) or not 0 <= ages[0] <= ages[1] <= 18:
        raise DefinitionError(path, "写两个 0 到 18 的整数，从小到大", "写成 [6, 18] 的样子")
