"""Exams: questions drawn for each sitting, so many tries, a result that stands, a certificate for who passes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.models import Person, Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import certificates, credits, quizzes
from tongxin.flows.training.credits import Earned
from tongxin.flows.training.quizzes import HUNDRED, Marked
from tongxin.flows.training.scope import region_of, rules_for, tell, today, worker_of
from tongxin.training import selectors
from tongxin.training.models import Attempt, Certificate, Credit, Sitting
from tongxin.training.rules import Exam, Question, lesson_in

LEARN_FIRST = "还不能考：请先通过微课“{zh}”。"
NOT_FOR = "没有开始：这场考试不是给您这类岗位的。"
USED_UP = "还不能考：{days} 天里最多考 {tries} 次，请到 {day} 再考。"
TOO_SOON = "还不能考：上次没有通过，请再看看微课，{hours} 小时以后再考。"
TOO_LATE = "交卷的时间过了，这一次不算通过。请再看看微课，重新考。"


@dataclass(frozen=True, slots=True)
class Chance:
    """An exam with whether somebody may sit it now, and else why not."""

    exam: Exam
    problem: str
    sitting: Sitting | None
    certificate: Certificate | None


def chances(viewer: Viewer, *, at: datetime) -> list[Chance]:
    """The exams of the viewer's role."""
    person_id, _ = worker_of(viewer)
    found = []
    for exam in rules_for(viewer, at=at).exams.values():
        if viewer.role in exam.roles:
            held = selectors.certificates(person_id, at).filter(exam=exam.id).order_by("-valid_until").first()
            found.append(Chance(exam, why_not(exam, viewer, at=at), running(exam, person_id, at=at), held))
    return found


def exam_for(name: str, viewer: Viewer, *, at: datetime) -> Exam:
    """An exam that the viewer's role may sit."""
    found = rules_for(viewer, at=at).exams.get(name)
    if found is None or viewer.role not in found.roles:
        raise NotAllowed
    return found


def running(exam: Exam, person_id: UUID, *, at: datetime) -> Sitting | None:
    """A sitting that was begun and may still be handed in."""
    rows = Sitting.objects.filter(person_id=person_id, exam=exam.id, until_at__gte=at).order_by("-begun_at")
    return next((each for each in rows if not Attempt.objects.filter(id=each.id, exam=exam.id).exists()), None)


