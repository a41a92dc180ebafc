"""Each night, county by county: what is out of the usual becomes a question to whoever oversees, and nothing else."""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef

from tongxin import ledger, vault
from tongxin.accounts.models import LEVELS, Division, Holding, Post, places_of
from tongxin.accounts.posts import Roster
from tongxin.accounts.viewers import WORKER, held
from tongxin.core.pathway import CHINA
from tongxin.flows.supervision.reading import read_county
from tongxin.lib import ids
from tongxin.notices import services as notices
from tongxin.rulebook import rules as rulebook
from tongxin.supervision.looks import look
from tongxin.supervision.models import Behind, Night, Question
from tongxin.supervision.rows import Hit
from tongxin.supervision.rules import Rule, SupervisionRules, supervision_in
from tongxin.vault import Owner

log = logging.getLogger("tongxin.supervision")
COUNTY, TO_CLIMB = "county", 100


def follow_supervision(now: datetime) -> int:
    """How many questions were asked: one county each time it is called, each county once in the rules' span."""
    nation = supervision_in(region="", at=now)
    if now.astimezone(CHINA).hour < nation.from_hour:
        return 0
    climb(now)
    looked = Night.objects.filter(county_id=OuterRef("id"), at__gt=now - nation.every)
    waiting = Division.objects.filter(Exists(Post.objects.filter(division_id=OuterRef("id"))), level=COUNTY)
    county = waiting.exclude(Exists(looked)).order_by("id").first()
    if county is None:
        return 0
    # Kept whatever comes of it: records that can't be looked at must not keep the worker from everything else.
    Night.objects.update_or_create(county_id=county.id, defaults={"at": now})
    try:
        with transaction.atomic():
            return ask_about(county, at=now)
    except OperationalError:
        raise
    except Exception:
        log.exception("the records of county %s could not be looked at", county.id)
        return 0


def ask_about(county: Division, *, at: datetime) -> int:
    """How many questions one county's records raise that have not been asked lately."""
    rules = supervision_in(region=rulebook.region_of(county.id), at=at)
    seen = read_county(county.id, rules=rules, at=at)
    count = 0
    for rule in rules.rules.values():
        for hit in look(seen, rule):
            count += _ask(rule, hit, rules, county, at)
    return count


def _ask(rule: Rule, hit: Hit, rules: SupervisionRules, county: Division, at: datetime) -> int:
    post = Post.objects.select_related("division").filter(id=hit.post_id).first() if hit.post_id else None
    division = post.division if post else Division.objects.get(id=hit.division_id or 0)
    known = Question.objects.filter(
        rule=rule.id, over=hit.over, post=post, division_id=hit.division_id, about_id=hit.person_id
    )
    lately = known.filter(found_at__gt=at - rules.again_after)
    if lately.exists() or known.exclude(state=Question.CLOSED).exists():
        return 0
    row = Question.objects.create(
        id=ids.new_id(), rule=rule.id, over=hit.over, post=post, division_id=hit.division_id,
        about_id=hit.person_id, asked=whom(rule.asked, division, hit, at=at), since=hit.since,
        figures=dict(hit.figures), found_at=at, due_at=at + rules.answer_within, **places_of(division),
    )
    vault.create_keys([row.key_owner], at=at)
    Behind.objects.bulk_create([
        Behind(question=row, entry_id=entry, child_id=child) for entry, child in hit.entries
    ])
    tell("question.asked", row, [row.asked_id], at=at)
    return 1


def whom(
    roles: Iterable[str], division: Division, hit: Hit | None, *, at: datetime, above: UUID | None = None
) -> Post | None:
    """The nearest post of the roles, in their order, that somebody else than the person holds; None: there is none."""
    places = [place for level in LEVELS if (place := getattr(division, f"{level}_id"))]
    posts = list(Post.objects.filter(division_id__in=places, role__in=list(roles)).select_related("division"))
    roster = Roster(posts=posts, at=at)
    without = {each for each in (hit.person_id if hit else None,) if each}
    order = list(roles)
    posts.sort(key=lambda each: (order.index(each.role), -LEVELS.index(each.division.level), each.title))
    for post in posts:
        holder = roster.holders.get(post.id)
        own = hit is not None and post.id == hit.post_id
        if holder and holder not in without and not own and post.id != above:
            return post
    return None


def climb(now: datetime) -> int:
    """How many questions that nobody answered in time went to the next post; the last one is told again each time."""
    late = Question.objects.filter(state=Question.ASKED, due_at__lte=now)
    count = 0
    for row in late.select_related("post", "asked").order_by("due_at")[:TO_CLIMB]:
        division = row.post.division if row.post else Division.objects.get(id=row.division_id or 0)
        rules = supervision_in(region=rulebook.region_of(row.county_id), at=now)
        rule = rules.rules.get(row.rule)
        hit = Hit(row.over, row.since, {}, row.post_id, row.division_id, row.about_id)
        roles = list(rule.asked if rule else ())
        if row.asked is not None and row.asked.role in roles:
            roles = roles[roles.index(row.asked.role) + 1 :]
        to = whom(roles, division, hit, at=now, above=row.asked_id)
        with transaction.atomic():
            row.asked, row.climbed_at, row.due_at = to or row.asked, now, now + rules.answer_within
            row.save(update_fields=["asked", "climbed_at", "due_at"])
            tell("question.climbed", row, [row.asked_id], at=now)
        count += 1
    return count


def tell(
    kind: str, row: Question, posts: Iterable[UUID | None], *, at: datetime, actor: object = WORKER, **more: str
) -> None:
    """The event of a question, and a line for those whom it asks."""
    event = ledger.record(
        kind=kind, subject=Owner("intake", row.id), actor=actor, at=at,  # type: ignore[arg-type]
        clear={"rule": row.rule, **more}, is_fact=kind not in {"question.asked", "question.climbed"},
    )
    notices.tell_posts(posts=sorted({each for each in posts if each}, key=str), event=event, at=at)


def holders_of(post_id: UUID, *, at: datetime) -> set[UUID]:
    """Who holds a post now."""
    return set(Holding.objects.filter(held(at), post_id=post_id).values_list("person_id", flat=True))
