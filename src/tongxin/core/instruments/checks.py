"""What must hold between the parts of an instrument: keys, ranges, band tables."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tongxin.core.instruments.asking_checks import check_conditions, check_informants, check_parts
from tongxin.core.instruments.definition import Instrument, Scale
from tongxin.core.instruments.norm import Band
from tongxin.core.language.errors import DefinitionError


def check_instrument(instrument: Instrument) -> None:
    """Refuse an instrument whose parts contradict each other."""
    _check_ids(instrument)
    check_informants(instrument)
    check_conditions(instrument)
    check_parts(instrument)
    _check_keys(instrument)
    for index, scale in enumerate(instrument.scales):
        low, high = theoretical_range(scale, instrument)
        if (scale.low, scale.high) != (low, high):
            raise DefinitionError(
                f"scales[{index}].range", "分值范围与条目、选项算出的不同", f"按选项应为 [{low}, {high}]"
            )
    scales = {scale.id: scale for scale in instrument.scales}
    for index, norm in enumerate(instrument.norms):
        for name, bands in norm.bands.items():
            path = f"norms[{index}].bands.{name}"
            _check_scale(name, scales, path)
            _check_bands(bands, scales[name], path=f"{path}.rows")
        for name in norm.standards:
            _check_scale(name, scales, f"norms[{index}].standards.{name}")
    for name in instrument.changes:
        _check_scale(name, scales, f"changes.{name}")
    if instrument.disagreement:
        _check_scale(instrument.disagreement.scale, scales, "disagreement.scale")
    _check_validity(instrument)


def _check_scale(name: str, scales: Mapping[str, Scale], path: str) -> None:
    if name not in scales:
        raise DefinitionError(path, f"没有名为“{name}”的量表", "改成 scales 里有的 id")


def theoretical_range(scale: Scale, instrument: Instrument) -> tuple[Fraction, Fraction]:
    """The least and the most that `scale` can be, from its items' own options."""
    if scale.parts:
        ends = [theoretical_range(instrument.scale(part), instrument) for part in scale.parts]
        lows, highs = [low for low, _ in ends], [high for _, high in ends]
        return (min(lows), max(highs)) if scale.method == "by_age" else (Fraction(sum(lows)), Fraction(sum(highs)))
    items = [instrument.item(id) for id in scale.items]
    if scale.method == "count_ge":
        sure = [item for item in items if item.lowest >= scale.at_least]
        possible = [item for item in items if item.highest >= scale.at_least]
        return Fraction(len(sure)), Fraction(len(possible))
    low, high = sum(item.lowest for item in items), sum(item.highest for item in items)
    if scale.method == "mean":
        return Fraction(low, len(items)), Fraction(high, len(items))
    return Fraction(low * scale.factor), Fraction(high * scale.factor)


def _check_ids(instrument: Instrument) -> None:
    for key, entries in (("items", instrument.items), ("scales", instrument.scales)):
        ids = [entry.id for entry in entries]
        if not ids:
            raise DefinitionError(key, "一个也没有", "至少写一个")
        for index, id in enumerate(ids):
            if id in ids[:index]:
                raise DefinitionError(f"{key}[{index}].id", f"“{id}”写了两次", "每个用自己的 id")
    reserved = {"band", "status", "alerts"}
    for index, scale in enumerate(instrument.scales):
        if scale.id in reserved:
            raise DefinitionError(f"scales[{index}].id", f"“{scale.id}”是结果表的列名", "另取一个 id")


