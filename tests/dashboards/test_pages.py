"""Dashboards: who sees which, that small numbers stay hidden at every turn, that lists and files say the same."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests import world
from tests.indicators.lives import live
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.dashboards.models import Told
from tongxin.reports.models import Report

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture
def lived(cast: world.World, time: Clock) -> world.World:
    """The year is nearly over, and much has happened."""
    live(cast)
    time.now = datetime(2025, 12, 30, 9, tzinfo=CHINA)
    return cast


def text(answer: Any) -> str:
    return str(answer.content.decode())


def card(page: Any, chart: str) -> Any:
    return next(each for each in page.context["cards"] if each["chart"] == chart)


def test_each_role_has_its_own_board_and_others_none(lived: world.World, office: SignedIn) -> None:
    for who, board, place in (("郑管理", "county", "莱芜区"), ("王督导", "township", "凤城街道"),
                              ("周主任", "village", "东升社区居民委员会")):
        page = office(who).get("/dashboard/")
        assert page.status_code == 200 and (page.context["board"].id, page.context["place"].zh) == (board, place)
        assert 'href="/dashboard/"' in text(office(who).get("/")), who
        assert not re.search(r"童\d", text(page))
    for who in ("苏咨询", "秦医生", "何老师"):
        assert office(who).get("/dashboard/").status_code == 404
        assert office(who).get("/dashboard/table/").status_code == 404
        assert 'href="/dashboard/"' not in text(office(who).get("/"))


def test_nobody_looks_beyond_the_own_area(lived: world.World, office: SignedIn) -> None:
    desk = office("王督导")
    assert desk.get("/dashboard/", {"place": "370116001001"}).status_code == 200
    for code in ("370116", "370116104", "510104", "nothing", "²", "9" * 400):
        assert desk.get("/dashboard/", {"place": code}).status_code == 404, code
    for year in ("²", "0", "9" * 400, "1999", "2026"):
        assert desk.get("/dashboard/", {"year": year}).context["asked"].year == 2025


def test_small_towns_are_hidden_and_not_opened(lived: world.World, office: SignedIn) -> None:
    page = office("郑管理").get("/dashboard/")
    tiles = card(page, "tiles")
    # Nine and four in two towns: the four are hidden, and the nine with them.
    assert tiles["whole"]["said"] == "13" and {row["said"] for row in tiles["rows"]} == {"不显示"}
    assert not any(row["url"] for row in tiles["rows"]) and "到这里为止" in text(page)
    for path, row in Told.objects.filter(path__startswith="37/3701/370116/").values_list("path", "figures"):
        assert row["figures"].get("children_open", [None, None])[1] in (None, "0"), path


def test_the_steps_add_up_and_lead_to_the_same_children(lived: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    rows = card(desk.get("/dashboard/"), "funnel")["rows"]
    filed = next(row for row in rows if row["id"] == "filed")
    assert filed["reached"] == "13"
    for row in (each for each in rows if each["url"]):
        listed = desk.get(row["url"])
        assert listed.status_code == 200 and str(len(listed.context["rows"])) == row["lost"]
    # Whoever has the list sees how long it is; what leaves the page tells of nobody so few.
    assert any(row["url"] and 0 < int(row["lost"]) < 5 for row in rows)
    assert all(row["reached"].isdigit() and (row["lost"].isdigit() or row["is_last"]) for row in rows[1:])
    book = CalamineWorkbook.from_filelike(io.BytesIO(desk.get("/dashboard/table/", {"kind": "xlsx"}).content))
    told = [str(cell) for line in book.get_sheet_by_name("闭环").to_python()[1:] for cell in line]
    assert "不显示" in told and not {"1", "2", "3", "4"} & set(told)


def test_who_reads_no_files_gets_no_list(lived: world.World, office: SignedIn) -> None:
    listed = office("何老师").get("/children/", {"stopped": "identified", "year": "2025"})
    assert not listed.context["rows"]
    for step, year in (("nothing", "2025"), ("filed", "²"), ("filed", "9" * 12), ("filed", "")):
        assert office("郑管理").get("/children/", {"stopped": step, "year": year}).status_code == 200


def test_months_are_told_together_or_not_at_all(lived: world.World, office: SignedIn) -> None:
    for figures in Told.objects.values_list("figures", flat=True):
        for series in figures["series"].values():
            for quarter in range(4):
                months = [series.get(f"m{number}", "none") for number in range(3 * quarter, 3 * quarter + 3)]
                assert months.count(None) in (0, 3)
    page = office("郑管理").get("/dashboard/")
    charts = card(page, "trend")["charts"]
    assert charts and all(row["said"] for each in charts for row in each["rows"])


def test_figures_stay_those_of_their_moment_until_the_next_day(
    lived: world.World, office: SignedIn, time: Clock
) -> None:
    desk = office("郑管理")
    before = desk.get("/dashboard/").context["counted_at"]
    Case.objects.update(is_open=False)
    assert desk.get("/dashboard/").context["counted_at"] == before
    assert card(desk.get("/dashboard/"), "tiles")["whole"]["said"] == "13"
    time.now = datetime(2025, 12, 31, 9, tzinfo=CHINA)
    assert card(office("郑管理").get("/dashboard/"), "tiles")["whole"]["said"] == "0"


def test_files_say_the_same_with_definitions(lived: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    book = CalamineWorkbook.from_filelike(io.BytesIO(desk.get("/dashboard/table/?kind=xlsx").content))
    assert book.sheet_names == ["数", "每月", "闭环", "怎么算"]
    rows = {(row[1], row[2], row[3]): row[5] for row in book.get_sheet_by_name("数").to_python()[1:]}
    assert rows["children_open", "", "莱芜区"] == 13 and rows["children_open", "", "凤城街道"] == "不显示"
    assert "数到" in [row[0] for row in book.get_sheet_by_name("怎么算").to_python()]
    assert "在册困境儿童,children_open,,莱芜区,370116,13,人" in (
        desk.get("/dashboard/table/?kind=csv").content.decode("utf-8-sig")
    )
    assert desk.get("/dashboard/table/?kind=exe").status_code == 404
    assert "莱芜区，2025年（到12月30日），在册困境儿童：13 人（指标 children_open）" in text(desk.get("/dashboard/"))


def test_a_figure_goes_into_a_report_that_is_being_written(lived: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    page = desk.get("/dashboard/report/?indicator=visits")
    assert "没有还在写的报告" in text(page)
    desk.post("/reports/make/", {"kind": "monthly", "first": "2025-11-01", "division": "370116"})
    row = Report.objects.get()
    for given, status in (({"indicator": "money_given"}, 422), ({"indicator": "money_given", "report": "²"}, 422),
                          ({"indicator": "nothing", "report": str(row.id)}, 302)):
        assert desk.post("/dashboard/report/", given).status_code == status
    sent = {"indicator": "closures", "report": str(row.id)}
    assert desk.post("/dashboard/report/", sent).status_code == 302
    again = desk.post("/dashboard/report/", sent)
    assert again.status_code == 422 and "已经有" in text(again)
    row.refresh_from_db()
    assert [each["id"] for each in row.figures[-1]["rows"]] == ["closures"] and row.figures[-1]["id"] == "added"
    assert "另加的数" in text(desk.get(f"/reports/{row.id}/"))
    assert office("陈管理").post("/dashboard/report/", sent).status_code == 404
    assert office("周主任").get("/dashboard/report/?indicator=visits").status_code == 404
