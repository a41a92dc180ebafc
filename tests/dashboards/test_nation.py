"""The nation: a post above all provinces sees figures down to the village, live or from exports, and no child."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.indicators.lives import live
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts import county, nation
from tongxin.accounts.models import Division, places_of
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case
from tongxin.commands import dashboards_count
from tongxin.core.pathway import CHINA
from tongxin.dashboards.exported import counted
from tongxin.dashboards.live import count_year
from tongxin.dashboards.models import Count, Told
from tongxin.indicators import about
from tongxin.indicators.exporting import export
from tongxin.lib.faults import Fault
from tongxin.people.models import Child
from tongxin.reports.models import Report

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 12, 30, 9, tzinfo=CHINA)


@pytest.fixture
def officer(cast: world.World, time: Clock) -> Office:
    """The year is nearly over, much has happened, and somebody at the ministry looks."""
    live(cast)
    time.now = NOW
    post = nation.open_desk(actor=WORKER, at=world.START)
    (person,) = county.fill(holders=[(post, "nation", "安主管")], at=world.START)
    client = Office()
    client.force_login(person)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def card(page: Any, chart: str) -> Any:
    return next(each for each in page.context["cards"] if each["chart"] == chart)


def kept() -> dict[str, Any]:
    return dict(Told.objects.values_list("path", "figures"))


def test_it_opens_at_the_whole_and_goes_down_to_the_village(officer: Office) -> None:
    page = officer.get("/dashboard/")
    assert page.context["place"].zh == "全国" and page.context["board"].id == "nation"
    tiles = card(page, "tiles")
    assert tiles["whole"]["said"] == "13" and [row["zh"] for row in tiles["rows"]] == ["山东省"]
    assert next(row for row in card(page, "funnel")["rows"] if row["id"] == "filed")["reached"] == "13"
    path = ["山东省", "济南市", "莱芜区"]
    for name in path:
        page = officer.get(next(row["url"] for row in card(page, "tiles")["rows"] if row["zh"] == name))
        assert page.context["place"].zh == name
    assert [each["zh"] for each in page.context["steps"]] == ["全国", *path[:-1]]
    assert officer.get(page.context["steps"][0]["url"]).context["place"].zh == "全国"
    for code, zh in (("370116001", "凤城街道"), ("370116001001", "东升社区居民委员会")):
        here = officer.get("/dashboard/", {"place": code})
        assert here.context["place"].zh == zh and not re.search(r"童\d", text(here))
    # Both towns are small: what is hidden in the county is hidden from the nation.
    assert {row["said"] for row in card(page, "tiles")["rows"]} == {"不显示"}
    assert kept()["*"]["figures"]["children_open"][1] == "13"


def test_no_province_is_found_by_taking_the_others_from_the_whole(officer: Office) -> None:
    far = Division.objects.get(code="510104")
    one = Child.objects.order_by("id")[0].id
    Child.objects.filter(id=one).update(**places_of(far))
    rows = card(officer.get("/dashboard/"), "tiles")["rows"]
    # One child in one province: neither is told, else the other would follow from the 13 of the whole.
    assert {row["zh"]: row["said"] for row in rows} == {"山东省": "不显示", "四川省": "不显示"}


def test_figures_questions_and_reports_of_the_whole(officer: Office) -> None:
    page = officer.get("/indicators/children_open/")
    assert page.context["place"].zh == "全国" and [row["zh"] for row in page.context["parts"]] == ["山东省"]
    asked = officer.get("/queries/", {"indicator": "children_open", "rows": "place", "period": "2025"})
    assert "山东省" in text(asked) and asked.context["form"]["places"][0]["zh"] == "全国"
    sent = {"kind": "monthly", "first": "2025-11-01", "division": nation.CODE}
    assert officer.post("/reports/make/", sent).status_code == 302
    row = Report.objects.get()
    assert row.title.startswith("全国2025年11月") and officer.get(f"/reports/{row.id}/").status_code == 200
    assert officer.get("/dashboard/table/?kind=csv").status_code == 200
    assert officer.get("/moves/figures/").status_code == 200
    names = [each["zh"] for each in officer.get("/").context["nav"]]
    assert {"看板", "统计指标", "自选统计", "统计报告", "汇总数"} <= set(names) and "儿童" not in names


def test_nobody_else_looks_at_the_whole(officer: Office, office: Callable[[str], Office]) -> None:
    for who in ("郑管理", "王督导", "周主任"):
        assert office(who).get("/dashboard/", {"place": nation.CODE}).status_code == 404
    for page in ("/children/", "/tasks/", "/clues/", "/workload/", "/district/", "/exports/", "/rosters/"):
        answer = officer.get(page)
        assert answer.status_code == 404 or not re.search(r"童\d|/children/[0-9a-f-]{36}", text(answer)), page


def test_counted_over_exports_it_says_the_same(officer: Office, tmp_path: Path) -> None:
    count_year(2025, region="", at=NOW)
    live_figures = kept()
    export(tmp_path / "one", at=NOW)
    made = counted([tmp_path / "one"], year=2025, at=NOW)
    assert kept() == live_figures and len(live_figures) >= 9
    assert Count.objects.get() == made
    page = officer.get("/dashboard/")
    assert "按各省导出的数据数到2025年12月30日" in text(page) and card(page, "tiles")["whole"]["said"] == "13"
    # A figure on its own would be counted over the files of this place: charts go into reports as they stand.
    links = re.findall(r'href="/dashboard/report/([^"]*)"', text(page))
    assert links and all("chart=" in each for each in links)
    # They stand until they are counted again: nobody counts the tables of a place without files.
    assert officer.get("/dashboard/", {"year": "2024"}).context["counted_at"] is None


def test_exports_of_two_are_one_nation(officer: Office, tmp_path: Path) -> None:
    export(tmp_path / "one", at=NOW)
    other, earlier = tmp_path / "other", NOW - timedelta(days=9)
    export(other, at=earlier)
    said = json.loads((other / about.FILE).read_text())
    (other / about.FILE).write_text(json.dumps({**said, "installation": "ab"}))
    Division.objects.filter(code="370116001001").update(code="370116001999")
    made = counted([tmp_path / "one", other], year=2025, at=NOW)
    # A place that was not known here comes with those who live there.
    assert Division.objects.get(code="370116001001").county_id == Division.objects.get(code="370116").id
    assert made.at == earlier and [each["installation"] for each in made.exports][1] == "ab"
    assert kept()["*"]["figures"]["children_open"][1] == "26"


def broken(folder: Path, how: str) -> list[Path]:
    """Folders of which one is not as it should be."""
    said = json.loads((folder / about.FILE).read_text())
    cases = next((folder / "cases").glob("*/*.parquet"))
    if how == "missing":
        return [folder, folder / "nothing"]
    if how == "twice":
        return [folder, shutil.copytree(folder, folder.parent / "again")]
    if how == "rules":
        (folder / about.FILE).write_text(json.dumps({**said, "definitions": "other"}))
    elif how == "about":
        (folder / about.FILE).write_text("{")
    elif how == "cut":
        cases.write_bytes(cases.read_bytes()[:-20])
    elif how == "lost":
        cases.unlink()
    elif how == "columns":
        shutil.copy(next((folder / "grades").glob("*/*.parquet")), cases)
    elif how == "damaged":
        whole = cases.read_bytes()
        cases.write_bytes(whole[:8] + bytes(len(whole) // 3) + whole[8 + len(whole) // 3:])
    elif how == "places":
        (folder / "divisions.parquet").unlink()
    return [folder]


@pytest.mark.parametrize(("how", "zh"), [
    ("missing", "没有找到文件夹"), ("twice", "同一套系统的两份导出"), ("rules", "不是同一版"), ("about", "读不出"),
    ("cut", "cases 不完整"), ("lost", "cases 不完整"), ("columns", "栏目不一样"), ("damaged", "读不出"),
    ("places", "divisions.parquet 不完整"),
])
def test_what_cannot_be_counted_is_said_and_nothing_is_kept(
    cast: world.World, tmp_path: Path, time: Clock, how: str, zh: str
) -> None:
    cast.child("童一")
    time.now = NOW
    export(tmp_path / "one", at=NOW)
    with pytest.raises(Fault, match=zh):
        counted(broken(tmp_path / "one", how), year=2025, at=NOW)
    assert not Count.objects.exists() and not Told.objects.exists()


def test_the_command_refuses_where_files_are_kept_and_counts_where_none_are(
    cast: world.World, tmp_path: Path, time: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(6):
        cast.child("童")
    time.now = NOW
    export(tmp_path / "one", at=NOW)
    with pytest.raises(Fault, match="自己的儿童档案"):
        dashboards_count.main([str(tmp_path / "one"), "--year", "2025"])
    Case.objects.all().delete()
    with pytest.raises(Fault, match="早于2026年"):
        dashboards_count.main([str(tmp_path / "one"), "--year", "2026"])
    assert dashboards_count.main([str(tmp_path / "one"), "--year", "2025"]) == 0
    assert "1 份导出" in capsys.readouterr().out and kept()["37"]["figures"]["children_open"][1] == "6"
    assert dashboards_count.main(["--none"]) == 0 and not Told.objects.exists()
