"""Every head in the definitions' cases, and the definitions themselves."""

from typing import Any

import pytest

from tongxin.intake.reading.headings import field_of
from tongxin.intake.reading.row import NOTES, PROBLEMS
from tongxin.intake.reading.words import columns, field_name, words


@pytest.mark.parametrize("case", columns().cases, ids=lambda case: "／".join(case["head"]))
def test_a_head_means_its_field(case: dict[str, Any]) -> None:
    assert field_of(tuple(case["head"]))[0] == case["field"]


def test_every_field_has_a_name_for_the_screen() -> None:
    listed = columns()
    asked = set(listed.fields.values()) | set(listed.again.values())
    asked |= {field for join in listed.joins.values() for field in join.values()}
    assert {field for field in asked if not field_name(field)} == set()
    assert field_name("category:orphan") == "勾选：孤儿"


def test_every_way_to_write_a_head_is_found() -> None:
    for word, field in columns().fields.items():
        assert field_of((word,))[0] == field, word
    for word, attribute in columns().attributes.items():
        assert field_of(("照料人信息", word))[0] == columns().joins["carer"][attribute], word


def test_every_category_and_relation_is_read_back_from_its_own_name() -> None:
    for code, zh in words().category_names.items():
        assert words().categories.get(zh, code) == code


def test_the_official_problem_codes() -> None:
    assert set(PROBLEMS) == {
        "no_id", "id_check_digit", "id_lost_digits", "birth_impossible", "sex_contradicts_id",
        "birth_contradicts_id", "no_name", "unknown_division", "duplicate",
    }  # fmt: skip
    assert not PROBLEMS.keys() & NOTES.keys()
