"""What every instrument file must satisfy, whatever is answered (and whatever is not)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.instruments import questionnaires as made
from tongxin.core.instruments import Instrument, Score, read, score
from tongxin.core.instruments.checks import theoretical_range
from tongxin.core.instruments.measuring import measure

ALL: list[Any] = [pytest.param(made.shipped(id), id=id) for id in made.SHIPPED]
ALL += [pytest.param(read(build()), id=build.__name__) for build in made.MADE]
chances = st.integers(0, 2**32).map(Random)


def each_instrument(test: Callable[..., None]) -> Callable[..., None]:
    found = settings(max_examples=12)(given(chance=chances)(test))
    return pytest.mark.parametrize("instrument", ALL)(found)


def sheet(instrument: Instrument, chance: Random, *, gaps: bool = True) -> dict[str, Any]:
    share = chance.choice((0, 0.02, 0.3)) if gaps else 0
    return {
        item.id: chance.choice((None, "?")) if chance.random() < share else chance.choice(item.options).code
        for item in instrument.items
    }


def scored(instrument: Instrument, answers: dict[str, Any], who: tuple[Any, ...]) -> Score:
    return score(instrument, answers, age_months=who[0], sex=who[1], informant=who[2])


def somebody(instrument: Instrument, chance: Random) -> tuple[Any, ...]:
    informant = chance.choice(instrument.informants)
    age = chance.choice([None, chance.randint(informant.youngest, min(informant.oldest, 230))])
    return age, chance.choice([None, "male", "female"]), informant.code


@pytest.mark.parametrize("instrument", ALL)
def test_keys_cover_each_scored_item(instrument: Instrument) -> None:
    covered = {id for scale in instrument.scales for id in scale.items}
    assert {item.id for item in instrument.scored_items} == covered


@pytest.mark.parametrize("instrument", ALL)
@pytest.mark.parametrize("pick", [min, max])
def test_the_extreme_sheets_reach_the_ends(instrument: Instrument, pick: Callable[..., Any]) -> None:
    for scale in instrument.scales:
        points = {}
        for id in scale.items:
            item = instrument.item(id)
            counts = {option.score: scale.turned(item, option.score) for option in item.options}
            points[id] = pick(counts, key=lambda score, counts=counts: counts[score])
        ends = theoretical_range(scale, instrument)
        end = ends[0] if pick is min else ends[1]
        ages = [part.ages[0] for part in instrument.scales if part.ages] or [None]
        assert end in {measure(scale, instrument, points, age_months=age) for age in ages}


@each_instrument
def test_a_total_stays_in_its_range_and_has_its_band(instrument: Instrument, chance: Random) -> None:
    who = somebody(instrument, chance)
    result = scored(instrument, sheet(instrument, chance), who)
    norm = instrument.norm(who[0], sex=who[1], informant=who[2])
    for scale in instrument.scales:
        total = result.totals[scale.id]
        if total is not None:
            assert scale.low <= Fraction(total) <= scale.high
        banded = norm is not None and scale.id in norm.bands
        assert (result.band[scale.id] is not None) == (banded and total is not None)


@each_instrument
def test_raising_a_forward_item_never_lowers_a_scale(instrument: Instrument, chance: Random) -> None:
    answers, item = sheet(instrument, chance, gaps=False), chance.choice(instrument.items)
    for scale in instrument.scales:
        by_score = sorted(item.options, key=lambda option: scale.turned(item, option.score))
        low, high = sorted(chance.choices(range(len(by_score)), k=2))
        lower = score(instrument, answers | {item.id: by_score[low].code}).totals[scale.id]
        higher = score(instrument, answers | {item.id: by_score[high].code}).totals[scale.id]
        assert (lower is None and higher is None) or higher >= lower  # type: ignore[operator]


@each_instrument
def test_the_order_in_which_answers_come_is_no_matter(instrument: Instrument, chance: Random) -> None:
    answers, who = sheet(instrument, chance), somebody(instrument, chance)
    shuffled = dict(chance.sample(list(answers.items()), len(answers)))
    assert scored(instrument, shuffled, who) == scored(instrument, answers, who)


@each_instrument
def test_permuting_like_items_keeps_the_total(instrument: Instrument, chance: Random) -> None:
    answers = sheet(instrument, chance, gaps=False)
    for scale in instrument.scales:
        if scale.parts:
            continue
        first = instrument.item(scale.items[0])
        like = [
            id for id in scale.items
            if (id in scale.reversed) == (first.id in scale.reversed) and instrument.item(id).options == first.options
        ]
        moved = chance.sample([answers[id] for id in like], len(like))
        permuted = answers | dict(zip(like, moved, strict=True))
        assert score(instrument, permuted).totals[scale.id] == score(instrument, answers).totals[scale.id]


@each_instrument
def test_an_alarm_never_asks_the_other_answers(instrument: Instrument, chance: Random) -> None:
    answers = sheet(instrument, chance)
    together = score(instrument, answers, seconds=1).alerts
    alone = [score(instrument, {id: answer}).alerts for id, answer in answers.items()]
    assert list(together) == [alert for alerts in alone for alert in alerts]


@each_instrument
def test_an_impossible_code_is_worth_what_a_blank_is(instrument: Instrument, chance: Random) -> None:
    answers, who = sheet(instrument, chance), somebody(instrument, chance)
    blanked = {id: None if answer == "?" else answer for id, answer in answers.items()}
    with_codes, with_blanks = scored(instrument, answers, who), scored(instrument, blanked, who)
    assert (with_codes.totals, with_codes.band, with_codes.alerts, with_codes.status) == (
        with_blanks.totals, with_blanks.band, with_blanks.alerts, with_blanks.status,
    )  # fmt: skip
    assert with_blanks.rejected == ()


@each_instrument
def test_each_item_is_answered_or_named_or_rightly_left_out(instrument: Instrument, chance: Random) -> None:
    result = score(instrument, sheet(instrument, chance))
    named = [*result.answered, *result.missing, *result.rejected]
    must = {item.id for item in instrument.items if (item.scored or item.critical) and not item.asked_if}
    assert len(named) == len(set(named))
    assert must <= set(named)


@pytest.mark.parametrize("instrument", ALL)
def test_nothing_answered_is_nothing_not_nought(instrument: Instrument) -> None:
    result = score(instrument, {}, age_months=120, sex="female", informant=instrument.informants[0].code)
    assert set(result.totals.values()) == {None}
    assert set(result.band.values()) == {None}
    assert result.status != "ok" and result.alerts == ()


@pytest.mark.parametrize("instrument", ALL)
def test_no_child_under_eight_reports_on_itself(instrument: Instrument) -> None:
    assert all(each.youngest >= 96 for each in instrument.informants if each.code == "self")
