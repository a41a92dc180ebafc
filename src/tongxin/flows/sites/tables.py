"""Sites as a workbook: rows that come in, each kept or told why not; and the county's list with its gaps."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import xlsxwriter
from django.db import transaction

from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.bookings.models import Room
from tongxin.bookings.rules import rules_at
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sites.keeping import SiteWish, keep, places_below
from tongxin.flows.sites.reach import KEEP, kept, must, rules_for
from tongxin.intake.reading import RosterError, read_workbook
from tongxin.lib.numbers import number_in
from tongxin.places.models import Site, SiteRoom
from tongxin.places.opening import hours_zh
from tongxin.places.reading import codes_in, counts_in, decimal_in, hours_in
from tongxin.places.rules import Places
from tongxin.places.standing import gaps

COLUMNS = (
    "种类", "名称", "单位", "所在地", "地址", "面积", "电话", "找谁", "开放时间", "放假也开", "人员", "能用的设备",
    "最小几岁", "最大几岁", "经度", "纬度", "床位和接线位",
)
NEEDED = COLUMNS[:4]
LACKS, COUNTED = "还差什么", "床位和接线位"
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
MOST_ROWS = 2000
NO_HEAD = "没有读进去：第一行要有这几列：{columns}。可以先下载空表。"
TOO_MANY = "没有读进去：一次最多 2000 行，请分成几份。"
YES, NO = ("是", "有", "yes"), ("", "否", "无", "no")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that was not taken in, and why; the others were."""

    row: int
    name: str
    zh: str


@dataclass(frozen=True, slots=True)
class Brought:
    """How many sites are new, how many were put right, and which rows were not taken in."""

    added: int
    changed: int
    wrong: tuple[Wrong, ...]


@transaction.atomic
def bring_in(*, content: bytes, name: str, actor: Viewer, at: datetime) -> Brought:
    """The rows of a file; the same file twice changes nothing but its day. A row is kept whole or not at all."""
    must(actor, KEEP, at=at)
    rows = _rows(content, name)
    found = rules_for(actor, at=at)
    places: dict[str, list[Division]] = defaultdict(list)
    for each in places_below(actor, at):
        places[each.name].append(each)
        places[each.code].append(each)
    added, changed, wrong = 0, 0, []
    for number, row in rows:
        try:
            wish = _wish(row, found, places, at)
            known = _known(wish, actor, at)
            wish = _with_states(wish, known) if known else wish
            keep(wish=wish, site_id=known.id if known else None, actor=actor, at=at)
        except (ValueError, Refused) as problem:
            zh = problem.zh if isinstance(problem, Refused) else str(problem)
            wrong.append(Wrong(number, row.get("名称", "")[:60], zh.removeprefix("没有保存：")))
            continue
        except NotAllowed:
            wrong.append(Wrong(number, row.get("名称", "")[:60], "这个阵地由别处登记，您改不了。"))
            continue
        added, changed = added + (known is None), changed + (known is not None)
    return Brought(added, changed, tuple(wrong))


def _rows(content: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    try:
        book = read_workbook(content, name)
    except RosterError as error:
        raise Refused.because(f"没有读进去：{error}") from None
    for sheet in book:
        for at, cells in enumerate(sheet.rows):
            heads = [_text(each) for each in cells]
            if set(NEEDED) <= set(heads):
                below = [
                    (line, dict(zip(heads, map(_text, row), strict=False)))
                    for line, row in enumerate(sheet.rows[at + 1:], start=at + 2) if any(map(_text, row))
                ]
                if len(below) > MOST_ROWS:
                    raise Refused.because(TOO_MANY)
                return below
    raise Refused.because(NO_HEAD.format(columns="、".join(NEEDED)))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).replace("\x00", "").strip()


