"""The shipped instruments, and small made-up ones in the shapes that later ones will have."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

from tongxin.core.instruments import Instrument, read
from tongxin.lib.strict_yaml import load

FOLDER = Path(__file__).parents[3] / "definitions" / "instruments"
SHIPPED = tuple(sorted(path.parent.name for path in FOLDER.glob("*/instrument.yaml")))
ON_PHONES = ("phq_9", "phq_a", "gad_7", "who_5")

Content = dict[str, Any]


@cache
def _loaded(id: str) -> Content:
    return load(FOLDER / id / "instrument.yaml").content


def content(id: str) -> Content:
    return copy.deepcopy(_loaded(id))


@cache
def shipped(id: str) -> Instrument:
    return read(_loaded(id))


def cases(id: str) -> list[Content]:
    found: list[Content] = load(FOLDER / id / "cases.yaml").content["cases"]
    return found


def options(*scores: int) -> list[Content]:
    return [{"code": score, "score": score, "zh": f"选项{score}", "en": f"Pick {score}"} for score in scores]


def items(count: int, **marks: Any) -> list[Content]:
    """`count` plain items; `marks` like `reverse=[4, 8]` set a key on those numbers."""
    made = []
    for number in range(1, count + 1):
        item: Content = {
            "id": f"q{number}", "number": str(number), "options": "common",
            "text": {"zh": f"第{number}题", "en": f"Item {number}"},
        }  # fmt: skip
        for key, numbers in marks.items():
            if number in numbers:
                item[key] = numbers[number] if isinstance(numbers, dict) else True
        made.append(item)
    return made


def scale(id: str, numbers: Any, method: str = "sum", *, missing: int = 0, **more: Any) -> Content:
    return {
        "id": id, "zh": id, "items": [f"q{number}" for number in numbers], "method": method,
        "missing": {"max_missing": missing, "method": "person_mean" if missing else "strict"}, **more,
    }  # fmt: skip


def norm(scale: str, *starts: tuple[str | int, str | int, str], falling: bool = False) -> Content:
    rows = [{"code": code, "from": start, "to": end, "zh": code} for start, end, code in starts]
    direction = "higher_is_better" if falling else "higher_is_worse"
    return {
        "id": "made", "zh": "假设常模", "population": "无", "citation": "无", "translation_id": "made",
        "min_age": 6, "default": True, "bands": {scale: {"direction": direction, "rows": rows}},
    }  # fmt: skip


def made(items: list[Content], scales: list[Content], *, common: list[Content], **more: Any) -> Content:
    return {
        "id": "made", "version": "2026-01-01", "zh": "假设量表", "translation_id": "made", "validated": True,
        "licence": "无", "licence_tier": "A", "citation": "无", "source": "测试自拟", "informant": "self",
        "period": {"days": 7, "zh": "过去一周"}, "min_age": 8,
        "roles": {"administer": [], "read_items": [], "read_band": []},
        "stem": {"zh": "请回答", "en": "Please answer"}, "option_sets": {"common": common},
        "items": items, "scales": scales, "norms": [], **more,
    }  # fmt: skip


def like_cesd(low: int = 0, missing: int = 0) -> Content:
    """Twenty items, four of them reversed, stored from `low` to `low` + 3."""
    total = scale("total", range(1, 21), missing=missing, range=[20 * low, 20 * low + 60])
    return made(items(20, reverse=[4, 8, 12, 16]), [total], common=options(*range(low, low + 4)))


def like_sdq() -> Content:
    """Two counted scales with reversed items, and one that stands apart."""
    return made(
        items(15, reverse=[7, 11]),
        [scale("total", range(1, 11), range=[0, 20]), scale("kind", range(11, 16), missing=2, range=[0, 10])],
        common=options(0, 1, 2),
    )


def like_dass() -> Content:
    return made(
        items(14),
        [
            scale("low_mood", range(1, 8), "sum_times", factor=2, range=[0, 42]),
            scale("fear", range(8, 15), "sum_times", factor=2, missing=1, range=[0, 42]),
        ],
        common=options(0, 1, 2, 3),
    )


def like_mssmhs() -> Content:
    """A mean from 1 to 5, whose bands must not see the rounded figure."""
    rows = [("1.00", "1.99", "none"), ("2.00", "2.99", "light"), ("3.00", "5.00", "marked")]
    total = scale("total", range(1, 7), "mean", decimals=2, missing=2, range=[1, 5])
    return made(items(6, reverse=[3]), [total], common=options(1, 2, 3, 4, 5), norms=[norm("total", *rows)])


def like_cries() -> Content:
    return made(items(8), [scale("total", range(1, 9), range=[0, 40])], common=options(0, 1, 3, 5))


def like_mht() -> Content:
    """Yes/no in words, a lie scale, a critical item, and too many blanks."""
    critical = [{"op": ">=", "value": 1, "alert": "wish_to_die", "kind": "crisis", "zh": "想死"}]
    words = [{"code": "yes", "score": 1, "zh": "是"}, {"code": "no", "score": 0, "zh": "否"}]
    return made(
        items(12, critical={8: critical}, reverse=[2]),
        [scale("total", range(1, 10), range=[0, 9]), scale("lie", range(10, 13), range=[0, 3])],
        common=words,
        validity=[
            {"id": "lie", "kind": "lie_scale", "scale": "lie", "op": ">=", "value": 3, "zh": "效度分过高"},
            {"id": "blanks", "kind": "blanks", "max_missing": 6, "zh": "空白过多"},
            {"id": "straight", "kind": "same_answer", "items": ["q1", "q2", "q3", "q10"], "zh": "一答到底"},
        ],
    )


def counting() -> Content:
    return made(
        items(6, reverse=[6]), [scale("total", range(1, 7), "count_ge", at_least=2, range=[0, 6])],
        common=options(0, 1, 2, 3), norms=[norm("total", (0, 2, "few"), (3, 6, "many"))],
    )  # fmt: skip


def with_skips() -> Content:
    """A last question that only some are asked; left out rightly it counts the least."""
    asked = made(items(4), [scale("total", range(1, 5), range=[4, 16])], common=options(1, 2, 3, 4))
    asked["items"][3]["asked_if"] = {"items": ["q1", "q2"], "op": ">=", "value": 2, "otherwise": 1}
    asked["items"][3]["critical"] = [{"op": ">=", "value": 3, "alert": "late", "kind": "crisis", "zh": "危险"}]
    return asked


def with_parts() -> Content:
    """A total of two scales, each with its own rule for blanks, and one item that counts both ways."""
    second = scale("two", range(6, 11), missing=3, range=[0, 10])
    second["missing"] = {"max_missing": 3, "method": "zero"}
    return made(
        items(10, reverse=[2]),
        [
            {"id": "total", "zh": "总", "method": "sum_scales", "parts": ["one", "two"], "range": [0, 20]},
            scale("one", range(1, 6), missing=2, range=[0, 10]),
            second,
            scale("other_way", range(1, 4), range=[0, 6], forward=["q2"], overlaps=["one"]),
        ],
        common=options(0, 1, 2),
    )


def with_ages() -> Content:
    """Questions for two ages, of which a child is asked its own."""
    content = made(
        items(4),
        [
            {"id": "total", "zh": "总", "method": "by_age", "parts": ["small", "big"], "range": [0, 2]},
            scale("small", (1, 2), range=[0, 2], ages=[60, 71]),
            scale("big", (3, 4), range=[0, 2], ages=[72, 83]),
        ],
        common=options(0, 1), norms=[norm("total", (0, 0, "none"), (1, 2, "some"))],
    )  # fmt: skip
    return {**content, "informant": "carer", "min_age": 0}


def with_norms() -> Content:
    """Norms by informant, sex and age, T scores, an alternative, and all signs of distrust."""
    bands = norm("total", (0, 3, "low"), (4, 12, "high"))["bands"]
    plain = {"zh": "假设", "population": "无", "citation": "无", "translation_id": "made", "bands": bands}
    higher = norm("total", (0, 5, "low"), (6, 12, "high"))["bands"]
    t_score = {"total": [{"kind": "t_score", "mean": "4.50", "sd": "2.25", "citation": "无"}]}
    ranks = {"total": [{"kind": "percentile", "sex": "male", "citation": "无", "rows": [
        {"from": 0, "value": 5}, {"from": 4, "value": 50}, {"from": 9, "value": 95},
    ]}]}  # fmt: skip
    content = made(
        items(4), [scale("total", range(1, 5), range=[0, 12])], common=options(0, 1, 2, 3),
        norms=[
            plain | {"id": "girls", "min_age": 8, "max_age": 12, "sex": "female", "informants": ["self"],
                     "default": True, "standards": t_score},
            plain | {"id": "boys", "min_age": 8, "max_age": 12, "sex": "male", "informants": ["self"],
                     "default": True, "bands": higher},
            plain | {"id": "older", "min_age": 13, "informants": ["self"], "standards": ranks},
            plain | {"id": "teachers", "min_age": 4, "informants": ["teacher"], "default": True},
            plain | {"id": "elsewhere", "min_age": 4, "alternative": True, "bands": higher},
        ],
        validity=[
            {"id": "fast", "kind": "too_fast", "min_seconds": 8, "zh": "过快"},
            {"id": "same", "kind": "same_answer", "items": ["q1", "q2", "q3", "q4"], "zh": "一答到底"},
        ],
    )  # fmt: skip
    for key in ("informant", "min_age"):
        del content[key]
    who = [{"who": "self", "min_age": 8}, {"who": "teacher", "min_age": 4, "max_age": 17}]
    return {**content, "informants": who}


PLAIN = (like_cesd, like_sdq, like_dass, like_mssmhs, like_cries, like_mht, counting)
MADE = (*PLAIN, with_skips, with_parts, with_ages, with_norms)
