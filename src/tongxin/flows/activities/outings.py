"""Children on an outing: nobody leaves without a guardian's yes, each comes back into the hands of one who signs."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from tongxin import ledger
from tongxin.accounts.viewers import WORKER
from tongxin.activities.models import Activity, Came, Listed
from tongxin.activities.rules import Activities, rules_in
from tongxin.core.pathway import CHINA
from tongxin.flows.activities.reach import desk_posts
from tongxin.flows.finding import Finding
from tongxin.flows.refusals import Refused
from tongxin.notices import services as notices
from tongxin.vault import Owner

FORM, MISSED, WHAT = "handed_back", "activity.missed", "外出的孩子"
UNASKED = "没有出发：名单第 {numbers} 号还没有监护人的同意（或孩子不愿意）。先记下答复，不去的移出名单。"
GROUPS = "没有出发：分了 {groups} 组，带队的大人只有 {adults} 位。每组至少一位，请少分几组或加人。"
OUT = "没有小结：名单第 {numbers} 号还没有记交给了谁。人没有回来的，马上找，先打 110。"


def follows(row: Activity, found: Activities) -> bool:
    """Whether each child has to be handed back: outings, where the definition asks to whom."""
    kind = found.kinds.get(row.kind)
    return kind is not None and kind.is_outing and bool(found.asked[FORM])


def has_agreed(line: Listed) -> bool:
    """Whether the guardian agreed and the child wants to."""
    said: dict[str, object] = line.consent
    return said.get("answer") == "yes" and said.get("child_wants") == "yes"


def refuse_unready(row: Activity, *, at: datetime) -> None:
    """Nothing, when an outing may leave: each child on the list has its yes, each group a grown-up."""
    found = rules_in(row.county_id, at=at)
    if not follows(row, found):
        return
    lines = list(row.listed.filter(left_at__isnull=True, child_id__isnull=False).order_by("number"))
    if shut := [str(each.number) for each in lines if not has_agreed(each)]:
        raise Refused.because(UNASKED.format(numbers="、".join(shut)))
    groups, adults = len({each.group for each in lines}), int(row.clear.get("adults") or 0)
    if groups > adults:
        raise Refused.because(GROUPS.format(groups=groups, adults=adults))


def still_out(row: Activity) -> list[Listed]:
    """The children who went and of whom nobody said yet who has them."""
    there = Came.objects.filter(listed_id=OuterRef("id"), cancelled_at__isnull=True)
    lines = row.listed.filter(Exists(there), child_id__isnull=False).order_by("number")
    return [each for each in lines if not each.returned]


def refuse_unreturned(row: Activity, *, at: datetime) -> None:
    """Nothing, when everybody is back."""
    if follows(row, rules_in(row.county_id, at=at)) and (out := still_out(row)):
        raise Refused.because(OUT.format(numbers="、".join(str(each.number) for each in out)))


def follow_outings(now: datetime) -> int:
    """How many outings are over with children of whom nobody said who has them; told once a day until somebody
    does."""
    today, told = now.astimezone(CHINA).date(), 0
    there = Came.objects.filter(listed__activity_id=OuterRef("id"), listed__returned={}, cancelled_at__isnull=True)
    rows = Activity.objects.filter(Exists(there), state=Activity.APPROVED, last_day__lt=today)
    for row in rows.filter(Q(told_on__isnull=True) | Q(told_on__lt=today)).order_by("id"):
        with transaction.atomic():
            again = Activity.objects.select_for_update(of=("self",)).get(id=row.id)
            again.told_on = today
            again.save(update_fields=["told_on"])
            out = still_out(again) if follows(again, rules_in(again.county_id, at=now)) else []
            if out:
                _ring(again, len(out), now)
                told += 1
    return told


def _ring(row: Activity, many: int, now: datetime) -> None:
    event = ledger.record(
        kind=MISSED, subject=Owner("file", row.id), actor=WORKER, at=now, is_fact=False,
        clear={"activity": str(row.id), "children": many},
    )
    notices.tell_posts(posts=sorted({row.post_id, *desk_posts(row.county_id, at=now)}), event=event, at=now)


def examine(at: datetime) -> Iterator[Finding]:
    """What `doctor` says of outings that are over."""
    today = at.astimezone(CHINA).date()
    rows = Activity.objects.filter(state=Activity.APPROVED, last_day__lt=today)
    out = sum(len(still_out(row)) for row in rows if follows(row, rules_in(row.county_id, at=at)))
    if out:
        yield Finding(WHAT, "failure", f"有 {out} 名外出的孩子没有记交给了谁", "请马上问带队的人，在活动页记交回")
    else:
        yield Finding(WHAT, "ok", "外出的孩子都记了交给谁")
