"""What `doctor` asks of the ways out: messages that were given up, or that wait too long."""

from collections.abc import Iterator
from datetime import datetime

from tongxin.flows.finding import Finding
from tongxin.notices import standing

WHAT = "往外发的通知"


def examine(at: datetime) -> Iterator[Finding]:
    """One line; in-app lists don't depend on it, so it is never a failure."""
    said = [f"{many} 条没有发成（{zh}）" for zh, many in standing.given_up(at=at).most_common()]
    if late := standing.late(at=at):
        said.append(f"{late} 条等了太久")
    if said:
        yield Finding(WHAT, "warning", "，".join(said), "请系统管理员打开“通知方式”页，看哪一种要修，修好后试发一条")
    else:
        yield Finding(WHAT, "ok", "没有发不出的")
