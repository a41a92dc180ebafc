"""Questions of supervision: read by those who oversee, answered by the post that is asked, closed by somebody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import Seat, Viewer, held
from tongxin.core.forms import Problem
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.supervision.watch import tell
from tongxin.ledger.models import Entry
from tongxin.rulebook import rules as rulebook
from tongxin.supervision.models import Answer, Behind, Question
from tongxin.supervision.rules import NOTHING, SupervisionRules, supervision_in

SEE, CLOSE, PART = "see_supervision", "close_supervision", "roster"
NO_OUTCOME = "没有保存：请选一个结果。"
NO_WORDS = "没有保存：请写几句是怎么回事，最多 {most} 字。"
MOST_WORDS = 1000
DONE = "没有保存：这个问题已经有人办了，请看最新的情况。"


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a rule's closed questions came to what."""

    rule: str
    of: int
    nothing: int
    open: int
    is_doubtful: bool


def rules_for(row: Question, *, at: datetime) -> SupervisionRules:
    """The rules of a question's county."""
    return supervision_in(region=rulebook.region_of(row.county_id), at=at)


def seen_by(viewer: Viewer, *, at: datetime) -> QuerySet[Question]:
    """The questions of the viewer's area that are neither about them nor about a post they hold."""
    inside = Q()
    for seat in viewer.seats:
        if access.may_do(viewer=Viewer(viewer.person_id, (seat,)), action=SEE, at=at):
            inside |= Q(**{f"{seat.division_level}_id": seat.division_id}, rule__in=_rules_of(seat, at))
    if not inside or viewer.person_id is None:
        return Question.objects.none()
    mine = Q(about_id=viewer.person_id, about_id__isnull=False) | Q(post_id__in=viewer.post_ids, post_id__isnull=False)
    return Question.objects.filter(inside).exclude(mine).order_by("due_at", "id")


def _rules_of(seat: Seat, at: datetime) -> list[str]:
    """The rules that may ask a seat's role; what is asked of others is not for it."""
    county = Division.objects.filter(id=seat.division_id).values_list("county_id", flat=True).first()
    found = supervision_in(region=rulebook.region_of(county), at=at)
    return [rule.id for rule in found.rules.values() if seat.role in rule.asked]


def about_me(viewer: Viewer) -> QuerySet[Question]:
    """The closed questions about what the viewer recorded: whoever is asked about may read what was answered."""
    return Question.objects.filter(about_id=person_of(viewer), state=Question.CLOSED).order_by("-found_at")


def entries_behind(row: Question, *, viewer: Viewer, at: datetime) -> list[Entry]:
    """The entries that were counted, as far as the viewer may see the children; the newest first."""
    told = Behind.objects.filter(question=row).values_list("entry_id", flat=True)
    found = Entry.objects.filter(id__in=list(told))
    return list(access.visible(found, viewer=viewer, part=PART, at=at).order_by("-occurred_at"))


def may_answer(row: Question, *, viewer: Viewer) -> bool:
    """Whether the viewer holds the post that is asked, or nobody is asked."""
    return row.state == Question.ASKED and (row.asked_id is None or row.asked_id in viewer.post_ids)


def may_close(row: Question, *, viewer: Viewer, at: datetime) -> bool:
    """Whether the viewer closes questions here, and did not give the answer."""
    if row.state != Question.ANSWERED or not access.may_do(viewer=viewer, action=CLOSE, at=at):
        return False
    last = row.answers.filter(deed=Answer.ANSWERED).order_by("-at").first()
    return last is not None and last.person_id != viewer.person_id


def answer(*, question_id: UUID, outcome: str, words: str, actor: Viewer, at: datetime) -> None:
    """What the post that is asked found out."""
    with transaction.atomic():
        row = _mine(question_id, actor, at)
        _refuse(row.state != Question.ASKED, "outcome", DONE)
        if not may_answer(row, viewer=actor):
            raise NotAllowed
        _refuse(outcome not in rules_for(row, at=at).outcomes, "outcome", NO_OUTCOME)
        _add(row, Answer.ANSWERED, words, actor, at, outcome=outcome)
        _move(row, Question.ANSWERED)
        tell("question.answered", row, _closers(row, actor, at), at=at, actor=actor, outcome=outcome)


