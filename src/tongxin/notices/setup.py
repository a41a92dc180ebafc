"""Which ways out this installation has: `outbound.json` beside the keys, readable by its owner only."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tongxin.lib import places

FILE = "outbound.json"
# Where that file is when it isn't beside the keys.
ELSEWHERE = "TONGXIN_OUTBOUND"
LINK, OPEN_TO_OTHERS = "link", 0o077
# What each way needs before it is one; `robot` and `wecom` share theirs.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "email": ("host", "port", "sender"), "sms": ("url", "shape", "account", "secret"),
    "wecom": ("corp", "agent", "secret"), "robot": (), "webpush": ("contact",),
    "webhooks": ("within",),
}


class NotSetUp(Exception):
    """There is no such way out here; `zh` says what is missing."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh


def of(channel: str) -> Mapping[str, Any]:
    """The setting of a way out; NotSetUp where there is none that can be used."""
    found = _read().get(channel)
    if not isinstance(found, dict):
        raise NotSetUp(f"{FILE} 里没有 {channel}")
    if lacking := [name for name in NEEDED[channel] if not found.get(name)]:
        raise NotSetUp(f"{FILE} 的 {channel} 缺少 {'、'.join(lacking)}")
    return found


def link() -> str:
    """Where people sign in, as they reach it from outside; empty while nobody has said it."""
    try:
        return str(_read().get(LINK) or "")
    except NotSetUp:
        return ""


def problem(channel: str) -> str:
    """What keeps a way out from being used; empty when nothing does."""
    try:
        of(channel)
    except NotSetUp as missing:
        return missing.zh
    return "" if link() else f"{FILE} 缺少 link（登录的网址）"


def _read() -> Mapping[str, Any]:
    file = Path(os.environ.get(ELSEWHERE) or places.keys_folder() / FILE)
    try:
        if file.stat().st_mode & OPEN_TO_OTHERS:
            raise NotSetUp(f"{FILE} 可被其他账户读取，已拒绝使用；请运行 chmod 600")
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise NotSetUp(f"{FILE} 读不出来，请照说明核对") from None
    return found if isinstance(found, dict) else {}
