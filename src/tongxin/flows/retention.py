"""What has been kept as long as the rules say: listed each night, ended by two people of two posts, never by itself."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from tongxin.access import selectors as access
from tongxin.access.offices import posts_for
from tongxin.accounts import refusals
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.flows import barred, coming_of_age, erasing, exchange_keeping, holding
from tongxin.flows import retention_intake as intake
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.second_factor import rules_at as entrance_rules
from tongxin.keeping.models import Disposal, Due, RetentionNight
from tongxin.keeping.rules import ADULT, CLOSED, DESTROY, FILE, STORE, Class, Rules, rules_at
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rights.models import Shelved, Tombstone

ACTION = "dispose_files"
# The desk above a county: it ends what the county itself may not.
CITY = "city"
# How many files of a class come onto the list in a night at most; the others come the nights after.
NIGHT_FROM, MOST = 1, 5000
NOTHING = "没有提出：请先选要办理的档案。"
MIXED = "没有提出：一次只能选同一类的档案。"
HELD = "没有提出：所选的档案里有正在保全的，不能动。请先解除保全，或者不选它们。"
BOUND = "没有提出：{file} 还不能销毁，请不选它。{said}"
KEEP_WHOLE = "没有保存：请选档案，并填继续保存到哪一天（今天以后、五年以内）。"


def look_for_due(now: datetime) -> int:
    """Once a night: the files that a rule says have been kept long enough; how many are new in the list."""
    local = now.astimezone(CHINA)
    if local.hour < NIGHT_FROM or RetentionNight.objects.filter(on=local.date()).exists():
        return 0
    found = list_due(at=now)
    refusals.forget(kept=entrance_rules(now).refusals_kept, at=now)
    exchange_keeping.forget_calls(at=now)
    told = coming_of_age.tell_of_age(at=now)
    RetentionNight.objects.create(on=local.date(), found=found, untold=told.failed)
    return found


def list_due(*, at: datetime) -> int:
    """Put what is due into the list, and take out what is in use again."""
    rules, today = rules_at(at), at.astimezone(CHINA).date()
    made = 0
    for rule in rules.listed():
        found = _due(rule, rules, today, at) if rule.of == FILE else intake.due(rule, today=today, at=at)
        rows = list(islice(found, MOST))
        made += len(Due.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500))
    Due.objects.filter(state=Due.KEPT, kept_until__lte=today).update(state=Due.WAITING, kept_until=None)
    in_use = Case.objects.filter(is_open=True).values("id")
    Due.objects.filter(state=Due.WAITING, child_id__in=in_use).delete()
    intake.take_out()
    intake.finish(at=at)
    _take_out_bound(rules, at)
    Due.objects.filter(state=Due.WAITING, child_id__in=Tombstone.objects.values("child_id")).delete()
    return made


def _due(rule: Class, rules: Rules, today: date, at: datetime) -> Iterator[Due]:
    """The closed files whose time is over and that aren't listed yet, each asked, so that nothing stands before
    another; where no birth is known, as if born at the last record."""
    born = _years_before(today, rules.adult)
    grown = Q(birth_month__lt=born) if ADULT in rule.starts else Q(birth_month__isnull=False)
    closed = Case.objects.filter(is_open=False).exclude(stage="")
    shelved = dict(Shelved.objects.filter(ended_at__isnull=True).values_list("child_id", "county_id"))
    ended = Shelved.objects.filter(ended_at__isnull=False).order_by("ended_at").values_list("child_id", "ended_at")
    back = {child: moment.astimezone(CHINA).date() for child, moment in ended if moment}
    entries = Entry.everything.filter(subject_id=OuterRef("id")).order_by().values("subject_id")
    children = (
        Child.objects.filter(grown | Q(birth_month__isnull=True), id__in=closed.values("id"))
        .exclude(id__in=Tombstone.objects.values("child_id"))
        .exclude(id__in=Due.objects.filter(rule=rule.id).exclude(state=Due.DONE).values("child_id"))
        .annotate(last=Subquery(entries.annotate(last=Max("recorded_at")).values("last")))
    )
    for child in children.order_by("id").iterator(chunk_size=500):
        if rule.then == STORE and child.id in shelved:
            continue
        since = _since(child.birth_month, child.last, rule, rules)
        if since is not None and rule.then == STORE and child.id in back:
            # Somebody needed it: its time runs from the day it was taken out again.
            since = max(since, back[child.id])
        if since is not None and (due_on := _due_on(child, rule, since, today, at)) <= today:
            yield Due(
                child_id=child.id, file_no=child.file_no, county_id=child.county_id or shelved.get(child.id),
                rule=rule.id, since_on=since, due_on=due_on, found_at=at,
            )


def _due_on(child: Child, rule: Class, since: date, today: date, at: datetime) -> date:
    """The day by the rule, or by the law that wants records of the file kept longer: then it is only stored."""
    due_on = rule.due_on(since)
    if rule.then != DESTROY or due_on > today:
        return due_on
    return max([due_on, *(each.until.astimezone(CHINA).date() for each in erasing.bounds(child, at=at))])


def _take_out_bound(rules: Rules, at: datetime) -> None:
    """What was listed to be destroyed before the law in force wanted it longer is listed again in its time."""
    destroyed = [rule.id for rule in rules.listed() if rule.then == DESTROY]
    for due in Due.objects.filter(state=Due.WAITING, rule__in=destroyed).iterator(chunk_size=500):
        if _bound(due, at):
            Due.objects.filter(id=due.id, state=Due.WAITING).delete()


def _bound(due: Due, at: datetime) -> list[str]:
    """What the law wants kept of a listed file, a sentence each."""
    child = Child.objects.filter(id__in=[due.child_id]).first()
    return erasing.kept_by_law(child, at=at) if child is not None else []


def _since(birth_month: date | None, last: datetime | None, rule: Class, rules: Rules) -> date | None:
    if last is None:
        return None
    closed = last.astimezone(CHINA).date()
    days = [closed] if CLOSED in rule.starts else []
    if ADULT in rule.starts:
        days.append(rules.grown_on(birth_month or closed))
    return max(days) if days else None


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=1)


def due_for(*, viewer: Viewer, at: datetime) -> list[Due]:
    """The list of a viewer's places, what waits longest first."""
    return list(_waiting(viewer, _counties(viewer, at), at).order_by("due_on")[:500])


