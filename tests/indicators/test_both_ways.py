"""Each indicator says the same on the office's database, on DuckDB over the export, and counted row by row."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection

from tests import world
from tests.indicators.lives import FIRST, LAST, live
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.cases import slices
from tongxin.core.indicators import SETS, Group, Indicator, read
from tongxin.core.indicators.sets import LEVELS, LOOP
from tongxin.core.indicators.tally import tally
from tongxin.core.language import Kind
from tongxin.core.pathway import CHINA
from tongxin.flows import clue_figures
from tongxin.indicators import nation
from tongxin.indicators.computing import compute
from tongxin.indicators.dialect import Words
from tongxin.indicators.exporting import export
from tongxin.indicators.figures import NOTHING, divided
from tongxin.indicators.selects import SELECTS
from tongxin.referrals.figures import timings
from tongxin.referrals.models import Referral

pytestmark = pytest.mark.django_db
WORDS = Words("postgresql" if connection.vendor == "postgresql" else "sqlite")
Rows = list[dict[str, Any]]
NOW = datetime.combine(LAST, time(9), tzinfo=CHINA)


def groups(under: int) -> list[Group]:
    library = world.library()
    return [
        replace(read(each.document.content), small_under=under)
        for each in library.versions if each.kind == "indicators" and each.document
    ]


def ask(sql: str, params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def live_figures(under: int) -> Any:
    return compute(
        groups(under), first=FIRST, last=LAST, ask=ask, source=lambda name: SELECTS[name](WORDS), engine=WORDS.vendor,
        placeholder="%s", depths=range(6), codes=dict(Division.objects.values_list("id", "code")),
    )


def facts(name: str) -> Rows:
    """The rows of a set as the pure core reads them."""
    with connection.cursor() as cursor:
        cursor.execute(SELECTS[name](WORDS))
        columns = [each[0] for each in cursor.description]
        rows = [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]
    for row in rows:
        for column, fact in SETS[name].facts.items():
            if fact.type.kind is Kind.DATE and isinstance(row[column], str):
                row[column] = date.fromisoformat(row[column])
            elif fact.type.kind is Kind.BOOL and row[column] is not None:
                row[column] = bool(row[column])
    return rows


def by_hand(indicator: Indicator, rows: Rows) -> dict[tuple[Any, ...], Decimal | None]:
    """The figure at every place that has rows, counted in memory."""
    inside: dict[tuple[Any, ...], Rows] = defaultdict(list)
    for row in rows:
        path = tuple(row[level] for level in LEVELS)
        for depth in range(len(LEVELS) + 1):
            if None not in path[: max(depth - 1, 0)]:
                inside[path[:depth]].append(row)
    found = {}
    for path, here in inside.items():
        value, base = tally(indicator, here, first=FIRST, last=LAST)
        if base is not None:
            found[path] = Decimal((value or 0) * 1000 // base) / 10 if base else None
        else:
            found[path] = None if value is None else divided(value, indicator.divide)
    return found


def test_the_database_and_duckdb_say_the_same_of_everything(cast: world.World, tmp_path: Path) -> None:
    live(cast)
    written = export(tmp_path / "out", at=NOW)
    empty = {name for name, many in written.items() if not many}
    # What only a long course of forms brings is empty in this small world; the demo's year fills it.
    assert empty <= {
        "assessments", "sheets", "contacts", "feedback", "consents", "courses", "course_ends", "sessions", "plans",
        "reviews", "crisis_times",
        "closings", "reports", "mediations", "participants", "rooms", "problems", "needs",
    }, empty
    for under in (5, 1):
        here = live_figures(under)
        there = nation.compute(groups(under), [tmp_path / "out"], first=FIRST, last=LAST)
        assert here.keys() == there.keys()
        for id in here:
            assert here[id] == there[id], id
    codes = dict(Division.objects.values_list("id", "code"))
    for group in groups(1):
        for each in group.indicators:
            if each.per is None:
                most = LEVELS.index(each.level) + 1
                hand = {
                    tuple(codes.get(part) for part in path): value
                    for path, value in by_hand(each, facts(each.over)).items() if len(path) <= most
                }
                told = here[each.id]
                if not each.is_alone:
                    assert {path: figure.value for path, figure in told.items()} == hand, each.id
                for part in each.parts:
                    rows = [row for row in facts(each.over) if row[each.by] == part.code]
                    split = {tuple(codes.get(at) for at in path): many for path, many in by_hand(each, rows).items()}
                    assert {path: figure.parts[part.code] for path, figure in told.items()} == {
                        path: split.get(path, 0) for path in told
                    }, (each.id, part.code)


def test_blank_is_not_zero(cast: world.World) -> None:
    live(cast)
    found = live_figures(1)
    county = ("37", "3701", "370116")
    other = ("51", "5101", "510104")
    assert found["lectures"][county].value == 2 and found["parents_schools"][county].value == 0
    assert other not in found["lectures"] and found["money_relief"][county].value == 0
    assert found["money_given"][county].value == Decimal("21915.00")
    assert found["granted_children"][county].value == 8 and found["receipts_share"][county].value == Decimal("50")
    assert found["assessment_minutes"].get(county, None) is None or found["assessment_minutes"][county].state == NOTHING


def test_no_name_and_no_id_is_in_the_export(cast: world.World, tmp_path: Path) -> None:
    children = live(cast)
    export(tmp_path / "out", at=NOW)
    words = {word for each in children for word in (each.id.hex, str(each.id), each.file_no)}
    words |= {person.id.hex for person in cast.people.values()}
    known = {**SETS, LOOP.id: LOOP}
    for file in sorted((tmp_path / "out").rglob("*.parquet")):
        table = pq.ParquetFile(file).read()
        said = {str(value) for column in table.columns for value in column.to_pylist()}
        assert not said & words, file
        if file.name != "divisions.parquet":
            assert set(table.column_names) == {*LEVELS, *known[file.parts[-3]].keys, *known[file.parts[-3]].facts}


def test_older_pages_count_the_same(cast: world.World) -> None:
    live(cast)
    at, county = datetime.combine(LAST, time(23, 59), CHINA), ("37", "3701", "370116")
    found, viewer = live_figures(1), cast.viewer("郑管理", at)
    rates = clue_figures.rates(viewer=viewer, at=at)
    for id, rate in zip(("clues_answered", "clues_handled"), rates, strict=False):
        assert (found[id][county].met, found[id][county].base) == (rate.done, rate.of), id
    cases = access.visible(slices.leading().filter(is_open=True), viewer=viewer, part="roster", at=at)
    assert found["children_open"][county].value == cases.count()
    timing = timings(Referral.objects.all(), since=datetime(2025, 1, 1, tzinfo=CHINA), at_least=1)
    spans = sorted(
        (each.accepted_at - each.sent_at) // timedelta(minutes=1) for each in Referral.objects.all() if each.accepted_at
    )
    assert found["accept_hours"][county].value == divided(spans[-(-len(spans) // 2) - 1], 60)
    assert sum(each.sent for each in timing) == found["referrals"][county].value
