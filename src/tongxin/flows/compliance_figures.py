"""The numbers of the yearly report, by the ids of its definition; None is what the system doesn't know, never 0."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from tongxin.access import scope
from tongxin.accounts.models import Holding, Post
from tongxin.cases.models import Task
from tongxin.consents.models import ConsentLink
from tongxin.exports.models import Export
from tongxin.flows.registers import opened
from tongxin.ledger.models import Access, Entry, Event
from tongxin.looking.models import Glass, Unusual
from tongxin.looking.rules import PREFIX
from tongxin.people.models import Child
from tongxin.registers.impact import lacking, pia_in_force
from tongxin.registers.models import AGREEMENT, DUTY, IMPACT, INCIDENT, PROCESSING, Line, Step
from tongxin.registers.rules import register_at
from tongxin.registers.standing import AGREED, CLOSING, FOUND
from tongxin.rights.models import Tombstone
from tongxin.rights.rules import rules_in
from tongxin.rulebook import rules

RIGHTS = "rights_answer"
Figure = Callable[["Year"], int | None]


@dataclass(frozen=True, slots=True)
class Year:
    """One county's year, from its first moment to its end or to now, whichever is earlier."""

    county_id: int
    begins: datetime
    ends: datetime

    def during(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.begins, f"{field}__lt": self.ends})

    def posts(self) -> list[UUID]:
        return list(Post.objects.filter(division__county_id=self.county_id).values_list("id", flat=True))


def _asked(year: Year) -> list[Task]:
    """The requests of the year, each known by the task that it opened."""
    return list(Task.objects.filter(year.during("opened_at"), form=RIGHTS, county_id=year.county_id))


def rights(year: Year) -> Mapping[str, int | None]:
    asked = _asked(year)
    done = [each for each in asked if each.state == Task.DONE]
    late = [each for each in done if each.closed_at and each.due_at and each.closed_at > each.due_at]
    erased = Tombstone.objects.filter(year.during("erased_at"), county_id=year.county_id)
    ended = _erased_as_asked(year)
    return {
        "rights_received": len(asked) + len(ended), "rights_on_time": len(done) - len(late) + sum(ended),
        "rights_late": len(late) + len(ended) - sum(ended),
        "rights_open": len(asked) - len(done), "files_erased": erased.count(),
    }


def _erased_as_asked(year: Year) -> list[bool]:
    """The year's requests whose answer was that the file went, with its tasks: each whether it went in time."""
    stones = Tombstone.objects.filter(county_id=year.county_id, request_id__isnull=False)
    gone = dict(stones.values_list("request_id", "erased_at"))
    # The child is nobody's any more: only when the request came is asked.
    with scope.widened():
        asked = Entry.objects.filter(year.during("recorded_at"), id__in=list(gone))
        came = dict(asked.values_list("id", "recorded_at"))
    days = rules_in(region=rules.region_of(year.county_id), at=year.ends).kinds["erase"].days
    return [gone[id] <= moment + timedelta(days=days) for id, moment in came.items()]


def consent(year: Year) -> Mapping[str, int | None]:
    posts = year.posts()
    children = Child.objects.filter(county_id=year.county_id).values("id")
    entries = Entry.objects.filter(year.during("recorded_at"), kind="consent", subject_id__in=children)
    links = ConsentLink.objects.filter(year.during("made_at"), post_id__in=posts)
    return {"consents": entries.count(), "links": links.count()}


def looks(year: Year) -> Mapping[str, int | None]:
    seen = Access.objects.filter(year.during("at"), post_id__in=year.posts())
    glasses = Glass.objects.filter(year.during("broken_at"), county_id=year.county_id)
    unusual = Unusual.objects.filter(year.during("found_at"), county_id=year.county_id)
    return {
        "looks": seen.count(),
        "looks_psychological": seen.filter(part="psychological", purpose__startswith=PREFIX).count(),
        "glasses": glasses.count(),
        "glasses_on_time": glasses.filter(reviewed_by__isnull=False, reviewed_at__lte=F("review_due_at")).count(),
        "glasses_unjustified": glasses.filter(outcome=Glass.UNJUSTIFIED).count(), "unusual": unusual.count(),
        "unusual_open": unusual.exclude(state=Unusual.CLOSED).count(),
    }


