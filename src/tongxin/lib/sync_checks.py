"""What the definition of the phones' sync must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
SPANS = (
    "token", "grace", "clock", "oldest", "silent_after", "decide_within", "decide_danger_within", "told_for",
    "blob_kept",
)
NUMBERS = ("batch", "batch_kilobytes", "children", "page", "entries", "blob_kilobytes", "piece_kilobytes")
REST = ("oldest_app", "phone", "message", "guide", "decides", "owns", "safer", "stands_at_once", "aside_reasons")
PHONE = (
    "idle_minutes", "hidden_minutes", "pin_tries", "keep_receipts_days", "keep_answers_days", "photo_kilobytes",
    "photo_side", "voice_seconds",
)
# Of which values the record can let the safer side stand.
RANKED = ("state",)
UNITS = ("minutes", "hours", "days")
SMALLEST = {"minutes": 1, "hours": 60, "days": 1440}
# What changes a profile whatever a county thinks: nobody may take it out of the question of who wrote last.
OWNING = ("detail_correction", "child_state", "carer_change", "household_members")


def check_sync(content: Mapping[str, Any]) -> None:
    """Nothing, when phones can be served by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *SPANS, *NUMBERS, *REST), optional=DATED)
    minutes = {key: _minutes(content, key) for key in SPANS}
    for key in NUMBERS:
        take.number(content, key, "", 0, low=1)
    for at, raw in enumerate(take.sequence(content["guide"], "guide")):
        take.sequence(take.mapping(raw, f"guide[{at}]", required=("zh", "lines"))["lines"], f"guide[{at}].lines")
    phone = take.mapping(content["phone"], "phone", required=PHONE)
    for key in PHONE:
        take.number(phone, key, "phone", 0, low=1)
    if phone["photo_kilobytes"] > content["blob_kilobytes"]:
        raise DefinitionError("phone.photo_kilobytes", "手机上的照片比单位收的还大", "写得不大于 blob_kilobytes")
    if not all(each in str(content["message"]) for each in ("{post}", "{when}")):
        raise DefinitionError("message", "短信里没有写谁、什么时候", "写上 {post} 和 {when}")
    if minutes["decide_danger_within"] > minutes["decide_within"]:
        raise DefinitionError("decide_danger_within", "有危险信号的反而更慢", "写得不长于 decide_within")
    if not take.sequence(content["decides"], "decides"):
        raise DefinitionError("decides", "没有写由谁决定", "写上角色，由近到远")
    if content["page"] > content["children"]:
        raise DefinitionError("page", "一次下载的份数多于手机上最多的份数", "写得不多于 children")
    for form in OWNING:
        if not content["owns"].get(form):
            raise DefinitionError(f"owns.{form}", "没有写这张表改哪些现值", "写上每一项，不能为空")
    _check_safer(content)
    for at, raw in enumerate(take.sequence(content["aside_reasons"], "aside_reasons")):
        path = f"aside_reasons[{at}]"
        take.identifier(take.mapping(raw, path, required=("id", "zh")), path)
    take.unrepeated([each["id"] for each in content["aside_reasons"]], "aside_reasons", "理由")


def _check_safer(content: Mapping[str, Any]) -> None:
    """Each value's codes from the safest down, none of them twice; concern about a guardian always counts at once."""
    for name, ranks in content["safer"].items():
        path = f"safer.{name}"
        if name not in RANKED:
            raise DefinitionError(path, "系统还不会比较这一项哪一边更稳妥", f"只写 {'、'.join(RANKED)}")
        codes = [code for rank in take.sequence(ranks, path) for code in take.sequence(rank, path)]
        take.unrepeated(codes, path, "代码")
    for name, codes in content["stands_at_once"].items():
        take.sequence(codes, f"stands_at_once.{name}")
    if "lost" not in next(iter(content["safer"].get("state") or ()), ()):
        raise DefinitionError("safer.state", "下落不明不在最稳妥的一档", "把 lost 写在第一档")
    if "yes" not in (content["stands_at_once"].get("is_concern") or ()):
        raise DefinitionError("stands_at_once.is_concern", "监护人可能就是危险的，没有马上算数", "写上 \"yes\"")


def _minutes(content: Mapping[str, Any], key: str) -> int:
    span = take.mapping(content[key], key, required=(), optional=UNITS)
    if len(span) != 1:
        raise DefinitionError(key, "时限要写成一个单位和一个整数", "例如 {days: 1}")
    unit = next(iter(span))
    take.number(span, unit, key, 0, low=1)
    return int(span[unit]) * SMALLEST[unit]