def _wish(
    row: Mapping[str, str], found: Places, places: Mapping[str, Sequence[Division]], at: datetime
) -> SiteWish:
    kinds = {each.zh: id for id, each in found.kinds.items()}
    kind, where = kinds.get(row.get("种类", "")), places.get(row.get("所在地", ""), ())
    if kind is None:
        raise ValueError(f"“种类”写这几种之一：{'、'.join(kinds)}")
    if len(where) != 1:
        raise ValueError("“所在地”写本地的乡镇或村居的全名，有重名的写区划代码")
    if row.get("放假也开", "") not in (*YES, *NO):
        raise ValueError("“放假也开”写“是”或“否”")
    known = {**found.equipment, **rules_at(at).equipment}
    return SiteWish(
        division_id=where[0].id, kind=kind, name=row.get("名称", ""), body=row.get("单位", ""),
        address=row.get("地址", ""), phone=row.get("电话", ""), contact=row.get("找谁", ""),
        area=decimal_in(row.get("面积", ""), "面积"), hours=hours_in(row.get("开放时间", "")),
        opens_on_holidays=row.get("放假也开", "") in YES, staff=counts_in(row.get("人员", ""), found.staff, "人员"),
        equipment=dict.fromkeys(codes_in(row.get("能用的设备", ""), known, "能用的设备"), "good"),
        age_from=_age(row, "最小几岁", found.ages[0]), age_to=_age(row, "最大几岁", found.ages[1]),
        longitude=decimal_in(row.get("经度", ""), "经度"), latitude=decimal_in(row.get("纬度", ""), "纬度"),
        counts=_counts(row, found),
    )


def _counts(row: Mapping[str, str], found: Places) -> dict[str, int] | None:
    """Beds and seats; None where the file has no such column, so that what is known stays."""
    if COUNTED not in row:
        return None
    return counts_in(row[COUNTED], {id: zh for id, (zh, _unit) in found.counted.items()}, COUNTED)


def _age(row: Mapping[str, str], column: str, usual: int) -> int:
    said = row.get(column, "")
    number = number_in(said) if said else usual
    if number is None:
        raise ValueError(f"“{column}”要写整数")
    return number


def _with_states(wish: SiteWish, known: Site) -> SiteWish:
    """What a table doesn't say of things that are there already: worn, broken, in repair; counts without a column."""
    said, had = dict(wish.equipment or {}), known.equipment
    broken = {code: state for code, state in had.items() if code not in said and state not in rules_at(
        known.changed_at
    ).working}
    return replace(
        wish, equipment={**broken, **{code: had.get(code, state) for code, state in said.items()}},
        counts=known.counts if wish.counts is None else wish.counts,
    )


def _known(wish: SiteWish, actor: Viewer, at: datetime) -> Site | None:
    return kept(viewer=actor, at=at).filter(
        name=wish.name, organisation__name=wish.body, county_id=_county(wish.division_id)
    ).first()


def _county(division_id: int) -> int:
    return Division.objects.values_list("county_id", flat=True).get(id=division_id) or 0


def rooms_by_site(sites: Iterable[Site]) -> dict[UUID, list[Room]]:
    """The rooms of each site now."""
    found: dict[UUID, list[Room]] = defaultdict(list)
    rows = SiteRoom.objects.filter(site__in=[each.id for each in sites], ended_at__isnull=True)
    for link in rows.select_related("room").order_by("room__name"):
        found[link.site_id].append(link.room)
    return found


def written(sites: Iterable[Site], *, rules: Places, at: datetime) -> bytes:
    """The sites as a workbook that can be brought in again, with what each still lacks."""
    listed, booking = list(sites), rules_at(at)
    rooms, known = rooms_by_site(listed), {**rules.equipment, **booking.equipment}
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        bold, sheet = book.add_format({"bold": True}), book.add_worksheet("阵地")
        for column, head in enumerate((*COLUMNS, LACKS)):
            sheet.write_string(0, column, head, bold)
        for number, site in enumerate(listed, start=1):
            lacks = "；".join(each.zh for each in gaps(site, rooms[site.id], rules=rules, booking=booking))
            for column, word in enumerate((*_cells(site, rules, known, booking.working), lacks)):
                sheet.write_string(number, column, word)
        sheet.set_column(0, len(COLUMNS), 16)
        sheet.freeze_panes(1, 2)
    return content.getvalue()


def _cells(site: Site, rules: Places, known: Mapping[str, str], working: frozenset[str]) -> list[str]:
    kind = rules.kinds.get(site.kind)
    return [
        kind.zh if kind else site.kind, site.name, site.organisation.name, site.division.code, site.address,
        _said(site.area), site.phone, site.contact, hours_zh(site.hours), "是" if site.opens_on_holidays else "否",
        "、".join(f"{rules.staff.get(role, role)} {many}" for role, many in site.staff.items()),
        "、".join(known.get(code, code) for code, state in site.equipment.items() if state in working),
        str(site.age_from), str(site.age_to), _said(site.longitude), _said(site.latitude),
        "、".join(f"{rules.counted[what][0]} {many}" for what, many in site.counts.items() if what in rules.counted),
    ]


def _said(number: object) -> str:
    return "" if number is None else str(number)
