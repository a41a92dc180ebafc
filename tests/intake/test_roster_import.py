"""`tongxin roster import`: what it prints and how it ends."""

from pathlib import Path

import pytest

from tests.intake.laiwu import AT, ROSTERS, Laiwu
from tongxin.accounts.models import Person
from tongxin.commands import roster_import
from tongxin.intake.models import Upload
from tongxin.lib import clock
from tongxin.lib.faults import Fault
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def test_takes_a_roster_in_and_says_what_came_of_it(laiwu: Laiwu, capsys: pytest.CaptureFixture[str]) -> None:
    assert roster_import.main([str(ROSTERS / "roster-b-8.xlsx")]) == 0
    said = capsys.readouterr().out
    assert "共 205 行：新建档案 200 份" in said
    assert "陈思萱" not in said
    assert roster_import.main([str(ROSTERS / "roster-b-8.xlsx")]) == 0
    assert "以前导入过" in capsys.readouterr().out
    assert Child.objects.count() == 200


def test_acts_for_whoever_may_import_only(laiwu: Laiwu) -> None:
    director = Person.objects.exclude(id=laiwu.manager.person_id).filter(
        holdings__post__role="child_director"
    ).first()
    assert director is not None
    with pytest.raises(Fault, match="不能导入花名册"):
        roster_import.main([str(ROSTERS / "roster-b-8.xlsx"), "--as", director.login])
    manager = Person.objects.get(id=laiwu.manager.person_id)
    assert roster_import.main([str(ROSTERS / "roster-b-8.xlsx"), "--as", manager.login]) == 0
    assert Upload.objects.get().person_id == manager.id


def test_refuses_what_it_cannot_read_or_place(
    laiwu: Laiwu, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "说明.xlsx"
    other.write_bytes(b"%PDF-1.7")
    assert roster_import.main([str(other)]) == 2
    assert "没有导入" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        roster_import.main([])
    unknown = tmp_path / "名单.csv"
    unknown.write_text("姓名,性别,出生日期\n王小雨,女,2012-03-05\n", encoding="utf-8")
    with pytest.raises(Fault, match="--county"):
        roster_import.main([str(unknown)])
    with pytest.raises(Fault, match="还没有装入"):
        roster_import.main([str(unknown), "--county", "510104"])
    assert not Upload.objects.exists()
