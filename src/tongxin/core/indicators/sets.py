"""The fact sets that figures are counted over: one row a child, a record, a task …, by name and type of its columns.

Only clear columns: codes, days, numbers. Every row has a place (province to village) beside these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tongxin.core.language import BOOL, CODE, DATE, INT, Fact, Vocabulary

CHILD, CLUE, OPEN = "child", "clue", "open"
LEVELS = ("province", "city", "county", "town", "village")
KEYS = {"child": "儿童", "household": "家庭", "person": "人员", "meeting": "场次"}
_TYPES = {"bool": BOOL, "code": CODE, "date": DATE, "int": INT}
# Columns that say how it is now: of an earlier day nobody knows.
NOW = frozenset({
    "is_open", "stage", "level", "identified", "in_crisis", "state", "due_on", "is_held", "is_used",
    "inspect_by", "boxes",
})
# Columns of that name that stand with their day: when a task had to be done is known afterwards too.
DATED = {"tasks": frozenset({"due_on"})}
PERIOD = {
    "first": Fact(type=DATE, zh="统计期第一天", sealed=False),
    "last": Fact(type=DATE, zh="统计期最后一天", sealed=False),
}


@dataclass(frozen=True, slots=True)
class FactSet:
    """One set: `about` says whom small numbers could give away, `lowest` the lowest level its rows know."""

    id: str
    zh: str
    about: str
    lowest: str
    keys: tuple[str, ...]
    facts: Mapping[str, Fact]

    @property
    def vocabulary(self) -> Vocabulary:
        """What a rule over this set may name."""
        return Vocabulary(facts=MappingProxyType({**self.facts, **PERIOD}))

    @property
    def now(self) -> frozenset[str]:
        """The columns that say how it is now only."""
        return NOW & self.facts.keys() - DATED.get(self.id, frozenset())

    @property
    def is_protected(self) -> bool:
        """Whether small numbers are hidden."""
        return self.about != OPEN


def _set(id: str, zh: str, about: str, lowest: str, keys: str, columns: str) -> FactSet:
    facts = {}
    for line in columns.strip().splitlines():
        name, kind, words = line.split()
        facts[name] = Fact(type=_TYPES[kind], zh=words, sealed=False)
    return FactSet(id, zh, about, lowest, tuple(keys.split()), MappingProxyType(facts))


SETS: Mapping[str, FactSet] = {each.id: each for each in (
    _set("cases", "儿童档案", CHILD, "village", "child household", """
        opened_on date 建档日期
        born date 出生年月
        sex code 性别
        state code 现状
        is_open bool 在办
        stage code 阶段
        level code 等级
        identified code 识别结果
        in_crisis bool 危机处置中
        due_on date 下一步到期
        assessed_on date 最近评估"""),
    _set("spans", "困境类别", CHILD, "village", "child", """
        category code 困境类别
        start_on date 开始
        end_on date 结束
        is_open bool 在办
        opened_on date 建档日期
        closed_on date 结案或迁出日期"""),
    _set("identifications", "识别", CHILD, "village", "child person", """
        done_on date 识别日期
        result code 结果
        seen code 当面见到"""),
    _set("assessments", "评估", CHILD, "village", "child household person", """
        done_on date 评估日期
        minutes int 用时
        seen code 当面见到
        turn int 第几次"""),
    _set("sheets", "问卷", CHILD, "village", "child person", """
        filled_on date 填写日期
        instrument code 量表
        informant code 谁填的
        reached code 总分到哪一档
        status code 答全没有
        is_alarming bool 有警报"""),
    _set("grades", "定级", CHILD, "village", "child", """
        decided_on date 确认日期
        level code 等级
        before code 原来的等级"""),
    _set("standings", "历次等级", CHILD, "village", "child", """
        from_on date 从
        until_on date 到（不含）
        level code 确认的等级
        closed_on date 结案或迁出日期"""),
    _set("rolls", "在册名册和走访", CHILD, "village", "child household", """
        opened_on date 建档日期
        closed_on date 结案或迁出日期
        born date 出生年月
        sex code 性别
        identified_on date 第一次有识别结果
        visited_on date 走访日期"""),
    _set("visits", "走访", CHILD, "village", "child household person", """
        visited_on date 走访日期
        recorded_on date 记录日期
        role code 谁走访"""),
    _set("contacts", "跟进和回访", CHILD, "village", "child person", """
        kind code 种类
        done_on date 日期
        way code 方式
        change code 变化
        outcome code 结论
        seen code 当面见到"""),
    _set("tasks", "任务", CHILD, "village", "child", """
        step code 步骤
        role code 角色
        state code 状态
        opened_on date 产生日期
        due_on date 到期日期
        closed_on date 办完日期
        in_time bool 按时
        minutes int 用时
        climbed int 上报次数
        is_urgent bool 全天候"""),
    _set("referrals", "转介", CHILD, "village", "child", """
        kind code 类型
        urgency code 紧急程度
        state code 状态
        sent_on date 转出日期
        accepted_on date 接收日期
        contacted_on date 首次联系日期
        ended_on date 结束日期
        accept_minutes int 接收用时
        contact_minutes int 首次联系用时"""),
    _set("feedback", "监护人反馈", CHILD, "village", "child", """
        outcome code 结果
        recorded_on date 记录日期"""),
    _set("consents", "同意", CHILD, "village", "child", """
        answer code 答复
        decided_on date 日期"""),
    _set("courses", "辅导疗程", CHILD, "village", "child", """
        starts_on date 开始
        protocol code 办法
        form_of code 个别或小组
        recipient code 对象"""),
    _set("course_ends", "疗程结束", CHILD, "village", "child", """
        ended_on date 结束
        outcome code 结局
        result code 效果"""),
    _set("sessions", "辅导", CHILD, "village", "child meeting person", """
        held_on date 日期
        way code 方式
        attended code 到场
        minutes int 分钟"""),
    _set("crises", "危机警报", CHILD, "village", "child", """
        kind code 种类
        gate code 否决项
        state code 状态
        raised_on date 发生日期"""),
    _set("crisis_times", "危机处置的起止", CHILD, "village", "child", """
        from_on date 从
        until_on date 到（不含）"""),
    _set("reports", "强制报告", CHILD, "village", "child", """
        reported_on date 报告日期"""),
    _set("plans", "关爱方案", CHILD, "village", "child", """
        starts_on date 开始
        team code 一对一或多对一
        plan_class code 分类"""),
    _set("reviews", "方案复盘", CHILD, "village", "child", """
        reviewed_on date 日期
        outcome code 结果
        services_kept code 服务是否做到
        reached int 达到的目标
        partly int 部分达到
        not_reached int 没有达到
        goals int 评定过的目标"""),
    _set("closings", "结案", CHILD, "village", "child", """
        turn code 提出或同意
        closed_on date 结案日期
        reason code 原因
        goal_state code 目标达成
        child_satisfaction code 孩子满意
        guardian_satisfaction code 监护人满意
        days_open int 从建档起的天数"""),
    _set("mediations", "纠纷调解", CHILD, "village", "child", """
        taken_on date 受理日期
        kind code 种类"""),
    _set("problems", "问题", CHILD, "village", "child", """
        source code 走访或方案
        problem code 哪一类
        state_then code 记录时的状态
        found_on date 记录日期"""),
    _set("needs", "应享未享", CHILD, "village", "child", """
        need code 哪一项
        answer code 最近的答复
        found_on date 发现日期
        settled_on date 了结日期"""),
    _set("participants", "筛查名单", CHILD, "county", "child", """
        opens_on date 开始日期
        state code 状态
        outcome code 分组
        consent code 监护人同意
        alarm code 警报"""),
    _set("clues", "线索和热线", CLUE, "town", "", """
        channel code 渠道
        danger code 危险程度
        state code 状态
        received_on date 收到日期
        respond_by date 答复期限
        responded_on date 答复日期
        in_time bool 按时答复
        handle_by date 办理期限
        handled_on date 办好日期
        handled_in_time bool 按时办好
        satisfied code 满意"""),
    _set("grants", "发到孩子的钱物", CHILD, "village", "child", """
        purpose code 用途
        way code 怎么发
        state code 状态
        settled_on date 结果日期
        receipt_on date 签收日期
        cents int 金额（分）"""),
    _set("money", "资金账", OPEN, "county", "", """
        account code 科目
        booked_on date 记账日期
        came_in int 贷方减借方（分）
        went_out int 借方减贷方（分）"""),
    _set("posts", "岗位", OPEN, "village", "person", """
        role code 角色
        is_held bool 有人"""),
    _set("credits", "培训学时", OPEN, "village", "person", """
        on_day date 日期
        audience code 哪一类人
        subject code 内容
        source code 来源
        minutes int 分钟"""),
    _set("trainings", "培训场次", OPEN, "town", "", """
        held_on date 日期
        state code 状态
        minutes int 分钟"""),
    _set("sites", "阵地", OPEN, "village", "", """
        kind code 种类
        is_used bool 在用
        inspected_on date 最近检查
        inspect_by date 应检查
        boxes int 举报箱"""),
    _set("rooms", "房间", OPEN, "village", "", """
        kind code 类型
        is_used bool 在用
        is_private bool 单独"""),
    _set("occasions", "活动场次", OPEN, "town", "", """
        kind code 种类
        held_on date 日期
        came int 参加人次
        first_time int 今年第一次来"""),
    _set("publicity", "宣传", OPEN, "county", "", """
        channel code 渠道
        published_on date 日期
        times int 场次
        reach int 人次"""),
    _set("meetings", "联席会议", OPEN, "county", "", """
        held_on date 日期
        state code 状态"""),
)}

# How far a child on file got, or a clue that no file came of yet: for the funnel, no indicator counts over it.
LOOP = _set("loop", "闭环", CHILD, "village", "child", """
    found_on date 发现日期
    has_file bool 已建档
    identified code 识别结果
    stage code 阶段
    level code 等级
    identified_on date 第一次识别
    assessed_on date 第一次评估
    graded_on date 第一次定级
    planned_on date 第一份方案
    helped_on date 第一次服务
    followed_on date 第一次跟进
    again_on date 第二次评估
    closed_on date 结案""")
