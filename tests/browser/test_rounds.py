"""A planner takes a school from nothing to a running round; each page fits every width and has no barrier."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Sit
from tests.browser.desk import WIDTHS, Desk
from tests.browser.test_pages import RULES

pytestmark = pytest.mark.browser
NAMES = ["欧阳一", "欧阳二", "欧阳三", "欧阳四", "欧阳五", "欧阳六"]


def _fits(desk: Desk, path: str = "") -> None:
    if path:
        desk.open(path)
    for width in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": 800})
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= width, (desk.page.url, width)
    desk.page.set_viewport_size({"width": 1024, "height": 768})
    found = Axe().run(desk.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    assert [
        (each["id"], each["nodes"][0]["html"][:200]) for each in found.response["violations"]
        if each["impact"] in {"serious", "critical"}
    ] == []


def test_a_planner_starts_a_round(sit: Sit, tmp_path: Path) -> None:
    desk = sit("何老师")
    page = desk.page
    page.set_viewport_size({"width": 1024, "height": 768})
    desk.open("/rounds/")
    desk.click("新的批次")
    _fits(desk)
    page.get_by_label("患者健康问卷青少年版").check()
    desk.click("建好批次，下一步导入名单")
    desk.reads("批次已经建好", "还没有指定值班的人")
    mark = page.locator("ul.tx-reasons li").first.evaluate("each => getComputedStyle(each).listStyleType")
    assert mark == "none", "each reason has its own mark, and no bullet beside it"
    home = page.url.partition("#")[0].removeprefix(desk.house.url)
    file = tmp_path / "初一名单.csv"
    rows = [f"{name},初一{number % 2 + 1}班,2012-0{number + 1}-15,女" for number, name in enumerate(NAMES)]
    file.write_text("\n".join(["姓名,班级,出生日期,性别", *rows]), encoding="utf-8")
    page.get_by_label("班级名单").set_input_files(file)
    page.get_by_role("button", name="导入名单").click()
    desk.reads("名单里看懂了 6 名儿童")
    desk.open(f"{home}children/")
    page.get_by_label("登记整个批次的全部儿童").check()
    page.get_by_label("给勾选的儿童登记").select_option(label="监护人已同意")
    page.get_by_role("button", name="登记", exact=True).click()
    desk.reads("已登记 6 名")
    _fits(desk)
    desk.open(home)
    page.get_by_label("岗位（现任）").select_option(index=1)
    page.get_by_role("button", name="安排", exact=True).click()
    desk.reads("人手和时间都够，可以开始")
    _fits(desk)
    page.get_by_role("button", name="开始", exact=True).click()
    desk.reads("批次已经开始", "待作答", "0 / 3")
    for path in (home, f"{home}results/", f"{home}report/"):
        _fits(desk, path)
    desk.misses("欧阳一")
