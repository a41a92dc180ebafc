"""Everything `doctor` asks: keys, settings, migrations, worker, ledger, clock, rules, promise one."""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils.dateparse import parse_datetime

from tongxin import ledger
from tongxin.access import wall
from tongxin.accounts.models import Post
from tongxin.accounts.posts import Roster
from tongxin.documents import selectors as attachments
from tongxin.flows import (
    account_health,
    clue_owners,
    comparing_nightly,
    comparing_watch,
    coordinating_watch,
    duty,
    glass,
    outward_health,
    preparation,
    recalls,
    recheck_weeks,
    register_watch,
    separation,
    sharing_duties,
    storage,
)
from tongxin.flows.activities import outings
from tongxin.flows.finding import Finding
from tongxin.flows.invariants import breaches
from tongxin.flows.key_health import examine_keys
from tongxin.flows.phone_health import examine_phones
from tongxin.flows.sites import watch
from tongxin.keeping.models import RetentionNight
from tongxin.ledger.models import Entry, HeldEntry
from tongxin.lib import definitions, places
from tongxin.lib.sqlcipher import driver
from tongxin.rulebook import rules
from tongxin.rulebook.adoption import going_back, unadopted
from tongxin.vault import tables

SKEW = timedelta(seconds=5)
SHOWN = 5
LONG_TAIL = timedelta(minutes=10)


def examine(*, at: datetime, only: Collection[str] = ()) -> list[Finding]:
    """All findings in a fixed order, or those of some questions; one that can't be asked is a failure of its own.

    Where nothing is prepared yet, the one finding is what to do first.
    """
    if first := preparation.missing():
        return [first]
    questions: tuple[tuple[str, Callable[[datetime], Iterator[Finding]]], ...] = (
        ("密钥", examine_keys), ("数据文件夹", _storage), ("设置", _settings), ("数据库", _database),
        ("数据库升级", _migrations), ("时钟", _clock), ("规则", _rules), ("后台", _worker), ("账本", _ledger),
        ("岗位", _posts), ("三员分立", lambda at: iter(separation.examine(at))), ("账号", account_health.examine),
        ("附件", _attachments), ("待核记录", _held), ("手机记录", examine_phones),
        ("紧急调阅", _glass), ("成年提醒", _of_age), ("登记簿", register_watch.examine), ("线索", clue_owners.examine),
        (coordinating_watch.WHAT, coordinating_watch.examine), (watch.WHAT, watch.examine),
        (comparing_watch.WHAT, comparing_watch.examine),
        (comparing_nightly.WHAT, comparing_nightly.examine),
        (recheck_weeks.WHAT, recheck_weeks.examine),
        (outings.WHAT, outings.examine),
        (recalls.WHAT, recalls.examine), (sharing_duties.WHAT, sharing_duties.examine),
        ("值班表", duty.examine), ("往外发的通知", outward_health.examine), ("每个孩子都有下一步", _promise),
    )
    found: list[Finding] = []
    for what, ask in questions:
        if only and what not in only:
            continue
        try:
            found += ask(at)
        except Exception as error:
            said = f"检查不了（{type(error).__name__}）"
            found.append(Finding(what, "failure", said, "请看其他各项，并告诉系统管理员"))
    return found


def _glass(at: datetime) -> Iterator[Finding]:
    late = glass.overdue(at=at)
    if late:
        yield Finding("紧急调阅", "warning", f"有 {late} 次过了期限还没有复核", "请有权的人打开“查看核实”复核")
    else:
        yield Finding("紧急调阅", "ok", "没有逾期未复核的")


def _of_age(at: datetime) -> Iterator[Finding]:
    del at
    night = RetentionNight.objects.order_by("-on").first()
    if night is not None and night.untold:
        said = f"最近一夜有 {night.untold} 份快满十八岁的档案没有提醒到"
        yield Finding("成年提醒", "warning", said, "后台每夜会再试；请看日志里 tongxin.retention 的错误，修好原因")
    else:
        yield Finding("成年提醒", "ok", "没有漏下的")


def _storage(at: datetime) -> Iterator[Finding]:
    del at
    if found := storage.loose():
        named = "、".join(found[:SHOWN]) + (f" 等 {len(found)} 个" if len(found) > SHOWN else "")
        yield Finding("数据文件夹", "warning", f"其他用户能读：{named}", f"运行 chmod -R go-rwx {places.home()}")
    else:
        yield Finding("数据文件夹", "ok", "只有本用户可读")


def _settings(at: datetime) -> Iterator[Finding]:
    del at
    if settings.DEBUG:
        yield Finding("设置", "failure", "调试模式开着，错误页会泄露内容", "去掉环境变量 TONGXIN_DEBUG")
    elif not settings.IS_HTTPS:
        yield Finding("设置", "warning", "没有使用 HTTPS，只适合本机试用", "在服务器上设 TONGXIN_HTTPS=1 并配置证书")
    else:
        yield Finding("设置", "ok", "适合正式使用")


