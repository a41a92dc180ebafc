"""Dates, spans and ages as people say them."""

import re
from datetime import date, datetime, timedelta

from tongxin.core.pathway import CHINA

WEEKDAYS = "一二三四五六日"
NO_DUE_FROM = 9000
DAY = re.compile(r"\b[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")


def day_zh(day: date | None) -> str:
    """2025年9月30日."""
    if isinstance(day, datetime):
        day = day.astimezone(CHINA).date()
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def dates_zh(text: str) -> str:
    """A sentence with its days written as people say them."""
    return DAY.sub(lambda found: day_zh(date.fromisoformat(found[0])), text)


def month_zh(day: date | None) -> str:
    """2013年5月."""
    return f"{day.year}年{day.month}月" if day else ""


def moment_zh(moment: datetime | None) -> str:
    """2025年9月30日 14:05."""
    if moment is None:
        return ""
    local = moment.astimezone(CHINA)
    return f"{day_zh(local.date())} {local:%H:%M}"


def span_zh(span: timedelta) -> str:
    """A length of time in its one or two largest units."""
    minutes = max(int(span.total_seconds() // 60), 0)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days >= 3 or (days and not hours):
        return f"{days}天"
    if days:
        return f"{days}天{hours}小时"
    if hours:
        return f"{hours}小时" if hours >= 6 or not minutes % 60 else f"{hours}小时{minutes % 60}分"
    return f"{minutes}分钟" if minutes else "不到1分钟"


def due_zh(due: datetime, *, at: datetime) -> str:
    """Until when something is to be done, near things by the hour and far ones by the day."""
    if due.year >= NO_DUE_FROM:
        return ""
    local, today = due.astimezone(CHINA), at.astimezone(CHINA).date()
    ahead = (local.date() - today).days
    if ahead == 0:
        return f"今天 {local:%H:%M}"
    if ahead == 1:
        return f"明天 {local:%H:%M}"
    if 1 < ahead < 7:
        return f"周{WEEKDAYS[local.weekday()]}（{local.month}月{local.day}日）"
    return day_zh(local.date())


def late_zh(due: datetime, *, at: datetime) -> str:
    """How long something has been overdue; empty while it is on time."""
    return span_zh(at - due) if due < at else ""


def age_zh(birth_month: date | None, *, on: date) -> str:
    """Completed years as far as the birth month tells, months for the youngest."""
    if birth_month is None:
        return "年龄不详"
    months = (on.year - birth_month.year) * 12 + on.month - birth_month.month - 1
    return f"{months // 12}岁" if months >= 12 else f"{max(months, 0)}个月"