def _check_keys(instrument: Instrument) -> None:
    """Scales share an item only where one of them says so; every scored item belongs somewhere."""
    scored = {item.id for item in instrument.scored_items}
    known = {item.id for item in instrument.items}
    scales = {scale.id: scale for scale in instrument.scales}
    for index, scale in enumerate(instrument.scales):
        path = f"scales[{index}]"
        if not scale.items:
            raise DefinitionError(f"{path}.items", "量表没有条目", "写上它的条目")
        for at, id in enumerate(scale.items):
            if id not in known:
                raise DefinitionError(f"{path}.items[{at}]", f"没有条目“{id}”", "改成 items 里有的 id")
            if id not in scored:
                raise DefinitionError(
                    f"{path}.items[{at}]", f"条目“{id}”不计分", "移出量表，或去掉 scored: false"
                )
        for other in instrument.scales[:index]:
            shared = set(scale.items) & set(other.items)
            is_said = scale.parts or other.parts or other.id in scale.overlaps or scale.id in other.overlaps
            if shared and not is_said:
                zh = f"与量表“{other.id}”共用条目 {'、'.join(sorted(shared))}"
                raise DefinitionError(f"{path}.items", zh, f"改正条目，或写明 overlaps: [{other.id}]")
        for name in scale.overlaps:
            if name not in scales or not set(scale.items) & set(scales[name].items):
                raise DefinitionError(f"{path}.overlaps", f"与“{name}”并没有共用的条目", "删去这一项")
        if scale.blanks == "zero" and (scale.reversed or any(instrument.item(id).lowest for id in scale.items)):
            zh = "反向题和最低分不是 0 的题，缺答不能当作 0"
            raise DefinitionError(f"{path}.missing", zh, "改用 strict 或 person_mean")
        if scale.max_missing >= len(scale.items):
            raise DefinitionError(f"{path}.missing.max_missing", "允许全部缺答", "至少要有一个条目作答")
    lost = sorted(scored - {id for scale in instrument.scales for id in scale.items})
    if lost:
        raise DefinitionError(
            "scales", f"条目 {'、'.join(lost)} 不在任何量表里", "归入量表，或写 scored: false"
        )


def _check_bands(bands: tuple[Band, ...], scale: Scale, *, path: str) -> None:
    step = Fraction(1, 10**scale.decimals)
    codes = [band.code for band in bands]
    for index, band in enumerate(bands):
        here = f"{path}[{index}]"
        if band.code in codes[:index]:
            raise DefinitionError(f"{here}.code", f"分段“{band.code}”写了两次", "每段用自己的代码")
        if band.start > band.end:
            raise DefinitionError(here, "分段的起点大于终点", "改成从小到大")
        if band.start < scale.low or band.end > scale.high:
            raise DefinitionError(here, "分段超出量表的分值范围", f"范围是 {scale.low} 到 {scale.high}")
        if index and band.start > bands[index - 1].end + step:
            raise DefinitionError(here, "与上一段之间有空隙", "让上一段的终点与这一段的起点相接")
        if index and band.start <= bands[index - 1].end:
            raise DefinitionError(here, "与上一段重叠", "让上一段的终点与这一段的起点相接")
    if bands[0].start != scale.low:
        raise DefinitionError(f"{path}[0].from", "最低分没有分段", f"第一段从 {scale.low} 开始")
    if bands[-1].end != scale.high:
        raise DefinitionError(
            f"{path}[{len(bands) - 1}].to", "最高分没有分段", f"最后一段到 {scale.high} 为止"
        )


def _check_validity(instrument: Instrument) -> None:
    for index, rule in enumerate(instrument.validity):
        path = f"validity[{index}]"
        if rule.kind == "lie_scale" and rule.scale not in {scale.id for scale in instrument.scales}:
            raise DefinitionError(f"{path}.scale", f"没有名为“{rule.scale}”的量表", "改成 scales 里有的 id")
        for at, id in enumerate(rule.items):
            if id not in {item.id for item in instrument.items}:
                raise DefinitionError(f"{path}.items[{at}]", f"没有条目“{id}”", "改成 items 里有的 id")
        if rule.kind == "same_answer" and len(rule.items) < 2:
            raise DefinitionError(f"{path}.items", "至少要有两个条目才能比较", "写上两个以上的条目")
