"""Which browser somebody sits at, in words that they know it by; nothing that tells one machine from another."""

import re

# The first that fits names it: many claim to be another one too.
PROGRAMS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("QQBrowser", "QQ 浏览器"), ("Firefox", "火狐"),
    ("Chrome", "谷歌浏览器"), ("Safari", "Safari"),
)
SYSTEMS = (
    ("OpenHarmony|HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("iPhone|iPad", "苹果手机或平板"), ("Windows", "Windows"),
    ("Macintosh", "苹果电脑"), ("UOS|Kylin|Linux", "Linux"),
)
OTHER = "其他浏览器"


def browser_zh(agent: str) -> str:
    """Program and system, as far as they are known."""
    return " · ".join([_first(PROGRAMS, agent) or OTHER, *filter(None, [_first(SYSTEMS, agent)])])


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((zh for pattern, zh in table if re.search(pattern, agent)), "")
