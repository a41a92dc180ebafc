"""The example cases beside each instrument, on every engine; and that there are enough of them."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.core.instruments import questionnaires as made
from tests.core.instruments.engines import as_json, by_javascript, by_sql, fully_by_sql
from tongxin.core.instruments import Instrument, read, score
from tongxin.core.instruments.definition import Scale

WHO = ("age_months", "sex", "informant", "norm", "seconds")
FILES = ("phq_9", "phq_a", "gad_7", "who_5", "ces_d")


def expected(case: dict[str, Any], found: Any) -> dict[str, Any]:
    """What an engine said about the things that the case speaks of."""
    alerts = [{key: alert[key] for key in ("code", "kind", "item")} for alert in found["alerts"]]
    return {key: found[key] for key in case["gives"]} | {"alerts": alerts}


@pytest.mark.parametrize("id", made.SHIPPED)
def test_each_case_comes_out_as_written(id: str) -> None:
    for case in made.cases(id):
        who = {key: case[key] for key in WHO if key in case}
        found = as_json(score(made.shipped(id), case["answers"], **who))
        assert expected(case, found) == case["gives"], case["name"]


@pytest.mark.parametrize("id", made.ON_PHONES)
def test_each_case_comes_out_of_the_phone_as_written(id: str) -> None:
    cases = [case for case in made.cases(id) if not {"sex", "informant", "norm", "seconds"} & set(case)]
    sheets, ages = [case["answers"] for case in cases], [case.get("age_months") for case in cases]
    for case, found in zip(cases, by_javascript(made.content(id), sheets, ages), strict=True):
        assert expected(case, found) == case["gives"], case["name"]


@pytest.mark.parametrize("id", made.SHIPPED)
def test_each_case_comes_out_of_sql_as_written(id: str) -> None:
    instrument = made.shipped(id)
    cases = [case for case in made.cases(id) if "norm" not in case]
    points = [
        {item.id: _points(instrument, item.id, case["answers"].get(item.id)) for item in instrument.items}
        for case in cases
    ]
    rows = [(case.get("age_months"), case.get("sex"), case.get("informant"), case.get("seconds")) for case in cases]
    for case, row in zip(cases, fully_by_sql(instrument, points, rows), strict=True):
        gives = case["gives"]
        for index, scale in enumerate(instrument.scales):
            total = row[f"s{index}"]
            found = str(total) if scale.decimals and total is not None else total
            assert (found, row[f"band{index}"]) == (gives["totals"][scale.id], gives["band"][scale.id]), case["name"]
        assert row["status"] == gives["status"], case["name"]
        codes = {alert["code"] for alert in gives["alerts"]}
        assert set(filter(None, row["alerts"].split(";"))) == codes, case["name"]


def _points(instrument: Instrument, item: str, answer: Any) -> int | None:
    option = instrument.item(item).option(answer)
    return option.score if option else None


@pytest.mark.parametrize("id", FILES)
def test_each_case_without_an_age_comes_out_of_a_file(id: str, tmp_path: Path) -> None:
    cases = [case for case in made.cases(id) if not set(WHO) & set(case)]
    rows, _ = by_sql(made.content(id), [case["answers"] for case in cases], tmp_path)
    main, *others = read(made.content(id)).scales
    for case, row in zip(cases, rows, strict=True):
        gives = case["gives"]
        said = [
            gives["totals"][main.id],
            *(gives["totals"][scale.id] for scale in others),
            gives["band"][main.id],
        ]
        found = [row["total"], *(row[scale.id] for scale in others), row["band"]]
        assert ["" if value is None else str(value) for value in said] == found, case["name"]
        assert row["status"] == gives["status"]
        assert row["alerts"] == ";".join(dict.fromkeys(alert["code"] for alert in gives["alerts"]))


@pytest.mark.parametrize("id", made.SHIPPED)
def test_both_sides_of_each_threshold_and_a_gap_have_a_case(id: str) -> None:
    cases, instrument = made.cases(id), made.shipped(id)
    names = [case["name"] for case in cases]
    assert len(names) == len(set(names))
    for norm in instrument.norms:
        theirs = [case for case in cases if _norm_of(instrument, case) == norm.id]
        for scale in instrument.scales:
            seen = {Fraction(str(case["gives"]["totals"][scale.id] or 0)) for case in theirs}
            for band in norm.bands.get(scale.id, ())[1:]:
                above, below = _around(instrument, scale, band.start)
                assert {above, below} <= seen, (norm.id, scale.id, band.code)
    assert any(0 < len(case["answers"]) < len(instrument.items) for case in cases)
    assert any(not case["answers"] for case in cases)


def _norm_of(instrument: Instrument, case: dict[str, Any]) -> str:
    if "norm" in case:
        return str(case["norm"])
    norm = instrument.norm(case.get("age_months"), sex=case.get("sex"), informant=case.get("informant"))
    return norm.id if norm else ""


def _around(instrument: Instrument, scale: Scale, start: Fraction) -> tuple[Fraction, Fraction]:
    """The least attainable value from `start` on and the greatest below it, as they are written down."""
    values = {0}
    parts = [instrument.scale(part) for part in scale.parts] or [scale]
    for part in parts if scale.method != "by_age" else parts[:1]:
        for item in map(instrument.item, part.items):
            counts = {part.turned(item, option.score) for option in item.options}
            if part.method == "count_ge":
                counts = {int(count >= part.at_least) for count in counts}
            values = {value + part.factor * count for value, count in itertools.product(values, counts)}
    size = len(scale.items) if scale.method == "mean" else 1
    exact = sorted(Fraction(value, size) for value in values)
    ends = min(value for value in exact if value >= start), max(value for value in exact if value < start)
    above, below = (Fraction(round(end * 10**scale.decimals + Fraction(1, 10**9)), 10**scale.decimals) for end in ends)
    return above, below


@pytest.mark.parametrize("id", made.SHIPPED)
def test_each_alarm_has_a_case_below_it_at_it_and_on_an_incomplete_form(id: str) -> None:
    cases, instrument = made.cases(id), made.shipped(id)
    for item in instrument.items:
        for critical in item.critical:
            raised = [case for case in cases if _raises(case, critical.alert, critical.kind, item.id)]
            given = {_points(instrument, item.id, case["answers"].get(item.id)) for case in cases}
            assert critical.value in given and critical.value - 1 in given
            assert critical.value in {_points(instrument, item.id, case["answers"][item.id]) for case in raised}
    if any(item.critical for item in instrument.items):
        assert any(case["gives"]["status"] != "ok" and case["gives"]["alerts"] for case in cases)


def _raises(case: dict[str, Any], code: str, kind: str, item: str) -> bool:
    return {"code": code, "kind": kind, "item": item} in case["gives"]["alerts"]
