"""What is asked of a scoring run: which instrument, which columns answer it, and what else each row carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tongxin.batch.cells import canonical
from tongxin.batch.errors import TableError
from tongxin.core.instruments.definition import Instrument, Item, Scale

AGE, SEX, MISSING = "age", "sex", "missing"


@dataclass(frozen=True, slots=True)
class Request:
    """A checked wish; `age`, `sex` and `by` name columns of the files, or folders written `name=value`."""

    instrument: Instrument
    id_column: str
    columns: tuple[str, ...]
    recode: Mapping[str, str]
    age: str = ""
    sex: str = ""
    informant: str = ""
    by: tuple[str, ...] = ()
    counts_missing: bool = False

    @property
    def items(self) -> tuple[Item, ...]:
        return asked_items(self.instrument, self.columns)

    @property
    def more(self) -> tuple[str, ...]:
        """The columns that are read beside the answers, in the order in which a source gives them."""
        return (*(column for column in (self.age, self.sex) if column), *self.by)

    @property
    def headings(self) -> list[str]:
        """The head of the result: the row's id under its own name, what was found, what was passed on."""
        scales = ["total", *(scale.id for scale in self.instrument.scales[1:])]
        found = [*scales, "band", "status", "alerts", *(band_heading(scale) for scale in self.apart)]
        known = [MISSING] * self.counts_missing + [AGE] * bool(self.age) + [SEX] * bool(self.sex)
        return [self.id_column, *found, *known, *self.by]

    @property
    def apart(self) -> tuple[Scale, ...]:
        return judged_apart(self.instrument)

    @property
    def unasked(self) -> tuple[str, ...]:
        """The printed numbers of critical items that have no column."""
        asked = {item.id for item in self.items}
        return tuple(item.number for item in self.instrument.items if item.critical and item.id not in asked)


def judged_apart(instrument: Instrument) -> tuple[Scale, ...]:
    """The scales with bands of their own, where the main one has none: DASS-21 is judged by its three."""
    told = {id for norm in instrument.norms if not norm.alternative for id in norm.ladders}
    return () if instrument.main.id in told else tuple(scale for scale in instrument.scales if scale.id in told)


def band_heading(scale: Scale) -> str:
    return f"band_{scale.id}"


def asked(
    instrument: Instrument,
    *,
    id_column: str,
    columns: Sequence[str],
    recode: Mapping[str, str] | None = None,
    age: str = "",
    sex: str = "",
    informant: str = "",
    by: Sequence[str] = (),
    counts_missing: bool = False,
) -> Request:
    """The request, or a TableError that says which of its parts can't be."""
    request = Request(
        instrument=instrument,
        id_column=id_column,
        columns=tuple(columns),
        recode=checked_recode(instrument, recode or {}),
        age=age,
        sex=sex,
        informant=informant,
        by=tuple(by),
        counts_missing=counts_missing,
    )
    asked_items(instrument, columns)
    _check_columns(request)
    _check_headings(request)
    return request


def asked_items(instrument: Instrument, columns: Sequence[str]) -> tuple[Item, ...]:
    """The items that `columns` answer, in printed order: the scored ones, or all of them."""
    for items in (instrument.scored_items, instrument.items):
        if len(items) == len(columns):
            return items
    scored, printed = instrument.scored_items, instrument.items
    expected = f"{len(scored)} 列（第 {'、'.join(item.number for item in scored)} 题）"
    if len(printed) > len(scored):
        expected += f"，或全部 {len(printed)} 列（再加 {'、'.join(i.number for i in printed if not i.scored)}）"
    raise TableError(f"--columns 给了 {len(columns)} 列，{instrument.zh}应按印刷顺序给 {expected}。")


def checked_recode(instrument: Instrument, recode: Mapping[str, str]) -> dict[str, str]:
    """The recoding in canonical codes; each target is a code of the instrument or a blank."""
    codes = {str(option.code) for item in instrument.items for option in item.options}
    meanings: dict[str, str] = {}
    for source, target in recode.items():
        before, after = canonical(source), canonical(target)
        if after and after not in codes:
            raise TableError(f"--recode 里的“{source}={target}”：{instrument.zh}没有代码“{target}”。")
        if meanings.get(before, after) != after:
            raise TableError(f"--recode 里“{source}”写了两次。请只留一个。")
        meanings[before] = after
    return meanings


def _check_columns(request: Request) -> None:
    columns = request.columns
    for index, column in enumerate(columns):
        if column in columns[:index]:
            raise TableError(f"--columns 里“{column}”写了两次。每题各用一列。")
        if column == request.id_column:
            raise TableError(f"“{column}”既作编号又作答案。请核对 --id 与 --columns。")
    for index, column in enumerate(request.more):
        if column in columns or column == request.id_column:
            raise TableError(f"“{column}”已作编号或答案，不能再作年龄、性别或分组。")
        if column in request.more[:index]:
            raise TableError(f"“{column}”在 --age、--sex、--by 里写了两次。请只留一个。")


def _check_headings(request: Request) -> None:
    headings = request.headings
    if request.id_column in headings[1:]:
        raise TableError(f"编号列“{request.id_column}”与结果列同名。请先把它改名。")
    for index, heading in enumerate(headings):
        if heading in headings[:index]:
            raise TableError(f"分组列“{heading}”与结果列同名。请先把它改名。")
