"""Sites come in from a workbook, each row kept or told why not, and go out as the same workbook."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.places.county import site
from tests.web.conftest import Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.places.models import Site, SiteChange

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
HEAD = ("种类", "名称", "单位", "所在地", "面积", "电话", "开放时间", "人员", "能用的设备", "经度", "纬度")
GOOD = ("学校心理辅导室", "实验小学心理辅导室", "实验小学", "凤城街道", 18.5, "0531-1", "周一至周五 08:00-17:00",
        "兼职心理教师 1", "沙盘和沙具、带锁的档案柜、单独的辅导区", 117.66, 36.22)


def book(*rows: tuple[Any, ...], head: tuple[str, ...] = HEAD) -> SimpleUploadedFile:
    made = openpyxl.Workbook()
    for row in (("某县阵地登记表",), head, *rows):
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    return SimpleUploadedFile("places.xlsx", content.getvalue())


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_bad_rows_are_told_and_the_others_kept(cast: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    rows = (
        GOOD, ("学校小屋", *GOOD[1:]), (*GOOD[:3], "不在的镇", *GOOD[4:]), (*GOOD[:6], "常开", *GOOD[7:]),
        (*GOOD[:4], "很大", *GOOD[5:]), (*GOOD[:7], "校医三个", *GOOD[8:]), (*GOOD[:9], 36.22, 117.66),
    )
    answer = desk.post("/places/bring/", {"file": book(*rows)})
    page = text(answer)
    assert answer.status_code == 200 and Site.objects.count() == 1
    told = ("学校心理辅导室", "重名的写区划代码", "看不懂", "“面积”要写数字", "校医三个", "是不是写反了")
    assert all(each in page for each in told) and "<td>4</td>" in page and "<td>9</td>" in page
    row = Site.objects.get()
    assert row.organisation.kind == "school" and row.hours["4"] == [[480, 1020]]
    assert row.staff == {"part_psych_teacher": 1}


def test_the_same_file_twice_changes_nothing_and_what_goes_out_comes_in_again(
    cast: world.World, office: SignedIn
) -> None:
    desk = office("郑管理")
    site(cast)
    for _twice in range(2):
        assert desk.post("/places/bring/", {"file": book(GOOD)}).status_code == 302
    assert Site.objects.count() == 2 and SiteChange.objects.count() == 2
    sent = desk.get("/places/table/")
    listed = list(openpyxl.load_workbook(io.BytesIO(sent.content)).active.values)
    assert len(listed) == 3 and any("面积还差 6 平方米" in str(cell) for row in listed for cell in row)
    again = SimpleUploadedFile("again.xlsx", sent.content)
    assert desk.post("/places/bring/", {"file": again}).status_code == 302
    assert Site.objects.count() == 2
    station = Site.objects.get(kind="protection_station")
    assert station.equipment["extinguisher"] == "broken" and station.staff["head"] == 1


@pytest.mark.parametrize("file", [
    SimpleUploadedFile("x.xlsx", b"no workbook"), book(GOOD, head=tuple("abcdefghijk")), None,
])
def test_what_is_no_such_table_is_refused_whole(
    cast: world.World, office: SignedIn, file: SimpleUploadedFile | None
) -> None:
    answer = office("郑管理").post("/places/bring/", {"file": file} if file else {})
    assert answer.status_code == 422 and "没有读进去" in text(answer)


def test_a_supervisor_brings_in_the_own_town_only(cast: world.World, office: SignedIn) -> None:
    answer = office("王督导").post("/places/bring/", {"file": book((*GOOD[:3], "苗山镇", *GOOD[4:]))})
    assert "写本地的乡镇" in text(answer) and not Site.objects.exists()
    assert len(list(openpyxl.load_workbook(io.BytesIO(
        office("周主任").get("/places/table/?blank=yes").content
    )).active.values)) == 1


def test_the_list_says_what_each_town_lacks_and_draws_where_places_lie(cast: world.World, office: SignedIn) -> None:
    desk = office("郑管理")
    assert "还没有登记阵地" in text(desk.get("/places/"))
    desk.post("/places/bring/", {"file": book(GOOD)})
    site(cast, "370116104")
    page = text(desk.get("/places/"))
    assert "<svg viewBox=\"0 0 600" in page and "苗山镇" in page and "面积还差 6 平方米" in page
    assert "1 个没有登记经纬度" in page and "<circle" in page
    for query in ("kind=x", f"town={'9' * 40}", "town=²", "only=lacking", "kind=school_room"):
        assert desk.get(f"/places/?{query}").status_code == 200
