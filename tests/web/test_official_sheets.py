"""The rosters' page takes another system's sheet as it is: bad cells named, brought twice it makes nobody twice."""

from typing import Any

import pytest

from tests.exchange.test_sheets import KNOWN
from tests.web.test_rosters import number, roster
from tongxin.intake.models import Listing, Upload
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
GBT = [each.zh for each in KNOWN["gbt31000"].columns]
RAIN = {"公民身份号码": number("37011620120305202"), "姓名": "童小雨", "性别": "2", "出生日期": "20120305",
        "监护人姓名": "童大山", "监护人联系方式": "13911110001", "帮扶人姓名": "林社工"}
SNOW = {"公民身份号码": number("37011620130406203"), "姓名": "童小雪", "性别": "7", "出生日期": "上个月"}


def official(*rows: dict[str, str]) -> Any:
    heads = [f"*{each}" for each in GBT]
    return roster(*([row.get(each, "") for each in GBT] for row in rows), heads=heads)


def send(browser: Any, file: Any, sheet: str) -> Any:
    return browser.post("/rosters/", {"file": file, "sheet": sheet})


def test_an_official_sheet_comes_in_by_the_page(office: Any) -> None:
    browser = office("郑管理")
    assert 'value="gbt31000"' in browser.get("/rosters/").content.decode()
    first = official(RAIN, SNOW)
    answer = send(browser, first, "gbt31000")
    page = browser.get(answer.url)
    told = page.content.decode()
    assert "工作表“花名册”C3（性别）写的代码这张表里没有" in told and "D3（出生日期）不像日期" in told
    assert "C2（" not in told and not Child.objects.exists()
    chosen = {c["name"]: c["field"] for part in page.context["parts"] for c in part["columns"]}
    browser.post(answer.url, {**chosen, "go": "yes"})
    assert sorted(Child.objects.values_list("sex", flat=True)) == ["female", "unknown"]
    again = send(browser, official(SNOW, RAIN, {}), "gbt31000")
    page = browser.get(again.url)
    chosen = {c["name"]: c["field"] for part in page.context["parts"] for c in part["columns"]}
    browser.post(again.url, {**chosen, "go": "yes"})
    assert Child.objects.count() == 2 and Upload.objects.count() == 2 and Listing.objects.count() == 4
    first.seek(0)
    same = browser.post("/rosters/", {"file": first, "sheet": "gbt31000"}, follow=True)
    assert "以前导入过" in same.content.decode() and Upload.objects.count() == 2


def test_a_sheet_that_it_is_not_is_refused_in_words_and_may_be_said_otherwise(office: Any) -> None:
    browser = office("郑管理")
    refused = send(browser, official(RAIN), "child_welfare")
    assert refused.status_code == 422 and "请核对选的是不是这张表" in refused.content.decode()
    assert send(browser, official(RAIN), "nothing").status_code == 422 and not Upload.objects.exists()
    file = official(RAIN)
    send(browser, file, "")
    file.seek(0)
    answer = send(browser, file, "gbt31000")
    assert Upload.objects.get().layout["sheet"] == "gbt31000"
    assert "监护人姓名" not in browser.get(answer.url).content.decode()
