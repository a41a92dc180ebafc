"""What could tell who somebody is, is found in free text; the labelled sample says how surely."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from benchmarks.scrubbing import known_files, measure, sentences
from tongxin.core import scrubbing
from tongxin.core.language.errors import DefinitionError
from tongxin.core.scrubbing import Known, Rules
from tongxin.lib import definitions, places
from tongxin.lib.sounds import readings

CONTENT = definitions.resolve(
    definitions.load_all(places.definitions_folder()), "scrubbing", "scrubbing", regions=(), on=date(2025, 9, 1)
).content
RULES: Rules = scrubbing.read(CONTENT)
FAMILY = Known(
    names=("王小雨", "阿依古丽·买买提", "欧阳子轩"), places=("苗山镇",), schools=("实验小学",),
    numbers=("13900001234",), births=(date(2014, 3, 5),),
)


def hidden(text: str, *more: str, known: Known = FAMILY) -> str:
    found = scrubbing.find(text, known=known, rules=RULES, readings=readings, more=more)
    return scrubbing.masked(text, found, rules=RULES)


@pytest.mark.parametrize("said", [
    "王小雨", "王 小 雨", "小雨", "雨雨", "王晓雨", "王某雨", "wang xiaoyu", "小王", "王婶", "王老师", "阿依古丽",
    "买买提", "阿依古丽．买买提", "子轩", "欧阳同学", "苗山镇", "苗山", "实验小学", "139-0000-1234",
    "一三九零零零零一二三四", "２０１４年３月５日", "二〇一四年三月五日",
])
def test_however_it_is_written(said: str) -> None:
    assert said not in hidden(f"今天{said}来过。") and hidden(f"今天{said}来过。").endswith("来过。")


@pytest.mark.parametrize("text", [
    "今天下小雨，路滑。", "老师说他上课认真。", "每月补贴1200元。", "2025年9月3日走访。", "小学毕业以后再说。",
])
def test_what_names_nobody_stays(text: str) -> None:
    assert hidden(text) == text


def test_what_a_person_marks_is_hidden_wherever_it_stands() -> None:
    assert hidden("铁蛋说铁蛋饿了", "铁蛋") == "〔已遮盖〕说〔已遮盖〕饿了"


SIGNS = "王小雨欧阳子轩说来139-0１２ ·某a，苗山镇（）\u200b"


@given(some.text(alphabet=SIGNS, max_size=60), some.lists(some.text(max_size=4)))
def test_finds_lie_in_the_text_in_order_and_apart(text: str, more: list[str]) -> None:
    found = scrubbing.find(text, known=FAMILY, rules=RULES, readings=readings, more=more)
    ends = [0, *(each.end for each in found)]
    assert all(before <= each.start < each.end <= len(text) for before, each in zip(ends, found, strict=False))
    assert "王小雨" not in hidden(text, *more)


def test_a_rule_that_does_not_find_its_own_case_is_refused() -> None:
    wrong = {"kind": "phone", "digits": False, "find": r"\d{30}", "cases": ["13900001234"]}
    with pytest.raises(DefinitionError):
        scrubbing.read({**CONTENT, "patterns": [wrong]})


def test_the_sample_is_found_as_surely_as_is_said() -> None:
    tuned, held = measure("tuned"), measure("held")
    assert tuned.sentences + held.sentences >= 300
    assert tuned.found.total() / tuned.there.total() >= 0.97
    assert held.found.total() / held.there.total() >= 0.90
    assert held.rightly / held.hidden >= 0.95
    assert {each.file for each in sentences("held")} == set(known_files())
