"""The pages of figures: who sees which places, what blank and hidden look like, and files with their definitions."""

import io
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
from tongxin.core.pathway import CHINA

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
AFTER = datetime(2026, 1, 5, 9, tzinfo=CHINA)
YEAR = "first=2025-09-01&last=2025-12-31"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_every_group_and_every_figure_has_a_page(cast: world.World, office: SignedIn, time: Clock) -> None:
    live(cast)
    time.now = AFTER
    desk = office("郑管理")
    for link in desk.get("/indicators/").context["groups"]:
        page = desk.get(f"{link['url']}&{YEAR}")
        assert page.status_code == 200, link
        for row in page.context["rows"][:2]:
            one = desk.get(row["url"])
            assert one.status_code == 200 and "怎么算" in text(one) and row["indicator"].means in text(one)


def test_numbers_blank_and_hidden(cast: world.World, office: SignedIn, time: Clock) -> None:
    live(cast)
    time.now = AFTER
    desk = office("郑管理")
    page = desk.get(f"/indicators/children_open/?{YEAR}")
    # Nine and four in two towns: the four are hidden, and the nine with them.
    assert page.context["whole"]["said"] == "13" and {row["said"] for row in page.context["parts"]} == {"不显示"}
    assert "童1" not in text(page)
    assert "没有记录" in text(desk.get(f"/indicators/assessment_minutes/?{YEAR}"))
    assert desk.get(f"/indicators/lectures/?{YEAR}").context["whole"]["said"] == "2"
    assert desk.get(f"/indicators/parents_schools/?{YEAR}").context["whole"]["said"] == "0"


def test_nobody_sees_beyond_the_own_area(cast: world.World, office: SignedIn) -> None:
    live(cast)
    desk = office("王督导")
    assert desk.get("/indicators/").context["place"].zh == "凤城街道"
    for code in ("370116", "370116104", "510104", "nothing", "²", "9" * 400):
        assert desk.get("/indicators/", {"place": code}).status_code == 404, code
    assert desk.get("/indicators/", {"place": "370116001001"}).status_code == 200
    assert office("苏咨询").get("/indicators/").status_code == 404
    assert office("周主任").get("/indicators/children_open/").status_code == 404


def test_a_wrong_period_is_told_and_a_wrong_name_is_no_page(cast: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    for first, last in (("2025-12-31", "2025-01-01"), ("²", "2025-01-01"), ("0001-01-01", "9999-12-31"), ("", "")):
        page = desk.get("/indicators/", {"first": first, "last": last})
        assert page.status_code == 200 and "统计期没有看懂" in text(page)
    for url in ("/indicators/nothing/", "/indicators/?group=nothing", "/indicators/table/?kind=exe"):
        assert desk.get(url).status_code == 404, url


def test_files_carry_the_definitions(cast: world.World, office: SignedIn, time: Clock) -> None:
    live(cast)
    time.now = AFTER
    desk = office("郑管理")
    answer = desk.get(f"/indicators/table/?group=money&kind=xlsx&{YEAR}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["数", "怎么算"]
    rows = {(row[0], row[2]): row for row in book.get_sheet_by_name("数").to_python()}
    assert rows["捐赠和募集", "莱芜区"][4] == 21915 and rows["得到资助的儿童", "莱芜区"][4] == 8
    about = [row[0] for row in book.get_sheet_by_name("怎么算").to_python()]
    assert "捐赠和募集" in about and "统计期" in about
    lines = desk.get(f"/indicators/table/?group=money&kind=csv&{YEAR}").content.decode("utf-8-sig")
    assert "捐赠和募集,,莱芜区,370116,21915,元" in lines and "怎么算" in lines
