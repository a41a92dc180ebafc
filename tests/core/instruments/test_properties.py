"""What every instrument file must satisfy, whatever is answered (and whatever is not)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.instruments import questionnaires as made
from tongxin.core.instruments import Instrument, read, score
from tongxin.core.instruments.scoring import measure

ALL: list[Any] = [pytest.param(made.shipped(id), id=id) for id in made.SHIPPED]
ALL += [pytest.param(read(build()), id=build.__name__) for build in made.MADE]
quick = settings(max_examples=40, deadline=None)


def each_instrument(test: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.parametrize("instrument", ALL)(quick(test))


def sheets(instrument: Instrument, data: st.DataObject, *, gaps: bool = True) -> dict[str, Any]:
    drawn = {}
    for item in instrument.items:
        codes: list[Any] = [option.code for option in item.options]
        drawn[item.id] = data.draw(st.sampled_from([*codes, None, "?"] if gaps else codes), label=item.id)
    return drawn


@each_instrument
@given(data=st.data())
def test_keys_cover_each_scored_item(instrument: Instrument, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(instrument.scored_items))
    assert [scale for scale in instrument.scales if item.id in scale.items]


@pytest.mark.parametrize("instrument", ALL)
@pytest.mark.parametrize("pick", [min, max])
def test_the_extreme_sheets_reach_the_ends(instrument: Instrument, pick: Callable[..., Any]) -> None:
    points = {}
    for item in instrument.items:
        points[item.id] = pick((option.score for option in item.options), key=item.turned)
    for scale in instrument.scales:
        assert measure(scale, instrument, points) == (scale.low if pick is min else scale.high)


@each_instrument
@given(data=st.data())
def test_a_total_stays_in_its_range_and_has_its_band(instrument: Instrument, data: st.DataObject) -> None:
    result = score(instrument, sheets(instrument, data))
    for scale in instrument.scales:
        total = result.totals[scale.id]
        if total is not None:
            assert scale.low <= Fraction(total) <= scale.high
        banded = bool(instrument.norms) and scale.id in instrument.norms[0].bands
        assert (result.band[scale.id] is not None) == (banded and total is not None)


@each_instrument
@given(data=st.data())
def test_raising_a_forward_item_never_lowers_a_scale(instrument: Instrument, data: st.DataObject) -> None:
    answers = sheets(instrument, data, gaps=False)
    item = data.draw(st.sampled_from(instrument.items))
    by_score = sorted(item.options, key=lambda option: item.turned(option.score))
    low, high = sorted(data.draw(st.tuples(*[st.integers(0, len(by_score) - 1)] * 2)))
    lower = score(instrument, answers | {item.id: by_score[low].code})
    higher = score(instrument, answers | {item.id: by_score[high].code})
    for scale in instrument.scales:
        assert higher.totals[scale.id] >= lower.totals[scale.id]  # type: ignore[operator]


@each_instrument
@given(data=st.data())
def test_the_order_in_which_answers_come_is_no_matter(instrument: Instrument, data: st.DataObject) -> None:
    answers = sheets(instrument, data)
    shuffled = dict(data.draw(st.permutations(list(answers.items()))))
    assert score(instrument, shuffled) == score(instrument, answers)


@each_instrument
@given(data=st.data())
def test_permuting_like_items_keeps_the_total(instrument: Instrument, data: st.DataObject) -> None:
    scale = instrument.main
    like = [instrument.item(id) for id in scale.items if not instrument.item(id).reverse]
    answers = sheets(instrument, data)
    moved = data.draw(st.permutations([answers[item.id] for item in like]))
    permuted = answers | {item.id: answer for item, answer in zip(like, moved, strict=True)}
    assert score(instrument, permuted).totals[scale.id] == score(instrument, answers).totals[scale.id]


@each_instrument
@given(data=st.data())
def test_an_alarm_never_asks_the_other_answers(instrument: Instrument, data: st.DataObject) -> None:
    answers = sheets(instrument, data)
    together = score(instrument, answers).alerts
    alone = [score(instrument, {id: answer}).alerts for id, answer in answers.items()]
    assert list(together) == [alert for alerts in alone for alert in alerts]


@each_instrument
@given(data=st.data())
def test_an_impossible_code_is_worth_what_a_blank_is(instrument: Instrument, data: st.DataObject) -> None:
    answers = sheets(instrument, data)
    blanked = {id: None if answer == "?" else answer for id, answer in answers.items()}
    with_codes, with_blanks = score(instrument, answers), score(instrument, blanked)
    assert (with_codes.totals, with_codes.band, with_codes.alerts, with_codes.status) == (
        with_blanks.totals, with_blanks.band, with_blanks.alerts, with_blanks.status,
    )  # fmt: skip
    assert with_blanks.rejected == ()


@each_instrument
@given(data=st.data())
def test_each_item_is_answered_or_named(instrument: Instrument, data: st.DataObject) -> None:
    result = score(instrument, sheets(instrument, data))
    named = [*result.answered, *result.missing, *result.rejected]
    must = {item.id for item in instrument.items if item.scored or item.critical}
    assert len(named) == len(set(named))
    assert must <= set(named)
