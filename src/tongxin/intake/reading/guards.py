"""What is looked at before a file is opened: its size, what it really is, what it would unpack to."""

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.words import limits

MACROS = ("vbaproject.bin", "/macrosheets/")
MEGABYTE = 1 << 20
_OVERLAP = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "请用 Excel 或 WPS 打开，另存为 xlsx 再导入。"
_OTHERS = (
    (b"%PDF", "这是 PDF 文件，不是表格。"),
    (b"\x89PNG", "这是图片，不是表格。"),
    (b"\xff\xd8\xff", "这是图片，不是表格。"),
    (b"GIF8", "这是图片，不是表格。"),
    (b"Rar!", "这是 RAR 压缩包，不是表格。"),
    (b"7z\xbc\xaf", "这是 7z 压缩包，不是表格。"),
    (b"\x1f\x8b", "这是 gzip 压缩包，不是表格。"),
    (b"{\\rtf", "这是 RTF 文档，不是表格。"),
    (b"MZ", "这是程序文件，不是表格。"),
    (b"\x7fELF", "这是程序文件，不是表格。"),
)
_FAR_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Z]{2,3}|[A-Z](?=\d{6}))(\d+)[\"'][^>]*(?<!/)>")
_FAR_ROW = re.compile(
    rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"'](\d{6,})[\"'][^>]*(?<!/)>"
    rb"(?:(?!</(?:\w+:)?row\b).)*?<(?:\w+:)?c\b(?![^>]*?\br\s*=)",
    re.DOTALL,
)
_REPEATED = re.compile(rb"number-(columns|rows)-repeated=\"(\d+)\"[^>]*value-type")


def content_of(source: Path | str | bytes, name: str) -> bytes:
    """The bytes of a file that is not too large and not empty."""
    try:
        size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
        _check_size(size, name)
        return source if isinstance(source, bytes) else Path(source).read_bytes()
    except FileNotFoundError:
        raise RosterError("找不到这个文件。", place=name, cure="请核对文件名和所在文件夹。") from None
    except IsADirectoryError:
        raise RosterError("这是文件夹，不是文件。", place=name, cure="请指明其中的一个文件。") from None
    except OSError:
        raise RosterError("文件打不开。", place=name, cure="请核对权限，或先关闭正在使用它的程序。") from None


def _check_size(size: int, name: str) -> None:
    if size > limits()["file_megabytes"] * MEGABYTE:
        zh = f"文件有 {size / MEGABYTE:.0f} MB，超过 {limits()['file_megabytes']} MB 的上限，没有读取。"
        raise RosterError(zh, place=name, cure="请删去图片和多余的工作表，或按乡镇分成几个文件。")
    if not size:
        raise RosterError("文件是空的。", place=name, cure="请核对发来的文件是否完整。")


