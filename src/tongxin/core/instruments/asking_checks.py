"""What must hold about who is asked what: ages of self-report, questions left out, scales made of scales."""

from __future__ import annotations

from tongxin.core.instruments.definition import Instrument
from tongxin.core.instruments.parts import MADE_OF_SCALES
from tongxin.core.language.errors import DefinitionError

LEAST_SELF_REPORT = 8 * 12


def check_informants(instrument: Instrument) -> None:
    """Refuse to let a child under eight report on itself (instruments.md 1, finding 10)."""
    for index, informant in enumerate(instrument.informants):
        if informant.code == "self" and informant.youngest < LEAST_SELF_REPORT:
            path = f"informants[{index}].min_age" if len(instrument.informants) > 1 else "min_age"
            raise DefinitionError(path, "8 岁以下的儿童不自己回答心情和自杀的问题", "本人填的写 8 岁以上")
        if informant.youngest > informant.oldest:
            raise DefinitionError(f"informants[{index}]", "最小年龄大于最大年龄", "改成从小到大")


def check_conditions(instrument: Instrument) -> None:
    """A question may depend on earlier ones only, on values that they can have."""
    before: dict[str, int] = {}
    for index, item in enumerate(instrument.items):
        path = f"items[{index}].asked_if"
        if item.asked_if is not None:
            for at, id in enumerate(item.asked_if.items):
                if id not in before:
                    raise DefinitionError(f"{path}.items[{at}]", f"“{id}”不在这一题之前", "只能看前面的题")
            if not item.asked_if.items:
                raise DefinitionError(f"{path}.items", "没有写要看哪几题", "写上前面的题")
        before[item.id] = item.highest


def check_parts(instrument: Instrument) -> None:
    """A scale made of scales is made of plain ones; by age, each age has one of them."""
    scales = {scale.id: scale for scale in instrument.scales}
    for index, scale in enumerate(instrument.scales):
        for at, name in enumerate(scale.parts):
            path = f"scales[{index}].parts[{at}]"
            if name not in scales or scales[name].method in (*MADE_OF_SCALES, "mean"):
                raise DefinitionError(path, f"没有可以合成的量表“{name}”", "改成 scales 里直接由条目计分的 id")
            if scale.method != "by_age":
                continue
            ages = scales[name].ages
            if ages is None:
                raise DefinitionError(path, f"量表“{name}”没有写 ages", "写明它用于哪些月龄")
            others = [scales[other].ages for other in scale.parts[:at]]
            if any(other and ages[0] <= other[1] and other[0] <= ages[1] for other in others):
                raise DefinitionError(path, f"量表“{name}”的月龄与前面的重叠", "一个月龄只用一个量表")
