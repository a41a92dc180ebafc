"""By night what is new in a county's files is compared with its other files; the desk hears of what it has to settle.

Only files that can be the same child's are opened: of the same month of birth, or with the same mark of number or name.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tongxin import ledger, linkage, vault
from tongxin.access import scope
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import WORKER
from tongxin.comparisons.models import Alike, Night
from tongxin.comparisons.rules import rules_at
from tongxin.comparisons.selectors import known
from tongxin.core.pathway import CHINA, due_at
from tongxin.flows import comparing_alike, comparing_late, shelved
from tongxin.flows.comparing import SETTLE
from tongxin.flows.comparing_files import PAGE, OnFile, in_words
from tongxin.flows.comparing_judging import of_file
from tongxin.flows.finding import Finding
from tongxin.ledger.models import Entry
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.people.standing import IDENTITY
from tongxin.rulebook import rules

TOLD, ROUTE, WHAT = "files.matched", "comparisons/night", "像同一名儿童的档案"
PER_ROUND = 1


def compare_by_night(now: datetime, *, limit: int = PER_ROUND) -> int:
    """How many counties were gone through; each once a day, from the hour that its rules name."""
    local = now.astimezone(CHINA)
    posts = Post.objects.filter(role__in=_roles(now), division__level="county").values("division_id")
    done = Night.objects.filter(on__gte=local.date()).values("county_id")
    counties = Division.objects.filter(id__in=posts, valid_to__isnull=True).exclude(id__in=done).order_by("id")
    count = 0
    for county in counties:
        if count < limit and local.hour >= rules_at(now, region=county.code[:6]).night_from:
            _compare(county, now)
            count += 1
    return count


def _roles(at: datetime) -> list[str]:
    found = rules.access_rules(at=at)
    return [role for role in found.roles if found.may_do(role=role, action=SETTLE)]


def _compare(county: Division, now: datetime) -> None:
    row = Night.objects.filter(county_id=county.id).first()
    # What was written while the last run read is looked at again.
    since = row.at if row else datetime.combine(now.astimezone(CHINA).date(), time(), tzinfo=CHINA) - timedelta(days=1)
    fresh = _fresh(county.id, since)
    pairs = _pairs(county, fresh, now) if fresh else []
    with transaction.atomic():
        kept = Alike.objects.filter(county_id=county.id).values_list("one_id", "other_id")
        new = [each for each in pairs if (each.one_id, each.other_id) not in set(kept)]
        Alike.objects.bulk_create(new, batch_size=PAGE, ignore_conflicts=True)
        if row is None:
            row = Night(county_id=county.id, on=now.astimezone(CHINA).date(), at=now)
            vault.create_keys([row.key_owner], at=now)
        row.on, row.at = now.astimezone(CHINA).date(), now
        row.save()
        if new:
            event = ledger.record(
                kind=TOLD, subject=row.key_owner, actor=WORKER, at=now, is_fact=False,
                clear={"county": county.code, "pairs": len(new)},
            )
            desks = Post.objects.filter(role__in=_roles(now), division_id=county.id)
            notices.tell_posts(posts=sorted(desks.values_list("id", flat=True)), event=event, at=now)


def _fresh(county_id: int, since: datetime) -> set[UUID]:
    """The files opened, or corrected in what they say of who it is, since a moment."""
    corrected = Entry.objects.filter(kind__in=sorted(IDENTITY), recorded_at__gte=since).values("subject_id")
    with scope.widened():
        here = Child.objects.filter(county_id=county_id)
        return set(here.filter(Q(created_at__gte=since) | Q(id__in=corrected)).values_list("id", flat=True))


def _pairs(county: Division, fresh: Collection[UUID], now: datetime) -> list[Alike]:
    found = rules_at(now, region=county.code[:6])
    never = {f"hard.{each}" for each in found.alike_never}
    due = due_at(found.review, since=now, calendar=rules.calendar_at(now))
    files = map(of_file, _candidates(county.id, fresh, now))
    asked = [
        (*comparing_alike.ordered(pair), pair) for pair in linkage.alike(files)
        if not never & {each.code for each in pair.reasons}
    ]
    asked = [(one, other, pair) for one, other, pair in asked if one in fresh or other in fresh]
    answered = known()
    stored = set(shelved.among([each for one, other, _ in asked for each in (one, other)]))
    made = [
        comparing_alike.question(county, one, other, pair, at=now, due=due) for one, other, pair in asked
        if (one, other) not in answered and not {one, other} & stored
    ]
    comparing_late.begin(made, county=county, at=now)
    return made


def _candidates(county_id: int, fresh: Collection[UUID], now: datetime) -> Iterator[OnFile]:
    """The new files and those which may be the same child's."""
    with scope.widened():
        here = Child.objects.filter(county_id=county_id)
        new = here.filter(id__in=list(fresh))
        alike = Q(id__in=list(fresh))
        for column in ("birth_month", "id_token", "person_token"):
            alike |= Q(**{f"{column}__in": [each for each in set(new.values_list(column, flat=True)) if each]})
        children = list(here.filter(alike).order_by("id"))
    for start in range(0, len(children), PAGE):
        yield from in_words(children[start : start + PAGE], viewer=WORKER, at=now, route=ROUTE)


def examine(at: datetime) -> Iterator[Finding]:
    """What `doctor` says of pairs that wait."""
    answered = known()
    rows = Alike.objects.filter(due_at__lt=at).values_list("one_id", "other_id")
    if late := [pair for pair in rows if pair not in answered]:
        cure = "请区县打开“名单比对”的“在册档案互相比对”"
        yield Finding(WHAT, "warning", f"有 {len(late)} 对过了期限还没有核对", cure)
    else:
        yield Finding(WHAT, "ok", "没有过了期限还没有核对的")
