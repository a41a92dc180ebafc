"""Visits asked about again: drawn once a week by each who oversees, asked of the family, told to whoever visited."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Post, places_of
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.cases.models import Case
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Entry, Seal
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rechecks.drawing import draw, seed_of, size_of, weight_of
from tongxin.rechecks.models import Check, Draw, Said
from tongxin.rechecks.rules import UNREACHED, RecheckRules, rechecks_in
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.rulebook import rules as rulebook
from tongxin.vault import Owner

RECHECK, PART = "recheck", "roster"
NOTHING = "没有抽：最近没有别人做的走访可以抽。下周再来。"
TOO_EARLY = "没有保存：问的日期不能早于走访那天。"


def rules_for(viewer: Viewer, *, at: datetime) -> RecheckRules:
    """The rules where the viewer works."""
    posts = Post.objects.filter(id__in=viewer.post_ids[:1])
    county = posts.values_list("division__county_id", flat=True).first()
    return rechecks_in(region=rulebook.region_of(county), at=at)


def week_of(at: datetime) -> date:
    """The Monday of the week."""
    today = at.astimezone(CHINA).date()
    return today - timedelta(days=today.weekday())


def drawn_this_week(viewer: Viewer, *, at: datetime) -> Draw | None:
    """The draw of the viewer's own post, if it was made already."""
    return Draw.objects.filter(post_id=viewer.post_id, week=week_of(at)).first() if viewer.post_id else None


@transaction.atomic
def draw_week(*, actor: Viewer, at: datetime) -> Draw:
    """This week's visits to be asked about; drawn once, however often it is asked for."""
    post_id = _must(actor, at)
    post = Post.objects.select_for_update(of=("self",)).select_related("division").get(id=post_id)
    rules = rules_for(actor, at=at)
    if known := Draw.objects.filter(post=post, week=week_of(at)).first():
        return known
    pool = _pool(rules, actor, at)
    if not pool:
        raise Refused.because(NOTHING)
    return _drawn(post, pool, rules, actor=actor, at=at)


@transaction.atomic
def draw_for(*, viewer: Viewer, rules: RecheckRules, at: datetime) -> Draw | None:
    """A post's week drawn by itself, as its holder sees the visits; a week with nothing to draw is kept as such."""
    post_id = _must(viewer, at)
    post = Post.objects.select_for_update(of=("self",)).select_related("division").get(id=post_id)
    if Draw.objects.filter(post=post, week=week_of(at)).exists():
        return None
    row = _drawn(post, _pool(rules, viewer, at), rules, actor=WORKER, at=at)
    return row if row.size else None


def _drawn(post: Post, visits: list[Entry], rules: RecheckRules, *, actor: Viewer, at: datetime) -> Draw:
    week, entries = week_of(at), {str(each.id): each for each in visits}
    weights = _weights({each.post_id for each in entries.values()}, rules, at)
    pool = [(id, weights[each.post_id]) for id, each in sorted(entries.items())]
    seal = Seal.objects.order_by("-batch").first()
    batch, root = (seal.batch, bytes(seal.root)) if seal else (0, b"")
    row = Draw(
        post=post, week=week, batch=batch, pool=pool, at=at, person_id=actor.person_id,
        seed=seed_of(root, batch=batch, post=str(post.id), week=week.isoformat()),
        size=size_of(len(pool), share=rules.share, least=rules.least, most=rules.most), **places_of(post.division),
    )
    row.save()
    due_on = at.astimezone(CHINA).date() + rules.within
    for number, id in enumerate(draw(pool, size=row.size, seed=row.seed), start=1):
        each = entries[id]
        Check.objects.create(
            draw=row, number=number, entry_id=each.id, child_id=each.subject_id, visitor_post_id=each.post_id,
            visitor_id=each.person_id, visited_on=each.occurred_at.astimezone(CHINA).date(), due_on=due_on,
            **places_of(post.division),
        )
    event = ledger.record(
        kind="recheck.sampled", subject=Owner("post", post.id), actor=actor, at=at, is_fact=True,
        clear={"draw": str(row.id), "week": week.isoformat(), "batch": batch, "of": len(pool), "size": row.size},
    )
    if actor.is_worker and row.size:
        notices.tell_posts(posts=[post.id], event=event, at=at)
    return row


def _must(viewer: Viewer, at: datetime) -> UUID:
    """The post in which somebody asks about visits."""
    if viewer.person_id is None or viewer.post_id is None or not access.may_do(viewer=viewer, action=RECHECK, at=at):
        raise NotAllowed
    return viewer.post_id


