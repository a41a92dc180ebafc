"""Whether those who run, guard and audit the system are three people, and none of them reads files."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import Q

from tongxin.accounts.models import Holding
from tongxin.flows.finding import Finding
from tongxin.rulebook import rules

WHAT, SHOWN = "三员分立", 5
OPEN_THEM = "运行 tongxin staff create --security 建立安全管理员，再由他开通另两位"


def examine(at: datetime) -> list[Finding]:
    """A failure where one person holds what must be apart; a warning where an administrator is missing."""
    found = rules.access_rules(at=at)
    held = _roles_by_login(at)
    breaches = sorted(login for login, roles in held.items() if found.clashes(roles))
    if breaches:
        named = "、".join(breaches[:SHOWN]) + (f" 等 {len(breaches)} 人" if len(breaches) > SHOWN else "")
        said = f"同一个人兼任了必须分开的岗位：{named}"
        return [Finding(WHAT, "failure", said, "在“岗位”页把其中一个岗位交给别人")]
    return list(_missing(found.apart, found.roles, held))


def _missing(apart: frozenset[str], names: Mapping[str, str], held: Mapping[str, set[str]]) -> Iterator[Finding]:
    there = apart & {role for roles in held.values() for role in roles}
    lacking = [zh for role, zh in names.items() if role in apart - there]
    if lacking:
        said = f"没有{'、'.join(lacking)}：账号由个案管理员代管，没有人独立核对"
        yield Finding(WHAT, "warning", said, OPEN_THEM)
    else:
        yield Finding(WHAT, "ok", "系统、安全、审计管理员各有其人")


def _roles_by_login(at: datetime) -> dict[str, set[str]]:
    running = Holding.objects.filter(Q(to_at__isnull=True) | Q(to_at__gt=at), person__is_active=True)
    held: dict[str, set[str]] = defaultdict(set)
    for login, role in running.values_list("person__login", "post__role"):
        held[login].add(role)
    return held
