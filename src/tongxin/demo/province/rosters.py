"""Which counties take part, how many children each has, and each county's roster as its office would send it."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from tongxin.demo.province.names import name_of
from tongxin.demo.province.rules import Province, morning_of
from tongxin.intake.reading.census import Division, below
from tongxin.intake.reading.identity import check_digit

HEADS = (
    "序号", "乡（镇、街道）", "村（居）", "儿童姓名", "性别", "民族", "出生日期", "身份证号码", "困境类别",
    "实际照料人", "与儿童关系",
)
CATEGORIES = {
    "孤儿": 12, "事实无人抚养儿童": 18, "农村留守儿童": 26, "低保家庭儿童": 24, "重残儿童": 9,
    "重病儿童": 6, "流动儿童": 5,
}
RELATIONS = ("祖父", "祖母", "外祖父", "外祖母", "父亲", "母亲", "母亲", "叔叔", "姑姑")
SEX = {"男": "male", "女": "female"}
# Nobody's number begins with a prefecture's code: numbers are given out by counties.
NO_COUNTY = "00"
# How many of a thousand rows lack the number.
LACKS = 5
# A small sample has at least so many children a county.
LEAST = 30
YOUNGEST, UNDER_AGE = timedelta(days=200), timedelta(days=18 * 365)


@dataclass(frozen=True, slots=True)
class Share:
    """One county, how many children are on its roster, and when it comes in."""

    code: str
    name: str
    children: int
    begins: datetime

    @property
    def prefecture(self) -> str:
        return self.code[:4]


def shares(province: Province, *, children: int, seed: int) -> list[Share]:
    """The counties that take part, with as many children as they have villages in proportion."""
    chance = Random(f"{seed}:counties")
    villages = Counter(each.code[:6] for each in below(province.code) if each.level == "village")
    names = {each.code: each.name for each in below(province.code) if each.level == "county" and villages[each.code]}
    taking_part = _spread(names, at_most=max(2, children // LEAST))
    counted = _parted(children, {code: villages[code] for code in taking_part})
    begins = _beginnings(taking_part, province, chance)
    return [Share(code, names[code], counted[code], begins[code]) for code in taking_part]


def roster_of(share: Share, *, province: Province, seed: int) -> bytes:
    """The county's file: a row a child, by village."""
    chance = Random(f"{seed}:{share.code}")
    places = {each.code: each for each in below(share.code)}
    villages = sorted(code for code, each in places.items() if each.level == "village")
    taken: Counter[date] = Counter()
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(HEADS)
    for number, home in enumerate(sorted(chance.choices(villages, k=share.children)), start=1):
        sheet.writerow([number, *_row(chance, places, home, share, province, taken)])
    return text.getvalue().encode("utf-8-sig")


def _row(
    chance: Random, places: Mapping[str, Division], home: str, share: Share, province: Province, taken: Counter[date]
) -> Sequence[str]:
    village = places[home]
    (ethnicity,) = chance.choices(tuple(province.ethnicities), weights=tuple(province.ethnicities.values()))
    sex = chance.choice(tuple(SEX))
    # Nobody comes of age before the end.
    latest = share.begins.date() - YOUNGEST
    born = latest - timedelta(days=chance.randrange((latest - province.ends.date() + UNDER_AGE).days))
    first = f"{share.prefecture}{NO_COUNTY}{born:%Y%m%d}{_serial(taken, born, sex, share):03d}"
    number = "" if chance.randrange(1000) < LACKS else first + check_digit(first)
    (category,) = chance.choices(tuple(CATEGORIES), weights=tuple(CATEGORIES.values()))
    carer = name_of(chance, ethnicity=ethnicity, sex=chance.choice(tuple(SEX.values())))
    return (
        places[village.parent].name, village.name, name_of(chance, ethnicity=ethnicity, sex=SEX[sex]), sex, ethnicity,
        f"{born:%Y-%m-%d}", number, category, carer, chance.choice(RELATIONS),
    )


def _serial(taken: Counter[date], born: date, sex: str, share: Share) -> int:
    """Numbers of a day are given out in order, odd ones to boys; each county of a prefecture begins elsewhere."""
    taken[born] += 1
    return (int(share.code[4:]) * 37 + taken[born] * 2) % 998 // 2 * 2 + (sex == "男")


def _spread(names: Mapping[str, str], *, at_most: int) -> list[str]:
    """Counties of all prefectures in turn, as many as a small sample has room for."""
    rank: Counter[str] = Counter()
    ordered = []
    for code in sorted(names):
        rank[code[:4]] += 1
        ordered.append((rank[code[:4]], code))
    return sorted(code for _, code in sorted(ordered)[:at_most])


def _parted(children: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers in proportion to the weights, together exactly as many as there are children."""
    total = sum(weights.values())
    exact = {code: children * weight / total for code, weight in weights.items()}
    found = {code: int(each) for code, each in exact.items()}
    by_rest = sorted(exact, key=lambda code: (found[code] - exact[code], code))
    for code in by_rest[: children - sum(found.values())]:
        found[code] += 1
    return found


def _beginnings(codes: Sequence[str], province: Province, chance: Random) -> dict[str, datetime]:
    weights = [phase.share for phase in province.phases]
    found = {}
    for code in codes:
        (phase,) = chance.choices(province.phases, weights=weights)
        day = phase.first + timedelta(days=chance.randrange((phase.last - phase.first).days))
        found[code] = morning_of(day - timedelta(days=max(0, day.weekday() - 4)))
    return found
