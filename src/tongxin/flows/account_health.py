"""What `doctor` asks of accounts: factors that are due, logins nobody uses, passwords that wait or are shared."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tongxin.accounts.entrance import RECOVERY, Factor, OpenSession
from tongxin.accounts.entrance_rules import EntranceRules
from tongxin.accounts.models import Holding, Person
from tongxin.accounts.viewers import held
from tongxin.flows.expiry import is_worn_out
from tongxin.flows.finding import Finding
from tongxin.flows.second_factor import rules_at

FACTOR, ACCOUNTS, PASSWORDS, SHARED = "第二步验证", "闲置账号", "初始密码", "共用账号"
SHOWN = 5


def examine(at: datetime) -> Iterator[Finding]:
    """One line a question, with the logins it is about."""
    rules = rules_at(at)
    yield _line(FACTOR, _without_factor(rules, at), "必须有而过了宽限还没有登记", "请他们登录后在“登录与账号安全”登记")
    yield _line(ACCOUNTS, _unused(rules, at), f"{rules.unused.days} 天没有登录", "不用了的，办理交接后停用")
    yield _line(PASSWORDS, _worn_out(at), "初始密码过期没有用", "在“人员”页重新发，或停用账号")
    yield _line(SHARED, _shared(rules), f"同时登录 {rules.many_at_once} 处以上，可能几个人共用", "问清楚，各开各的账号")


def _line(what: str, logins: Iterable[str], zh: str, cure: str) -> Finding:
    found = sorted(logins)
    if not found:
        return Finding(what, "ok", f"没有{zh}的账号")
    named = "、".join(found[:SHOWN]) + (f" 等 {len(found)} 个" if len(found) > SHOWN else "")
    return Finding(what, "warning", f"{zh}：{named}", cure)


def _working(at: datetime) -> QuerySet[Person]:
    """Those who hold a post and may sign in."""
    holds = Holding.objects.filter(held(at), person_id=OuterRef("id"))
    return Person.objects.filter(Exists(holds), is_active=True)


def _without_factor(rules: EntranceRules, at: datetime) -> Iterator[str]:
    needing = Holding.objects.filter(held(at), person_id=OuterRef("id"), post__role__in=rules.required)
    has = Factor.objects.filter(person_id=OuterRef("id")).exclude(kind=RECOVERY)
    due = Person.objects.filter(Exists(needing), is_active=True, factor_asked_at__lte=at - rules.grace)
    return (person.login for person in due.annotate(has=Exists(has)).filter(has=False))


def _unused(rules: EntranceRules, at: datetime) -> Iterator[str]:
    since = at - rules.unused
    begun = Holding.objects.filter(person_id=OuterRef("id"), from_at__gt=since)
    quiet = _working(at).filter(Q(last_login__lte=since) | Q(last_login__isnull=True, must_change_password=False))
    # Who can't sign in at all (no password yet) and who only just began is not counted.
    return (
        person.login for person in quiet.annotate(is_new=Exists(begun)).filter(is_new=False)
        if person.has_usable_password()
    )


def _worn_out(at: datetime) -> Iterator[str]:
    waiting = _working(at).filter(must_change_password=True)
    return (person.login for person in waiting if is_worn_out(person=person, at=at))


def _shared(rules: EntranceRules) -> Iterator[str]:
    # Sessions end by the machine's time, whatever day the demo plays.
    rows = OpenSession.objects.filter(person_id__isnull=False, expire_date__gt=timezone.now())
    many = Counter(rows.values_list("person_id", flat=True))
    crowded = [person for person, times in many.items() if person is not None and times > rules.many_at_once]
    return iter(Person.objects.filter(id__in=crowded).values_list("login", flat=True))
