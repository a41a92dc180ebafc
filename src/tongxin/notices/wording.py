"""The few sentences that leave the house: filled in with a number, a moment, a neutral word and a link."""

from datetime import datetime

from tongxin.core.pathway import CHINA
from tongxin.notices.rules import Notices

# Why a message didn't go out, for whoever looks after the ways out.
REASONS = {
    "unreachable": "连不上对方的服务器", "refused": "对方没有接收", "login": "账号或密钥不对",
    "tls": "加密连接没有建立", "address": "这个地址收不到", "not_set_up": "这种方式还没有设好",
    "refused_door": "地址不是公开的网络地址，没有发",
    "unreadable": "对方的答复看不懂", "shape": "没有这种短信网关的写法", "unknown": "发送时出了错，请看日志",
}


def words_for(
    kind: str, *, rules: Notices, count: int, due: datetime | None, code: str, link: str
) -> tuple[str, str]:
    """Subject and text of a message."""
    chosen = rules.texts["urgent_due" if kind == "urgent" and due else kind]
    known = {
        "count": str(count), "kind": rules.kinds["urgent" if kind == "urgent" else "ordinary"], "link": link,
        "due": _moment(due) if due else "", "code": code if kind == "confirm" else "",
    }
    return str(chosen["subject"]), str(chosen["text"]).format_map(known)


def reason_zh(reason: str) -> str:
    """Why, in words."""
    return REASONS.get(reason, "")


def _moment(due: datetime) -> str:
    here = due.astimezone(CHINA)
    return f"{here.month}月{here.day}日 {here:%H:%M}"
