"""What money came to (N15): what was spent beside what was done and how children fared; no word of cause."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Sum

from tongxin.access import scope
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.cases.models import Decision
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.flows.funds.booking import funds_for, rules_of
from tongxin.flows.funds.twice import files_of
from tongxin.flows.programmes.contracts import programmes_for, rules_in
from tongxin.funds.models import Fund, Grant, Transfer
from tongxin.funds.rules import Funds
from tongxin.ledger.models import Entry
from tongxin.lib.money import share
from tongxin.programmes.models import Acceptance, Counted, Programme
from tongxin.programmes.rules import Count
from tongxin.rulebook import rules

REVIEW, SESSION = "plan_review", "session"


@dataclass(frozen=True, slots=True)
class Cost:
    """One figure: how many, and what falls on each in 分. Few children: both withheld; none: no cost."""

    id: str
    number: int | None
    each: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One fund or programme with what was spent (分) and its figures; nothing of it where children are too few."""

    row: Fund | Programme
    spent: int | None
    costs: tuple[Cost, ...]
    is_small: bool


def of_programmes(viewer: Viewer, *, at: datetime) -> list[Outcome]:
    """Each programme of the county."""
    return [_programme(each, at) for each in programmes_for(viewer, at=at)]


def of_funds(viewer: Viewer, *, at: datetime) -> list[Outcome]:
    """Each fund of the county."""
    found, today = [], at.astimezone(CHINA).date()
    for fund in funds_for(viewer, at=at):
        known = rules_of(fund.county_id, at=at)
        programmes = list(Programme.objects.filter(fund_id=fund.id))
        counted = _counted(programmes)
        given = Grant.objects.filter(payout__fund=fund, state=Grant.PAID)
        children = {*_children(counted), *given.values_list("child_id", flat=True)}
        first = fund.opened_at.astimezone(CHINA).date()
        spent = _spent(Transfer.objects.filter(posting__fund=fund), known)
        found.append(_outcome(fund, spent, counted, children, first, today, fund.county_id, at))
    return found


def _programme(row: Programme, at: datetime) -> Outcome:
    known, counted = rules_of(row.county_id, at=at), _counted([row])
    requests = Acceptance.objects.filter(contract__programme=row, request_id__isnull=False).values("request_id")
    spent = _spent(Transfer.objects.filter(posting__request_id__in=requests), known)
    return _outcome(row, spent, counted, _children(counted), row.from_on, row.to_on, row.county_id, at)


def _counted(programmes: Iterable[Programme]) -> list[Counted]:
    return list(Counted.objects.filter(
        acceptance__contract__programme__in=list(programmes), acceptance__state=Acceptance.ACCEPTED, is_live=True
    ))


def _children(counted: Iterable[Counted]) -> set[UUID]:
    return {each.child_id for each in counted if each.child_id is not None}


def _spent(rows: Any, found: Funds) -> int:
    expenses = [account for account, kind in found.kinds.items() if kind == "expense"]
    came = rows.filter(debit__in=expenses).aggregate(all=Sum("amount"))["all"] or 0
    back = rows.filter(credit__in=expenses).aggregate(all=Sum("amount"))["all"] or 0
    return int(came - back)


def _outcome(
    row: Fund | Programme, spent: int, counted: list[Counted], children: set[UUID], first: date, last: date,
    county_id: int, at: datetime,
) -> Outcome:
    known, counts = rules_of(county_id, at=at), rules_in(county_id, at=at).counts
    numbers = {
        "sessions": sum(_is_session(each, counts) for each in counted),
        "children": len(set(files_of(children).values())),
        "goals": _goals(children, first, last, known.reached), "falls": _falls(children, first, last, county_id, at),
    }
    is_small = 0 < numbers["children"] < known.small_below
    costs = []
    for figure in known.outcomes:
        number = numbers.get(figure.id, 0)
        few = is_small or (figure.id in {"falls", "children"} and 0 < number < known.small_below)
        costs.append(Cost(figure.id, None if few else number, None if few else share(spent, number)))
    return Outcome(row, None if is_small else spent, tuple(costs), is_small)


def _is_session(row: Counted, counts: Mapping[str, Count]) -> bool:
    rule = counts.get(row.rule)
    return rule is not None and SESSION in rule.forms


def _between(first: date, last: date) -> dict[str, datetime]:
    since, until = (datetime.combine(day, time(), CHINA) for day in (first, last + timedelta(days=1)))
    return {"gte": since, "lt": until}


def _goals(children: set[UUID], first: date, last: date, reached: frozenset[str]) -> int:
    """Goals that reviews in the span call reached, as the reviews stand."""
    span = _between(first, last)
    with scope.widened():
        rows = list(Entry.objects.filter(
            subject_id__in=children, kind=REVIEW, occurred_at__gte=span["gte"], occurred_at__lt=span["lt"]
        ).only("id", "correction_kind"))
        gone = set(Entry.objects.filter(supersedes_id__in=[row.id for row in rows]).values_list(
            "supersedes_id", flat=True
        ))
        ids = [row.id for row in rows if row.id not in gone and row.correction_kind not in WITHDRAWN]
        told = list(Result.objects.filter(entry_id__in=ids).values_list("data", flat=True))
    return sum(
        int(number) for data in told for name, number in (data.get("attained") or {}).items() if name in reached
    )


def _falls(children: set[UUID], first: date, last: date, county_id: int, at: datetime) -> int:
    """How many of the children had their grade lowered by a decision that stands, in the span."""
    order = rules.pathway_in(region=rules.region_of(county_id), at=at)[1].levels
    rank = {level: place for place, level in enumerate(order)}
    span, fell = _between(first, last), set()
    with scope.widened():
        rows = Decision.objects.filter(case_id__in=children, stands=True).order_by("case_id", "at", "id")
        before: dict[UUID, str] = {}
        for row in rows:
            last_level = before.get(row.case_id)
            lowered = last_level is not None and rank.get(row.level, 0) < rank.get(last_level, 0)
            if lowered and span["gte"] <= row.at < span["lt"]:
                fell.add(row.case_id)
            before[row.case_id] = row.level
    return len(fell)
