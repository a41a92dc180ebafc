"""Looks that are out of the usual: noticed at the look and at night, explained by their person, judged by another.

A rule only counts. What it means is said by people, the person concerned first.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from tongxin import ledger, vault
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.access.offices import posts_for
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows.glass import REVIEW
from tongxin.flows.looking import OWN_TASK, person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Access, AccessSubject
from tongxin.looking.models import Night, Unusual
from tongxin.looking.rules import Rules, rules_at
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.vault import Owner

# Where one file, or what was given of it, is opened, by people and by machines; elsewhere a name is one of many.
FILES = ("child", "entry", "sharing.delivery", "api.referrals", "api.fhir")
SEARCH = "children.search"
MOST = 3000
NIGHT_FROM = 1
# By name, as databases know it.
ZONE = ZoneInfo("Asia/Shanghai")
NO_WORDS = "没有保存：请写上说明。"


def notice_look(*, viewer: Viewer, child: Child, purpose: str, at: datetime) -> None:
    """At the look itself: counts what this person opened lately; one query, and a row only where a rule says so."""
    if viewer.is_worker:
        return
    found = rules_at(at, region=rules.region_of(child.county_id))
    if viewer.person_id is None:
        _notice_machine(viewer, found, at)
        return
    opened = _opened_by(viewer.person_id, since=at - timedelta(days=1), at=at)
    for rule in found.unusual.values():
        count, first = _count(rule, opened, role=viewer.role, at=at)
        if count:
            _raise(rule, person_id=viewer.person_id, post_id=viewer.post_id, count=count, first=first, at=at)
    if purpose and purpose != OWN_TASK and "colleague" in found.unusual:
        _notice_colleague(viewer, child, found, at)


def _notice_machine(viewer: Viewer, found: Rules, at: datetime) -> None:
    """What another body's system opened from a post; those who hold the post are asked. A machine keeps no hours."""
    opened = _opened_at(AccessSubject.objects.filter(
        access__person_id__isnull=True, access__post_id=viewer.post_id
    ), since=at - timedelta(days=1), at=at)
    for rule in found.unusual.values():
        count, first = (0, at) if "outside" in rule else _count(rule, opened, role=viewer.role, at=at)
        for person_id in sorted(viewer.stands_for) if count else ():
            _raise(rule, person_id=person_id, post_id=viewer.post_id, count=count, first=first, at=at)


def _opened_by(person_id: UUID, *, since: datetime, at: datetime) -> list[tuple[datetime, UUID]]:
    return _opened_at(AccessSubject.objects.filter(access__person_id=person_id), since=since, at=at)


def _opened_at(
    rows: QuerySet[AccessSubject], *, since: datetime, at: datetime
) -> list[tuple[datetime, UUID]]:
    rows = rows.filter(owner_kind="child", access__at__gt=since, access__at__lte=at, access__route__in=FILES)
    return list(rows.order_by("-access__at").values_list("access__at", "owner_id")[:MOST])


def _count(
    rule: Mapping[str, Any], opened: list[tuple[datetime, UUID]], *, role: str, at: datetime
) -> tuple[int, datetime]:
    """How many files a rule counts now, and since when; 0 where that is usual."""
    if "within" not in rule:
        return 0, at
    if "outside" in rule and not _is_outside(rule["outside"], at):
        return 0, at
    since = at - timedelta(**rule["within"])
    counted = [(moment, child) for moment, child in opened if moment > since]
    if "outside" in rule:
        counted = [(moment, child) for moment, child in counted if _is_outside(rule["outside"], moment)]
    count = len({child for _, child in counted})
    most = _most(rule, role)
    return (count, min(moment for moment, _ in counted)) if count > most else (0, at)


def _most(rule: Mapping[str, Any], role: str) -> int:
    return int(rule["files"].get(role, rule["files"]["default"]))


def _is_outside(hours: Mapping[str, Any], at: datetime) -> bool:
    local = at.astimezone(CHINA)
    if hours.get("rest_days") and not rules.calendar_at(at).is_working(local.date()):
        return True
    return not time.fromisoformat(hours["from"]) <= local.time() < time.fromisoformat(hours["until"])