def _waiting(viewer: Viewer, counties: Sequence[int], at: datetime) -> QuerySet[Due]:
    """What waits at these places, without the children from whom the viewer is kept."""
    rows = Due.objects.filter(state=Due.WAITING, county_id__in=counties)
    return rows.exclude(child_id__in=barred.children_for(viewer, at=at))


def disposals_for(*, viewer: Viewer, at: datetime) -> list[Disposal]:
    """What waits for a decision at a viewer's places, and what was decided, the newest first."""
    rows = _disposals(viewer, at).order_by("-proposed_at")
    return [*rows.filter(state=Disposal.OPEN), *rows.exclude(state=Disposal.OPEN)[:100]]


def disposal_for(disposal_id: UUID, *, viewer: Viewer, at: datetime) -> Disposal:
    """One proposal at a viewer's places."""
    row = _disposals(viewer, at).filter(id=disposal_id).first()
    if row is None:
        raise NotAllowed
    return row


def _disposals(viewer: Viewer, at: datetime) -> QuerySet[Disposal]:
    """Those of a viewer's places, but none that waits with a file of a child from whom the viewer is kept."""
    theirs = Due.objects.filter(child_id__in=barred.children_for(viewer, at=at), state=Due.PROPOSED)
    rows = Disposal.objects.filter(county_id__in=_counties(viewer, at))
    return rows.exclude(id__in=theirs.values("disposal"))


def _counties(viewer: Viewer, at: datetime) -> list[int]:
    """The counties of the posts from which a viewer ends files; of posts in a city's own desk that city itself."""
    if not access.may_do(viewer=viewer, action=ACTION, at=at):
        return []
    posts = posts_for(viewer=viewer, action=ACTION, at=at) | Post.objects.filter(id__in=viewer.post_ids)
    found = posts.values_list("division_id", "division__level", "division__county_id").distinct()
    return sorted({place for id, level, county in found if (place := id if level == CITY else county) is not None})


def propose(*, due_ids: Sequence[UUID], actor: Viewer, at: datetime) -> Disposal:
    """Files of one class put forward to be ended; another person decides."""
    counties = _counties(actor, at)
    if not counties or actor.post_id is None:
        raise NotAllowed
    with transaction.atomic():
        rows = list(_waiting(actor, counties, at).select_for_update().filter(id__in=list(due_ids)))
        if not rows:
            raise Refused.because(NOTHING)
        if len({(row.rule, row.county_id) for row in rows}) > 1:
            raise Refused.because(MIXED)
        if any(row.child_id and holding.holds_on(row.child_id) for row in rows):
            raise Refused.because(HELD)
        rule = rules_at(at).named(rows[0].rule)
        if rule is None:
            raise NotAllowed
        for row in rows if rule.then == DESTROY else ():
            if said := _bound(row, at):
                raise Refused.because(BOUND.format(file=row.file_no, said="".join(said)))
        disposal = Disposal.objects.create(
            county_id=rows[0].county_id, rule=rule.id, then=rule.then, proposed_at=at, proposed_by=person_of(actor),
            proposed_post=actor.post_id,
        )
        Due.objects.filter(id__in=[row.id for row in rows]).update(state=Due.PROPOSED, disposal=disposal)
    return disposal


def keep(*, due_ids: Sequence[UUID], until: date | None, actor: Viewer, at: datetime) -> int:
    """How many files stay out of the list until a day."""
    counties, today = _counties(actor, at), at.astimezone(CHINA).date()
    if not counties:
        raise NotAllowed
    if until is None or not today < until <= today + timedelta(days=366 * 5) or not due_ids:
        raise Refused.because(KEEP_WHOLE)
    rows = _waiting(actor, counties, at).filter(id__in=list(due_ids))
    return rows.update(state=Due.KEPT, kept_until=until, kept_by=person_of(actor))
