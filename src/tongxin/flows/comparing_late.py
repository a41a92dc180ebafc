"""Pairs of files that nobody looked at in time go one person further up: the county's desk first, then whoever
oversees the county from above, who is told how many there are and of no child."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger
from tongxin.accounts.models import Division, Post
from tongxin.accounts.posts import Roster
from tongxin.accounts.viewers import WORKER
from tongxin.comparisons.models import Alike
from tongxin.comparisons.rules import rules_at
from tongxin.comparisons.selectors import known
from tongxin.core.pathway import due_at
from tongxin.flows.comparing import SETTLE
from tongxin.notices import services as notices
from tongxin.rulebook import rules
from tongxin.vault import Owner

CLIMBED, UNSETTLED, OVERSEE = "files.climbed", "files.unsettled", "see_figures"


def begin(pairs: Sequence[Alike], *, county: Division, at: datetime) -> None:
    """The desk answers for new pairs, until the moment they are due; the caller saves."""
    first = next(iter(line_of(county, at=at)), None)
    for each in pairs:
        each.first_post_id = each.owner_post_id = first
        each.ring_at = each.due_at


def keep_on(pair: Alike, former: Alike) -> None:
    """A pair found again stands where it stood."""
    for name in ("due_at", "first_post_id", "owner_post_id", "climbed", "ring_at"):
        setattr(pair, name, getattr(former, name))


def line_of(county: Division, *, at: datetime) -> list[UUID]:
    """The posts that answer for a county's pairs, each with a living holder of its own, the nearest first."""
    found = rules.access_rules(at=at)
    settling = sorted(role for role in found.roles if found.may_do(role=role, action=SETTLE))
    overseeing = sorted(role for role in found.roles if found.may_do(role=role, action=OVERSEE))
    desks = list(Post.objects.filter(role__in=settling, division_id=county.id).order_by("id"))
    higher = Q(division_id=county.city_id, division__level="city")
    higher |= Q(division_id=county.province_id, division__level="province")
    above = list(Post.objects.filter(higher, role__in=overseeing).order_by("-division__code", "id"))
    roster = Roster(posts=[*desks, *above], at=at)
    people: set[UUID] = set()
    line: list[UUID] = []
    for answers in (one for post in (*desks, *above) for one in roster.line(post_id=post.id)):
        if answers.person_id not in people:
            people.add(answers.person_id)
            line.append(answers.post_id)
    return line


def follow_pairs(now: datetime) -> int:
    """How many late pairs went up; each post that answers for some now is told once a county."""
    late = _late(now).values_list("county_id", flat=True).distinct()
    return sum(_climb(county, now) for county in Division.objects.filter(id__in=late).order_by("id"))


def _late(now: datetime) -> QuerySet[Alike]:
    return Alike.objects.filter(Q(ring_at__lte=now) | Q(ring_at__isnull=True, due_at__lte=now)).order_by()


@transaction.atomic
def _climb(county: Division, now: datetime) -> int:
    answered, line = known(), line_of(county, at=now)
    rows = list(_late(now).select_for_update().filter(county_id=county.id).order_by("id"))
    rings = due_at(rules_at(now, region=county.code[:6]).climb, since=now, calendar=rules.calendar_at(now))
    told: dict[UUID, int] = {}
    for row in rows:
        # What was said of a pair may be taken back: then it goes on from here.
        row.ring_at = rings
        if (row.one_id, row.other_id) in answered or not line:
            continue
        row.climbed += 1
        row.first_post_id = row.first_post_id or line[0]
        row.owner_post_id = line[min(row.climbed, len(line) - 1)]
        told[row.owner_post_id] = told.get(row.owner_post_id, 0) + 1
    Alike.objects.bulk_update(rows, ["climbed", "ring_at", "first_post_id", "owner_post_id"])
    for post, count in sorted(told.items()):
        _tell(county, post, count, now)
    return sum(told.values())


def _tell(county: Division, post_id: UUID, count: int, now: datetime) -> None:
    role = Post.objects.values_list("role", flat=True).get(id=post_id)
    settles = rules.access_rules(at=now).may_do(role=role, action=SETTLE)
    event = ledger.record(
        kind=CLIMBED if settles else UNSETTLED, subject=Owner("post", post_id), actor=WORKER, at=now, is_fact=False,
        clear={"county": county.code, "pairs": count, "owner": str(post_id)},
    )
    notices.tell_posts(posts=[post_id], event=event, at=now)