def _notice_colleague(viewer: Viewer, child: Child, found: Rules, at: datetime) -> None:
    """A child from whom somebody here is set aside is a colleague's relative, or a colleague is accused about it."""
    if relations.recused_from(child_id=child.id, at=at) and viewer.person_id is not None:
        _raise(
            found.unusual["colleague"], person_id=viewer.person_id, post_id=viewer.post_id, count=1, first=at, at=at,
            child_id=child.id,
        )


def _raise(
    rule: Mapping[str, Any], *, person_id: UUID, post_id: UUID | None, count: int, first: datetime, at: datetime,
    child_id: UUID | None = None, on: date | None = None,
) -> None:
    """One row a rule, a person and a day; what is counted later the same day is added to it."""
    day = on or at.astimezone(CHINA).date()
    row = Unusual.objects.filter(rule=rule["id"], person_id=person_id, on=day, child_id=child_id)
    if row.update(count=count, last_at=at):
        return
    post = Post.objects.filter(id=post_id).select_related("division").first() if post_id else None
    county = post.division.county_id if post else None
    explained_by = at + rules_at(at, region=rules.region_of(county)).explain_within
    try:
        with transaction.atomic():
            made = Unusual.objects.create(
                rule=rule["id"], person_id=person_id, post_id=post_id, county_id=county, child_id=child_id, on=day,
                first_at=first, last_at=at, count=count, found_at=at, explain_due_at=explained_by,
            )
            _tell("unusual.noticed", made, [post_id] if post_id else [], WORKER, at)
    except IntegrityError:
        row.update(count=count, last_at=at)


def look_back(now: datetime) -> int:
    """Once a night: yesterday's looks of everybody against the rules that need a whole day; how many days were done."""
    local = now.astimezone(CHINA)
    yesterday = local.date() - timedelta(days=1)
    if local.hour < NIGHT_FROM or Night.objects.filter(on=yesterday).exists():
        return 0
    begins = datetime.combine(yesterday, time(), tzinfo=CHINA)
    with transaction.atomic():
        _against_self(begins, now)
        _searched(begins, now)
        Night.objects.create(on=yesterday, at=now)
    return 1


