"""The part of a file that says which organisations and posts serve the child, since when and for what."""

from typing import Any

from tongxin.flows import serving
from tongxin.flows.serving import Serving
from tongxin.rulebook import rules
from tongxin.web.console.file import File
from tongxin.web.console.options import words_of

PURPOSES = {
    "referred": "转介", "department_task": "部门交办的事", "teaches": "在这所学校上学", "own_case": "负责这个个案",
    "counsels": "正在做辅导", "transferred": "迁入前后交接",
}


def serving_part(file: File) -> dict[str, Any]:
    """Who serves now, and who did; absent for whoever does not lead the care."""
    if "log" not in file.parts:
        return {"serving": [], "served": [], "sees_serving": False}
    rows, at = serving.serving(child_id=file.child.id, at=file.request.at), file.request.at
    kinds = words_of(file.request, "referral_kind", region=file.region)
    parts = rules.access_rules(at=at).parts
    lines = [(each, _line(each, kinds, parts, file)) for each in rows]
    return {
        "serving": [line for each, line in lines if not each.is_over(at)],
        "served": [line for each, line in lines if each.is_over(at)], "sees_serving": True,
    }


def _line(each: Serving, kinds: dict[str, str], parts: Any, file: File) -> dict[str, Any]:
    purpose = PURPOSES[each.relation]
    if each.referral_kind:
        purpose = f"{purpose}：{kinds.get(each.referral_kind, '其他')}"
    return {
        "who": "　".join(filter(None, (each.organisation, each.post))) or "已撤销的岗位", "purpose": purpose,
        "from_at": each.from_at, "to_at": each.to_at,
        "sees": "、".join(str(parts.get(part, part)) for part in each.sees),
        "url": f"/children/{file.child.id}/referrals/{each.referral_id}/"
        if each.referral_id and "referral" in file.parts else "",
    }
