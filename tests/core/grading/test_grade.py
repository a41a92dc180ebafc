"""Grading: every vector of the rubric, gaps, gates, and what people are told."""

import csv
from collections import Counter
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.grading.rulings import CELLS, ON, facts, graded, rules
from tongxin.core.grading import expires_on, levels_of_all

GOLDEN = Path(__file__).parents[2] / "golden" / "grading_1024.csv"
LEVEL = st.sampled_from([None, 0, 1, 2, 3])
VETOES = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat")
SCORES = {"phq_a.total": (0, 27), "phq_9.total": (0, 27), "gad_7.total": (0, 21)}


def rank(level: str) -> int:
    return rules().rubric.rank(level)


class TestAllVectors:
    def test_equals_the_golden_table(self) -> None:
        with GOLDEN.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 1024
        for row in rows:
            levels = [int(row[cell]) for cell in CELLS]
            assert graded(facts(*levels)).level == row["level"], row

    def test_counts_are_those_of_the_rubric(self) -> None:
        counted = Counter(graded(facts(*levels)).level for levels in product(range(4), repeat=5))
        assert counted == {"high": 403, "mid_high": 461, "mid_low": 144, "low": 16}

    def test_no_vector_with_a_gap_is_green(self) -> None:
        levels = levels_of_all(rules().rubric)
        assert len(levels) == 3125
        assert not [v for v, level in levels.items() if None in v and level == "low"]

    def test_both_schemes_propose_the_same_level(self) -> None:
        for levels in product(range(4), repeat=5):
            both = {graded(facts(*levels), scheme=scheme).level for scheme in rules().schemes}
            assert len(both) == 1


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    found = facts(*draw(st.tuples(*[LEVEL] * 5)))
    for name, (low, high) in SCORES.items():
        score = draw(st.none() | st.integers(low, high))
        if score is not None:
            found[name] = score
    found |= {f"veto.{veto}": draw(st.sampled_from(["no", "no", "no", "yes", "unknown"])) for veto in VETOES}
    kind = draw(st.sampled_from([None, None, "safety_check", "crisis"]))
    found["alerts"] = [{"code": "suicide_ideation", "kind": kind, "instrument": "phq_a"}] if kind else []
    return found


class TestProperties:
    @settings(max_examples=150)
    @given(records(), st.integers(0, 4))
    def test_one_worse_cell_never_lowers_the_level(self, found: dict[str, Any], at: int) -> None:
        row = found["cells"][at]
        steps = {None: [], 0: [None, 1, 2, 3], 1: [2, 3], 2: [3], 3: []}[row["level"]]
        before = graded(found).level
        for worse in steps:
            rows = [{**row, "level": worse} if each is row else each for each in found["cells"]]
            assert rank(graded({**found, "cells": rows}).level) >= rank(before)

    @settings(max_examples=100)
    @given(records(), st.sampled_from(sorted(SCORES)))
    def test_a_higher_score_never_lowers_the_level(self, found: dict[str, Any], name: str) -> None:
        score = found.get(name, 0)
        higher = {**found, name: min(score + 5, SCORES[name][1])}
        assert rank(graded(higher).level) >= rank(graded({**found, name: score}).level)

    @settings(max_examples=100)
    @given(records())
    def test_any_gate_is_red_whatever_the_rest_says(self, found: dict[str, Any]) -> None:
        proposal = graded(found)
        assert (proposal.level == "high") or not proposal.gates
        assert graded({**found, "veto.harmed": "yes"}).level == "high"

    @settings(max_examples=60)
    @given(records(), st.permutations(range(5)))
    def test_the_order_of_the_evidence_changes_nothing(self, found: dict[str, Any], order: list[int]) -> None:
        shuffled = {**found, "cells": [found["cells"][at] for at in order]}
        assert graded(shuffled).level == graded(found).level

    @settings(max_examples=100)
    @given(records(), st.sampled_from(["low", "mid_low", "mid_high", "high"]), st.integers(0, 4))
    def test_a_gap_never_supports_a_fall(self, found: dict[str, Any], standing: str, at: int) -> None:
        rows = [{**each, "level": None} if n == at else each for n, each in enumerate(found["cells"])]
        proposal = graded({**found, "cells": rows}, standing=standing)
        gap = any(cell.level is None for cell in proposal.cells)
        assert not gap or rank(proposal.level) >= rank(standing)

    @settings(max_examples=60)
    @given(records())
    def test_protective_factors_never_change_a_proposal(self, found: dict[str, Any]) -> None:
        good = [{"item": item, "block": "protective", "answer": "yes"} for item in ("trusted_adult", "asks_help")]
        assert graded({**found, "protectives": good}).level == graded(found).level


class TestTelling:
    def test_names_the_rule_the_cells_and_what_would_change_it(self) -> None:
        proposal = graded(facts(0, 0, 3, 0, 3))
        first = proposal.reasons[0]
        assert (first.rule, first.zh) == ("two_act_now", "两个以上维度须立即行动")
        assert first.evidence == ("监护：3 级（2026-01-05）", "经济与权益：3 级（2026-01-05）")
        assert first.would_change

    def test_a_gate_tells_its_reason_without_quoting_an_answer(self) -> None:
        proposal = graded(facts(0, 0, 0, 0, 0, **{"asq.now": "refused"}))
        told = [reason for reason in proposal.reasons if reason.rule == "acute_suicide"]
        assert told[0].zh == "现在有自杀念头，或有计划、工具、告别的表现"
        assert told[0].known == ("现在就有想自杀的念头：不愿回答",)
        assert "不愿回答" not in told[0].zh
        assert [gate.alarm["kind"] for gate in proposal.gates] == ["crisis"]

    def test_a_cell_is_the_higher_of_person_and_questionnaire(self) -> None:
        by_score = graded(facts(1, 0, 0, 0, 0, **{"phq_a.total": 12})).cells[0]
        by_person = graded(facts(3, 0, 0, 0, 0, **{"phq_a.total": 12})).cells[0]
        assert (by_score.level, [reason.rule for reason in by_score.reasons]) == (2, ["phq_act"])
        assert (by_person.level, by_person.reasons) == (3, ())

    def test_the_digest_input_is_plain_and_in_one_order(self) -> None:
        one = graded(facts(0, 1, 2, 3, 0, **{"phq_a.total": 3})).facts_digest_input
        two = graded({"phq_a.total": 3, **facts(0, 1, 2, 3, 0)}).facts_digest_input
        assert list(one) == sorted(one) and one == two
        assert one["on"] == "2026-01-05"

    def test_a_standing_that_is_no_level_yet_is_as_none(self) -> None:
        assert graded(facts(0, 0, 0, 0, 0), standing="ungraded") == graded(facts(0, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("level", "seen_on", "first_bad_day"),
    [
        ("high", date(2026, 1, 31), date(2026, 3, 31)),
        ("mid_high", date(2025, 12, 31), date(2026, 3, 31)),
        ("mid_low", date(2026, 1, 5), date(2026, 5, 6)),
        ("low", date(2025, 8, 31), date(2026, 3, 31)),
    ],
)
def test_evidence_expires_with_the_interval_of_the_level(level: str, seen_on: date, first_bad_day: date) -> None:
    assert expires_on(rules().rubric, seen_on, level) == first_bad_day


def test_a_date_in_the_future_is_no_evidence() -> None:
    found = facts(0, 0, 0, 0, 0)
    found["cells"][2]["on"] = ON.replace(day=6)
    assert graded(found).level == "unknown"