def _against_self(begins: datetime, now: datetime) -> None:
    rule = rules_at(now).unusual.get("unlike_self")
    if rule is None:
        return
    since, ends = begins - timedelta(days=int(rule["of_days"])), begins + timedelta(days=1)
    days = (
        Access.objects.filter(at__gte=since, at__lt=ends, route__in=FILES, person_id__isnull=False)
        .annotate(day=TruncDate("at", tzinfo=ZONE)).values_list("person_id", "day")
        .annotate(files=Count("subjects__owner_id", distinct=True))
    )
    usual: dict[UUID, list[int]] = {}
    last: dict[UUID, int] = {}
    for person, day, files in days:
        if person is None:
            continue
        if day == begins.date():
            last[person] = files
        else:
            usual.setdefault(person, []).append(files)
    for person, files in last.items():
        before = sorted(usual.get(person, ()))
        middle = before[len(before) // 2] if before else 0
        post_id = _post_of(person, begins, ends)
        role = "" if post_id is None else Post.objects.filter(id=post_id).values_list("role", flat=True).get()
        if files > _most(rule, role) and middle and files >= middle * int(rule["times"]):
            _raise(rule, person_id=person, post_id=post_id, count=files, first=begins, at=now, on=begins.date())


def _searched(begins: datetime, now: datetime) -> None:
    rule = rules_at(now).unusual.get("searched_often")
    if rule is None:
        return
    day = {"access__at__gte": begins, "access__at__lt": begins + timedelta(days=1), "owner_kind": "child"}
    found = AccessSubject.objects.filter(**day, access__route=SEARCH, access__person_id__isnull=False)
    counts = Counter(found.values_list("access__person_id", "owner_id"))
    for (person, child), count in counts.items():
        if person is None or count < int(rule["searches"]):
            continue
        opened = AccessSubject.objects.filter(
            **day, owner_id=child, access__person_id=person, access__route__in=FILES
        )
        if not opened.exists():
            ends = begins + timedelta(days=1)
            _raise(
                rule, person_id=person, post_id=_post_of(person, begins, ends), count=count, first=begins, at=now,
                child_id=child, on=begins.date(),
            )


def _post_of(person_id: UUID, begins: datetime, ends: datetime) -> UUID | None:
    rows = Access.objects.filter(person_id=person_id, at__gte=begins, at__lt=ends, post_id__isnull=False)
    return rows.order_by("-at").values_list("post_id", flat=True).first()


def own(*, viewer: Viewer) -> list[Unusual]:
    """What a person is asked to explain, the first due first."""
    rows = Unusual.objects.filter(person_id=person_of(viewer), state=Unusual.ASKED)
    return list(rows.order_by("explain_due_at"))


def explain(*, unusual_id: UUID, words: str, actor: Viewer, at: datetime) -> None:
    """A person's own words about their looks."""
    with transaction.atomic():
        row = Unusual.objects.select_for_update().filter(id=unusual_id, person_id=person_of(actor)).first()
        if row is None or row.state != Unusual.ASKED:
            raise NotAllowed
        if not words.strip():
            raise Refused.because(NO_WORDS)
        vault.put(row, {"words": words.strip()}, keyring=vault.keyring([row.key_owner]))
        row.state, row.explained_at = Unusual.EXPLAINED, at
        row.save(update_fields=["words", "state", "explained_at"])
        _tell("unusual.explained", row, [], actor, at)


def to_judge(*, viewer: Viewer, at: datetime) -> QuerySet[Unusual]:
    """What waits for somebody's word in the viewer's area, the first due first; never their own."""
    posts = posts_for(viewer=viewer, action=REVIEW, at=at).values("id")
    rows = Unusual.objects.exclude(state=Unusual.CLOSED).filter(post_id__in=posts).exclude(person_id=person_of(viewer))
    return rows.order_by("explain_due_at")


def may_close(row: Unusual, *, at: datetime) -> bool:
    """Whether its person has been heard, or had their time."""
    return row.state == Unusual.EXPLAINED or (row.state == Unusual.ASKED and row.explain_due_at <= at)


def close(*, unusual_id: UUID, outcome: str, words: str, actor: Viewer, at: datetime) -> None:
    """Somebody else's decision, with its reason."""
    with transaction.atomic():
        row = Unusual.objects.select_for_update().filter(id=unusual_id).first()
        mine = to_judge(viewer=actor, at=at).filter(id=unusual_id)
        if row is None or not mine.exists() or not may_close(row, at=at):
            raise NotAllowed
        if outcome not in rules_at(at).outcomes or not words.strip():
            raise Refused.because("没有保存：请选结果，并写上理由。")
        vault.put(row, {"closing": words.strip()}, keyring=vault.keyring([row.key_owner]))
        row.state, row.outcome, row.closed_at, row.closed_by = Unusual.CLOSED, outcome, at, actor.person_id
        row.save(update_fields=["closing", "state", "outcome", "closed_at", "closed_by"])
        _tell("unusual.closed", row, [row.post_id] if row.post_id else [], actor, at, outcome=outcome)


def visible_children(rows: Iterable[Unusual], *, viewer: Viewer, at: datetime) -> dict[UUID, Child]:
    """Those of the children concerned whom the reviewer may see anyway."""
    ids = {row.child_id for row in rows if row.child_id}
    seen = access.visible(Child.objects.filter(id__in=ids), viewer=viewer, part="roster", at=at)
    return {child.id: child for child in seen}


def _tell(kind: str, row: Unusual, posts: list[UUID], actor: Viewer, at: datetime, **more: str) -> None:
    event = ledger.record(
        kind=kind, subject=Owner("staff", row.person_id), actor=actor, at=at,
        clear={"unusual": str(row.id), "rule": row.rule, **more}, is_fact=True,
    )
    notices.tell_posts(posts=posts, event=event, at=at)
