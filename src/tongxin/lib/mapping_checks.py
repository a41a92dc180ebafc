"""What a mapping of our words onto another system's sheet must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means", "agency", "purposes", "needs", "columns")
DATED = ("version", "valid_from")
COLUMN = ("field", "fixed", "codes", "otherwise", "split", "join", "date", "most")
DATES = ("iso", "compact")


def check_mapping(content: Content) -> None:
    """Nothing, when a sheet can be filled and read back by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=HEAD, optional=DATED)
    heads, fields = [], []
    for at, raw in enumerate(take.sequence(content["columns"], "columns")):
        path = f"columns[{at}]"
        each = take.mapping({"certain": "yes", **raw}, path, required=("zh",), optional=("certain", *COLUMN))
        if not isinstance(raw.get("certain"), bool):
            raise DefinitionError(f"{path}.certain", "要写明这一列核对过没有", "写 certain: true 或 certain: false")
        heads.append(str(each["zh"]))
        fields += [str(each["field"])] if "field" in each else []
        if "field" in each and "fixed" in each:
            raise DefinitionError(path, "一列不能又取内容又固定", "只留 field 或 fixed")
        codes = list(raw.get("codes", {}).values())
        take.unrepeated([str(code) for code in codes], f"{path}.codes", "代码")
        if raw.get("date", DATES[0]) not in DATES:
            raise DefinitionError(f"{path}.date", "没有这种日期写法", f"可写：{'、'.join(DATES)}")
    take.unrepeated(heads, "columns", "列名")
    take.unrepeated(fields, "columns", "内容")
    for each in content["needs"]:
        if each not in fields:
            raise DefinitionError("needs", f"没有哪一列取“{each}”", "needs 只写 columns 里取的内容")
