"""The service directory: who offers what to whom, kept by the office, read by everybody who works there."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Organisation
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import number_in
from tongxin.people.models import Child
from tongxin.referrals.directory import Directory, directory_in
from tongxin.referrals.models import Service
from tongxin.rulebook import rules
from tongxin.vault import Owner

KEEP = "keep_services"
# The words of a line, how long each may be, and what they are called on the page.
WORDS: Mapping[str, tuple[int, str]] = {
    "zh": (120, "做什么"), "where": (160, "在哪里"), "opens": (120, "什么时候开门"), "phone": (40, "单位电话"),
    "how": (300, "怎么转介"),
}
MAY_BE_EMPTY = frozenset({"phone"})


def rules_for(viewer: Viewer, *, at: datetime) -> Directory:
    """The rules where the viewer sits."""
    county = county_of(viewer)
    return directory_in(region=rules.region_of(county) if county else "", at=at)


def county_of(viewer: Viewer) -> int | None:
    """The county in which the viewer sits; none above counties."""
    if viewer.seat is None:
        return None
    return Division.objects.filter(id=viewer.seat.division_id).values_list("county_id", flat=True).first()


def bodies(county_id: int) -> dict[str, str]:
    """The bodies that may stand in a county's directory: its own and those of its city."""
    county = Division.objects.get(id=county_id)
    here = Q(division__county_id=county_id) | Q(division__city_id=county.city_id, division__level="city")
    return {str(each.id): each.name for each in Organisation.objects.filter(here).order_by("id")}


def listed(
    *, county_id: int | None, text: str = "", kind: str = "", age: int | None = None, state: str = ""
) -> QuerySet[Service]:
    """The lines of a county that fit, by what they are called."""
    rows = Service.objects.filter(county_id=county_id).select_related("organisation")
    for name, value in (("kind", kind), ("state", state)):
        rows = rows.filter(**{name: value}) if value else rows
    if age is not None:
        rows = rows.filter(age_from__lte=age, age_to__gte=age)
    for part in text.split():
        rows = rows.filter(
            Q(zh__icontains=part) | Q(organisation__name__icontains=part) | Q(where__icontains=part)
            | Q(how__icontains=part)
        )
    return rows.order_by("kind", "organisation__name", "zh", "id")


def suggested(child: Child, *, on: date, at: datetime) -> list[Service]:
    """Who takes children of this age where the child lives: those that take at once first."""
    found = directory_in(region=rules.region_of(child.county_id), at=at)
    born = child.birth_month
    age = None if born is None else on.year - born.year - (on.month < born.month)
    rows = listed(county_id=child.county_id, age=age).filter(state__in=found.suggested)
    return sorted(rows, key=lambda each: (found.suggested.index(each.state), each.kind, each.zh))


@transaction.atomic
def keep(*, service_id: UUID | None, given: Mapping[str, str], actor: Viewer, at: datetime) -> Service:
    """One line of the viewer's county, new or put right; that somebody checked it now stands with it."""
    county_id = county_of(actor)
    if county_id is None or actor.person_id is None or not access.may_do(viewer=actor, action=KEEP, at=at):
        raise NotAllowed
    row = Service(county_id=county_id) if service_id is None else _row(service_id, county_id)
    if problems := list(_wrong_with(given, county_id, rules_for(actor, at=at))):
        raise Refused(problems)
    for name in WORDS:
        setattr(row, name, given.get(name, "").strip())
    row.organisation_id = int(given["organisation"])
    row.kind, row.state = given["kind"], given["state"]
    row.age_from, row.age_to = int(given["age_from"]), int(given["age_to"])
    row.checked_at, row.checked_by = at, actor.person_id
    row.save()
    ledger.record(
        kind="service.listed", subject=Owner("staff", actor.person_id), actor=actor, at=at, is_fact=True,
        clear={"service": str(row.id), "kind": row.kind, "state": row.state},
    )
    return row


def _row(service_id: UUID, county_id: int) -> Service:
    row = Service.objects.select_for_update().filter(id=service_id, county_id=county_id).first()
    if row is None:
        raise NotAllowed
    return row


def _wrong_with(given: Mapping[str, str], county_id: int, found: Directory) -> Iterable[Problem]:
    if given.get("organisation", "") not in bodies(county_id):
        yield Problem("organisation", "没有保存：请选哪个单位。", True)
    for name, known, zh in (("kind", found.kinds, "哪一类服务"), ("state", found.states, "还接不接")):
        if given.get(name, "") not in known:
            yield Problem(name, f"没有保存：请选{zh}。", True)
    for name, (most, zh) in WORDS.items():
        text = given.get(name, "").strip()
        if not text and name not in MAY_BE_EMPTY:
            yield Problem(name, f"没有保存：“{zh}”还没有填。", True)
        elif len(text) > most:
            yield Problem(name, f"没有保存：“{zh}”最多 {most} 个字。", True)
    low, high = found.ages
    ages = [given.get(name, "").strip() for name in ("age_from", "age_to")]
    numbers = [age for each in ages if (age := number_in(each, most=high)) is not None]
    if len(numbers) < len(ages) or not low <= numbers[0] <= numbers[1] <= high:
        yield Problem("age_from", f"没有保存：岁数要写 {low} 到 {high} 的整数，最小的不大于最大的。", True)
