"""`tongxin roster check`: what a roster is understood to say, without storing any of it."""

import contextlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import TextIO

from tongxin.core.pathway import CHINA
from tongxin.intake.reading import Layout, Part, Roster, RosterError, Row, open_roster
from tongxin.intake.reading.row import NOTES, PROBLEMS
from tongxin.intake.reading.words import field_name
from tongxin.lib.arguments import Parser

_SHOWN = 20


def main(argv: Sequence[str]) -> int:
    """0 when the file is readable, with whatever problems; 2 when it isn't."""
    for stream in (sys.stdout, sys.stderr):
        _in_utf_8(stream)
    asked = _parser().parse_args(list(argv))
    today = asked.today or datetime.now(UTC).astimezone(CHINA).date()
    try:
        roster = open_roster(asked.file, county=asked.county)
        rows = roster.rows(today=today)
        if asked.json:
            _print_json(rows)
            _tell_left_aside(roster)
        else:
            _print_summary(roster, list(rows))
    except RosterError as refused:
        print(f"没有读取：{refused}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stdout = None
    return 0


def _parser() -> Parser:
    parser = Parser(prog="tongxin roster check", description="检查花名册，不存入任何内容。")
    parser.add_argument("file", metavar="文件", help="xlsx、xls、et 或 csv")
    parser.add_argument("--json", action="store_true", help="每行一个儿童，JSON 格式")
    parser.add_argument("--county", metavar="代码", help="县级区划代码；不写则从标题和内容判断")
    parser.add_argument("--today", type=date.fromisoformat, metavar="日期", help="按哪一天判断（年-月-日）")
    return parser


def _in_utf_8(stream: TextIO) -> None:
    with contextlib.suppress(AttributeError):
        stream.reconfigure(encoding="utf-8")  # type: ignore[attr-defined]


def _print_json(rows: Iterable[Row]) -> None:
    for row in rows:
        print(json.dumps(row.as_json(), ensure_ascii=False))


def _tell_left_aside(roster: Roster) -> None:
    for sheet, why in roster.left_aside:
        print(f"没有读工作表“{sheet}”：{why}。", file=sys.stderr)


def _print_summary(roster: Roster, rows: Sequence[Row]) -> None:
    """Counts, columns and row numbers; no name and no number of a person."""
    print(f"文件：{roster.workbook.name}")
    print(f"县级区划：{roster.county or '没有判断出来，请用 --county 指明'}")
    for part in roster.parts:
        _print_part(part, sum(1 for row in rows if _is_in(row, part)))
    for sheet, why in roster.left_aside:
        print(f"没有读工作表“{sheet}”：{why}。")
    print(f"合计：{len(rows)} 行指向儿童，其中 {sum(bool(row.problems) for row in rows)} 行有问题。")
    for code, zh in PROBLEMS.items():
        _print_places(zh, [row for row in rows if code in row.problems])
    for code, zh in NOTES.items():
        _print_places(f"提示：{zh}", [row for row in rows if code in row.notes])


def _print_part(part: Part, count: int) -> None:
    layout = part.layout
    heads = "、".join(str(at + 1) for at in layout.head_rows)
    print(f"工作表“{layout.sheet}”：表头在第 {heads} 行，看懂 {layout.confidence:.0%} 的列，{count} 行。")
    print("  列：" + "，".join(_column(layout, name, at) for name, at in _in_order(layout)))
    if layout.not_understood:
        print("  没有看懂的列：" + "，".join(head for _, head in layout.not_understood))
    for why, places in _skipped(layout).items():
        print(f"  跳过（{why}）：第 {_numbers(places)} 行")


def _column(layout: Layout, name: str, at: int) -> str:
    return f"{layout.heads[at].replace(chr(10), '')}→{field_name(name)}"


def _in_order(layout: Layout) -> list[tuple[str, int]]:
    return sorted(layout.columns.items(), key=lambda pair: pair[1])


def _skipped(layout: Layout) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for each in layout.skipped_rows:
        found.setdefault(each.zh, []).append(each.row)
    return found


def _is_in(row: Row, part: Part) -> bool:
    layout = part.layout
    return row.sheet == layout.sheet and layout.first_row < row.row <= layout.last_row + 1


def _print_places(zh: str, rows: Sequence[Row]) -> None:
    for sheet, count in Counter(row.sheet for row in rows).items():
        places = _numbers([row.row for row in rows if row.sheet == sheet])
        print(f"{zh}：{count} 行（“{sheet}”第 {places} 行）")


def _numbers(places: Sequence[int]) -> str:
    rest = f" 等 {len(places)}" if len(places) > _SHOWN else ""
    return "、".join(map(str, places[:_SHOWN])) + rest
