"""A table of answers as a school keeps it: which column is which question, which row is which child, what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tongxin.core.instruments import Instrument
from tongxin.intake.reading import Sheet, Workbook
from tongxin.intake.reading.text import Cell, compact, shown
from tongxin.screening.faults import NotTaken

NUMBER, CLASS, NAME, ID_NO = "编号", "班级", "姓名", "身份证号码"
HEADS = {
    NUMBER: ("编号", "筛查编号"), CLASS: ("班级", "所在班级", "年级班级"), NAME: ("姓名", "学生姓名", "儿童姓名"),
    ID_NO: ("身份证号码", "身份证号", "证件号码", "公民身份号码"),
}
SEARCHED = 20
LONGEST = 12
NO_HEADS = (
    "没有认出表头：要有一行写着“编号”“姓名”或“身份证号码”，以及各题的题号（1、2、3……或 q1、q2、q3……）。"
    "可以先下载空表，填好再上传。没有保存。"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a class list knows of a child, to find it again in a table."""

    participant_id: UUID
    number: int
    school_class: str
    name: str
    id_no: str
    may_answer: bool
    has_answered: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, at its place as the table shows it."""

    row: int
    column: str
    zh: str


@dataclass(slots=True)
class Answers:
    """A table as understood: sheets that can be kept, and what keeps the others from it."""

    columns: dict[str, str]
    unread: list[str]
    ready: dict[UUID, dict[str, str]] = field(default_factory=dict)
    again: int = 0
    problems: list[Problem] = field(default_factory=list)


def understand(book: Workbook, instrument: Instrument, known: Sequence[Known]) -> Answers:
    """Everything that a table says; nothing is kept by reading it."""
    for sheet in book:
        for at, row in enumerate(sheet.rows[:SEARCHED]):
            heads = [compact(shown(cell)) for cell in row]
            who, items = _identities(heads), _items(heads, instrument)
            if who.keys() & {NUMBER, NAME, ID_NO} and len(items) * 2 > len(instrument.items):
                return _read(sheet, at, heads, who, items, instrument, known)
    raise NotTaken(NO_HEADS)


def _identities(heads: Sequence[str]) -> dict[str, int]:
    return {kind: heads.index(head) for kind, names in HEADS.items() for head in heads if head in names}


def _items(heads: Sequence[str], instrument: Instrument) -> dict[str, int]:
    """The first column of each question, named by its number, its id or its words."""
    found: dict[str, int] = {}
    for item in instrument.items:
        number = item.number.lower()
        names = {item.id, number, f"q{number}", f"第{number}题", f"题{number}", f"{instrument.id}_{item.id}"}
        words = compact(item.text.get("zh", ""))
        for at, head in enumerate(heads):
            plain = head.lower()
            has_words = bool(words) and plain.removeprefix(number).lstrip(".、:") == words.lower()
            if item.id not in found and (plain in names or has_words):
                found[item.id] = at
    return found


def _read(
    sheet: Sheet, at: int, heads: Sequence[str], who: Mapping[str, int], items: Mapping[str, int],
    instrument: Instrument, known: Sequence[Known],
) -> Answers:
    used = {*who.values(), *items.values()}
    columns = {heads[place]: kind for kind, place in who.items()}
    columns |= {heads[place]: f"第{instrument.item(id).number}题" for id, place in items.items()}
    told = Answers(columns=columns, unread=[head for place, head in enumerate(heads) if head and place not in used])
    if lost := [item.number for item in instrument.items if item.id not in items]:
        told.problems.append(Problem(at + 1, "", f"没有找到第 {'、'.join(lost)} 题的列，这几题当作没有答"))
    seen: dict[UUID, int] = {}
    for place, row in enumerate(sheet.rows[at + 1 :], start=at + 2):
        cells = [compact(shown(cell)) for cell in row]
        said = {kind: _at(cells, column) for kind, column in who.items()}
        if not any(said.values()):
            continue
        child, zh = _child(said, known)
        if child is None:
            told.problems.append(Problem(place, "", zh))
        elif child.participant_id in seen:
            told.problems.append(Problem(place, "", f"与第 {seen[child.participant_id]} 行是同一名儿童"))
        else:
            seen[child.participant_id] = place
            _take(told, place, row, heads, items, instrument, child)
    return told


def _take(
    told: Answers, place: int, row: Sequence[Cell], heads: Sequence[str], items: Mapping[str, int],
    instrument: Instrument, child: Known,
) -> None:
    if child.has_answered:
        told.again += 1
        return
    if not child.may_answer:
        told.problems.append(Problem(place, "", "这名儿童现在不能作答：监护人没有同意、不参加，或者批次没有进行"))
        return
    answers, before = {}, len(told.problems)
    for id, column in items.items():
        text = _at([compact(shown(cell)) for cell in row], column)
        code = _code(instrument, id, text)
        if text and code is None:
            codes = "、".join(str(option.code) for option in instrument.item(id).options)
            told.problems.append(Problem(place, heads[column], f"写的是“{text[:LONGEST]}”，只能是 {codes} 或者空着"))
        elif code:
            answers[id] = code
    if len(told.problems) > before:
        return
    if not answers:
        told.problems.append(Problem(place, "", "一题也没有答"))
        return
    told.ready[child.participant_id] = answers


def _code(instrument: Instrument, id: str, text: str) -> str | None:
    """The code that a cell names, by itself or in the words of the option."""
    if not text:
        return None
    for option in instrument.item(id).options:
        if text == str(option.code) or text == compact(option.text.get("zh", "")):
            return str(option.code)
    return None


def _child(said: Mapping[str, str], known: Sequence[Known]) -> tuple[Known | None, str]:
    """The child of a row: everything that the row says of it has to fit."""
    fitting = [each for each in known if all(_fits(each, kind, text) for kind, text in said.items() if text)]
    if len(fitting) == 1:
        return fitting[0], ""
    if fitting:
        return None, "名单里有几名儿童都对得上，请加上“编号”一列"
    if said.get(NUMBER) and any(str(each.number) == said[NUMBER] for each in known):
        return None, "编号与姓名、班级或证件号对不上"
    return None, "名单里没有这名儿童"


def _fits(child: Known, kind: str, text: str) -> bool:
    return text == {
        NUMBER: str(child.number), CLASS: compact(child.school_class), NAME: compact(child.name),
        ID_NO: child.id_no,
    }[kind]


def _at(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""
