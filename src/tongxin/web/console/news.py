"""What is new, in words: about whom, what, and where it leads. No answer is named."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from tongxin.ledger.models import Event
from tongxin.notices.models import Notice
from tongxin.web.console.names import Names, post_titles

NOTICE_WORDS = {
    "crisis.raised": "进入危机处置", "crisis.closed": "危机已解除", "task.opened": "有新任务",
    "task.climbed": "逾期任务上报到您的岗位", "task.passed_on": "任务转到您的岗位", "entry.held": "有一份待核对的记录",
    "task.unowned": "有任务没有人负责，请尽快安排代班的人", "row.settled": "有新任务",
    "round.alarmed": "筛查中有危险信号，请马上核查",
    "glass.opened": "有人紧急调阅了这份档案",
    "withdrawal.deferred": "监护人要撤回同意，因孩子的安全暂缓，请和监护人联系",
    "arrival.held": "手机送来一条记录，等您核对", "arrival.climbed": "手机送来的记录没有人核对，转到您的岗位",
    "arrival.passed_on": "手机送来的一条记录转由您的岗位核对",
    "report.answered": "您提交的强制报告有了处理结果，请向区县个案管理员问结果",
    "file.held": "停用的手机送来一个照片或录音，等您核对",
}
# News about no single child: what it is, what it says, where it leads.
OFFICE_NEWS = {
    "list.asked": ("名单比对", "有一份人数少的名单等您同意", "/comparisons/"),
    "list.answered": ("名单比对", "您送的人数少的名单有了答复", "/comparisons/"),
    "list.compared": ("名单比对", "有要您核对的结果", "/comparisons/review/"),
    "files.matched": ("名单比对", "夜里比对发现像同一名儿童的两份档案，请核对", "/comparisons/alike/"),
    "files.climbed": ("名单比对", "急：有像同一名儿童的档案过了期限还没有核对，转到您的岗位", "/comparisons/alike/"),
    "files.unsettled": ("名单比对", "区县有像同一名儿童的档案过了期限没有人核对，请督促区县办理", "/district/"),
    "answer.climbed": ("名单比对", "急：有比对结果过了期限还没有核对，转到您的岗位", "/comparisons/review/"),
    "roster.imported": ("新花名册", "带来了要您办理的任务", "/tasks/"),
    "task.unowned": ("急：没有人负责", "下级有孩子的任务没有人负责，请督促区县安排代班的人", "/district/"),
    "arrival.held": ("手机记录", "有一条记录等您核对", "/arrivals/"),
    "arrival.climbed": ("手机记录", "有一条记录没有人核对，转到您的岗位", "/arrivals/"),
    "arrival.passed_on": ("手机记录", "有一条记录转由您的岗位核对", "/arrivals/"),
    "factor.reused": ("账号安全", "有人用您已经用过的验证码登录；不是您自己，请马上换密码", "/security/"),
    "factor.removed": ("账号安全", "管理账号的人取消了您的第二步验证；不是您要求的，请马上打电话问", "/security/"),
    "look.asked": ("查看申请", "有同事申请查看心理部分，等您答复", "/looking/"),
    "look.answered": ("查看申请", "您的查看申请有了答复", "/looking/"),
    "glass.opened": ("紧急调阅", "有人紧急调阅了一份档案；由个案管理员按期复核", "/looking/"),
    "glass.reviewed": ("紧急调阅", "您的紧急调阅已有复核结果", "/looking/"),
    "unusual.noticed": ("查看说明", "有一条查看记录请您说明", "/looking/"),
    "unusual.closed": ("查看说明", "您说明过的查看已有结论", "/looking/"),
    "ending.proposed": ("删除与保存", "有一份删除或只保存的提议等另一个岗位确认", "/ended/"),
    "custody.asked": ("封存查询", "有一份封存记录的查询申请等您答复", "/sealed/"),
    "custody.answered": ("封存查询", "您的封存查询有了答复", "/sealed/"),
    "custody.moved": ("依法封存", "有一份依法封存的记录随孩子转来，由您的岗位保管", "/sealed/"),
    "export.asked": ("数据导出", "有同事申请导出数据，等您决定", "/exports/"),
    "export.decided": ("数据导出", "您申请的导出有了决定", "/exports/"),
    "export.finished": ("数据导出", "您申请的导出已生成，请看要不要确认文字、再下载", "/exports/"),
    "export.failed": ("数据导出", "您申请的导出没有生成，请看原因", "/exports/"),
    "recall.climbed": ("数据导出", "急：有一份交出去的资料过了期限还没有要回，转到您的岗位", "/recalls/"),
    "recall.asked": ("数据导出", "您交出去的一份资料要向对方要回或请对方销毁，请登记结果", "/recalls/"),
    "export.recalled": ("数据导出", "您申请的导出已收回，请看原因，还需要的重新申请", "/exports/"),
    "agreement.drafted": ("部门共享", "有一份共享协议等您说同意或不同意", "/sharing/"),
    "agreement.answered": ("部门共享", "有一方对共享协议说了意见", "/sharing/"),
    "agreement.started": ("部门共享", "有一份共享协议开始有效", "/sharing/"),
    "agreement.ended": ("部门共享", "有一份共享协议结束了，打开过的要退回或销毁", "/sharing/"),
    "share.asked": ("部门共享", "有单位按协议提出申请，请答复", "/sharing/"),
    "share.answered": ("部门共享", "您提出的共享申请有了答复", "/sharing/"),
    "share.announced": ("部门共享", "有按协议给您单位的内容，请打开、签收", "/sharing/inbox/"),
    "share.recalled": ("部门共享", "有打开过的内容要退回或销毁，请办好后确认", "/sharing/"),
    "share.disposed": ("部门共享", "对方确认了退回或销毁", "/sharing/"),
    "share.climbed": ("部门共享", "急：有一件共享的事过了期限，转到您的岗位", "/sharing/"),
    "incident.reported": ("信息安全事件", "有人报告了一起事件，时限已经开始，请马上办", "/registers/"),
    "register.revised": ("登记簿", "有一条登记等您核对", "/registers/"),
    "register.reviewed": ("登记簿", "您写的登记已有核对结果", "/registers/"),
    "register.advanced": ("登记簿", "有一条登记有了进展，请看要不要您办", "/registers/"),
    "register.reminded": ("登记簿", "有一项快到期限", "/registers/"),
    "register.delayed": ("登记簿", "急：有一项过了期限还没有办", "/registers/"),
    "clue.received": ("线索", "有新的线索，请看要不要马上办", "/clues/"),
    "clue.assigned": ("线索", "有一条线索交给您的岗位办", "/clues/"),
    "clue.stepped": ("线索", "您登记或负责的线索有了进展", "/clues/"),
    "clue.raised": ("线索", "急：有一条线索调高了危险程度", "/clues/"),
    "clue.untraced": ("线索", "急：有危险的线索没有找到孩子就办好了，请看办得对不对", "/clues/"),
    "clue.matched": ("线索", "有一条线索对上了孩子的档案", "/clues/"),
    "recheck.sampled": ("走访回访", "这一周抽到几份走访，请您问一问家里", "/rechecks/"),
    "recheck.climbed": ("走访回访", "有走访过了期限还没有问家里，转到您的岗位", "/rechecks/"),
    "recheck.answered": ("走访回访", "您的一次走访问过家里，可以看结果", "/rechecks/mine/"),
    "question.asked": ("督导提问", "有一个问题请您去问一问、看一看，再答复", "/supervision/questions/"),
    "question.answered": ("督导提问", "有一个问题答复了，请核对", "/supervision/questions/"),
    "question.returned": ("督导提问", "您的一个答复请您再看看", "/supervision/questions/"),
    "question.closed": ("督导提问", "有一个关于您记录的问题了结了，可以看答复", "/supervision/questions/mine/"),
    "question.climbed": ("督导提问", "有一个问题过了期限没有答复，转到您的岗位", "/supervision/questions/"),
    "clearance.reminded": ("入职查询", "有人的违法犯罪记录查询快到期或已过期，请安排再查", "/workforce/mine/"),
    "qualification.reminded": ("资质", "有资质快到期或已过期，请看要不要续", "/workforce/mine/"),
    "site.reminded": ("阵地", "有阵地该检查、整改逾期，或举报箱该开、信没有转成线索，请看期限", "/places/"),
    "companion.reminded": ("结对", "有陪伴者的审查快到期或已过期，请续；过期以后不能和孩子见面", "/companions/"),
    "pairing.ended": ("结对", "有一个结对结束了（孩子离开本地、结案或去世），请告诉陪伴者", "/companions/"),
    "pupil.removed": ("教师", "有一名学生不再由您跟进（离开本地、结案或去世）", "/pupils/"),
    "activity.planned": ("活动", "有一个活动计划等您批准", "/activities/"),
    "activity.missed": ("活动", "急：外出结束了，还有孩子没有记交给了谁，请马上问带队的人", "/activities/"),
    "activity.decided": ("活动", "您的活动计划有了答复", "/activities/"),
    "doubt.raised": ("活动", "有一个数目大得不寻常，请核实", "/activities/"),
    "training.reminded": ("培训", "您今年的学时还没有达到目标，请看还差什么", "/training/"),
    "training.delayed": ("培训", "计划里有一项过了月份还没有安排，请安排或改计划", "/training/plans/"),
    "wanted.written": ("接单", "同事写好一条要发布的需求，请您看一遍再发布", "/wanted/"),
    "wanted.published": ("接单", "您写的需求已由同事看过并发布", "/wanted/"),
    "wanted.returned": ("接单", "您写的需求没有发布，请看退回的原因", "/wanted/"),
    "wanted.offered": ("接单", "有单位愿意接一条需求，请答复", "/wanted/"),
    "wanted.answered": ("接单", "您单位提出的接单有了答复", "/wanted/"),
    "wanted.dropped": ("接单", "您单位提出要接的一条需求撤下了", "/wanted/"),
    "wanted.carried": ("接单", "您单位接的需求已转来，请在转介里办", "/referrals/"),
    "fund.asked": ("资金", "有一笔用款申请等您审批", "/funds/"),
    "fund.answered": ("资金", "您提出的用款申请有了答复", "/funds/"),
    "fund.handed": ("资金", "上级下达了一笔钱，到了请确认", "/funds/"),
    "fund.acknowledged": ("资金", "有地方答复了您下达的钱", "/funds/"),
    "ask.received": ("转介", "有单位请您这里把孩子转去，请答复", "/asks/"),
    "ask.answered": ("转介", "您请求转来的孩子，对方答复了", "/asks/"),
    "ask.dropped": ("转介", "对方收回了转来的请求", "/asks/"),
    "ask.carried": ("转介", "您请求转来的孩子，对方已转出，请接收", "/asks/"),
    "ask.climbed": ("转介", "急：有转来的请求没有人答复，转到您的岗位", "/asks/"),
    "clue.climbed": ("线索", "急：有一条线索没有人办，转到您的岗位", "/clues/"),
    "member.changed": ("部门协同", "您的岗位成了部门的联系岗位", "/coordination/members/"),
    "joint.asked": ("联席会议", "请您单位参加联席会议，请答复", "/coordination/meetings/"),
    "joint.advanced": ("联席会议", "您单位参加的联席会议有变动或有了纪要", "/coordination/meetings/"),
    "matter.issued": ("决定和督办", "有一件事交给您单位办，请签收", "/coordination/orders/"),
    "matter.advanced": ("决定和督办", "有一件决定或督办有了进展", "/coordination/orders/"),
    "matter.reminded": ("决定和督办", "有一件事快到期或等您核对", "/coordination/orders/"),
    "matter.climbed": ("决定和督办", "急：有一件事逾期没有办，转到上一级", "/coordination/orders/"),
    "standard.asked": ("服务标准", "有一个服务标准请您单位提意见", "/coordination/standards/"),
    "standard.reminded": ("服务标准", "征求意见快到截止或已经截止", "/coordination/standards/"),
    "standard.advanced": ("服务标准", "服务标准有新的意见、答复或已采用", "/coordination/standards/"),
    "typical.advanced": ("典型案例", "您写的或负责的典型案例有了进展", "/coordination/cases/"),
    "expert.appointed": ("专家库", "您被聘为专家", "/coordination/experts/"),
    "opinion.asked": ("专家意见", "有一份材料请您提意见", "/coordination/experts/"),
    "opinion.advanced": ("专家意见", "您请教的专家有了答复", "/coordination/experts/"),
    "opinion.reminded": ("专家意见", "有一份材料等您的意见，快到期", "/coordination/experts/"),
    "opinion.climbed": ("专家意见", "急：有一份专家意见逾期", "/coordination/experts/"),
    "duty.asked": ("换值班", "有人请您换一班，等您答复", "/duty/"),
    "duty.answered": ("换值班", "您的一次换班有了结果，请看值班表", "/duty/"),
    "duty.warned": ("值班表", "这几天有没有人值班的时段，请补上", "/duty/"),
    "rota.asked": ("换班", "有人请您换班或代班，等您答复", "/rota/"),
    "rota.answered": ("换班", "您提出的换班有了答复", "/rota/"),
    "booking.placed": ("预约", "您有新的预约", "/bookings/"),
    "booking.changed": ("预约", "您的预约有变动", "/bookings/"),
    "booking.reminded": ("预约", "您有预约快到了，请看时间和房间", "/bookings/"),
    "booking.missed": ("预约", "有一次预约过了还没有记录，请补记", "/bookings/"),
    "holding.changed": ("岗位交接", "您接手了一个岗位，请看交接说明和任务", "/introductions/"),
}
DRAFT = "draft."
# What a line of people is told of somebody else's unfinished form; said first, whatever else is new.
DANGERS = {
    "draft.alarmed": "有人填的表里有危险信号，还没有提交，请马上联系填表的人",
    "draft.cleared": "有人填的表里有过危险信号，后来改掉了，请马上联系填表的人核实",
    "draft.dropped": "有人填的表里有过危险信号，没有提交就删去了，请马上联系填表的人核实",
}
OWN_DANGER = "您填的表里有危险信号，还没有提交，请马上提交"
OWN = {"draft.reminded": "有一份没填完的表，请接着填完提交", "draft.expired": "没填完的表放得太久，已经删去"}
NEW_FILE = "新的档案"
HERE, NEW_FILE_URL = "/#drafts-title", "/children/new/"


def news_of(told: Iterable[Notice], names: Names) -> list[dict[str, Any]]:
    """Lines of news, dangers in unfinished forms first, then the newest."""
    shown = list(told)
    events = Event.objects.in_bulk([each.event_id for each in shown if each.kind.startswith(DRAFT)])
    titles = post_titles(UUID(str(event.clear["owner"])) for event in events.values())
    found = []
    for notice in _once(shown, events):
        if event := events.get(notice.event_id):
            line = _of_draft(notice, event.clear, names, titles)
        else:
            line = _line(notice, names)
        if line is not None:
            found.append({"is_danger": False, **line, "at": notice.created_at})
    return sorted(found, key=lambda line: not line["is_danger"])


def _line(notice: Notice, names: Names) -> dict[str, Any] | None:
    if notice.child_id is None and notice.kind in OFFICE_NEWS:
        name, zh, url = OFFICE_NEWS[notice.kind]
        return {"url": url, "zh": zh, "name": name}
    if notice.child_id is None or notice.child_id not in names.children:
        return None
    return {
        "url": f"/children/{notice.child_id}/", "zh": NOTICE_WORDS.get(notice.kind, "有新的变化"),
        "name": names.children[notice.child_id],
    }


def _of_draft(
    notice: Notice, clear: Mapping[str, Any], names: Names, titles: Mapping[UUID, str]
) -> dict[str, Any] | None:
    if notice.child_id is not None and notice.child_id not in names.children:
        return None
    name = names.children[notice.child_id] if notice.child_id else NEW_FILE
    file = f"/children/{notice.child_id}/" if notice.child_id else NEW_FILE_URL
    if notice.kind in DANGERS:
        post = titles.get(UUID(str(clear["owner"])), "")
        zh = f"{DANGERS[notice.kind]}（{post}）" if post else DANGERS[notice.kind]
        return {"url": f"{file}#drafts", "zh": zh, "name": name, "is_danger": True}
    is_kept, is_danger = notice.kind == "draft.reminded", bool(clear.get("urgent"))
    zh = OWN_DANGER if is_kept and is_danger else OWN.get(notice.kind, "")
    return {"url": HERE if is_kept else file, "zh": zh, "name": name, "is_danger": is_danger}


def _once(told: Iterable[Notice], events: Mapping[UUID, Event]) -> list[Notice]:
    """Each kind of news about a child once, the newest; of unfinished forms, each form."""
    found: dict[Any, Notice] = {}
    for notice in told:
        event = events.get(notice.event_id)
        found.setdefault((notice.child_id, notice.kind, event.clear["draft"] if event else ""), notice)
    return list(found.values())
