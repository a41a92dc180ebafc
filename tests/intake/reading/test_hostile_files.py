"""Files that aren't what they say, or would do harm: refused in words, nothing of them kept."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.intake.reading.files import LAIWU, SAMPLES, XIAOYU, number, read, xlsx
from tongxin.intake.reading import RosterError, open_roster, read_workbook
from tongxin.intake.reading.words import limits

YU = number(XIAOYU)
SHEET = "xl/worksheets/sheet1.xml"


def test_a_damaged_old_workbook_takes_nobody_else_down(capfd: pytest.CaptureFixture[str]) -> None:
    """Each of these few bytes made the reader ask for gigabytes, or give up in a way of its own."""
    whole = (SAMPLES / "small.xls").read_bytes()
    for at in (30, 48, 68, 76, 512):
        with pytest.raises(RosterError, match="已损坏"):
            open_roster(whole[:at] + b"\xff\xff\xff\x7f" + whole[at + 4 :], name="花名册.xls", county=LAIWU)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["small.ods", "roster-b-8.xlsx"])
def test_a_package_with_a_flipped_bit_is_read_or_refused(name: str) -> None:
    whole = (SAMPLES / name).read_bytes()
    refused = 0
    for at in range(40, len(whole), len(whole) // 60):
        try:
            open_roster(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :], name=name, county=LAIWU)
        except RosterError:
            refused += 1
    assert refused > 30


def refusal(content: bytes | Path, name: str = "花名册.xlsx") -> RosterError:
    with pytest.raises(RosterError) as caught:
        open_roster(content, name=name)
    assert caught.value.place.startswith(name)
    assert caught.value.cure
    return caught.value


def repacked(changed: dict[str, bytes]) -> bytes:
    """A sound workbook with some of its parts replaced or added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx([["姓名", "身份证号"], ["小雨", YU]]))) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))
        for name in changed.keys() - set(old.namelist()):
            new.writestr(name, changed[name])
    return target.getvalue()


def sheet_with(cells: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"Rar!\x1a\x07", "压缩包"),
        (b"MZ\x90\x00", "程序"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "网页"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "网页"),
        (b"PK\x03\x04 broken", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + b"\0" * 600, "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "文字"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"", "空的"),
    ],
)
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "et", "csv"])
def test_a_file_is_judged_by_its_content(content: bytes, words: str, suffix: str) -> None:
    assert words in refusal(content, f"花名册.{suffix}").zh


@pytest.mark.parametrize(("part", "words"), [("word/document.xml", "Word"), ("花名册.xlsx", "压缩包")])
def test_other_packages_are_named(part: str, words: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(part, b"x")
    assert words in refusal(target.getvalue()).zh


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "花名册.xlsx"
    with large.open("wb") as file:
        file.truncate(200 << 20)
    assert f"超过 {limits()['file_megabytes']} MB" in refusal(large).zh


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "找不到" in refusal(tmp_path / "没有.xlsx", "没有.xlsx").zh
    assert "文件夹" in refusal(tmp_path, "文件夹").zh


def test_a_part_that_swells_is_not_opened() -> None:
    assert "炸弹" in refusal(repacked({"xl/media/image1.bin": b"\0" * (64 << 20)})).zh


def test_a_part_that_hides_its_size_is_not_opened() -> None:
    """The package says the part is small; its checksum shows that it isn't."""
    swollen = zlib.compress(sheet_with("<row/>" * 3_000_000), 9)[2:-4]
    content = repacked({SHEET: b"@@" + b"x" * 200})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        info = package.getinfo(SHEET)
    start = info.header_offset + 30 + len(SHEET)
    head = bytearray(content[info.header_offset : start])
    struct.pack_into("<I", head, 18, len(swollen))
    lying = content[: info.header_offset] + bytes(head) + swollen + content[start + info.compress_size :]
    assert "损坏" in refusal(lying).zh


def test_too_many_parts_are_not_opened() -> None:
    assert "炸弹" in refusal(repacked({f"xl/{n}.xml": b"" for n in range(limits()["parts"] + 1)})).zh


@pytest.mark.parametrize(("cell", "words"), [("XFD1", "列"), ("A1048576", "行"), ("XFD1048576", "行"), ("ZZ5", "列")])
def test_one_cell_at_the_far_corner_does_not_lay_out_the_whole_sheet(cell: str, words: str) -> None:
    far = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c s="1" r="{cell}"><v>1</v></c></row>'
    assert words in refusal(repacked({SHEET: sheet_with(far)})).zh


def test_a_cell_placed_by_its_row_alone_does_not_either() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>'
    assert "行" in refusal(repacked({SHEET: sheet_with(far)})).zh


def test_formatted_but_empty_cells_far_out_do_no_harm() -> None:
    head = '<c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="inlineStr"><is><t>身份证号</t></is></c>'
    child = '<c r="A2" t="inlineStr"><is><t>小雨</t></is></c><c r="XFD2" s="1"/>'
    cells = f'<row r="1">{head}</row><row r="2">{child}</row><row r="1048576"><c r="A1048576" s="1"/></row>'
    assert [row.name for row in read(repacked({SHEET: sheet_with(cells)}))] == ["小雨"]


def test_entities_are_not_unfolded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'
    assert refusal(repacked({SHEET: bomb + sheet_with(cells)})).zh


def test_a_repeated_cell_in_an_open_document_is_refused() -> None:
    target = io.BytesIO()
    cell = '<table:table-cell table:number-columns-repeated="1000000" office:value-type="string"/>'
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("META-INF/manifest.xml", "<x/>")
        package.writestr("content.xml", f"<x>{cell}</x>")
    assert "列" in refusal(target.getvalue(), "花名册.ods").zh


def test_cut_off_files_are_said_to_be_broken() -> None:
    sound = xlsx([["姓名", "身份证号"], ["小雨", YU]])
    for length in (100, len(sound) // 2, len(sound) - 10):
        assert "损坏" in refusal(sound[:length]).zh


def test_formulas_give_what_was_last_shown() -> None:
    head = '<c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="inlineStr"><is><t>身份证号</t></is></c>'
    child = '<c r="A2" t="str"><f>HYPERLINK("http://x")</f><v>小雨</v></c>'
    cells = f'<row r="1">{head}</row><row r="2">{child}<c r="B2" t="str"><v>{YU}</v></c></row>'
    assert read(repacked({SHEET: sheet_with(cells)}))[0].name == "小雨"


def test_no_head_is_said_in_words() -> None:
    assert "没有看懂" in refusal(xlsx([["苹果", "梨"], [1, 2]])).zh
    assert "没有看懂" in refusal(xlsx([])).zh


def test_a_refusal_quotes_nothing_from_the_file() -> None:
    assert "小雨" not in str(refusal(xlsx([["小雨", YU]])))


def test_sheets_are_kept_apart_from_what_cannot_be_read() -> None:
    book = read_workbook(xlsx([["姓名", "身份证号"], ["小雨", YU]]), "花名册.csv")
    assert (book.kind, len(book)) == ("xlsx", 1)


def test_a_workbook_with_programs_in_it_is_not_opened() -> None:
    assert "宏" in refusal(repacked({"xl/vbaProject.bin": b"Sub Auto_Open()"}), "花名册.xlsx").zh
