"""The two commands as an administrator types them: facts out, on record; figures from them; words when it can't be."""

import csv
from pathlib import Path

import pytest

from tests import world
from tests.flows.forms import fill
from tests.world import START
from tongxin.commands import indicators_compute, indicators_export
from tongxin.ledger.models import Event

pytestmark = pytest.mark.django_db
Output = pytest.CaptureFixture[str]
YEAR = ["--first", f"{START.year}-01-01", "--last", f"{START.year}-12-31"]


def test_facts_leave_on_record_and_figures_come_of_them(cast: world.World, tmp_path: Path, capsys: Output) -> None:
    for number in range(6):
        child = cast.child(f"童{number}")
        cast.record(child, "visit_record", fill(child, "visit_record", START), by="周主任", at=START)
    assert indicators_export.main(["--to", str(tmp_path / "out")]) == 0
    assert Event.objects.get(kind="facts.exported").clear["rows"] > 6
    assert not any("童1".encode() in each.read_bytes() for each in (tmp_path / "out").rglob("*.parquet"))
    table = tmp_path / "figures.csv"
    assert indicators_compute.main([str(tmp_path / "out"), *YEAR, "--to", str(table)]) == 0
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if "走访" in row]
    assert rows and any("6" in row for row in rows)
    assert "算出" in capsys.readouterr().out


def test_nothing_is_written_over_and_no_wrong_period_is_counted(
    cast: world.World, tmp_path: Path, capsys: Output
) -> None:
    (tmp_path / "mine").write_text("x")
    assert indicators_export.main(["--to", str(tmp_path)]) == 2
    assert "请给一个空文件夹" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]
    for days in (["--first", "2025年", "--last", "2025-12-31"], ["--first", "2025-12-31", "--last", "2025-01-01"]):
        assert indicators_compute.main([str(tmp_path), *days, "--to", str(tmp_path / "f.csv")]) == 2
    assert not Event.objects.filter(kind="facts.exported").exists()
