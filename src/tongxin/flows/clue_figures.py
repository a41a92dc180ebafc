"""Figures about clues that can be checked: each is the length of the list behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from tongxin.accounts.viewers import Viewer
from tongxin.clues.models import CLOSED, Clue
from tongxin.core.pathway import CHINA
from tongxin.flows import clue_phone_figures
from tongxin.flows.clues import reach

# What each list holds, at a moment.
ONLY: Mapping[str, str] = {
    "open": "还没有了结", "late": "已逾期", "unanswered": "没有按时答复", "unhandled": "没有按时办好",
    "dissatisfied": "回访不满意", "answered": "按时答复", "handled": "按时办好", "due_answer": "到了该答复的时候",
    "due_handle": "到了该办好的时候",
}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many; how it is counted, and where both lists are."""

    id: str
    zh: str
    means: str
    done: int
    of: int
    missing: int
    done_url: str
    of_url: str
    missing_url: str

    @property
    def percent(self) -> str:
        """With one decimal, rounded down: 100 % is said only when none is missing."""
        return "—" if not self.of else f"{self.done * 1000 // self.of / 10:g}%"


def listed(*, viewer: Viewer, at: datetime, only: str = "", channel: str = "", month: str = "") -> QuerySet[Clue]:
    """The clues a viewer has to do with, narrowed; the figures count exactly these."""
    rows = reach(viewer=viewer, at=at)
    if channel:
        rows = rows.filter(channel=channel)
    if month:
        rows = rows.filter(**days_of(month))
    return rows.filter(_narrow(only, at)) if only in ONLY else rows


def _narrow(only: str, at: datetime) -> Q:
    answered, handled = Q(responded_at__lte=F("respond_by")), Q(handled_at__lte=F("handle_by"))
    # One that isn't due yet is neither in time nor late; one that was done before is.
    answer_due, handle_due = Q(respond_by__lte=at) | Q(responded_at__isnull=False), (
        Q(handle_by__lte=at) | Q(handled_at__isnull=False)
    )
    found: Mapping[str, Q] = {
        "open": ~Q(state=CLOSED), "late": Q(due_at__lt=at) & ~Q(state=CLOSED),
        "answered": answered, "handled": handled, "due_answer": answer_due, "due_handle": handle_due,
        "unanswered": Q(responded_at__gt=F("respond_by")) | Q(responded_at__isnull=True, respond_by__lte=at),
        "unhandled": Q(handled_at__gt=F("handle_by")) | Q(handled_at__isnull=True, handle_by__lte=at),
        "dissatisfied": Q(satisfied="no"),
    }
    return found[only]


def days_of(text: str) -> dict[str, Any]:
    """The days of a month as the place counts them."""
    year, _, month = text.partition("-")
    begins = datetime(int(year), int(month), 1, tzinfo=CHINA)
    ends = datetime(int(year) + int(month) // 12, int(month) % 12 + 1, 1, tzinfo=CHINA)
    return {"received_at__gte": begins, "received_at__lt": ends}


def rates(*, viewer: Viewer, at: datetime, channel: str = "", month: str = "") -> list[Rate]:
    """The share answered in time and the share handled in time, of those whose moment has come."""
    def count(only: str) -> int:
        return listed(viewer=viewer, at=at, only=only, channel=channel, month=month).count()

    def url(only: str) -> str:
        given = {"only": only, "channel": channel, "month": month}
        return "/clues/?" + "&".join(f"{name}={value}" for name, value in given.items() if value)

    return [
        Rate(
            "answered", "按时答复率", "到了该答复的时候的线索中，在期限以前第一次答复的。期限从收到起算，按危险程度。",
            count("answered"), count("due_answer"), count("unanswered"),
            url("answered"), url("due_answer"), url("unanswered"),
        ),
        Rate(
            "handled", "按时办结率", "到了该办好的时候的线索中，在期限以前办好的；回访不满意退回的，重新计。",
            count("handled"), count("due_handle"), count("unhandled"),
            url("handled"), url("due_handle"), url("unhandled"),
        ),
        *([] if channel else _of_phones(viewer, at, month)),
    ]


def _of_phones(viewer: Viewer, at: datetime, month: str) -> list[Rate]:
    """What phones brought about children without a file, where there is any."""
    days = days_of(month) if month else {}

    def rows(only: str = "") -> int:
        return clue_phone_figures.listed(viewer=viewer, at=at, only=only, month=days).count()

    def url(only: str) -> str:
        return f"/clues/?only={only}" + (f"&month={month}" if month else "")

    if not rows():
        return []
    done, late, due = clue_phone_figures.ONLY
    return [Rate(
        "phones", "手机线索按时核对率",
        "手机报来、还没有档案的孩子的线索中，在期限以前由人核对的（对上档案、建档或写明理由搁置）；"
        "期限从收到起算，有危险信号的更短（见“手机同步”规则）。核对以后记进档案的，接着按档案里的任务办。",
        rows(done), rows(due), rows(late), url(done), url(due), url(late),
    )]
