"""The shipped rules, read once for all tests of this folder."""

from datetime import date
from functools import lru_cache
from typing import Any

from tongxin.core.grading import Proposal, Rules, grade, read_rules
from tongxin.lib import definitions, places

ON = date(2026, 1, 5)
CELLS = ("psychological", "observation", "guardianship", "environment", "economy")


@lru_cache(maxsize=1)
def library() -> definitions.Library:
    return definitions.load_all(places.definitions_folder())


@lru_cache(maxsize=4)
def rules(region: str = "") -> Rules:
    def get(kind: str, id: str) -> dict[str, Any]:
        regions = definitions.chain(region)
        return definitions.resolve(library(), kind, id, regions=regions, on=ON).content

    return read_rules(
        get,
        instrument_ids=library().ids("instruments"),
        scheme_ids=library().ids("grading"),
        identification_ids=library().ids("identification"),
    )


def facts(*levels: int | None, **more: Any) -> dict[str, Any]:
    """Facts with these action levels in the order of the cells, all seen today."""
    rows = [{"cell": cell, "level": level, "on": ON} for cell, level in zip(CELLS, levels, strict=True)]
    return {"on": ON, "cells": rows, **more}


def graded(given: dict[str, Any], *, standing: str | None = None, scheme: str = "mental_health") -> Proposal:
    found = rules()
    return grade(found.schemes[scheme], given, gates=found.gates, on=ON, standing=standing)
