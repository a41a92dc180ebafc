"""Lessons and their questions: what somebody answered is kept as it was, with why each answer is right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from tongxin.accounts.models import Person, Post
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.made_once import made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import credits
from tongxin.flows.training.credits import Earned
from tongxin.flows.training.scope import region_of, rules_for, tell, today, worker_of
from tongxin.rulebook import rules
from tongxin.training.models import Attempt, Credit, Sitting
from tongxin.training.rules import LESSONS, Lesson, Question, lesson_in, lessons_in, read_lesson

HUNDRED = 100
UNANSWERED = "第 {number} 题还没有选。"
Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stand:
    """A lesson with how far somebody is: whether they passed it this year, and when they last passed it."""

    lesson: Lesson
    is_done: bool
    passed_on: datetime | None


@dataclass(frozen=True, slots=True)
class Marked:
    """One question with what was answered."""

    question: Question
    said: str

    @property
    def is_right(self) -> bool:
        return self.said == self.question.right


def lessons_for(viewer: Viewer, *, at: datetime) -> list[Lesson]:
    """The lessons for the viewer's post first, then the others: anybody may learn all of them."""
    found = lessons_in(region=region_of(viewer), at=at)
    return sorted(found, key=lambda each: viewer.role not in each.roles)


def standing(viewer: Viewer, *, at: datetime) -> list[Stand]:
    """Each lesson with how far the viewer is."""
    last, year = last_passes(worker_of(viewer)[0]), today(at).year
    return [
        Stand(each, (when := last.get(each.id)) is not None and today(when).year == year, last.get(each.id))
        for each in lessons_for(viewer, at=at)
    ]


def last_passes(person_id: UUID) -> dict[str, datetime]:
    """By lesson when somebody last passed it."""
    rows = Attempt.objects.filter(person_id=person_id, passed=True, lesson__gt="")
    return dict(rows.values_list("lesson").annotate(last=Max("done_at")).values_list("lesson", "last"))


def lesson_for(name: str, viewer: Viewer, *, at: datetime) -> Lesson:
    """One lesson."""
    found = lesson_in(name, region=region_of(viewer), at=at)
    if found is None:
        raise NotAllowed
    return found


def lesson_of(row: Attempt, viewer: Viewer) -> Lesson:
    """The lesson as it was answered."""
    return _as_read(lesson_for(row.lesson, viewer, at=row.done_at), row.version)


def _as_read(now: Lesson, version: str) -> Lesson:
    """The text of the lesson that a phone carried; the one in force where it is none of this lesson's."""
    if not version or version == now.hash:
        return now
    content = rules.adopted(LESSONS, now.id, version)
    return read_lesson(content, hash=version) if content else now


@made_once
def answer(
    *, attempt_id: UUID, name: str, given: Answers, actor: Viewer, at: datetime, done_at: datetime | None = None,
    version: str = "", device_id: UUID | None = None,
) -> Attempt:
    """What somebody answered, of which text; the first pass of a year gives the lesson's minutes. Sent twice it is one.

    `done_at` is when the phone says it was; what comes later than the rule allows counts from when it came.
    """
    person_id, post_id = worker_of(actor)
    # The same try from two calls at once: the second waits here and finds it.
    Person.objects.select_for_update().get(id=person_id)
    known = Attempt.objects.filter(id=attempt_id).first()
    if known is not None:
        if known.person_id != person_id or known.lesson != name:
            raise NotAllowed
        return known
    # A sitting's number is the exam's own: no lesson is answered under it.
    if Sitting.objects.filter(id=attempt_id).exists():
        raise NotAllowed
    found, lesson = rules_for(actor, at=at), _as_read(lesson_for(name, actor, at=at), version)
    when = done_at if done_at and at - found.phone_within <= done_at <= at else at
    said = read(lesson.questions, given)
    marked = marks(lesson.questions, said)
    right = sum(each.is_right for each in marked)
    row = Attempt(
        id=attempt_id, person_id=person_id, post_id=post_id, lesson=name, version=lesson.hash, answers=said,
        right=right, asked=len(marked),
        passed=right * HUNDRED >= found.quiz_percent * len(marked), done_at=when, recorded_at=at,
        device_id=device_id,
    )
    row.save()
    if row.passed:
        post, day = Post.objects.select_related("division").get(id=post_id), today(when)
        mark = f"lesson:{name}:{day.year}:{person_id}"
        credits.give(
            Earned(Credit.LESSON, row.id, mark, lesson.subject, day, lesson.minutes), person_id=person_id, post=post,
            rules=found, by=person_id, at=at,
        )
    tell("lesson.answered", actor, at, lesson=name, passed="yes" if row.passed else "no")
    return row


def read(questions: tuple[Question, ...], given: Answers) -> dict[str, str]:
    """An answer to every question; else which lack one."""
    said = {each.id: given[each.id] for each in questions if given.get(each.id) in each.options}
    lacking = [
        Problem(each.id, UNANSWERED.format(number=number), True)
        for number, each in enumerate(questions, start=1) if each.id not in said
    ]
    if lacking:
        raise Refused(lacking)
    return said


def marks(questions: tuple[Question, ...], said: Answers) -> list[Marked]:
    """Each question with what was answered."""
    return [Marked(each, said.get(each.id, "")) for each in questions]


def attempt_for(*, attempt_id: UUID, viewer: Viewer) -> Attempt:
    """Somebody's own try."""
    person_id, _ = worker_of(viewer)
    found = Attempt.objects.filter(id=attempt_id, person_id=person_id).first()
    if found is None:
        raise NotAllowed
    return found


def last_of(name: str, viewer: Viewer) -> Attempt | None:
    """The viewer's newest try at a lesson."""
    person_id, _ = worker_of(viewer)
    return Attempt.objects.filter(person_id=person_id, lesson=name).order_by("-done_at", "-recorded_at").first()
