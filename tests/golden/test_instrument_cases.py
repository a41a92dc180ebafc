"""The example cases beside each instrument, on every engine; and that there are enough of them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.core.instruments import questionnaires as made
from tests.core.instruments.engines import by_javascript, by_python, by_sql
from tongxin.core.instruments import read


def expected(case: dict[str, Any], found: Any) -> dict[str, Any]:
    """What the case says, and what an engine said about the same things."""
    alerts = [{key: alert[key] for key in ("code", "kind", "item")} for alert in found["alerts"]]
    return {key: found[key] for key in ("status", "totals", "band")} | {"alerts": alerts}


@pytest.mark.parametrize("id", made.SHIPPED)
@pytest.mark.parametrize("engine", [by_python, by_javascript])
def test_each_case_comes_out_as_written(id: str, engine: Any) -> None:
    cases = made.cases(id)
    sheets, ages = [case["answers"] for case in cases], [case.get("age_months") for case in cases]
    for case, found in zip(cases, engine(made.content(id), sheets, ages), strict=True):
        assert expected(case, found) == case["gives"], case["name"]


@pytest.mark.parametrize("id", made.SHIPPED)
def test_each_case_without_an_age_comes_out_of_sql(id: str, tmp_path: Path) -> None:
    cases = [case for case in made.cases(id) if "age_months" not in case]
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
    for scale in instrument.scales:
        seen = {case["gives"]["totals"][scale.id] for case in cases}
        for band in instrument.norms[0].bands.get(scale.id, ())[1:]:
            above = math.ceil(band.start / scale.factor) * scale.factor
            assert {above, above - scale.factor} <= seen, (scale.id, band.code)
    assert any(0 < len(case["answers"]) < len(instrument.scored_items) for case in cases)
    assert any(not case["answers"] for case in cases)


@pytest.mark.parametrize("id", made.SHIPPED)
def test_each_alarm_has_a_case_below_it_at_it_and_on_an_incomplete_form(id: str) -> None:
    cases = made.cases(id)
    for item in made.shipped(id).items:
        for critical in item.critical:
            raised = [case for case in cases if _raises(case, critical.alert, critical.kind, item.id)]
            given = {case["answers"].get(item.id) for case in cases}
            assert critical.value in given and critical.value - 1 in given
            assert any(case["answers"][item.id] == critical.value for case in raised)
    if any(item.critical for item in made.shipped(id).items):
        assert any(case["gives"]["status"] == "incomplete" and case["gives"]["alerts"] for case in cases)


def _raises(case: dict[str, Any], code: str, kind: str, item: str) -> bool:
    return {"code": code, "kind": kind, "item": item} in case["gives"]["alerts"]