def _closers(row: Question, actor: Viewer, at: datetime) -> list[UUID]:
    """The posts of the nearest place at which somebody else than whoever answered may close the question."""
    others = Holding.objects.filter(held(at)).exclude(person_id=person_of(actor))
    rule = rules_for(row, at=at).rules.get(row.rule)
    roles = set(_closing_roles(at)) & set(rule.asked if rule else ())
    posts = Post.objects.filter(Exists(others.filter(post_id=OuterRef("id"))), role__in=roles)
    found = (list(posts.filter(division_id=place).values_list("id", flat=True)) for place in (
        row.county_id, row.city_id, row.province_id
    ) if place)
    return next((each for each in found if each), [])


def settle(*, question_id: UUID, agrees: bool, words: str, actor: Viewer, at: datetime) -> None:
    """A second person closes the question, or asks again."""
    with transaction.atomic():
        row = _mine(question_id, actor, at)
        _refuse(row.state != Question.ANSWERED, "words", DONE)
        if not may_close(row, viewer=actor, at=at):
            raise NotAllowed
        _add(row, Answer.CLOSED if agrees else Answer.RETURNED, words, actor, at, needs=not agrees)
        _move(row, Question.CLOSED if agrees else Question.ASKED)
        if agrees:
            tell("question.closed", row, [row.post_id], at=at, actor=actor)
        else:
            tell("question.returned", row, [row.asked_id], at=at, actor=actor)


def say(*, question_id: UUID, words: str, actor: Viewer, at: datetime) -> None:
    """The own words of whoever was asked about, kept beside the answer."""
    with transaction.atomic():
        row = about_me(actor).select_for_update().filter(id=question_id).first()
        if row is None:
            raise NotAllowed
        _add(row, Answer.SAID, words, actor, at)


def rates(*, viewer: Viewer, at: datetime) -> list[Rate]:
    """By rule, how many questions of the viewer's area were closed within the span, and how many were for nothing."""
    region = _region(viewer)
    found = supervision_in(region=region, at=at)
    mine = seen_by(viewer, at=at).order_by()
    closed = mine.filter(state=Question.CLOSED, found_at__gt=at - found.quiet_within)
    all_of = dict(closed.values_list("rule").annotate(n=Count("id")))
    last = _outcomes(closed)
    nothing: dict[str, int] = {}
    for rule, outcome in last:
        nothing[rule] = nothing.get(rule, 0) + (outcome == NOTHING)
    waits = dict(mine.exclude(state=Question.CLOSED).values_list("rule").annotate(n=Count("id")))
    return [
        Rate(
            id, all_of.get(id, 0), nothing.get(id, 0), waits.get(id, 0),
            found.is_doubtful(nothing=nothing.get(id, 0), of=all_of.get(id, 0)),
        )
        for id in found.rules
    ]


def _outcomes(closed: QuerySet[Question]) -> Iterable[tuple[str, str]]:
    """The rule and the newest outcome of each question."""
    rows = Answer.objects.filter(question__in=closed, deed=Answer.ANSWERED).order_by("at")
    newest = {id: (rule, outcome) for id, rule, outcome in rows.values_list("question_id", "question__rule", "outcome")}
    return newest.values()


def _region(viewer: Viewer) -> str:
    posts = Post.objects.filter(id__in=viewer.post_ids[:1])
    county = posts.values_list("division__county_id", flat=True).first()
    return rulebook.region_of(county)


def _closing_roles(at: datetime) -> list[str]:
    found = rulebook.access_rules(at=at)
    return [role for role in found.roles if found.may_do(role=role, action=CLOSE)]


def _mine(question_id: UUID, actor: Viewer, at: datetime) -> Question:
    row = seen_by(actor, at=at).select_for_update().filter(id=question_id).first()
    if row is None or actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    return row


def _refuse(is_wrong: bool, field: str, zh: str) -> None:
    if is_wrong:
        raise Refused([Problem(field, zh, True)])


def _add(
    row: Question, deed: str, words: str, actor: Viewer, at: datetime, *, outcome: str = "", needs: bool = True
) -> None:
    said = words.strip()
    if actor.post_id is None:
        raise NotAllowed
    _refuse((needs and not said) or len(said) > MOST_WORDS, "words", NO_WORDS.format(most=MOST_WORDS))
    made = Answer(
        question=row, deed=deed, outcome=outcome, person_id=person_of(actor), post_id=actor.post_id, at=at,
    )
    vault.put(made, {"words": said or None}, keyring=vault.keyring([made.key_owner]))
    made.save()


def _move(row: Question, state: str) -> None:
    row.state = state
    row.save(update_fields=["state"])


__all__ = [
    "Rate", "about_me", "answer", "entries_behind", "may_answer", "may_close", "rates", "rules_for",
    "say", "seen_by", "settle",
]
