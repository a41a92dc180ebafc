"""The shared cases: what a specialist can read, every engine must answer so."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.core.language.engines import Engine
from tests.core.language.world import VALUES, VOCABULARY
from tongxin.core.language import parse

CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "golden" / "language_cases.yaml").read_text(encoding="utf-8")
)


def sheet(facts: dict[str, Any]) -> dict[str, Any]:
    """Days as the text they are in JSON."""
    return {name: str(value) if isinstance(value, datetime.date) else value for name, value in facts.items()}


@pytest.mark.parametrize("group", CASES, ids=[group["name"] for group in CASES])
def test_every_engine_answers_as_written(engines: dict[str, Engine], group: dict[str, Any]) -> None:
    rule = parse(group["rule"], vocabulary=VOCABULARY, values=VALUES)
    expected = [case["gives"] for case in group["cases"]]
    sheets = [sheet(case["facts"]) for case in group["cases"]]
    for name, engine in engines.items():
        assert engine.answers([rule], sheets) == [expected], name