def _database(at: datetime) -> Iterator[Finding]:
    del at
    if connection.vendor != "sqlite":
        yield Finding("数据库", "ok", "PostgreSQL")
        if lost := wall.missing():
            said = f"第二道墙（行级权限）缺 {len(lost)} 张表"
            yield Finding("数据库", "warning", said, "以数据库管理员运行 tongxin database roles --apply")
        return
    if driver.IS_ENCRYPTING:
        yield Finding("数据库", "ok", "SQLite，整个文件已加密")
    else:
        yield Finding("数据库", "warning", "SQLite 文件没有整体加密（姓名等内容仍逐项封存）", "安装 sqlcipher3")


def _migrations(at: datetime) -> Iterator[Finding]:
    del at
    for alias in ("default", "keys"):
        if waiting := tables.waiting(alias):
            said = f"{alias} 还有 {waiting} 步没有执行"
            yield Finding("数据库升级", "failure", said, "运行 tongxin database prepare")
        else:
            yield Finding("数据库升级", "ok", f"{alias} 是最新的")


def _clock(at: datetime) -> Iterator[Finding]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select now()")
            there = cursor.fetchone()[0]
        if abs(there - datetime.now(UTC)) > SKEW:
            yield Finding("时钟", "failure", "本机与数据库的时间相差超过 5 秒", "校准两台机器的时钟")
            return
    ahead = Entry.objects.aggregate(latest=Max("recorded_at"))["latest"]
    if ahead and ahead > at + SKEW:
        yield Finding("时钟", "failure", "有记录的时间晚于现在，时钟可能被拨回", "校准时钟后再使用")
    else:
        yield Finding("时钟", "ok", f"{at:%Y年%m月%d日 %H:%M}")


def _rules(at: datetime) -> Iterator[Finding]:
    calendar = rules.calendar_at(at)
    if calendar.is_provisional(at.date()):
        said = f"没有 {at.year} 年的节假日安排，暂按周一至周五计算"
        yield Finding("规则", "warning", said, "补上 definitions/calendar 并采用")
    library = definitions.load_all(places.definitions_folder())
    waiting = unadopted(library=library) - len(going_back(library=library))
    if waiting:
        yield Finding("规则", "warning", f"有 {waiting} 项规则还没有采用", "运行 tongxin definitions adopt")
    else:
        yield Finding("规则", "ok", "采用的规则与 definitions 一致")


def _worker(at: datetime) -> Iterator[Finding]:
    if ledger.is_worker_late(at=at):
        yield Finding("后台", "failure", "一分钟内没有心跳，提醒和到期检查会迟", "运行 tongxin worker 或 tongxin serve")
    else:
        yield Finding("后台", "ok", "有心跳")
    if gone := ledger.dead():
        yield Finding("后台", "failure", f"有 {gone} 件后续处理多次失败后放弃", "查看日志，修复后重试")


def _ledger(at: datetime) -> Iterator[Finding]:
    tail = ledger.unsealed()
    since = parse_datetime(tail.since) if tail.since else None
    if since and at - since.replace(tzinfo=since.tzinfo or UTC) > LONG_TAIL:
        yield Finding("账本", "failure", f"{tail.rows} 行超过 10 分钟没有封存", "检查后台是否在运行")
    else:
        yield Finding("账本", "ok", f"尚未封存的末尾 {tail.rows} 行；完整核验请运行 tongxin ledger verify")


def _posts(at: datetime) -> Iterator[Finding]:
    tops = Post.objects.filter(reports_to__isnull=True).select_related("division")
    roster = Roster(posts=tops, at=at)
    vacant = [post.title for post in roster.posts.values() if post.id not in roster.holders]
    if vacant:
        yield Finding("岗位", "failure", f"最上级岗位空缺：{'、'.join(vacant[:5])}", "在“岗位”页指定任职的人")
    else:
        yield Finding("岗位", "ok", "每条线的最上级都有人在岗")


def _attachments(at: datetime) -> Iterator[Finding]:
    del at
    if lost := attachments.missing():
        yield Finding("附件", "failure", f"{lost} 个附件的文件不在附件文件夹里", "从备份恢复附件文件夹")
    else:
        yield Finding("附件", "ok", "登记的附件都有文件")


def _held(at: datetime) -> Iterator[Finding]:
    del at
    waiting = HeldEntry.objects.filter(settled_at__isnull=True).count()
    state = "warning" if waiting else "ok"
    yield Finding("待核记录", state, f"{waiting} 条同号不同内容的记录等人核对", "逐条核对" if waiting else "")


def _promise(at: datetime) -> Iterator[Finding]:
    for each in breaches(at=at):
        if each.count:
            said = f"{each.zh}：{each.count}（{'、'.join(each.files)}）"
            yield Finding("每个孩子都有下一步", "failure", said, "运行 tongxin worker --once 后再查")
        else:
            yield Finding("每个孩子都有下一步", "ok", f"{each.zh}：0")
