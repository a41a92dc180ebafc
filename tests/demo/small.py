"""A small district: twenty children of one township, and a quarter of a year played with them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests import world
from tests.assessed import assess
from tongxin.cases.models import Alarm, Case, Task
from tongxin.core.pathway import CHINA
from tongxin.demo.district import district
from tongxin.demo.play import Played, play
from tongxin.intake import services as intake
from tongxin.intake.models import Listing, Upload
from tongxin.ledger.models import Entry
from tongxin.notices.models import Notice

END = datetime(2025, 3, 21, 9, tzinfo=CHINA)
HEAD = "序号,镇(街道),村(居),儿童姓名,性别,出生年月,困境类别,实际照料人,与儿童关系,联系电话"
GIVEN = "一二三四五六七八九十百千万东南西北春夏秋冬"
VILLAGES = ("东升社区居民委员会", "北坦社区居民委员会")


Seen = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Quarter:
    """A played quarter: what was refused, the folder into which messages went out, what anybody could compare."""

    refused: tuple[str, ...]
    outside: Path
    seen: Seen


def roster() -> bytes:
    """Twenty rows as an office writes them; one without a name."""
    rows = [
        f"{n},凤城街道,{VILLAGES[n % 2]},{'' if n == 13 else '林小' + GIVEN[n]},{'男' if n % 3 else '女'},"
        f"{2008 + n % 12}-0{1 + n % 9}-1{n % 9},农村留守儿童,林大{GIVEN[n]},祖母,1380000{n:04d}"
        for n in range(20)
    ]
    return "\n".join([HEAD, *rows]).encode()


def played(
    *, seed: int = 7, end: datetime = END, outside: Path | None = None,
    progress: Callable[[date], None] = lambda day: None,
) -> Played:
    """The township's time from its roster to `end`; each day is told before it begins."""
    at = district().starts
    cast = world.build(at - timedelta(days=1))
    viewer = cast.viewer("郑管理", at)
    assess(cast, "screening", "comparison", at=at)
    found = intake.receive(
        content=roster(), name="花名册.csv", viewer=viewer, at=at, county=cast.place("370116")
    )
    upload = intake.import_upload(found.upload, viewer=viewer, at=at, roster=found.roster)
    people = {person.id: (cast.posts[name], person, name) for name, person in cast.people.items()}
    return play(upload=upload, people=people, end=end, seed=seed, outside=outside, progress=progress)


def seen() -> Seen:
    """What anybody could compare of a district: its clear columns, without the identifiers made anew each time."""
    upload = Upload.objects.get()
    order = list(Listing.objects.filter(upload=upload).order_by("sheet", "row").values_list("child_id", flat=True))
    cases = Case.objects.in_bulk(order)
    columns = ("stage", "level", "standing", "identified", "in_crisis", "rank", "due_at", "next_step", "derived_seq")
    return {
        "cases": [[getattr(cases[each], name) for name in columns] for each in order],
        "entries": sorted(Entry.objects.values_list("kind", "occurred_at", "correction_kind")),
        "tasks": sorted(Task.objects.values_list("step", "state", "due_at", "climbed")),
        "alarms": sorted(Alarm.objects.values_list("gate", "state", "raised_at")),
        # Which visits are asked about again is drawn from the record's sealed root, which nobody can foresee.
        "notices": sorted(Notice.objects.exclude(kind__startswith="recheck.").values_list("kind", "created_at")),
    }