def exports(year: Year) -> Mapping[str, int | None]:
    asked = Export.objects.filter(year.during("asked_at"), county_id=year.county_id)
    made = asked.filter(made_at__isnull=False)
    return {
        "exports_asked": asked.count(), "exports_made": made.count(),
        "exports_named": made.filter(is_named=True).count(),
        "exports_refused": asked.filter(state=Export.REFUSED).count(),
    }


def incidents(year: Year) -> Mapping[str, int | None]:
    found = on_time = late = closed = 0
    for line in Line.objects.filter(county_id=year.county_id, register=INCIDENT, opened_at__gte=year.begins):
        now = opened(line, at=year.ends)
        if not year.begins <= datetime.fromisoformat(now.standing.newest.clear[FOUND]) < year.ends:
            continue
        clocks = [each for each in now.standing.clocks if each.stage != CLOSING]
        found += 1
        on_time += sum(1 for each in clocks if not each.is_open and not each.is_skipped and not each.was_late)
        late += sum(1 for each in clocks if each.was_late or each.is_late(year.ends))
        closed += now.standing.state == Line.CLOSED
    return {"incidents": found, "stages_on_time": on_time, "stages_late": late, "incidents_closed": closed}


def registers(year: Year) -> Mapping[str, int | None]:
    def lines(register: str) -> list[Line]:
        return list(Line.objects.filter(county_id=year.county_id, register=register, opened_at__lt=year.ends))

    region = rules.region_of(year.county_id)
    topics = register_at(IMPACT, region=region, at=year.ends).topics
    agreements = [opened(line, at=year.ends).standing for line in lines(AGREEMENT)]
    in_force = [opened(line, at=year.ends).standing for line in lines(PROCESSING)]
    return {
        "processing_in_force": sum(1 for each in in_force if each.state != Line.ENDED and each.in_force),
        "impacts_in_force": sum(
            1 for each in topics if pia_in_force(each, county_id=year.county_id, at=year.ends) is not None
        ),
        "impacts_lacking": len(lacking(county_id=year.county_id, at=year.ends)),
        "agreements_in_force": sum(1 for each in agreements if each.state == Line.IN_FORCE),
        "certificates_late": sum(
            1 for each in agreements
            if each.state == Line.EXPIRED and any(clock.is_late(year.ends) for clock in each.clocks)
        ),
    }


def people(year: Year) -> Mapping[str, int | None]:
    here = Holding.objects.filter(post_id__in=year.posts()).values("person_id")
    accepted = Event.objects.filter(year.during("at"), kind="conduct.accepted", subject_id__in=here)
    done: dict[str, int] = {}
    for step in Step.objects.filter(
        line__county_id=year.county_id, line__register=DUTY, kind=Step.REVIEWED, outcome=AGREED
    ).select_related("line"):
        version = step.line.versions.get(number=int(step.stage))
        if year.begins.date().isoformat() <= version.clear["done_on"] < year.ends.date().isoformat():
            done[step.line.topic] = done.get(step.line.topic, 0) + 1
    # What nobody wrote into the register may have been done all the same: that isn't known, and is no 0.
    return {
        "conduct": accepted.values("subject_id").distinct().count(), "trainings": done.get("training"),
        "drills": done.get("drill"), "account_checks": done.get("account_check"),
        "backup_proofs": done.get("backup_proof"), "key_rotations": done.get("key_rotation"),
    }


SECTIONS: tuple[Callable[[Year], Mapping[str, int | None]], ...] = (
    rights, consent, looks, exports, incidents, registers, people
)


def in_use_since(county_id: int) -> datetime | None:
    """When somebody first held a post in a county."""
    first = Holding.objects.filter(post__division__county_id=county_id).order_by("from_at")
    return first.values_list("from_at", flat=True).first()


def figures_of(year: Year) -> dict[str, int | None]:
    """Every number that the system can count, by its id."""
    found: dict[str, int | None] = {}
    for section in SECTIONS:
        found |= section(year)
    return found