def kind_of(content: bytes, name: str) -> str:
    """`xlsx`, `xls`, `ods` or `text`, judged by the content; anything else is refused."""
    for magic, zh in _OTHERS:
        if content.startswith(magic):
            raise RosterError(zh, place=name, cure="请导入 xlsx、xls、et 或 csv 格式的花名册。")
    if content.startswith(_OLE):
        return _ole_kind(content, name)
    if content.startswith(b"PK"):
        return _zip_kind(content, name)
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")):
        raise RosterError("这是网页（或 XML）改名成的表格，不是真正的表格文件。", place=name, cure=_SAVE_AS)
    if content[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02"):
        raise RosterError("这是很旧的 Excel 文件。", place=name, cure=_SAVE_AS)
    return "text"


def encrypted(name: str) -> RosterError:
    """The refusal of a workbook with a password."""
    cure = "请打开文件、取消密码后另存，再导入。"
    return RosterError("文件有打开密码，读不到内容。", place=name, cure=cure)


def broken(name: str) -> RosterError:
    """The refusal of a workbook that can't be opened."""
    return RosterError("文件已损坏或不完整，打不开。", place=name, cure=_SAVE_AS)


def check_extent(height: int, width: int, place: str) -> None:
    """Refuse a sheet of more rows or columns than a roster has."""
    most = limits()
    if height > most["rows"]:
        zh = f"有 {height} 行，超过 {most['rows']} 行的上限。"
        raise RosterError(zh, place=place, cure="请按乡镇分成几个文件，或删去表格下方的多余内容。")
    if width > most["columns"]:
        zh = f"有 {width} 列，超过 {most['columns']} 列的上限。"
        raise RosterError(zh, place=place, cure="请删去表格右侧的多余内容。")
    if height * width > most["cells"]:
        cure = "请删去空行空列，或分成几个文件。"
        raise RosterError(f"有 {height * width} 格，太大。", place=place, cure=cure)


def check_spreadsheet(content: bytes, name: str, kind: str) -> None:
    """Refuse a package that would unpack to far more than it seems."""
    if kind == "xls":
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_package(package, name)
            for part in package.infolist():
                with package.open(part) as opened:
                    _check_part(opened, part.filename, name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        raise broken(name) from None
    except RuntimeError:
        raise encrypted(name) from None


def _check_package(package: zipfile.ZipFile, name: str) -> None:
    most, parts = limits(), package.infolist()
    if any(mark in part.filename.lower() for part in parts for mark in MACROS):
        raise RosterError("表格里带有宏（程序），没有读取。", place=name, cure="请另存为不带宏的 xlsx 再导入。")
    whole = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > most["ratio_from_megabytes"] * MEGABYTE
        and part.file_size > part.compress_size * most["unpacked_ratio"]
        for part in parts
    )
    if swollen or whole > most["unpacked_megabytes"] * MEGABYTE or len(parts) > most["parts"]:
        zh = "文件展开后会异常地大（像压缩炸弹），没有打开。"
        cure = "请向发来的人核实；确是花名册，就复制内容到新建的 xlsx 里再导入。"
        raise RosterError(zh, place=name, cure=cure)


def _check_part(part: IO[bytes], inside: str, name: str) -> None:
    """Read a part to its end (its checksum shows a false size) and look for cells far outside.

    A single cell at the far corner would make the reader lay out every cell before it.
    """
    tail, furthest = b"", (0, 0)
    is_sheet = "worksheets/" in inside or inside == "content.xml"
    while chunk := part.read(MEGABYTE):
        if is_sheet:
            furthest = _furthest(tail + chunk, furthest)
            check_extent(*furthest, name)
            tail = chunk[-_OVERLAP:]


def _furthest(xml: bytes, so_far: tuple[int, int]) -> tuple[int, int]:
    row, column = so_far
    for letters, number in _FAR_CELL.findall(xml):
        at = 0
        for letter in letters:
            at = at * 26 + letter - 64
        row, column = max(row, int(number)), max(column, at)
    for number in _FAR_ROW.findall(xml):
        row = max(row, int(number))
    for way, count in _REPEATED.findall(xml):
        row, column = (max(row, int(count)), column) if way == b"rows" else (row, max(column, int(count)))
    return row, column


def _ole_kind(content: bytes, name: str) -> str:
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise encrypted(name)
    if has("Workbook") or has("Book"):
        return "xls"
    if has("WordDocument"):
        cure = "请把表格复制到 xlsx 里再导入。"
        raise RosterError("这是 Word（或 WPS 文字）文档，不是表格。", place=name, cure=cure)
    raise broken(name)


def _zip_kind(content: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            inside = set(package.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise broken(name) from None
    if "xl/workbook.xml" in inside or any(part.endswith("xl/workbook.xml") for part in inside):
        return "xlsx"
    if "content.xml" in inside and "META-INF/manifest.xml" in inside:
        return "ods"
    if "xl/workbook.bin" in inside:
        raise RosterError("这是 xlsb 格式。", place=name, cure=_SAVE_AS)
    if any(part.startswith("word/") for part in inside):
        raise RosterError("这是 Word 文档，不是表格。", place=name, cure="请把表格复制到 xlsx 里再导入。")
    raise RosterError("这是压缩包，不是表格。", place=name, cure="请先解压，再导入里面的花名册。")
