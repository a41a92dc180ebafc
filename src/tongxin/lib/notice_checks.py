"""What the definition of notices must hold: above all, that nothing about anybody can stand in what leaves."""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.consent_checks import span_of

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means", "watch")
REST = (
    "texts", "kinds", "never", "channels", "most_addresses", "urgent", "quiet", "digest", "retry", "code", "sms_shapes",
)
WATCHED = ("stale", "late", "looked_back", "given_up")
TEXTS = ("urgent", "urgent_due", "digest", "confirm", "test")
CHANNELS = ("email", "sms", "wecom", "robot", "webpush")
ALLOWED, CODE = frozenset({"count", "due", "kind", "link"}), "code"
OF_SMS = frozenset({"to", "text", "key", "account", "sign", "template", "seconds", "signature"})
# Words that no text may hold, whatever the definition leaves out of its own list.
NEVER = ("儿童", "孩子", "姓名", "心理", "自伤", "自杀", "危机", "等级")
LONGEST, CLOCK = 120, re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
DAY = 24 * 60
MINUTES = {"minutes": 1, "hours": 60}


def check_notices(content: Content) -> None:
    """Nothing, when notices can go out by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *REST), optional=DATED)
    _texts(content)
    _channels(content["channels"])
    take.number(content, "most_addresses", "", 0, low=1, high=50)
    _urgent(content["urgent"])
    _hours(content)
    retry = take.mapping(content["retry"], "retry", required=("first", "factor", "attempts", "seconds"))
    span_of(retry["first"], "retry.first")
    for key, high in (("factor", 10), ("attempts", 12), ("seconds", 60)):
        take.number(retry, key, "retry", 0, low=1, high=high)
    code = take.mapping(content["code"], "code", required=("digits", "lasts", "tries", "a_day"))
    span_of(code["lasts"], "code.lasts")
    for key, low, high in (("digits", 6, 10), ("tries", 1, 10), ("a_day", 1, 20)):
        take.number(code, key, "code", 0, low=low, high=high)
    if "watch" in content:
        watch = take.mapping(content["watch"], "watch", required=WATCHED)
        for key in WATCHED:
            span_of(watch[key], f"watch.{key}")
    _shapes(content["sms_shapes"])


def _texts(content: Content) -> None:
    kinds = take.mapping(content["kinds"], "kinds", required=("urgent", "ordinary"))
    texts = take.mapping(content["texts"], "texts", required=TEXTS)
    never = (*NEVER, *(str(each) for each in take.sequence(content["never"], "never")))
    for name, raw in texts.items():
        each = take.mapping(raw, f"texts.{name}", required=("subject", "text"))
        _only(str(each["subject"]), frozenset(), f"texts.{name}.subject")
        _only(str(each["text"]), ALLOWED | {CODE} if name == "confirm" else ALLOWED, f"texts.{name}.text")
    said = {f"texts.{name}.{key}": str(each[key]) for name, each in texts.items() for key in each}
    for path, text in {**said, **{f"kinds.{key}": str(word) for key, word in kinds.items()}}.items():
        if found := [word for word in never if word in text]:
            raise DefinitionError(path, f"往外发的话里不能有“{found[0]}”", "只说有几条、何时到期、到哪里登录")
        if len(text) > LONGEST:
            raise DefinitionError(path, f"超过 {LONGEST} 个字", "写短一些，短信也要放得下")


def _only(text: str, allowed: frozenset[str], path: str) -> None:
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise DefinitionError(path, "大括号没有配好", "写成 {count} 的样子") from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in allowed or form or conversion):
            zh = "、".join(f"{{{each}}}" for each in sorted(allowed)) or "什么都不能放"
            raise DefinitionError(path, f"不能放 {{{name}}}：它会把情况带到系统外面", f"可以放：{zh}")


def _channels(raw: object) -> None:
    found = []
    for at, one in enumerate(take.sequence(raw, "channels")):
        path = f"channels[{at}]"
        each = take.mapping(one, path, required=("id", "zh", "ask", "pattern", "confirm", "digest"))
        found.append(take.identifier(each, path))
        take.flag(each, "digest", path)
        _pattern(str(each["pattern"]), f"{path}.pattern")
        if each["id"] not in CHANNELS:
            raise DefinitionError(path, f"系统还不会用“{each['id']}”发", f"可写：{'、'.join(CHANNELS)}")
        if each["confirm"] != ("none" if each["id"] == "webpush" else "code"):
            raise DefinitionError(f"{path}.confirm", "没有确认过的地址可能是别人的", "写 code；webpush 写 none")
    take.unrepeated(found, "channels", "方式")


def _pattern(text: str, path: str) -> None:
    try:
        re.compile(text)
    except re.error:
        raise DefinitionError(path, "看不懂这个样式", "写成正则表达式") from None


def _urgent(raw: object) -> None:
    urgent = take.mapping(raw, "urgent", required=("kinds", "again", "times"))
    span_of(urgent["again"], "urgent.again")
    take.number(urgent, "times", "urgent", 0, low=1, high=10)
    found = []
    for at, one in enumerate(take.sequence(urgent["kinds"], "urgent.kinds")):
        each = take.mapping(one, f"urgent.kinds[{at}]", required=("kind",), optional=("when",))
        found.append(str(each["kind"]))
    if "crisis.raised" not in found:
        raise DefinitionError("urgent.kinds", "缺少 crisis.raised", "有人的安全有危险，不能等到第二天汇总")


def _hours(content: Content) -> None:
    quiet = take.mapping(content["quiet"], "quiet", required=("from", "until", "open_at_least"))
    digest = take.mapping(content["digest"], "digest", required=("at", "rest_days"))
    take.flag(digest, "rest_days", "digest")
    span_of(quiet["open_at_least"], "quiet.open_at_least")
    unit, many = next(iter(quiet["open_at_least"].items()))
    begins, ends, at = (
        _minute(value, path) for value, path in (
            (quiet["from"], "quiet.from"), (quiet["until"], "quiet.until"), (digest["at"], "digest.at"),
        )
    )
    if DAY - (ends - begins) % DAY < MINUTES.get(unit, DAY) * int(many):
        raise DefinitionError("quiet", "可以发的时间比 open_at_least 还短", "把免打扰写短一些")
    if (at - begins) % DAY < (ends - begins) % DAY:
        raise DefinitionError("digest.at", "汇总的时刻在免打扰里", "写到免打扰以后")


def _minute(raw: object, path: str) -> int:
    if not isinstance(raw, str) or not CLOCK.fullmatch(raw):
        raise DefinitionError(path, "时刻看不懂", '加引号写成 "21:30" 的样子')
    hours, minutes = raw.split(":")
    return int(hours) * 60 + int(minutes)


def _shapes(raw: object) -> None:
    found = []
    for at, one in enumerate(take.sequence(raw, "sms_shapes")):
        path = f"sms_shapes[{at}]"
        needed = ("id", "zh", "as", "headers", "body", "signed", "good", "wrong_address")
        each = take.mapping(one, path, required=needed)
        found.append(take.identifier(each, path))
        if each["as"] not in ("json", "form"):
            raise DefinitionError(f"{path}.as", "网关收什么样的内容要写明", "写 json 或 form")
        for part in ("headers", "body"):
            for key, text in each[part].items():
                _only(str(text), OF_SMS, f"{path}.{part}.{key}")
        if unknown := [name for name in each["signed"] if name not in OF_SMS - {"signature"}]:
            raise DefinitionError(f"{path}.signed", f"没有“{unknown[0]}”", f"可写：{'、'.join(sorted(OF_SMS))}")
        for key in ("good", "wrong_address"):
            answer = take.mapping(each[key], f"{path}.{key}", required=("path", "is"))
            take.sequence(answer["is"], f"{path}.{key}.is")
    take.unrepeated(found, "sms_shapes", "网关")
