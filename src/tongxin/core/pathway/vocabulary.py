"""The names that rules of the pathway may use, with their types and Chinese wording."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.language import BOOL, CODE, Fact, Vocabulary

BOOLEANS = {
    "concern_cleared": "已核对，监护人不是危险来源", "staff_concern": "工作人员涉嫌",
    "concern_unknown": "还不清楚监护人是否为危险来源",
    "held_open": "有两份不同的记录待核对",
    "course_open": "有正在进行的辅导", "course_raised": "辅导要上一级", "course_asked": "有人申请看以前的辅导记录",
    "need_open": "有应享未享的待遇或服务", "plan_returned": "方案要修改",
    "conference_open": "有已召集、还没有开的会商", "decision_open": "有还没办完的会商决定",
    "mediation_open": "有正在调解的纠纷", "mediation_agreed": "有要回访的调解协议",
    "entrusted_open": "正在委托照护",
    "under_aftercare": "在结案后或返家后的跟踪期内", "reopen_asked": "跟踪中提出重新开案",
    "professional_contacted": "专业人员已联系儿童", "concern_asked": "已核对监护人是否为危险来源",
    "under_watch": "危机解除后的关注期内", "plan_waits": "有待审核的方案",
    "is_open": "个案在办", "in_crisis": "危机处置中", "safety_check_open": "有待完成的安全核实",
    "proposal_open": "有待确认的等级建议", "lowering_open": "有待第二人确认的降级",
    "lowering_needs_professional": "降级还缺专业人员的确认",
    "raised_at_once": "建议等级高于已确认等级", "evidence_expired": "评估依据已过期",
    "visited_since_grade": "定级后已走访", "contacted_since_grade": "定级后已有专业联系",
    "plan_approved": "方案已审核", "plan_since_grade": "定级后已有方案", "referral_open": "有未办结的转介",
    "is_concern": "监护人需要回避", "guardianship_open": "监护状况待落实", "details_open": "有待补正的信息",
    "transfer_open": "迁出待接收", "closure_open": "结案待审批", "report_open": "强制报告未办结",
    "report_gap_open": "强制报告还有部门没有报到", "reporter_untold": "处理结果还没有告诉报告人",
    "report_due": "有待提交的强制报告", "flag_open": "有未处理的标记", "rights_open": "有待答复的权利请求",
    "heard_open": "记录里的话待判断", "watch_over": "专业人员已判断不再需要全天看护",
    "safety_plan_made": "这次危机以来写过安全计划", "watch_daily": "危机以后每日联系的头几天",
    "household_check_open": "同户儿童待查看", "has_consent_refer": "已同意转介", "has_legal_basis": "有法定依据",
    "notified_since_grade": "定级后已告知监护人", "healthy_once": "曾识别为健康",
}


FEEDBACK = {
    "none": "尚未告知", "accepts": "认同结果", "agrees": "同意接受服务", "refuses": "拒绝",
    "unreachable": "联系不上", "no_capable_guardian": "没有能履职的监护人",
}
IDENTIFIED = {"none": "尚未识别", "healthy": "健康", "refer": "需要转介评估", "incomplete": "未完成"}
CHILD_STATES = {
    "present": "在册，正常", "lost": "下落不明", "away": "外出", "dead": "死亡",
    "in_institution": "在机构养育", "boarding": "在校寄宿", "unknown": "不清楚",
}


def vocabulary(content: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary of one pathway: its own stages and levels are the codes."""
    facts = {name: Fact(type=BOOL, zh=zh, sealed=False) for name, zh in BOOLEANS.items()}
    codes = {
        "stage": ("阶段", content["stages"]),
        "level": ("现行等级", content["levels"]),
        "standing": ("已确认等级", content["levels"]),
        "identified": ("识别结果", IDENTIFIED),
        "feedback": ("监护人意见", FEEDBACK),
        "child_state": ("儿童现状", CHILD_STATES),
    }
    for name, (zh, options) in codes.items():
        facts[name] = Fact(type=CODE, zh=zh, sealed=False, options=options)
    return Vocabulary(facts=facts)
