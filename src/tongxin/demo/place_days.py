"""The county's sites: 63 school rooms that come in by a table, the other kinds, inspections, and report boxes.

What is made up here comes from a chance of its own, so that no other story is shifted.
"""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

import xlsxwriter

from tongxin.accounts.models import Division, Organisation
from tongxin.core.pathway import CHINA
from tongxin.demo.booking_days import BEGINS, BODY, PLACE
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sites import boxes, inspecting, keeping, tables
from tongxin.places.models import Box, BoxOpening, Finding, Site
from tongxin.places.reading import decimal_in
from tongxin.referrals.models import Service

SPACE, SEED = UUID("6f1d2c5e-5a0b-4c3e-9f57-3f7f0c1f8a63"), 20250963
ROOMS = 63
EAST, NORTH = 117.66, 36.21
WEEK = "周一至周五 08:30-12:00、13:30-17:30"
TERM = "周一至周五 12:00-13:30、16:00-17:30"
HEAD = (
    "种类", "名称", "单位", "所在地", "地址", "面积", "电话", "开放时间", "放假也开", "人员", "能用的设备", "经度",
    "纬度",
)
STATION = "接待区、单独的辅导区、带锁的档案柜、灭火器、急救箱"
CENTRE = "沙发、情绪宣泄设备、单独的辅导区、带锁的档案柜、灭火器"
SATURDAYS = "周六 09:00-11:30"
# Kind, name, area, hours, people, what is there. The body is found or founded under the name.
OTHERS = (
    ("儿童福利机构", "儿童福利院", "820", "每天 00:00-23:59", "专职负责人 1、保育护理人员 14、医护人员 2", "灭火器"),
    (
        "未成年人救助保护机构", "未成年人救助保护中心", "210", f"{WEEK}；{SATURDAYS}",
        "专职负责人 1、社会工作师 3、心理咨询师 2", CENTRE,
    ),
    ("少年宫", "少年宫", "1600", "周六至周日 09:00-17:00", "其他人员 9", "灭火器"),
    ("医院", "市第三人民医院儿童青少年心理门诊", "90", WEEK, "医护人员 6", ""),
    ("妇幼保健院关爱室", "妇幼保健院未成年人关爱室", "28", WEEK, "医护人员 2、社会工作师 1", "沙发、单独的辅导区"),
    (
        "家庭教育指导服务中心", "家庭教育指导服务中心", "130", f"{WEEK}；{SATURDAYS}", "家庭教育指导师 4",
        "带锁的档案柜、灭火器",
    ),
    ("社会工作站", "社会工作总站", "85", WEEK, "社会工作师 3", "灭火器"),
)
BOX_DAYS, OPENED, LETTERS = timedelta(days=28), (21, 14, 7), {(2, 1): 1, (7, 2): 2}
LOOKED = (60, 150, 230, 310, 340)
SOON, MENDED = timedelta(days=45), timedelta(days=6)
LEFT = 2
LETTER = {
    "matter": ["harm"], "what": ["有高年级的在厕所门口要钱，不给就推人，我们班好几个人遇到过"],
    "where": ["学校东边的厕所"], "caller": ["anonymous"], "about_staff": ["no"],
    **{sign: ["no"] for sign in ("wish_to_die", "unguarded", "danger_to_others", "confused", "life_threat")},
    "harmed": ["unknown"],
}


