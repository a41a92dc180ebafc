"""Real change and disagreeing informants: by the definition's own measure, and no verdict without one."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.instruments import questionnaires as made
from tongxin.core.instruments import DefinitionError, Instrument, read
from tongxin.core.instruments.change import changed
from tongxin.core.instruments.side_by_side import Told, compare

SCORES = st.integers(0, 12)


def with_reliability(reliability: str = "0.84", sd: str = "5.00", **more: str) -> made.Content:
    change = {"kind": "reliable", "reliability": reliability, "sd": sd, "direction": "higher_is_worse", "source": "无"}
    return {**made.with_norms(), "changes": {"total": change | more}}


def verdict(before: int, after: int) -> str:
    found = changed(read(with_reliability()), "total", before=before, after=after)
    assert found is not None
    return found.code


def test_a_reliable_change_is_1_96_standard_errors_of_a_difference() -> None:
    # 1.96 × 5 × √(2 × (1 - 0.84)) = 5.54…
    found = changed(read(with_reliability()), "total", before=0, after=12)
    assert found is not None and found.points == 5.5
    assert [verdict(0, 5), verdict(0, 6), verdict(6, 0), verdict(5, 0)] == ["unsure", "worse", "better", "unsure"]


def test_where_more_is_better_a_fall_is_worse() -> None:
    well = made.shipped("who_5")
    codes = [changed(well, "total", before=60, after=after) for after in (50, 51, 52, 70, 69)]
    assert [each.code if each else None for each in codes] == ["worse", "unsure", "unsure", "better", "unsure"]


@pytest.mark.parametrize("id", [id for id in made.SHIPPED if not made.shipped(id).changes])
def test_there_is_no_verdict_without_a_measure_and_its_source(id: str) -> None:
    assert changed(made.shipped(id), made.shipped(id).main.id, before=0, after=10) is None


def test_there_is_no_verdict_on_a_total_that_is_not_there() -> None:
    assert changed(made.shipped("who_5"), "total", before=None, after=80) is None


@given(before=SCORES, after=SCORES)
def test_a_verdict_turned_round_is_the_opposite(before: int, after: int) -> None:
    other = {"better": "worse", "worse": "better", "unsure": "unsure"}
    assert verdict(after, before) == other[verdict(before, after)]


@given(before=SCORES, after=SCORES, more=st.integers(0, 5))
def test_a_larger_difference_is_never_less_sure(before: int, after: int, more: int) -> None:
    if verdict(before, after) == "worse":
        assert verdict(before, after + more) == "worse"
    assert changed(read(with_reliability()), "total", before=Decimal(before), after=Fraction(before)).code == "unsure"  # type: ignore[union-attr]


@pytest.mark.parametrize(("key", "value", "says"), [
    ("reliability", "1.00", "信度"), ("reliability", "0", "信度"), ("source", " ", "文字"),
    ("sd", "0", "变化的界值是 0"),
])  # fmt: skip
def test_a_measure_that_can_t_be_is_refused(key: str, value: str, says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        read(with_reliability(**{key: value}))


def told(id: str, code: str | None, scale: str = "total") -> Told:
    instrument = made.shipped(id)
    norm = instrument.norm(120, sex="female")
    band = norm.band(scale, code) if norm and code else None
    return Told(instrument, instrument.informants[0].code, {scale: band}, {})


def test_informants_two_bands_apart_disagree_and_the_heavier_holds() -> None:
    found = compare([told("sdq_p", "normal"), told("sdq_t", "abnormal")])
    assert (found.disagree, found.worst) == (True, 1)


def test_informants_one_band_apart_don_t_where_the_definition_says_two() -> None:
    assert compare([told("sdq_p", "normal"), told("sdq_t", "borderline")]).disagree is False
    assert compare([told("psc_17", "below_cut"), told("psc_17_t", "at_cut")]).disagree is True


def test_what_can_t_be_compared_is_not_said_to_agree() -> None:
    assert compare([told("sdq_p", "normal"), told("sdq_t", None)]).disagree is None
    assert compare([told("sdq_p", "normal"), told("psc_17_t", "at_cut")]).disagree is None
    assert compare([told("sdq_p", "normal"), told("sdq_p", "abnormal")]).disagree is None
    assert compare([told("phq_9", "mild"), told("gad_7", "mild")]).disagree is None
    assert compare([]).disagree is None


def by_t(*scores: int | None) -> bool | None:
    content = made.with_norms() | {
        "disagreement": {"scale": "total", "by": "t_score", "at_least": 10, "source": "无"}
    }
    instrument: Instrument = read(content)
    who = ("self", "teacher")
    return compare([
        Told(instrument, informant, {}, {} if score is None else {"total": score})
        for informant, score in zip(who, scores, strict=True)
    ]).disagree


def test_t_scores_are_compared_where_the_definition_says_so() -> None:
    assert [by_t(50, 59), by_t(50, 60), by_t(65, 50), by_t(50, None)] == [False, True, True, None]
