"""Why an entry waits, and what its writer is to do: in plain words, with no name in them."""

from datetime import datetime

from tongxin.sync.limits import limits_at
from tongxin.sync.models import Receipt

REASONS = {
    "refused": "有几项没有填对，已收好，没有登记。{who}会打开核对；您也可以改好再送一份。",
    "conflict": "您改的内容，办公室在您离线时也改过，两边不一样。两份都留着，{who}来决定；决定以前先按更稳妥的一边。",
    "moved_child": "这名孩子已经不在您的辖区。记录已收好，交给现在负责的人核对，不用重填。",
    "gone_child": "这名孩子的档案已经不在了，没有登记。记录已收好，{who}会联系您。",
    "early": "这名孩子的档案还没有送到，记录已收好。档案送到后自动登记，不用重填。",
    "retired_form": "这张表已经换了新的，您填的是旧的。记录已收好，{who}会照着转到新表，不用重填。",
    "retired_option": "您选的有一项已经停用。记录已收好，{who}会改选现在的说法，不用重填。",
    "old_app": "手机上的程序太旧，记录已收好，{who}核对后登记。请连上网络更新程序。",
    "wrong_clock": "手机的日期和时间不对，记录已收好，{who}核对日期后登记。请把手机时间改为自动设置。",
    "not_allowed": "您的岗位不填这名孩子的这张表，没有登记。记录已收好，{who}会核对。",
    "revoked": "这部手机已经停用。记录已收好，{who}核对后登记，不用重填。",
    "handed_on": "这条是以前用这部手机的人写的，记录已收好，{who}核对后登记，不用重填。",
    "different_copy": "同一条记录送来了两份不同的内容，两份都已保存，{who}会核对，不用重填。",
    "duplicate_child": "这名孩子可能已经有档案。您写的已收好，{who}核对是不是同一个孩子，不用重填。",
    "clue": "线索已收好，{who}会去核实，结果会告诉您。有新的情况，请再写一条。",
    "unreadable": "系统没有看懂这一条，原样收好，{who}会联系您。请不要删除手机上的这条记录。",
}
SHORT = {
    "refused": "没有填对", "conflict": "两边都改过", "moved_child": "孩子已迁出", "gone_child": "档案已不在",
    "early": "档案还没送到", "retired_form": "旧表", "retired_option": "选项已停用", "old_app": "程序太旧",
    "wrong_clock": "手机时间不对", "not_allowed": "岗位不填这张表", "revoked": "手机已停用",
    "handed_on": "手机换了人",
    "different_copy": "两份不同", "duplicate_child": "可能已有档案", "clue": "等待核实", "unreadable": "看不懂",
}
ARRIVED = "已送到。"
SHIFTED = "已送到。手机时间不准，填写时间已按服务器时间校正，请把手机时间改为自动设置。"
ASIDE = "已核对：没有登记（{because}）。原样保存着，可以查。"
SETTLED = "已核对并登记。"
SOMEBODY = "督导员"


def held_zh(reason: str, *, who: str) -> str:
    """Why an entry waits, for whoever wrote it."""
    return REASONS[reason].format(who=who or SOMEBODY)


def told_zh(receipt: Receipt, *, who: str, aside: str, at: datetime) -> str:
    """What stands beside an entry in the outbox."""
    if receipt.state == Receipt.HELD:
        return held_zh(receipt.reason, who=who)
    if receipt.state == Receipt.PUT_ASIDE:
        return ASIDE.format(because=limits_at(at).aside_reasons.get(aside, "见办公室的说明"))
    if receipt.settled_at:
        return SETTLED
    return SHIFTED if receipt.shifted else ARRIVED
