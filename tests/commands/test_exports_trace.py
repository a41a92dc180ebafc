"""A table that turned up is traced to the download it came from."""

from pathlib import Path

import pytest

from tests import world
from tests.web.conftest import MORNING
from tests.web.test_exports import agreed, children, opened
from tongxin.commands import exports_trace
from tongxin.exports.models import Export
from tongxin.flows.export_noting import note
from tongxin.lib.faults import Fault
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
__all__ = ["children"]


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_names_the_copy(
    cast: world.World, children: list[Child], form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = agreed(cast, form=form, fields=("name", "sex"))
    opened(cast, row)
    _, files = opened(cast, row)
    leak = tmp_path / f"leak.{form}"
    leak.write_bytes(next(each for name, each in files.items() if name.endswith(f".{form}")))
    assert exports_trace.main([str(leak)]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(f"{row.number} 第 2 份：行的次序 100%，空格 100%")


def test_a_table_without_labels_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("姓名\n某人\n", encoding="utf-8")
    with pytest.raises(Fault):
        exports_trace.marks_in(other)


def test_what_leaves_on_another_way_stands_in_the_register(cast: world.World) -> None:
    row = note(way="roster_rows", content=b"rows", rows=3, actor=cast.viewer("郑管理", MORNING), at=MORNING)
    assert row.state == Export.NOTED and len(row.digest) == 64
