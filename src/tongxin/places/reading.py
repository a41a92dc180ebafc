"""What offices write of a site in a table: opening times, people, equipment, numbers; ValueError says what is wrong."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from tongxin.bookings.times import minutes_in
from tongxin.places.opening import WEEKDAYS

Hours = dict[str, list[list[int]]]
DAYS = re.compile(r"(?:周|星期)([一二三四五六日天])(?:\s*(?:至|到|-|—|－|~|～)\s*(?:周|星期)?([一二三四五六日天]))?")
SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*(?:-|—|－|–|~|～|至|到)+\s*(\d{1,2})[:：](\d{2})")
DAILY = "每天"
COUNT = re.compile(r"(.+?)\s*(\d{1,4})\s*(?:名|人|位|张|个)?")


def hours_in(text: str) -> Hours:
    """周一至周五 08:30-12:00、13:30-17:30；周六 09:00-12:00."""
    found: Hours = {}
    for part in re.split(r"[；;\n]", text):
        if not part.strip():
            continue
        days, spans = _days(part), [_span(each) for each in SPAN.finditer(part)]
        if not days or not spans:
            raise ValueError(f"开放时间“{part.strip()[:20]}”看不懂，写成“周一至周五 08:30-12:00、13:30-17:30”")
        for day in days:
            found[str(day)] = sorted([*found.get(str(day), []), *spans])
    return found


def _days(part: str) -> list[int]:
    days = set(range(7)) if DAILY in part else set()
    for first, last in DAYS.findall(part):
        start = WEEKDAYS.index(first.replace("天", "日"))
        end = WEEKDAYS.index(last.replace("天", "日")) if last else start
        days |= set(range(start, end + 1)) if start <= end else {*range(start, 7), *range(end + 1)}
    return sorted(days)


def _span(found: re.Match[str]) -> list[int]:
    try:
        start, end = (minutes_in(f"{int(hour):02}:{minute}") for hour, minute in (found.group(1, 2), found.group(3, 4)))
    except ValueError:
        raise ValueError(f"开放时间“{found.group()}”不是时刻") from None
    if start >= end:
        raise ValueError(f"开放时间“{found.group()}”要从早到晚")
    return [start, end]


def decimal_in(text: str, zh: str) -> Decimal | None:
    """A number with a point or none; empty is nothing."""
    said = text.strip().removesuffix("平方米").strip()
    if not said:
        return None
    try:
        number = Decimal(said)
    except InvalidOperation:
        raise ValueError(f"“{zh}”要写数字") from None
    if not number.is_finite() or abs(number) > 1_000_000:
        raise ValueError(f"“{zh}”太大了，请核对")
    return number


def counts_in(text: str, known: Mapping[str, str], zh: str) -> dict[str, int]:
    """专职心理教师 1、其他人员 2; 临时住宿床位 4 张."""
    found: dict[str, int] = {}
    ids = {zh: id for id, zh in known.items()}
    for part in (each.strip() for each in re.split(r"[、，,；;\n]", text)):
        if not part:
            continue
        said = COUNT.fullmatch(part)
        role = ids.get(said.group(1).strip()) if said else None
        if said is None or role is None:
            raise ValueError(f"{zh}“{part[:20]}”看不懂，写成“{next(iter(ids), '')} 1”，种类有：{'、'.join(ids)}")
        found[role] = found.get(role, 0) + int(said.group(2))
    return found


def codes_in(text: str, known: Mapping[str, str], zh: str) -> list[str]:
    """Words of a list as their codes."""
    ids, found = {said: id for id, said in known.items()}, []
    for part in (each.strip() for each in re.split(r"[、，,；;\n]", text)):
        if part and part not in ids:
            raise ValueError(f"“{zh}”里没有“{part[:20]}”，可写：{'、'.join(ids)}")
        found += [ids[part]] if part else []
    return found
