"""A definition with a mistake is refused, with the place and the cure."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.core.instruments import questionnaires as made
from tongxin.core.instruments import DefinitionError, read

Change = Callable[[dict[str, Any]], Any]


def put(*path: Any, value: Any) -> Change:
    def change(content: dict[str, Any]) -> None:
        node: Any = content
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value

    return change


def drop(*path: Any) -> Change:
    def change(content: dict[str, Any]) -> None:
        node: Any = content
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return change


def also(*path: Any, value: Any) -> Change:
    def change(content: dict[str, Any]) -> None:
        node: Any = content
        for step in path:
            node = node[step]
        node.append(value)

    return change


TOTAL = ("norms", 0, "bands", "total", "rows")
MISTAKES: list[tuple[str, Change, str, str]] = [
    ("an unknown key", put("colour", value="red"), "colour", "不认识"),
    ("an unknown key of an item", put("items", 2, "levl", value=1), "items[2].levl", "不认识"),
    ("no source", drop("source"), "", "缺少“source”"),
    ("an empty source", put("source", value=" "), "source", "文字"),
    ("no licence", drop("licence"), "", "缺少“licence”"),
    (
        "an option without a score",
        drop("option_sets", "frequency", 1, "score"),
        "option_sets.frequency[1]",
        "score",
    ),
    (
        "an option's score as text",
        put("option_sets", "frequency", 1, "score", value="1"),
        "option_sets.frequency[1].score",
        "整数",
    ),
    (
        "a repeated option",
        put("option_sets", "frequency", 1, "code", value=0),
        "option_sets.frequency[1].code",
        "写了两次",
    ),
    (
        "one option only",
        put("option_sets", "difficulty", value=[{"code": 0, "score": 0, "zh": "无"}]),
        "option_sets.difficulty",
        "不足",
    ),
    ("an unknown option set", put("items", 3, "options", value="often"), "items[3].options", "不在可选"),
    ("a repeated item", put("items", 4, "id", value="q1"), "items[4].id", "写了两次"),
    ("an item without words", put("items", 4, "text", value={"en": "x"}), "items[4].text", "zh"),
    (
        "a critical item without its kind",
        drop("items", 8, "critical", 0, "kind"),
        "items[8].critical[0]",
        "危机",
    ),
    (
        "a critical item of another kind",
        put("items", 8, "critical", 0, "kind", value="high"),
        "items[8].critical[0].kind",
        "不在可选",
    ),
    (
        "an alarm that can't ring",
        put("items", 8, "critical", 1, "value", value=4),
        "items[8].critical[1].value",
        "永远不会响",
    ),
    (
        "an unknown operator",
        put("items", 8, "critical", 1, "op", value=">"),
        "items[8].critical[1].op",
        "不在可选",
    ),
    ("a repeated item of a scale", also("scales", 0, "items", value="q1"), "scales[0].items[9]", "写了两次"),
    ("an unknown item of a scale", also("scales", 0, "items", value="q11"), "scales[0].items[9]", "没有条目"),
    ("an unscored item of a scale", also("scales", 0, "items", value="q10"), "scales[0].items[9]", "不计分"),
    ("an overlap that isn't declared", drop("scales", 1, "overlaps"), "scales[1].items", "共用条目"),
    (
        "an overlap that isn't there",
        put("scales", 0, "overlaps", value=["phq_9"]),
        "scales[0].overlaps",
        "没有共用",
    ),
    ("an item in no scale", put("items", 9, "scored", value=True), "scales", "不在任何量表"),
    ("a wrong range", put("scales", 0, "range", value=[0, 28]), "scales[0].range", "[0, 27]"),
    ("a repeated scale", put("scales", 2, "id", value="phq_2"), "scales[2].id", "写了两次"),
    ("a scale named like a result column", put("scales", 2, "id", value="status"), "scales[2].id", "列名"),
    ("a factor that isn't used", put("scales", 0, "factor", value=2), "scales[0].factor", "用不到"),
    ("a missing factor", put("scales", 0, "method", value="sum_times"), "scales[0]", "factor"),
    (
        "a rule for blanks against itself",
        put("scales", 0, "missing", "max_missing", value=2),
        "scales[0].missing",
        "矛盾",
    ),
    ("a gap between bands", put(*TOTAL, 1, "from", value=6), "norms[0].bands.total.rows[1]", "空隙"),
    ("overlapping bands", put(*TOTAL, 1, "from", value=4), "norms[0].bands.total.rows[1]", "重叠"),
    ("a band beyond the range", put(*TOTAL, 4, "to", value=30), "norms[0].bands.total.rows[4]", "超出"),
    ("a band that ends early", put(*TOTAL, 4, "to", value=26), "norms[0].bands.total.rows[4].to", "27"),
    (
        "a band that begins late",
        put(*TOTAL, 0, "from", value=1),
        "norms[0].bands.total.rows[0].from",
        "最低分",
    ),
    ("a band upside down", put(*TOTAL, 1, "to", value=3), "norms[0].bands.total.rows[1]", "起点大于终点"),
    (
        "a repeated band",
        put(*TOTAL, 1, "code", value="minimal"),
        "norms[0].bands.total.rows[1].code",
        "写了两次",
    ),
    ("no bands", put(*TOTAL, value=[]), "norms[0].bands.total.rows", "空的"),
    (
        "bands of no scale",
        put(
            "norms",
            0,
            "bands",
            "phq_4",
            value={"direction": "higher_is_worse", "rows": [{"code": "a", "from": 0, "to": 1, "zh": "甲"}]},
        ),
        "norms[0].bands.phq_4",
        "没有名为",
    ),
    ("no default norm", put("norms", 0, "default", value=False), "norms", "默认"),
    ("a date that isn't one", put("version", value="2026"), "version", "日期"),
    ("a list where a mapping belongs", put("stem", value=[]), "stem", "名称: 内容"),
    ("text where a list belongs", put("items", value="q1"), "items", "列表"),
    ("a number with an exponent", put(*TOTAL, 0, "to", value="4e0"), "norms[0].bands.total.rows[0].to", "数"),
]


@pytest.mark.parametrize(("change", "path", "says"), [pytest.param(*m[1:], id=m[0]) for m in MISTAKES])
def test_is_refused(change: Change, path: str, says: str) -> None:
    content = made.content("phq_9")
    change(content)
    with pytest.raises(DefinitionError) as refused:
        read(content)
    assert refused.value.path == path
    assert says in refused.value.zh + refused.value.cure
    assert refused.value.cure


def test_two_norms_for_one_age_are_refused() -> None:
    content = made.content("phq_9")
    content["norms"].append(content["norms"][0] | {"id": "other", "default": False})
    with pytest.raises(DefinitionError, match="重叠"):
        read(content)


def test_a_validity_rule_of_nothing_is_refused() -> None:
    content = made.like_mht()
    content["validity"][0]["scale"] = "lies"
    with pytest.raises(DefinitionError) as refused:
        read(content)
    assert refused.value.path == "validity[0].scale"


@pytest.mark.parametrize("build", made.MADE)
def test_the_made_up_ones_are_accepted(build: Callable[[], made.Content]) -> None:
    assert read(build()).main.id
