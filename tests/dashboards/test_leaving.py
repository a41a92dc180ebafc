"""Charts that leave: as a picture, and with their table in a report of every shape; never with a small number."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests import world
from tests.dashboards.test_pages import lived as lived
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.core.pathway import CHINA
from tongxin.reports.models import Report

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
PNG = b"\x89PNG\r\n\x1a\n"
DRAWN = ("chart=tiles&indicator=visits", "chart=trend&indicator=visits", "chart=funnel",
         "chart=parts&indicator=children_by_category", "chart=multiples&indicator=visits")


def test_every_chart_of_the_board_is_kept_as_a_picture(lived: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    page = desk.get("/dashboard/").content.decode().replace("&amp;", "&")
    offered = re.findall(r'href="/dashboard/picture/\?[^"]*(chart=[^"]*)" download', page)
    # Of towns that are hidden altogether no picture is offered: there would be nothing on it.
    assert "chart=funnel" in offered and not any("tiles" in each for each in offered)
    for query in DRAWN:
        answer = desk.get(f"/dashboard/picture/?{query}")
        assert answer["Content-Type"] == "image/png" and answer.content.startswith(PNG), query
        assert int.from_bytes(answer.content[16:20], "big") > 1000, "as wide as paper wants"
    assert desk.get("/dashboard/picture/").status_code == 302
    for query in ("chart=numbers&indicator=visits", "chart=tiles&indicator=money_given", "chart=²", "chart=tiles"):
        assert desk.get(f"/dashboard/picture/?{query}").status_code == 404, query
    assert office("何老师").get(f"/dashboard/picture/?{DRAWN[0]}").status_code == 404
    assert office("王督导").get(f"/dashboard/picture/?{DRAWN[0]}&place=370116104").status_code == 404


def test_a_chart_goes_into_a_report_with_its_table_in_every_shape(lived: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    desk.post("/reports/make/", {"kind": "monthly", "first": "2025-11-01", "division": "370116"})
    row = Report.objects.get()
    sent = {"report": str(row.id)}
    for query in DRAWN:
        assert "照看板上的样子" in desk.get(f"/dashboard/report/?{query}").content.decode()
        assert desk.post(f"/dashboard/report/?{query}", sent).status_code == 302, query
    again = desk.post(f"/dashboard/report/?{DRAWN[0]}", sent)
    assert again.status_code == 422 and "已经有" in again.content.decode()
    row.refresh_from_db()
    added = row.figures[-1]
    assert [each["id"] for each in added["places"]] == [
        "tiles.visits", "trend.visits", "funnel", "parts.children_by_category", "multiples.visits",
    ]
    # Her own list counts exactly on the page; what goes into a paper tells of nobody so few.
    steps = " ".join(each["said"] for each in added["places"][2]["rows"])
    assert "不显示" in steps + added["places"][2]["picture"]["alt"] and not re.search(r"(?<!\d)[1-4] 人", steps)
    assert "数到2025年12月30日" in added["places"][2]["picture"]["head"]
    files = {shape: desk.get(f"/reports/{row.id}/file/{shape}/").content for shape in ("docx", "xlsx", "pdf")}
    for shape, folder, words in (("docx", "word", "word/document.xml"), ("xlsx", "xl", "xl/drawings/drawing1.xml")):
        with zipfile.ZipFile(io.BytesIO(files[shape])) as packed:
            pictures = [name for name in packed.namelist() if name.startswith(f"{folder}/media/")]
            assert len(pictures) == len(DRAWN) and packed.read(pictures[0]).startswith(PNG)
            assert 'descr="走访：各乡镇（人次）' in packed.read(words).decode(), "for those who don't see it"
    assert files["pdf"].startswith(b"%PDF-")
    assert "走访：各乡镇（人次）" in desk.get(f"/reports/{row.id}/").content.decode()


def test_a_picture_of_elsewhere_is_not_put_into_a_report(lived: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    desk.post("/reports/make/", {"kind": "monthly", "first": "2025-11-01", "division": "370116001"})
    refused = desk.post("/dashboard/report/?chart=trend&indicator=visits", {"report": str(Report.objects.get().id)})
    assert refused.status_code == 422 and "先在看板上换到报告的地方" in refused.content.decode()


def test_a_year_that_is_over_tells_its_last_day(lived: world.World, office: SignedIn, time: Clock) -> None:
    time.now = datetime(2026, 3, 2, 9, tzinfo=CHINA)
    page = office("郑管理").get("/dashboard/?year=2025")
    cards: dict[str, Any] = {each["chart"]: each for each in page.context["cards"]}
    said = {row["id"]: row["said"] for row in cards["numbers"]["rows"]}
    assert said["children_at_end"] == "13" and "children_open" not in said
    assert said["steps_overdue"].isdigit() and said["closed_loop"] == "只有现在的数"
    assert float(said["visited_share"]) > 0, "visits of that year, whatever was visited since"
    assert cards["tiles"]["chosen"].id == "children_at_end" and cards["tiles"]["whole"]["said"] == "13"
    assert "closed_loop" not in {each["id"] for each in cards["tiles"]["choices"]}
    assert {each["indicator"].id for each in cards["parts"]["charts"]} >= {"children_at_end", "categories_at_end"}
    copied = next(row["copied"] for row in cards["numbers"]["rows"] if row["id"] == "children_at_end")
    assert copied.startswith("莱芜区，2025年，期末在册儿童（当时的等级）：13 人（指标 children_at_end）。怎么算：")
    assert "数到2026年3月2日" in copied and "来源：" in copied
