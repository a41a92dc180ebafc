"""A list compared with its county's files: every row gets an answer, and so does every file that no row is about."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import scope
from tongxin.accounts.models import Division, Post, places_of
from tongxin.accounts.posts import Roster as Posts
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import age_on
from tongxin.comparisons.models import Answer, Apart, Comparison
from tongxin.comparisons.rules import ListKind, Rules, rules_at
from tongxin.core.pathway import CHINA, due_at
from tongxin.flows import comparing, comparing_few
from tongxin.flows.comparing_judging import Judged, Judgement, judge
from tongxin.flows.refusals import Refused
from tongxin.intake.importing import sheet_numbers
from tongxin.intake.lines import as_text, made_id
from tongxin.intake.reading import Row
from tongxin.lib import ids
from tongxin.people import tokens
from tongxin.people.leading import leaders
from tongxin.people.models import CategorySpan, Child
from tongxin.rulebook import rules

CHUNK = 500
SIZE = 16
TELLS = "list.compared"
Progress = Callable[[int, int], None]
Where = tuple[int, int]


class Overtaken(Exception):
    """Another run of the same comparison went ahead; this one stops and changes nothing."""


@dataclass(frozen=True, slots=True)
class County:
    """What answers in one county need, read once."""

    division: Division
    rules: Rules
    posts: Posts
    at: datetime
    places: Mapping[str, Division]

    @property
    def key(self) -> bytes:
        return vault.tokens.key(self.division.code[:6])

    def place_of(self, row: Row) -> Division:
        """Where the child of a row lives, as far as it says."""
        found = (self.places.get(code) for code in (row.division_code, row.town_code) if code)
        return next((each for each in found if each), self.division)

    def owner_of(self, places: Mapping[str, int | None]) -> UUID | None:
        """The nearest post that settles answers and that somebody holds."""
        for role in self.rules.owners:
            post = self.posts.serving(role=role, ancestors=places)
            if post and (found := self.posts.responsible(post_id=post.id)):
                return found.post_id
        return None

    def until(self, verdict: str) -> datetime:
        span = self.rules.find_out if verdict == Answer.MISSING else self.rules.review
        return due_at(span, since=self.at, calendar=rules.calendar_at(self.at))


def county_at(county_id: int, *, at: datetime) -> County:
    """The county with its posts and places."""
    division = Division.objects.get(id=county_id)
    above = [place for place in places_of(division).values() if place is not None]
    posts = Post.objects.filter(division__county_id=county_id) | Post.objects.filter(division_id__in=above)
    places = Division.objects.filter(county_id=county_id, valid_to__isnull=True)
    return County(
        division=division, rules=rules_at(at, region=division.code[:6]), at=at,
        posts=Posts(posts=posts.select_related("division"), at=at), places={each.code: each for each in places},
    )


def mark_of(row: Row, *, key: bytes) -> bytes:
    """What tells the same row of another list, keyed by the county and cut short (B5)."""
    said = [tokens.normalise(row.name or ""), row.id_no or "", str(row.birth or row.birth_month or ""), row.sex or "",
            row.phone or "", tokens.normalise(row.carer or "")]
    return hmac.digest(key, ("list row " + "\x1f".join(said)).encode(), hashlib.sha256)[:SIZE]


def run(comparison: Comparison, *, viewer: Viewer, at: datetime, progress: Progress | None = None) -> Comparison:
    """The comparison with an answer to every row; one that is done stays as it is.

    A run cut short begins anew: answers have the ids of their rows, so none is written twice.
    """
    if comparison.state in {Comparison.DONE, Comparison.DISPOSED, Comparison.ASKED, Comparison.REFUSED}:
        return comparison
    roster = comparing.understand(comparison, viewer=viewer, at=at)
    rows = list(roster.rows(today=at.astimezone(CHINA).date()))
    few = comparing_few.too_few(comparison, children=comparing_few.children_in(rows), viewer=viewer, at=at)
    if few:
        Comparison.objects.filter(id=comparison.id, state=Comparison.RUNNING).update(state=Comparison.RECEIVED)
        raise Refused.because(few)
    Comparison.objects.filter(id=comparison.id).update(state=Comparison.RUNNING, rows_total=len(rows), moved_at=at)
    county, sheets = county_at(comparison.county_id, at=at), sheet_numbers(roster)
    judged = _of_those_who_lead(judge(rows, county_id=comparison.county_id, at=at))
    apart = _apart(judged.rows, key=county.key)
    done = 0
    for some in _chunks(list(zip(rows, judged.rows, strict=True))):
        made = [_answer(comparison, row, each, county, sheets, apart) for row, each in some]
        done += len(made)
        _write(comparison, made, done=done, at=at)
        if progress:
            progress(done, len(rows))
    expected = _expected(judged.missing, county.rules.kinds[comparison.kind], at=at)
    _write(comparison, _missing(comparison, expected, county), done=done, at=at)
    return _finish(comparison, done, viewer=viewer, at=at)


def _of_those_who_lead(judged: Judgement) -> Judgement:
    """Of two files of one child the one that leads is answered; neither is missing where either was found."""
    named = {each.child_id for each in judged.rows if each.child_id}
    goes_on = leaders({*named, *(each.id for each in judged.missing)})
    found = {goes_on.get(each, each) for each in named}
    rows = [
        replace(each, child_id=goes_on[each.child_id]) if each.child_id in goes_on else each for each in judged.rows
    ]
    missing = [each for each in judged.missing if each.id not in goes_on and each.id not in found]
    return replace(judged, rows=rows, missing=missing)


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _apart(judged: Sequence[Judged], *, key: bytes) -> frozenset[tuple[UUID, bytes]]:
    """The pairs of a file and a row of which a person said that they are two children."""
    children = {each.child_id for each in judged if each.child_id}
    rows = Apart.objects.filter(child_id__in=children, mark__isnull=False, undone_at__isnull=True)
    return frozenset((child, bytes(mark)) for child, mark in rows.values_list("child_id", "mark") if mark is not None)


def _answer(
    comparison: Comparison, row: Row, judged: Judged, county: County, sheets: Mapping[str, int],
    apart: frozenset[tuple[UUID, bytes]],
) -> Answer:
    sheet, mark = sheets[row.sheet], mark_of(row, key=county.key)
    verdict, child_id, reasons, likely = judged.verdict, judged.child_id, judged.reasons, judged.likely
    if child_id and (child_id, mark) in apart:
        verdict, child_id, reasons, likely = Answer.NEW, None, (("apart", "以前核对过：不是同一名儿童"),), None
    place = county.place_of(row)
    id = made_id(comparison.id, "answer", sheet, row.row)
    made = Answer(
        id=id, comparison=comparison, sheet=sheet, row=row.row, verdict=verdict, likely=likely, child_id=child_id,
        mark=mark, town_id=place.town_id, state=Answer.SETTLED if verdict == Answer.SAME else Answer.OPEN,
    )
    if verdict != Answer.SAME:
        made.owner_post_id, made.due_at = county.owner_of(places_of(place)), county.until(verdict)
    said = {"row": as_text(row), "reasons": [list(each) for each in reasons]}
    made.content = vault.seal(
        json.dumps(said, ensure_ascii=False), owner=comparison.key_owner,
        place=(Answer._meta.label_lower, "content", id),
    )
    return made


def _expected(children: Sequence[Child], kind: ListKind, *, at: datetime) -> list[Child]:
    """Those who ought to stand in a list of the kind, by age or by a category that holds now."""
    with scope.widened():
        spans = CategorySpan.objects.filter(category__in=kind.categories, end_on__isnull=True)
        of_category = set(spans.values_list("child_id", flat=True)) if kind.categories else set()
    today, (low, high) = at.astimezone(CHINA).date(), kind.ages or (1, 0)
    return [
        each for each in children
        if each.id in of_category or ((age := age_on(each.birth_month, today)) is not None and low <= age <= high)
    ]


def _missing(comparison: Comparison, children: Sequence[Child], county: County) -> list[Answer]:
    return [
        Answer(
            id=ids.new_id(), comparison=comparison, verdict=Answer.MISSING, child_id=each.id, town_id=each.town_id,
            owner_post_id=county.owner_of(places_of(each)), due_at=county.until(Answer.MISSING),
        )
        for each in children
    ]


def _write(comparison: Comparison, made: list[Answer], *, done: int, at: datetime) -> None:
    with transaction.atomic():
        stands = Comparison.objects.select_for_update().get(id=comparison.id)
        if stands.state != Comparison.RUNNING:
            raise Overtaken
        Answer.objects.bulk_create(made, batch_size=CHUNK, ignore_conflicts=True)
        Comparison.objects.filter(id=comparison.id).update(rows_done=done, moved_at=at)


def _finish(comparison: Comparison, done: int, *, viewer: Viewer, at: datetime) -> Comparison:
    with transaction.atomic():
        stands = Comparison.objects.select_for_update().get(id=comparison.id)
        if stands.state != Comparison.RUNNING:
            raise Overtaken
        stands.state, stands.rows_done, stands.rows_total = Comparison.DONE, done, done
        stands.summary = comparing.counts_of(stands.answers.values_list("verdict", "state"))
        stands.save(update_fields=["state", "rows_done", "rows_total", "summary"])
        compared = ledger.record(
            kind=TELLS, subject=stands.key_owner, actor=viewer, at=at, is_fact=True,
            clear={"kind": stands.kind, **stands.summary},
        )
        ledger.enqueue(compared, ("tell_compared",))
    return stands

