"""The same question has the same answer: what other pages tell is what an indicator says, and hides."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests import world
from tests.indicators.lives import live
from tests.indicators.test_both_ways import WORDS, ask, groups
from tests.matrix.office import Worker, workers
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.indicators import service
from tongxin.indicators.computing import compute
from tongxin.indicators.figures import HIDDEN, Figure, Figures
from tongxin.indicators.selects import SELECTS
from tongxin.indicators.tables import said
from tongxin.rulebook import rules
from tongxin.web.console.district_figures import MEANT
from tongxin.web.console.district_told import WORK

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
LATER = world.START + timedelta(days=40)
COUNTY = ("37", "3701", "370116")
Told = Iterator[tuple[str, str, int | str | None, Figure]]


def counted(day: date) -> dict[str, Figures]:
    """Every figure of a day at all places, nothing hidden."""
    return compute(
        groups(1), first=day, last=day, ask=ask, source=lambda name: SELECTS[name](WORDS), engine=WORDS.vendor,
        placeholder="%s", depths=range(6), codes=dict(Division.objects.values_list("id", "code")),
    )


def number(figure: Figure) -> int | None:
    return None if figure.state == HIDDEN else int(figure.value or 0)


def table_for(worker: Worker) -> service.Table:
    """The same indicators as the page of indicators tells them."""
    place, day = service.place_for(worker.viewer()), LATER.date()
    assert place is not None
    return service.compute(
        [*MEANT.values(), *WORK.values()], viewer=worker.viewer(), place=place, first=day, last=day, at=LATER
    )


def told_on(client: Office, table: service.Table) -> Told:
    """What the pages of figures tell somebody, beside what the indicator says: page, name, told, figure."""
    here = {name: table.at(id, table.whole) for name, id in MEANT.items()}
    if (page := client.get("/district/")).status_code == 200:
        assert "/children/?" not in page.content.decode()
        for row in page.context["totals"]:
            yield "district", row["id"], row["number"], here[row["id"]]
        district = page.context["levels"]
        order = [row["code"] for row in reversed(district)]
        for chart in ("levels", "stages"):
            for row in page.context[chart]:
                yield "district", row["code"], row["number"], _part(here[chart], row["code"])
        for row, place in _pairs(page.context["places"], table):
            yield "district", row["zh"], row["number"], table.at(MEANT["late"], place)
            yield "district", row["zh"], row["all"], table.at(MEANT["children"], place)
    if (page := client.get("/workload/")).status_code == 200:
        for row, place in zip(page.context["places"], (table.whole, *table.parts), strict=True):
            for name, id in WORK.items():
                yield "workload", row["zh"], row[name], table.at(id, place)
    if (page := client.get("/calibration/")).status_code == 200:
        places = page.context["tables"][0]
        whole = table.at(MEANT["levels"], table.whole)
        if any(_part(whole, code).state == HIDDEN for code in order):
            assert all(not each["lines"] and each["total"] is None for each in page.context["tables"][1:])
        for line, place in _pairs([{"zh": each.zh, "line": each} for each in places["lines"]], table):
            for code, many in zip(page.context["codes"], line["line"].counts, strict=True):
                yield "calibration", line["zh"], many, _part(table.at(MEANT["levels"], place), code)
    if (page := client.get("/capacity/")).status_code == 200:
        rows = [page.context["whole"], *page.context["parts"]]
        for row, place in [(rows[0], table.whole), *_pairs(rows[1:], table)]:
            for code, many in zip(order, row["levels"], strict=True):
                yield "capacity", row["zh"], many, _part(table.at(MEANT["levels"], place), code)


def _part(figure: Figure, code: str) -> Figure:
    many = figure.parts.get(code, 0)
    return Figure(HIDDEN) if many is None else Figure("shown", many)  # type: ignore[arg-type]


def _pairs(rows: Any, table: service.Table) -> list[tuple[Any, service.Place]]:
    places = {each.zh: each for each in table.parts}
    return [(row, places[row["zh"]]) for row in rows]


def test_a_post_of_figures_alone_is_told_what_indicators_tell_and_no_hidden_cell(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    live(cast)
    # Three red among the others: a small colour, and one that would tell it.
    few = Case.objects.filter(is_open=True, goes_on__isnull=True).order_by("id").values_list("id", flat=True)[:3]
    Case.objects.filter(id__in=list(few)).update(level="high")
    time.now = LATER
    pages, seen = set[str](), dict[str, set[str]]()
    for worker in workers(cast, rules.access_rules(at=world.START).roles):
        viewer = worker.viewer()
        if not access.may_do(viewer=viewer, action="see_figures", at=LATER) or access.reads(
            viewer=viewer, part="roster", at=LATER
        ):
            continue
        for page, name, given, figure in told_on(worker.browser(), table_for(worker)):
            pages.add(page)
            wanted = said(figure) if isinstance(given, str) else number(figure)
            assert given == wanted, (worker.role, worker.where, page, name)
            if figure.state == HIDDEN:
                seen.setdefault(page, set()).add(name)
    assert pages == {"district", "workload", "capacity", "calibration"}
    assert set(seen) >= {"district", "capacity", "calibration"}, "cells that are hidden on each page"


def test_figures_that_are_lengths_of_lists_are_the_indicators_of_the_area(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    """At the first moment of a day, when what is late by the moment is late by the day."""
    live(cast)
    time.now = LATER.astimezone(CHINA).replace(hour=0, minute=0)
    found = counted(time.now.date())
    page = office("郑管理").get("/district/")
    here = {name: found[id].get(COUNTY, Figure("nothing")) for name, id in MEANT.items()}
    assert {row["id"]: row["number"] for row in page.context["totals"]} == {
        name: number(here[name]) for name in ("children", "late", "crisis", "no_step")
    }
    for chart in ("levels", "stages"):
        told = {row["code"]: row["number"] for row in page.context[chart]}
        assert told == {code: here[chart].parts.get(code, 0) for code in told} and any(told.values()), chart
    late = {row["zh"]: (row["number"], row["all"]) for row in page.context["places"]}
    inside = Division.objects.filter(level="town", code__startswith=COUNTY[2])
    towns = {each.name: (*COUNTY, each.code) for each in inside}
    assert late == {
        zh: tuple(number(found[MEANT[name]][towns[zh]]) for name in ("late", "children")) for zh in late
    } and any(many for many, _ in late.values())
    assert "/indicators/children_late/" in page.content.decode()


def test_everybody_counts_small_from_the_same_number_on() -> None:
    """What is small is said in several definitions: a page that began lower would tell what another hides."""
    found = {
        f"{each.kind}/{each.id}": each.document.content[name]
        for each in world.library().versions if each.document
        for name in ("small_under", "small_below") if name in each.document.content
    }
    assert len(found) > 12 and set(found.values()) == {5}, found
