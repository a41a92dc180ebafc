"""What pieces a name gives and a query asks for; no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.people import tokens

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
SIGNS = st.one_of(HAN, st.sampled_from("·•．aZéüＱ７"), st.characters(categories=("L", "N", "P", "M")))
NAMES = st.text(SIGNS, min_size=1, max_size=14)


def is_narrowed_to(query: str, name: str) -> bool:
    pieces = tokens.name_pieces(name)
    return any(way <= pieces for way in tokens.query_pieces(query))


@given(NAMES)
def test_the_first_two_characters_find_any_name(name: str) -> None:
    query = name[:2]
    if tokens.normalise(query):
        assert tokens.matches(query, name)
        assert is_narrowed_to(query, name)


@given(NAMES, st.integers(0, 14), st.integers(1, 14))
def test_any_stretch_of_a_name_finds_it(name: str, start: int, size: int) -> None:
    query = tokens.normalise(name)[start : start + size]
    if query:
        assert tokens.matches(query, name)
        assert is_narrowed_to(query, name)


@given(st.text(HAN, min_size=2, max_size=6), st.data())
def test_pinyin_finds_any_name_by_syllables_letters_or_both(name: str, data: st.DataObject) -> None:
    spoken = [data.draw(st.sampled_from(tokens.readings(each))) for each in name]
    if not all(each.isascii() and each in tokens.syllables() for each in spoken):
        return
    letters = [each[0] for each in spoken]
    cut = data.draw(st.integers(0, len(name)))
    for parts in (spoken, letters, spoken[:cut] + letters[cut:], letters[:cut] + spoken[cut:]):
        query = "".join(parts)
        assert tokens.matches(query, name), query
        assert is_narrowed_to(query, name), query


@given(st.text(max_size=400))
def test_whatever_is_typed_is_read_without_end(text: str) -> None:
    assert len(tokens.query_pieces(text)) < 100
    assert len(tokens.normalise(text)) <= tokens.LONGEST


def test_endless_syllables_stay_few_ways() -> None:
    for text in ("xian" * 2000, "an" * 30, "a" * 64, "ang" * 20):
        assert 0 < len(tokens.query_pieces(text)) < 40


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("zw", "张伟"), ("zhangwei", "张伟"), ("ZhangWei", "张伟"), ("zhang wei", "张伟"),
        ("zhangw", "张伟"), ("zwei", "张伟"), ("张w", "张伟"), ("张wei", "张伟"), ("张 伟", "张伟"),
        ("伟", "张伟"), ("wei", "张伟"),
        ("ｚｗ", "张伟"), ("zxy", "曾小雨"), ("cengxiao", "曾小雨"), ("ouyang", "欧阳娜"), ("oyn", "欧阳娜"),
        ("诸葛", "诸葛明"), ("lv", "吕梁"), ("lü", "吕梁"), ("xi'an", "习安"), ("xian", "习安"),
        ("xian", "鲜明"),
        ("阿依古丽买买提", "阿依古丽·买买提"), ("丽•买", "阿依古丽·买买提"), ("阿依．", "阿依古丽·买买提"),
        ("aygl", "阿依古丽·买买提"), ("maria", "Maria·王"), ("mw", "A马·王"), ("q", "阿Q"), ("阿q", "阿Ｑ"),
    ],
)  # fmt: skip
def test_a_query_finds_the_name(query: str, name: str) -> None:
    assert tokens.matches(query, name)
    assert is_narrowed_to(query, name)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("张伟", "伟张"), ("张伟", "张小伟"), ("wz", "张伟"), ("zhanwei", "张伟"), ("张伟", "章伟"),
        ("", "张伟"), ("·", "阿依古丽·买买提"), ("han", "张伟"), ("hangwei", "张伟"), ("e", "张伟"),
        ("张伟强", "张伟"),
    ],
)  # fmt: skip
def test_other_names_are_not_meant(query: str, name: str) -> None:
    assert not tokens.matches(query, name)


def test_numbers_are_compared_whole_in_one_spelling() -> None:
    spellings = [
        "37011620120305123X", "37011620120305123x", "３７０１１６２０１２０３０５１２３Ｘ",
        " 370116 20120305 123X ",
    ]
    assert {tokens.number_piece(each) for each in spellings} == {"n37011620120305123x"}
    assert tokens.number_piece("张伟") == tokens.number_piece("zhangwei") == tokens.number_piece("123") == ""


def test_marks_of_two_counties_have_nothing_in_common() -> None:
    pieces = tokens.name_pieces("张伟")
    ours, theirs = tokens.Marks(b"1" * 32).of(pieces), tokens.Marks(b"2" * 32).of(pieces)
    assert not set(ours) & set(theirs)
    assert all(-(2**63) <= mark < 2**63 for mark in ours)
