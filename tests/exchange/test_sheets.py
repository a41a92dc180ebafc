"""One file fills many sheets: the official ones come along with an agreed export, and are read back unchanged."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests import world
from tests.assessed import assess
from tests.flows.sharing import consent
from tests.web.conftest import MORNING
from tests.web.test_exports import agreed, opened
from tests.web.test_rosters import number
from tongxin.__main__ import main
from tongxin.exports import sheets, writing
from tongxin.exports.table import Column, Table
from tongxin.flows import export_copies
from tongxin.intake import services as intake
from tongxin.intake.models import Listing
from tongxin.intake.reading import official, open_roster
from tongxin.intake.reading.workbook import read_workbook
from tongxin.lib import clock
from tongxin.people.models import Carer, Child
from tongxin.rulebook import foreign

KNOWN = {each.id: foreign.read(each.content) for each in world.library().versions if each.kind == "mappings"}
FIELDS = ("name", "id_no", "sex", "birth", "place", "village", "address", "phone", "categories", "file_no",
          "guardian_name", "guardian_id_no", "guardian_relation", "guardian_phone", "helper_name", "helper_phone")
RAIN = ("童小雨", "370116201203050020", "女", "2012-03-05", "凤城街道", "东升社区居民委员会", "幸福路 7 号",
        "13911112222", "事实无人抚养儿童、残疾儿童", "370116-2025-1",
        "童大山", "370116198001010017", "父亲", "13911113333", "林社工", "0531-76000001")


# The helper is read back by nobody: a roster is about the child.
READ = FIELDS[:14]


def table(*rows: tuple[str, ...]) -> Table:
    return Table(tuple(Column(each, each) for each in FIELDS), rows)


def book(sheet: foreign.Sheet, *rows: tuple[str, ...]) -> bytes:
    return writing.written(sheets.laid_out(table(*rows), sheet), form="xlsx", title=sheet.zh, facts=[("份号", "x")])


def lines(content: bytes) -> list[list[str]]:
    sheet = next(iter(read_workbook(content, "x.xlsx")))
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.rows]


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_sheet_comes_back_as_it_went(name: str) -> None:
    sheet = KNOWN[name]
    (found,) = official.heard(read_workbook(book(sheet, RAIN), "x.xlsx"), sheet)
    assert found == {each: said for each, said in zip(FIELDS, RAIN, strict=True) if each in found}
    assert set(found) == {each.field for each in sheet.columns} & set(READ) >= sheet.needs


WORDS = st.text(st.sampled_from("童小雨王东升=+-@、；，'\" 1234X"), max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS, st.sampled_from(["男", "女"]), st.dates().map(str)), min_size=1, max_size=5))
def test_whatever_stands_in_a_file_is_neither_changed_nor_taken_for_a_formula(rows: list[Any]) -> None:
    sheet = KNOWN["gbt31000"]
    made = Table(tuple(Column(each, each) for each in ("name", "id_no", "sex", "birth")), tuple(rows))
    laid = sheets.laid_out(made, sheet)
    heads = [each.zh for each in laid.columns]
    for (name, id_no, sex, birth), row in zip(rows, laid.rows, strict=True):
        told = dict(zip(heads, row, strict=True))
        assert told["姓名"] == name.strip() and told["公民身份号码"] in (id_no.strip(), "")
        assert told["性别"] == {"男": "1", "女": "2"}[sex]
        assert told["是否违法犯罪"] == "" and told["帮扶人姓名"] == ""
        assert told["出生日期"] in (birth.replace("-", ""), birth)


def test_what_nobody_has_held_against_the_real_sheet_says_so() -> None:
    for sheet in KNOWN.values():
        heads = lines(book(sheet, RAIN))[1]
        assert sheet.unsure and all(f"{each}（待核对）" in heads for each in sheet.unsure)


def test_comes_along_only_where_purpose_and_fields_fit() -> None:
    every = list(KNOWN.values())
    assert [each.id for each in sheets.fitting(iter(every), purpose="department", fields=FIELDS)] == sorted(KNOWN)
    assert sheets.fitting(iter(every), purpose="casework", fields=("name", "sex")) == []
    assert sheets.fitting(iter(every), purpose="entrusted", fields=FIELDS) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_sheet_out_of_a_downloaded_export_goes_in_again(
    cast: world.World, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of the county with an agreed export, read back by the command, brought as a roster: the same children."""
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    children = [
        cast.child(
            f"童小{sign}", birth=f"2012-0{at}-05", id_kind="resident_id", id_no=number(f"3701162012{at:02}05020")
        )
        for at, sign in enumerate("甲乙丙", start=1)
    ]
    assess(cast, "export")
    for child in children:
        consent(cast, child, "given", MORNING)
    fields = ("name", "id_no", "sex", "birth", "place", "village", "address", "phone", "categories")
    row = agreed(cast, "王督导", purpose="department", fields=fields)
    _, files = opened(cast, row, "王督导")
    made = next(content for file, content in files.items() if file.endswith(f"-{name}.xlsx"))
    brought, roster = tmp_path / "official.xlsx", tmp_path / "roster.xlsx"
    brought.write_bytes(made)
    assert main(["sheets", "read", name, str(brought), "-o", str(roster)]) == 0
    rows = list(open_roster(roster, county="370116").rows(today=MORNING.date()))
    assert sorted((each.name, each.id_state) for each in rows) == [(f"童小{sign}", "valid") for sign in "丙乙甲"]
    desk = cast.viewer("郑管理", MORNING)
    found = intake.receive(
        content=roster.read_bytes(), name=roster.name, viewer=desk, at=MORNING, county=cast.place("370116")
    )
    upload = intake.import_upload(found.upload, viewer=desk, at=MORNING, roster=found.roster)
    assert Child.objects.count() == len(children)
    listed = Listing.objects.filter(upload=upload).values_list("child_id", flat=True)
    assert set(listed) == {each.id for each in children}