class PlaceDays:
    """What the county's desk writes down of its sites."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county, self.chance = year, county, Random(SEED)
        towns = Division.objects.filter(level="town", county_id=county.id, valid_to__isnull=True)
        self.towns = list(towns.order_by("code"))

    def plan_all(self, *, start: datetime) -> None:
        """The table early, inspections through the year, boxes in the last month, a few of them late at the end."""
        self._plan(start + timedelta(days=12), self._bring_in)
        self._plan(start + timedelta(days=24), self._link)
        for number, days in enumerate(LOOKED):
            self._plan(start + timedelta(days=days), self._look, number=number)
            self._plan(start + timedelta(days=days) + MENDED, self._mend, number=number)
        self._plan(self.year.end - BEGINS + timedelta(days=1), self._centre)
        self._plan(self.year.end - BOX_DAYS, self._hang)
        for turn, days in enumerate(OPENED):
            self._plan(self.year.end - timedelta(days=days, hours=1), self._open, turn=turn)

    def _plan(self, at: datetime, what: Callable[..., object], **given: int) -> None:
        if at < self.year.end:
            self.year.plan(at, what, **given)

    def _desk(self, at: datetime) -> Actor | None:
        return self.year.cast.at_place("case_manager", self.county.id, at=at)

    def _try(self, what: Callable[[], object], at: datetime) -> None:
        try:
            what()
        except (NotAllowed, Refused) as refused:
            self.year.refuse("places", refused, at=at)

    def _bring_in(self, at: datetime) -> None:
        desk = self._desk(at)
        if desk is not None and self.towns:
            self._try(lambda: tables.bring_in(
                content=self._table(), name="阵地.xlsx", actor=desk.viewer, at=at
            ), at)

    def _table(self) -> bytes:
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
            sheet = book.add_worksheet("阵地")
            for line, row in enumerate([HEAD, *self._rooms(), *self._stations(), *self._others()]):
                for column, word in enumerate(row):
                    sheet.write_string(line, column, word)
        return content.getvalue()

    def _rooms(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for number in range(ROOMS):
            town = self.towns[number % len(self.towns)]
            part = ("中心小学", "中学", "第二小学", "实验学校", "第二中学", "第三小学")[number // len(self.towns) % 6]
            more = number // len(self.towns) // 6
            school = f"{_short(town)}{part}{f'（{more + 1}校区）' if more else ''}"
            equipment = ["单独的辅导区", "带锁的档案柜", "沙盘和沙具", "沙发"]
            lacking = self.chance.random()
            rows.append((
                "学校心理辅导室", f"{school}心理辅导室", school, town.code, "教学楼", "" if lacking < 0.04 else
                f"{self.chance.choice((8, 12, 15, 18, 20, 24, 30))}", f"0531-7600{number:04d}", TERM, "否",
                "" if lacking > 0.96 else self.chance.choice(("专职心理教师 1", "兼职心理教师 1", "兼职心理教师 2")),
                "、".join(equipment[: 2 if lacking > 0.7 else 4]), *self._point(town),
            ))
        return rows

    def _stations(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for number, town in enumerate(self.towns):
            rows.append((
                "未保工作站", f"{town.name}未保工作站", town.name, town.code, "政府院内", str(22 + 4 * (number % 5)),
                f"0531-7601{number:04d}", WEEK, "否", f"专职负责人 1、法治副职或律师 1、社会工作师 {1 + number % 4}",
                STATION, *self._point(town),
            ))
            rows.append((
                "儿童之家", f"{_short(town)}儿童之家", town.name, town.code, "", str(36 + 6 * (number % 4)),
                f"0531-7602{number:04d}", "周三至周日 14:00-17:00", "是", "固定的志愿者 2", "图书、灭火器",
                *self._point(town),
            ))
        return rows

    def _others(self) -> list[tuple[str, ...]]:
        town = self.towns[0]
        return [
            (kind, f"{self.county.name}{name}", f"{self.county.name}{name}", town.code, "", area, f"0531-7603{at:04d}",
             hours, "是" if kind == "儿童福利机构" else "否", people, equipment, *self._point(town))
            for at, (kind, name, area, hours, people, equipment) in enumerate(OTHERS)
        ]

    def _point(self, town: Division) -> tuple[str, str]:
        at = self.towns.index(town)
        east, north = EAST + 0.09 * (at % 4 - 1.5), NORTH + 0.08 * (at // 4 - 1.5)
        return f"{east + self.chance.uniform(-0.03, 0.03):.6f}", f"{north + self.chance.uniform(-0.03, 0.03):.6f}"

    def _link(self, at: datetime) -> None:
        """What the directory lists is offered where it is done."""
        desk = self._desk(at)
        for line in Service.objects.filter(county_id=self.county.id).order_by("kind", "zh", "id"):
            kind = {
                "medical": "hospital", "assessment": "hospital", "counselling": "protection_centre",
                "relief": "family_centre",
            }.get(line.kind)
            site = Site.objects.filter(county_id=self.county.id, kind=kind or "").first()
            if desk is not None and site is not None:
                self._linked(site, "service", line.id, desk, at)

    def _linked(self, site: Site, what: str, other: UUID, desk: Actor, at: datetime) -> None:
        self._try(lambda: keeping.link(
            site_id=site.id, what=what, other_id=other, actor=desk.viewer, at=at
        ), at)

    def _centre(self, at: datetime) -> None:
        """The consulting rooms of the 综治中心, whose rota stands already."""
        desk = self._desk(at)
        body = Organisation.objects.filter(kind=BODY, name=f"{self.county.name}{PLACE}").first()
        if desk is None or body is None or not self.towns:
            return
        half = [[510, 720], [810, 1050]]
        east, north = self._point(self.towns[0])
        wish = keeping.SiteWish(
            division_id=self.towns[0].id, kind="governance_centre", name="综治中心心理咨询室", body=body.name,
            phone="0531-76000000", contact="值班咨询师", area=decimal_in("118", "面积"),
            hours={str(day): half for day in range(5)}, staff={"head": 1, "counsellor": 12},
            equipment={"reception": "good", "locked_cabinet": "good"}, longitude=decimal_in(east, "经度"),
            latitude=decimal_in(north, "纬度"),
        )
        self._try(lambda: keeping.keep(wish=wish, site_id=None, actor=desk.viewer, at=at), at)
        site = Site.objects.filter(organisation=body).first()
        if site is not None:
            for room in keeping.free_rooms(site).filter(organisation=body):
                self._linked(site, "room", room.id, desk, at)

    def _look(self, at: datetime, number: int) -> None:
        """Whatever is due soon is looked at; something is found in every ninth. The last time two are left out."""
        desk, today = self._desk(at), at.astimezone(CHINA).date()
        rows = Site.objects.filter(county_id=self.county.id, inspect_by__lte=today + SOON).order_by("name", "id")
        due = list(rows)[LEFT if number == len(LOOKED) - 1 else 0:]
        for turn, site in enumerate(due):
            found = [("equipment", "signs", "staff", "fire")[turn // 9 % 4]] if turn % 9 == 1 else []
            given = {"done_on": [today.isoformat()], "who": ["alone"], "found": found}
            if desk is not None:
                self._inspected(site, uuid5(SPACE, f"look {number} {turn}"), given, desk, at)

    def _inspected(
        self, site: Site, look_id: UUID, given: dict[str, list[str]], desk: Actor, at: datetime
    ) -> None:
        self._try(lambda: inspecting.inspect(
            site_id=site.id, inspection_id=look_id, given=given, actor=desk.viewer, at=at
        ), at)

    def _mend(self, at: datetime, number: int) -> None:
        desk, today = self._desk(at), at.astimezone(CHINA).date()
        rows = list(Finding.objects.filter(mended_on__isnull=True).order_by("due_on", "site__name", "id"))
        for row in rows[: -1 if number == len(LOOKED) - 1 else None]:
            if desk is not None:
                self._mended(row, today.isoformat(), desk, at)

    def _mended(self, row: Finding, day: str, desk: Actor, at: datetime) -> None:
        self._try(lambda: inspecting.mend(finding_id=row.id, mended_on=day, actor=desk.viewer, at=at), at)

    def _hang(self, at: datetime) -> None:
        desk = self._desk(at)
        rows = Site.objects.filter(county_id=self.county.id, kind="school_room").order_by("name")
        for number, site in enumerate(rows):
            if desk is not None:
                self._hung(site, number, desk, at)

    def _hung(self, site: Site, number: int, desk: Actor, at: datetime) -> None:
        outside = ("town_supervisor", "police", "village_director")[number % 3]
        self._try(lambda: boxes.place(
            site_id=site.id, where="教学楼一楼楼梯旁", phone=site.phone, keys=("psych_teacher", outside),
            actor=desk.viewer, at=at,
        ), at)

    def _open(self, at: datetime, turn: int) -> None:
        """Each week all boxes are opened, in the last week all but a few; three letters are found, one still waits."""
        desk = self._desk(at)
        rows = list(Box.objects.filter(is_used=True).order_by("site__name", "number"))
        for number, box in enumerate(rows[: -LEFT if turn == len(OPENED) - 1 else None]):
            found = LETTERS.get((number, turn), 0)
            given = {
                "opened_on": [at.astimezone(CHINA).date().isoformat()], "one": ["心理老师"], "two": ["校外来的人"],
                "found": [str(found)],
            }
            if desk is not None:
                self._opened(box, uuid5(SPACE, f"open {turn} {number}"), given, desk, at)

    def _opened(
        self, box: Box, opening_id: UUID, given: dict[str, list[str]], desk: Actor, at: datetime
    ) -> None:
        self._try(lambda: boxes.open_box(
            box_id=box.id, opening_id=opening_id, given=given, actor=desk.viewer, at=at
        ), at)
        opening = BoxOpening.objects.filter(id=opening_id, found__gt=0).first()
        if opening is not None:
            told = {**LETTER, "received_at": [f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}"],
                    "school": [box.site.organisation.name]}
            self._try(lambda: boxes.hand_over(
                opening_id=opening.id, number=1, given=told, town_id=box.site.town_id, asked=["harmed"],
                actor=desk.viewer, at=at,
            ), at)


def _short(town: Division) -> str:
    """The name of a town without 镇 or 街道."""
    ends = (each for each in ("街道", "镇", "乡") if town.name.endswith(each) and len(town.name) > len(each) + 1)
    return town.name.removesuffix(next(ends, ""))