def _pool(rules: RecheckRules, viewer: Viewer, at: datetime) -> list[Entry]:
    """Visits by others to children the viewer sees, recorded lately, whatever day they tell of.

    None of a child in a crisis, none that came up before.
    """
    rows = Entry.objects.filter(kind=rules.kind, recorded_at__gt=at - rules.of, recorded_at__lte=at)
    rows = rows.exclude(person_id=viewer.person_id).exclude(post_id__in=viewer.post_ids)
    rows = rows.exclude(id__in=Check.objects.values("entry_id"))
    crisis = Case.objects.filter(in_crisis=True).values("id")
    seen = list(access.visible(rows.exclude(subject_id__in=crisis), viewer=viewer, part=PART, at=at))
    gone = set(Entry.objects.filter(supersedes_id__in=[each.id for each in seen]).values_list(
        "supersedes_id", flat=True
    ))
    return [each for each in seen if each.id not in gone and each.correction_kind not in WITHDRAWN]


def _weights(posts: Iterable[UUID | None], rules: RecheckRules, at: datetime) -> dict[UUID | None, int]:
    found: dict[UUID | None, Counter[str]] = defaultdict(Counter)
    rows = Check.objects.filter(settled_at__gt=at - rules.back, settled_at__lte=at)
    for post_id, result in rows.values_list("visitor_post_id", "result"):
        found[post_id][result] += 1
    return {each: weight_of(found[each], weights=rules.weights) for each in posts}


def agrees(row: Draw) -> bool:
    """Whether drawing again out of the same visits, by the signed batch, brings the same ones up."""
    seal = Seal.objects.filter(batch=row.batch).first()
    root = bytes(seal.root) if seal else b""
    seed = seed_of(root, batch=row.batch, post=str(row.post_id), week=row.week.isoformat())
    again = draw([(id, weight) for id, weight in row.pool], size=row.size, seed=seed)
    return again == [str(each) for each in row.checks.order_by("number").values_list("entry_id", flat=True)]


def seen_by(viewer: Viewer, *, at: datetime) -> QuerySet[Check]:
    """The checks of the viewer's area about children they see; never one of their own visits."""
    inside = Q()
    for seat in viewer.seats:
        if access.may_do(viewer=Viewer(viewer.person_id, (seat,)), action=RECHECK, at=at):
            inside |= Q(**{f"{seat.division_level}_id": seat.division_id})
    if not inside or viewer.person_id is None:
        return Check.objects.none()
    children = access.visible(Child.objects.all(), viewer=viewer, part=PART, at=at).order_by().values("id")
    rows = Check.objects.filter(inside, child_id__in=children)
    rows = rows.filter(Q(visitor_id__isnull=True) | ~Q(visitor_id=viewer.person_id))
    return rows.filter(Q(visitor_post__isnull=True) | ~Q(visitor_post_id__in=viewer.post_ids))


def of_mine(viewer: Viewer) -> QuerySet[Check]:
    """What was asked about the viewer's own visits, once it is known; the newest first."""
    rows = Check.objects.filter(visitor_id=viewer.person_id, visitor_id__isnull=False, settled_at__isnull=False)
    return rows.order_by("-settled_at", "id")


@transaction.atomic
def say(*, check_id: UUID, said_id: UUID, given: Given, actor: Viewer, at: datetime) -> Said:
    """What the family said; said again it counts instead, and the former stays. The same page twice is one."""
    post_id = _must(actor, at)
    row = seen_by(actor, at=at).select_for_update(of=("self",)).filter(id=check_id).first()
    if row is None:
        raise NotAllowed
    if known := row.said.filter(id=said_id).first():
        return known
    rules = rules_for(actor, at=at)
    read = answers.read(rules.fields, given, at=at)
    problems = list(read.problems)
    if str(read.clear.get("done_on", "9")) < row.visited_on.isoformat():
        problems.append(Problem("done_on", TOO_EARLY, True))
    if problems:
        raise Refused(problems)
    result = str(read.clear["result"])
    made = Said(
        id=said_id, recheck=row, result=result, clear=read.clear, at=at, person_id=person_of(actor),
        post_id=post_id,
    )
    vault.put(made, {"notes": read.words.get("notes"), "told": read.words.get("told")})
    made.save()
    row.result, row.tries = result, row.tries + 1
    if result != UNREACHED or row.tries >= rules.tries:
        row.settled_at = row.settled_at or at
    row.save(update_fields=["result", "tries", "settled_at"])
    event = ledger.record(
        kind="recheck.answered", subject=Owner("child", row.child_id), actor=actor, at=at, is_fact=True,
        clear={"check": str(row.id), "result": result},
    )
    if row.settled_at is not None and row.visitor_post_id is not None:
        notices.tell_posts(posts=[row.visitor_post_id], event=event, at=at)
    return made
