"""Text tables (csv, txt): their encoding, what parts their columns, their cells as text."""

import csv
import io
import re

from tongxin.intake.reading import guards
from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.text import Cell
from tongxin.intake.reading.words import limits

_MARKS = (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_USUAL = re.compile(r"[\t\r\n -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef·]")
_LINE_END = re.compile(r"[\r\n]")
_DELIMITERS = ",\t;|"


def read(content: bytes, name: str) -> list[list[Cell]]:
    """The rows of a text table; every cell is text, nothing is worked out."""
    text = decode(content, name)
    if control := _CONTROL.search(text):
        place = f"{name} 第 {text[: control.start()].count(chr(10)) + 1} 行"
        cure = "请用 Excel 或 WPS 打开原文件，另存为 xlsx 再导入。"
        raise RosterError("有不可见的控制字符（如 NUL），不像文本表格。", place=place, cure=cure)
    most = limits()
    csv.field_size_limit(most["cell_characters"])
    rows: list[list[Cell]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    try:
        for row in reader:
            rows.append(list(row))
            if len(rows) > most["rows"]:
                break
    except csv.Error:
        cure = f"请核对这一行的引号是否成对、一格是否超过 {most['cell_characters']} 字。"
        raise RosterError("这一行读不下去。", place=f"{name} 第 {reader.line_num} 行", cure=cure) from None
    guards.check_extent(len(rows), max(map(len, rows), default=0), name)
    return rows


def decode(content: bytes, name: str) -> str:
    """The text in UTF-8, GB18030 or UTF-16; bytes that fit none are refused, not replaced."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding, name)
    encodings = (*_wide(content), "utf-8", "gb18030")
    for encoding in encodings[:-1]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _decoded(content, encodings[-1], name)


def delimiter_of(text: str) -> str:
    """What parts the columns: the mark that gives most lines the same number of columns."""
    lines = [line for line in text[:20_000].splitlines()[:30] if line.strip()]
    return max(_DELIMITERS, key=lambda mark: _evenness(lines, mark))


def _evenness(lines: list[str], mark: str) -> int:
    counts = [line.count(mark) for line in lines]
    usual = max(set(counts), key=lambda count: (count > 0, counts.count(count)), default=0)
    return usual * counts.count(usual)


def _wide(content: bytes) -> tuple[str, ...]:
    """UTF-16 without a mark, where reading it so gives the characters of a Chinese table."""
    start = content[:4000]
    if 0 not in start or len(content) % 2:
        return ()
    for encoding in ("utf-16-le", "utf-16-be"):
        text = start.decode(encoding, errors="replace")
        if len(_USUAL.findall(text)) * 20 >= len(text) * 19 and _LINE_END.search(text):
            return (encoding,)
    return ()


def _decoded(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        zh = "文字编码既不是 UTF-8，也不是 GB18030，读出来会是乱码，没有读取。"
        cure = "请用 Excel 或 WPS 打开，另存为 xlsx 再导入。"
        raise RosterError(zh, place=f"{name} 第 {line} 行", cure=cure) from None