@pytest.mark.django_db
def test_an_official_sheet_becomes_a_roster_that_the_import_reads(
    cast: world.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: world.START)
    brought, roster = tmp_path / "official.xlsx", tmp_path / "roster.xlsx"
    brought.write_bytes(book(KNOWN["gbt31000"], RAIN))
    assert main(["sheets", "read", "gbt31000", str(brought), "-o", str(roster)]) == 0
    assert "写好 1 行" in capsys.readouterr().out
    (row,) = open_roster(roster, county="370116").rows(today=world.START.date())
    assert row.name == "童小雨" and row.id_no == RAIN[1]
    assert main(["sheets", "read", "nothing", str(brought), "-o", str(roster)]) != 0
    assert load_workbook(io.BytesIO(roster.read_bytes())).sheetnames and export_copies.sheets_of is not None


@pytest.mark.django_db
def test_guardian_and_helper_go_along_only_where_they_were_asked_for(cast: world.World) -> None:
    carers = [
        {"relation": "father", "carer_name": "童大山", "carer_phone": "13911110001", "is_guardian": "yes"},
        {"relation": "paternal_grandmother", "carer_name": "童奶奶", "is_guardian": "no"},
    ]
    child = cast.child("童小雨", carers=carers)
    unsafe = cast.child("童小雪", birth="2013-04-05", carers=carers)
    cast.record(child, "assignment", {"to_post": cast.posts["林社工"].id.hex}, by="郑管理", at=MORNING)
    assess(cast, "export")
    for each in (child, unsafe):
        consent(cast, each, "given", MORNING)
    Carer.objects.filter(child=unsafe).update(is_concern=True)
    plain = ("name", "id_no", "sex")
    more = ("guardian_name", "guardian_relation", "guardian_phone", "guardian_id_no", "helper_name", "helper_phone")
    heads = ["监护人姓名", "与监护人关系（待核对）", "监护人联系方式", "帮扶人姓名"]
    for fields, told in ((plain, ["", "", "", ""]), (plain + more, ["童大山", "父亲", "13911110001", "林社工"])):
        _, files = opened(cast, agreed(cast, purpose="department", fields=fields), "王督导")
        made = next(content for file, content in files.items() if file.endswith("-gbt31000.xlsx"))
        rows = {row[1]: dict(zip(lines(made)[1], row, strict=False)) for row in lines(made)[2:]}
        assert [rows["童小雨"][head] for head in heads] == told
        assert [rows["童小雪"][head] for head in heads[:3]] == ["", "", ""]
