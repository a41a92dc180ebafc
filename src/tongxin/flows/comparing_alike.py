"""The files of a county compared among themselves: which two may be one child's, as questions for a person."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, linkage
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.comparisons.models import Alike, Answer
from tongxin.comparisons.rules import rules_at
from tongxin.comparisons.selectors import known
from tongxin.core.pathway import due_at
from tongxin.flows import comparing, comparing_late, shelved
from tongxin.flows.comparing_files import files_in
from tongxin.flows.comparing_judging import CERTAIN, of_file
from tongxin.flows.comparing_limits import settles_for
from tongxin.flows.refusals import NotAllowed
from tongxin.intake.county import county_of
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.vault import Owner

CHUNK = 500


def county_for(viewer: Viewer, *, at: datetime) -> Division:
    """The county for which the viewer settles; else there is no such page."""
    county = county_of(viewer)
    if county is None or not settles_for(county.id, viewer=viewer, at=at):
        raise NotAllowed
    return county


def find(*, county: Division, actor: Viewer, at: datetime) -> int:
    """How many questions there are now. Two that are one file's, joined or said to be two are none; nor are twins."""
    found_rules = rules_at(at, region=county.code[:6])
    never = {f"hard.{each}" for each in found_rules.alike_never}
    found = [
        (*ordered(pair), pair) for pair in linkage.alike(map(of_file, files_in(county.id, at=at)))
        if not never & {each.code for each in pair.reasons}
    ]
    stored = set(shelved.among([each for one, other, _ in found for each in (one, other)]))
    answered = known()
    due = due_at(found_rules.review, since=at, calendar=rules.calendar_at(at))
    former = {(each.one_id, each.other_id): each for each in Alike.objects.filter(county_id=county.id)}
    rows = [
        question(county, one, other, pair, at=at, due=due)
        for one, other, pair in found if (one, other) not in answered and not {one, other} & stored
    ]
    comparing_late.begin(rows, county=county, at=at)
    for each in rows:
        if known_as := former.get((each.one_id, each.other_id)):
            comparing_late.keep_on(each, known_as)
    with transaction.atomic():
        Alike.objects.filter(county_id=county.id).delete()
        Alike.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
        if actor.person_id is None:
            raise NotAllowed
        ledger.record(
            kind="files.compared", subject=Owner("staff", actor.person_id), actor=actor, at=at, is_fact=True,
            clear={"county": county.code, "pairs": len(rows)},
        )
    return len(rows)


def question(
    county: Division, one: UUID, other: UUID, pair: linkage.Pair, *, at: datetime, due: datetime
) -> Alike:
    """A pair as a question, not yet kept."""
    return Alike(
        county_id=county.id, one_id=one, other_id=other, likely=int(pair.probability * CERTAIN),
        is_contrary=pair.verdict == Answer.CONTRADICTORY, found_at=at, due_at=due,
    )


def ordered(pair: linkage.Pair) -> tuple[UUID, UUID]:
    """The ids of a pair, the smaller one first."""
    one, other = sorted((UUID(str(pair.left_key)), UUID(str(pair.right_key))))
    return one, other


def questions(*, county: Division, viewer: Viewer, at: datetime) -> list[Alike]:
    """The pairs still open, of which the viewer may see both: the likeliest first, contradictions last."""
    seen = access.visible(Child.objects.all(), viewer=viewer, part=comparing.PART, at=at).values("id")
    rows = Alike.objects.filter(county_id=county.id, one_id__in=seen, other_id__in=seen)
    answered = known()
    return [
        each for each in rows.order_by("is_contrary", "-likely", "id") if (each.one_id, each.other_id) not in answered
    ]