def why_not(exam: Exam, viewer: Viewer, *, at: datetime) -> str:
    """Why somebody can't sit an exam yet; empty when they can."""
    person_id, _ = worker_of(viewer)
    passed = set(Attempt.objects.filter(person_id=person_id, passed=True, lesson__in=exam.lessons).values_list(
        "lesson", flat=True
    ))
    for name in exam.lessons:
        lesson = lesson_in(name, region=region_of(viewer), at=at)
        if lesson is not None and name not in passed:
            return LEARN_FIRST.format(zh=lesson.zh)
    sat = list(Sitting.objects.filter(person_id=person_id, exam=exam.id, begun_at__gt=at - exam.within).order_by(
        "begun_at"
    ))
    handed_in = Attempt.objects.filter(id__in=[each.id for each in sat], exam=exam.id)
    good = set(handed_in.filter(passed=True).values_list("id", flat=True))
    # A pass opens a new count.
    last_good = max((at_ for at_, each in enumerate(sat) if each.id in good), default=-1)
    tries = sat[last_good + 1 :]
    if len(tries) >= exam.tries:
        free = today(tries[-exam.tries].begun_at + exam.within)
        day = f"{free.year}年{free.month}月{free.day}日"
        return USED_UP.format(days=exam.within.days, tries=exam.tries, day=day)
    if tries and at < tries[-1].begun_at + exam.again:
        left = tries[-1].begun_at + exam.again - at
        return TOO_SOON.format(hours=int(left.total_seconds() // 3600) + 1)
    return ""


@transaction.atomic
def begin(*, name: str, sitting_id: UUID, actor: Viewer, at: datetime) -> Sitting:
    """A sitting with its questions; one that runs already is that one."""
    person_id, post_id = worker_of(actor)
    exam = rules_for(actor, at=at).exams.get(name)
    if exam is None:
        raise NotAllowed
    if actor.role not in exam.roles:
        raise Refused.because(NOT_FOR)
    # Two clicks at once wait here.
    Person.objects.select_for_update().get(id=person_id)
    there = running(exam, person_id, at=at)
    if there is not None:
        return there
    if Sitting.objects.filter(id=sitting_id).exists() or Attempt.objects.filter(id=sitting_id).exists():
        raise NotAllowed
    if problem := why_not(exam, actor, at=at):
        raise Refused.because(problem)
    row = Sitting.objects.create(
        id=sitting_id, person_id=person_id, post_id=post_id, exam=name, begun_at=at, until_at=at + exam.lasts,
        drawn=draw(exam, sitting_id, region=region_of(actor), at=at),
    )
    tell("exam.started", actor, at, exam=name)
    return row


def draw(exam: Exam, sitting_id: UUID, *, region: str, at: datetime) -> list[list[str]]:
    """The questions of a sitting as [lesson, question]: evenly from all lessons, by the sitting's own number."""
    def chance(lesson: str, question: str) -> bytes:
        return hashlib.sha256(f"{sitting_id}:{lesson}:{question}".encode()).digest()

    piles = []
    for name in exam.lessons:
        if lesson := lesson_in(name, region=region, at=at):
            piles.append([[name, each] for each in sorted(
                (question.id for question in lesson.questions), key=lambda each: chance(name, each)
            )])
    rounds = [pile[at_] for at_ in range(max(map(len, piles), default=0)) for pile in piles if at_ < len(pile)]
    return sorted(rounds[: exam.draw], key=lambda each: chance(*each))


def sitting_for(*, sitting_id: UUID, viewer: Viewer) -> Sitting:
    """Somebody's own sitting."""
    person_id, _ = worker_of(viewer)
    found = Sitting.objects.filter(id=sitting_id, person_id=person_id).first()
    if found is None:
        raise NotAllowed
    return found


def questions_of(row: Sitting, viewer: Viewer) -> list[Question]:
    """The questions of a sitting as they stood when it began, each under a name of its own."""
    region = region_of(viewer)
    lessons = {name: lesson_in(name, region=region, at=row.begun_at) for name, _ in row.drawn}
    found = []
    for name, id in row.drawn:
        lesson = lessons[name]
        question = next((each for each in lesson.questions if each.id == id), None) if lesson else None
        if question is not None:
            found.append(Question(f"{name}-{id}", question.zh, question.options, question.right, question.because))
    return found


def marked(row: Sitting, attempt: Attempt, viewer: Viewer) -> list[Marked]:
    """Each question of a sitting that was handed in, with the answer."""
    return quizzes.marks(tuple(questions_of(row, viewer)), attempt.answers)


@transaction.atomic
def finish(*, sitting_id: UUID, given: Mapping[str, str], actor: Viewer, at: datetime) -> Attempt:
    """The result, which nobody changes; a certificate when it is passed. Handed in twice it is one."""
    row, found = sitting_for(sitting_id=sitting_id, viewer=actor), rules_for(actor, at=at)
    Person.objects.select_for_update().get(id=row.person_id)
    known = Attempt.objects.filter(id=row.id).first()
    if known is not None:
        return known
    if at > row.until_at:
        raise Refused([Problem("", TOO_LATE, False)])
    exam = exam_for(row.exam, actor, at=at)
    questions = tuple(questions_of(row, actor))
    said = quizzes.read(questions, given)
    right = sum(each.is_right for each in quizzes.marks(questions, said))
    attempt = Attempt(
        id=row.id, person_id=row.person_id, post_id=row.post_id, exam=row.exam, answers=said, right=right,
        asked=len(questions), passed=right * HUNDRED >= exam.percent * len(questions), done_at=at, recorded_at=at,
    )
    attempt.save()
    if attempt.passed:
        post = Post.objects.select_related("division").get(id=row.post_id)
        credits.give(
            Earned(Credit.EXAM, row.id, f"exam:{row.id}", exam.subject, today(at), exam.minutes),
            person_id=row.person_id, post=post, rules=found, by=row.person_id, at=at,
        )
        certificates.issue(attempt=attempt, exam=exam, county_id=post.division.county_id, actor=actor, at=at)
    tell("exam.finished", actor, at, exam=row.exam, passed="yes" if attempt.passed else "no")
    return attempt
