"""What the list finds stands in the text as written; only what stands around a word takes it back."""

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import world
from tongxin.commands.words_measure import main
from tongxin.core.danger_words import Lexicon, find, read

TERMS = ("想死", "割腕", "遗书", "挨打", "离家出走", "没人管")
AROUND = st.text(alphabet="他她说了今天学校里，。a 1", max_size=12)


@lru_cache
def lexicon() -> Lexicon:
    return read(world.library().of("danger_words", "danger_words")[0].content)


@given(before=AROUND, term=st.sampled_from(TERMS), after=AROUND)
def test_a_word_is_found_where_it_stands_whatever_calm_words_are_around(before: str, term: str, after: str) -> None:
    text = before + term + after
    assert any(each.start <= len(before) and each.end >= len(before) + len(term) for each in find(text, lexicon()))


@given(st.text(max_size=60), st.sampled_from(TERMS), st.integers(1, 3))
def test_places_are_those_of_the_text_as_written(before: str, term: str, spaces: int) -> None:
    text = before + (" " * spaces).join(term)
    found = find(text, lexicon())
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert found == tuple(sorted(found, key=lambda each: (each.start, -each.end, each.kind)))


@pytest.mark.parametrize("denial", ["没有", "否认", "从没想过", "未见"])
@pytest.mark.parametrize("term", ["自杀", "自伤", "割腕"])
def test_a_denial_reaches_to_the_end_of_its_clause_only(denial: str, term: str) -> None:
    assert not find(f"孩子{denial}{term}", lexicon())
    assert not find(f"孩子{denial}自杀、{term}的想法", lexicon())
    assert find(f"孩子{denial}别的，{term}", lexicon())
    assert find(f"孩子{denial}别的\n{term}", lexicon()), "so does a line"
    assert find(f"孩子{denial}\n{term}", lexicon())
    assert find(f"不是{denial}{term}", lexicon()), "two denials are none"


def test_the_measure_says_how_much_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["definitions/sample/danger-notes.yaml", "--half", "held_out"]) == 0
    said = capsys.readouterr().out
    assert "应当请人看的" in said and "95% 区间" in said
    assert main(["README.md"]) == 2
    assert "没有测量" in capsys.readouterr().err
