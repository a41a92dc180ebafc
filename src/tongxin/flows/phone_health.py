"""What `doctor` asks of the phones: what they brought and nobody has decided, or nobody can."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q

from tongxin.accounts.models import Holding
from tongxin.accounts.viewers import held
from tongxin.flows.finding import Finding
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival, Blob

WHAT = "手机记录"
CURE = "在“岗位”页给当地的督导员或个案管理员岗位指定任职的人"


def examine_phones(at: datetime) -> Iterator[Finding]:
    """Entries and files from phones: all settled, some for too long, or some that nobody can settle."""
    limits = limits_at(at)
    waiting = Arrival.objects.filter(settled_at__isnull=True)
    holder = Holding.objects.filter(held(at), post_id=OuterRef("decider_id"), person__is_active=True)
    nobody = waiting.filter(Q(decider_id__isnull=True) | ~Exists(holder)).count()
    # Each who could decide has had their time.
    turns = len(limits.decides)
    late = waiting.filter(
        Q(received_at__lt=at - turns * limits.decide_within)
        | Q(is_danger=True, received_at__lt=at - turns * limits.decide_danger_within)
    ).count()
    files = Blob.objects.filter(
        is_attached=False, settled_at__isnull=True, received__gte=F("total"),
        begun_at__lt=at - turns * limits.decide_within,
    ).count()
    if nobody:
        yield Finding(WHAT, "failure", f"{nobody} 条没有人可以核对", CURE)
    if late or files:
        said = [f"{late} 条等了太久"] * bool(late) + [f"{files} 个照片或录音没有归处"] * bool(files)
        yield Finding(WHAT, "warning", "，".join(said), "请督导员、个案管理员打开“手机记录”逐条核对")
    if not (nobody or late or files):
        yield Finding(WHAT, "ok", f"{waiting.count()} 条等人核对，都有人负责，都没有拖久")
