"""Two sides of a comparison: all definitions of a folder, a bundle or the rulebook, each as it holds in the end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongxin.lib import definitions
from tongxin.lib.definitions import Library
from tongxin.lib.differences import Change, changes_between, name_of

Key = tuple[str, str, str]
FAR = date(2100, 1, 1)
KINDS = {
    "pathway": "流程", "crisis": "危机处置", "grading": "等级", "instruments": "量表", "forms": "表单",
    "identification": "识别规则", "gates": "否决项", "rubric": "评估维度", "calendar": "工作日历",
    "fields": "字段与选项", "categories": "困境类别",
    "access": "权限", "brand": "名称", "display": "等级显示", "glossary": "用语表",
    "documents": "打印件", "drafts": "草稿期限", "prefill": "带出", "sign_in": "登录", "accounts": "账号",
    "conduct": "行为守则", "screening": "筛查", "protocols": "辅导办法", "keys": "密钥", "bookings": "房间与预约",
}


@dataclass(frozen=True, slots=True)
class Side:
    """The contents of one side by kind, id and region, and what to call it."""

    zh: str
    contents: Mapping[Key, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One definition that differs: what it is called, and what reads otherwise."""

    key: Key
    zh: str
    is_new: bool
    is_gone: bool
    changes: tuple[Change, ...]


def side_of(zh: str, library: Library) -> Side:
    """All of a library, resolved for every region that says something of its own."""
    keys = {(each.kind, each.id, each.region) for each in library.versions}
    return Side(zh, {
        (kind, id, region): definitions.resolve(library, kind, id, regions=definitions.chain(region), on=FAR).content
        for kind, id, region in sorted(keys)
    })


def differences(before: Side, after: Side) -> Iterator[Difference]:
    """Every definition that differs between two sides, in the order of their kinds."""
    words = words_of(after)
    order = list(KINDS)
    keys = {*before.contents, *after.contents}
    for key in sorted(keys, key=lambda each: (order.index(each[0]) if each[0] in order else 99, each)):
        old, new = before.contents.get(key), after.contents.get(key)
        if old == new:
            continue
        changes = changes_between(old, new, words=words) if old is not None and new is not None else []
        kind, _, region = key
        zh = f"{KINDS.get(kind, kind)}：{name_of(new or old)}{f'（{region}）' if region else ''}"
        yield Difference(key, zh, old is None, new is None, tuple(changes))


def words_of(side: Side) -> dict[str, str]:
    """Codes in Chinese, from the definitions that name them: roles, parts of the file, levels, forms."""
    words: dict[str, str] = {}
    for (kind, id, _), content in side.contents.items():
        if kind == "access":
            words |= {role: str(each["zh"]) for role, each in content["roles"].items()}
            words |= {part: str(zh) for part, zh in content["parts"].items()}
        elif kind == "pathway":
            words |= {code: str(zh) for name in ("stages", "levels") for code, zh in content[name].items()}
        elif kind == "forms":
            words[id] = str(content["zh"])
    return words
