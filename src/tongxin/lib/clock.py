"""The one clock, read only at the doors: web, sync and commands (spine B8).

A demonstration starts at a set moment and ticks on from there; the real start is kept in the data
folder, so every process of one installation shows the same time.
"""

import json
import os
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from tongxin.lib import places, whole_files
from tongxin.lib.faults import Fault

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment, or the demonstration's."""
    offset = _offset(os.environ.get("TONGXIN_CLOCK_START", ""), places.home())
    return datetime.now(ZONE) + offset


def real() -> datetime:
    """This moment by the machine's clock, which codes on people's phones follow in a demonstration too."""
    return datetime.now(ZONE)


def notice() -> str | None:
    """What to tell everybody on screen when the time shown is not the real one."""
    start = os.environ.get("TONGXIN_CLOCK_START", "")
    if not start:
        return None
    shown = now()
    return f"演示时间 {shown.year}年{shown.month}月{shown.day}日 {shown:%H:%M}"


@lru_cache(maxsize=4)
def _offset(start: str, home: Path) -> timedelta:
    if not start:
        return timedelta(0)
    return _moment(start) - _real_start(home / "clock.json", start)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Fault("环境变量 TONGXIN_CLOCK_START 不是有效的时间。请写成 2025-12-30T09:00。") from None
    return moment.astimezone(ZONE) if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _real_start(file: Path, start: str) -> datetime:
    """When this demonstration began by the real clock; the first process to ask writes it down."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # Processes and threads ask at the same moment.
    whole_files.write_first(file, json.dumps({"start": start, "began": datetime.now(ZONE).isoformat()}))
    try:
        return datetime.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["began"])
    except (ValueError, TypeError, LookupError):
        raise Fault("演示时钟文件 clock.json 已损坏，没有启动。请删除它，演示将从头计时。") from None
