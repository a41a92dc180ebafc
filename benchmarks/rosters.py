"""A county's roster of synthetic children, spread over its real villages, as the offices send it."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from benchmarks.names import name
from tongxin.intake.reading.census import below
from tongxin.intake.reading.identity import check_digit

COUNTY = "370116"
HEADS = (
    "序号", "镇（街道）", "村（居）", "儿童姓名", "性别", "出生日期", "身份证号码", "困境类别", "实际照料人",
    "与儿童关系", "联系电话",
)
CATEGORIES = ("孤儿", "事实无人抚养儿童", "农村留守儿童", "重残儿童", "低保家庭儿童", "重病儿童", "流动儿童")
RELATIONS = ("祖父", "祖母", "外祖父", "外祖母", "父亲", "母亲", "叔叔", "姑姑")
FIRST_BIRTH, DAYS = date(2009, 1, 1), 6000


def write(path: Path, rows: int) -> Path:
    """The file, sorted by village like real ones; one row in a hundred lacks the identity number or has it wrong."""
    chance = random.Random(20260302)
    places = {each.code: each for each in below(COUNTY)}
    villages = sorted(code for code, each in places.items() if each.level == "village")
    homes = sorted(chance.choices(villages, k=rows))
    born_then: Counter[date] = Counter()
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(HEADS)
        for number, home in enumerate(homes, start=1):
            village = places[home]
            sheet.writerow(_row(chance, number, places[village.parent].name, village.name, born_then))
    return path


def names_at(path: Path, *, town: str, village: str = "") -> list[str]:
    """The names of the children of a town or of one village of it; without either, of all."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        return [
            row["儿童姓名"] for row in rows
            if town in {"", row["镇（街道）"]} and village in {"", row["村（居）"]}
        ]


def _row(
    chance: random.Random, number: int, town: str, village: str, born_then: Counter[date]
) -> list[object]:
    born = FIRST_BIRTH + timedelta(days=chance.randrange(DAYS))
    sex = chance.choice("男女")
    # Numbers are given out in order, odd ones to boys, so no two children have the same.
    first = f"{COUNTY}{born:%Y%m%d}{born_then[born] * 2 + (sex == '男'):03d}"
    born_then[born] += 1
    last = check_digit(first)
    fault = chance.random()
    id_no = "" if fault < 0.005 else first + ("0" if fault < 0.01 and last != "0" else last)
    return [
        number, town, village, name(chance), sex, f"{born:%Y-%m-%d}", id_no, chance.choice(CATEGORIES), name(chance),
        chance.choice(RELATIONS), f"1{chance.randrange(3 * 10**9, 10**10)}",
    ]
