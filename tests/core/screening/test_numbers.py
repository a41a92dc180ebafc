"""What to expect, how far judgements agree, who is drawn, and which cells are not told."""

import random
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.instruments.questionnaires import shipped
from tests.rules.definitions import one
from tongxin.core.language.errors import DefinitionError
from tongxin.core.screening import agreement, draw, expect, hide_small, read_rule

RULE = read_rule(one("screening"))
counts = st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=1, max_size=6)


def pairs(table: list[list[int]]) -> list[tuple[str, str]]:
    words = ("needs", "no_need")
    return [
        (words[row], words[column]) for row, cells in enumerate(table) for column, many in enumerate(cells)
        for _ in range(many)
    ]


def test_kappa_is_the_one_worked_out_by_hand() -> None:
    found = agreement(pairs([[20, 5], [10, 15]]), at_least=30)
    assert found.kappa == pytest.approx(0.4)
    assert (found.low, found.high) == (pytest.approx(0.14595, abs=1e-4), pytest.approx(0.65405, abs=1e-4))
    assert not found.is_small


def test_kappa_is_silent_where_chance_alone_agrees_and_says_when_pairs_are_few() -> None:
    assert agreement(pairs([[9, 0], [0, 0]]), at_least=30).kappa is None
    assert agreement([], at_least=30).pairs == 0
    assert agreement(pairs([[3, 1], [0, 4]]), at_least=30).is_small


def test_two_who_agree_only_by_chance_have_a_kappa_of_nothing() -> None:
    assert agreement(pairs([[25, 25], [25, 25]]), at_least=30).kappa == pytest.approx(0)


def test_more_children_bring_no_fewer_alarms_and_no_less_work() -> None:
    rows = [expect(RULE, instrument="phq_a", children=children) for children in range(0, 400, 7)]
    assert [row.minutes for row in rows] == sorted(row.minutes for row in rows)
    assert all(row.alarms.low <= row.alarms.likely <= row.alarms.high for row in rows)


def test_a_sample_is_the_same_whoever_draws_it_and_holds_negatives() -> None:
    positives, negatives = [f"p{n}" for n in range(40)], [f"n{n}" for n in range(60)]
    drawn = draw(positives, negatives, size=10, negatives_per_mille=500, seed="round")
    random.shuffle(positives)
    assert draw(positives, reversed(negatives), size=10, negatives_per_mille=500, seed="round") == drawn
    assert sum(1 for each in drawn if each.startswith("n")) == 5
    assert draw(positives, negatives, size=10, negatives_per_mille=500, seed="another") != drawn


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_a_sample_is_as_large_as_it_can_be(positives: int, negatives: int, size: int) -> None:
    left, right = [f"p{n}" for n in range(positives)], [f"n{n}" for n in range(negatives)]
    drawn = draw(left, right, size=size, negatives_per_mille=500, seed="s")
    assert len(drawn) == len(set(drawn)) == min(size, positives + negatives)


@given(counts)
def test_no_hidden_cell_can_be_worked_out_from_the_sums(table: list[list[int]]) -> None:
    hidden = hide_small(table, at_least=5)
    for row, cells in enumerate(table):
        for column, many in enumerate(cells):
            assert (row, column) in hidden or not 0 < many < 5
    lines = [[(row, column) for column in range(4)] for row in range(len(table))]
    lines += [[(row, column) for row in range(len(table))] for column in range(4)]
    for line in lines:
        inside = [cell for cell in line if cell in hidden]
        together = sum(table[row][column] for row, column in inside)
        assert not inside or (len(inside) > 1 and together >= 5) or len(inside) == len(line)


def test_every_questionnaire_that_can_alarm_brings_alarms_to_be_ready_for() -> None:
    alarming = {id for id in RULE.cuts if any(item.critical for item in shipped(id).items)}
    expected = {id: expect(RULE, instrument=id, children=1000).alarms for id in RULE.cuts}
    assert {id for id, count in expected.items() if count.likely} == alarming
    assert all(expected[id].share.source for id in alarming)


def test_a_rule_that_forgets_the_alarms_of_a_questionnaire_is_refused() -> None:
    content = deepcopy(one("screening"))
    del next(row for row in content["instruments"] if row["id"] == "phq_a")["alarm"]
    with pytest.raises(DefinitionError, match="会报警"):
        read_rule(content, instruments={id: shipped(id) for id in RULE.cuts})
