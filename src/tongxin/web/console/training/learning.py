"""A lesson with its questions, an exam, and what came of them."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect

from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import exams, quizzes
from tongxin.flows.training.quizzes import Marked
from tongxin.flows.training.scope import rules_for
from tongxin.lib import ids
from tongxin.training.models import Attempt
from tongxin.training.rules import Question
from tongxin.web.console.register_forms import told_problems
from tongxin.web.console.training.home import HOME
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show


@door("work", methods=("GET", "POST"))
def lesson(request: Request, lesson: str) -> HttpResponse:
    """The text and its questions."""
    if request.method == "GET":
        return _lesson(request, lesson)
    try:
        row = quizzes.answer(
            attempt_id=id_for(request.POST.get("try", "")), name=lesson, given=_given(request), actor=request.viewer,
            at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _lesson(request, lesson, refused.problems, status=422)
    return HttpResponseRedirect(f"{HOME}tries/{row.id}/")


def _given(request: Request) -> dict[str, str]:
    return {name[2:]: str(request.POST.get(name, "")) for name in request.POST if name.startswith("q-")}


def _lesson(request: Request, name: str, problems: Any = (), status: int = 200) -> HttpResponse:
    try:
        found = quizzes.lesson_for(name, request.viewer, at=request.at)
        rules = rules_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    return show(request, "training/lesson.html", {
        "lesson": found, "subject": rules.subjects.get(found.subject, ""), "percent": rules.quiz_percent,
        "questions": _asked(found.questions, _given(request), problems),
        "problems": told_problems(problems, before="q-"), "try_id": request.POST.get("try") or ids.new_id(),
        "last": quizzes.last_of(name, request.viewer),
    }, status=status)


def _asked(questions: Any, given: dict[str, str], problems: Any = ()) -> list[dict[str, Any]]:
    wrong = {each.path: each.zh for each in problems}
    return [
        {"id": each.id, "zh": each.zh, "number": number, "problem": wrong.get(each.id, ""),
         "options": [{"id": id, "zh": zh, "on": given.get(each.id) == id} for id, zh in each.options.items()]}
        for number, each in enumerate(questions, start=1)
    ]


@door("work")
def attempt(request: Request, attempt_id: UUID) -> HttpResponse:
    """What somebody answered, question by question, with why each answer is right."""
    try:
        row = quizzes.attempt_for(attempt_id=attempt_id, viewer=request.viewer)
        if row.exam:
            sitting = exams.sitting_for(sitting_id=row.id, viewer=request.viewer)
            exam = exams.exam_for(row.exam, request.viewer, at=request.at)
            return _result(request, row, exam.zh, exams.marked(sitting, row, request.viewer), "")
        found = quizzes.lesson_of(row, request.viewer)
    except NotAllowed:
        raise Http404 from None
    marked = quizzes.marks(found.questions, row.answers)
    return _result(request, row, found.zh, marked, f"{HOME}lessons/{found.id}/")


def _result(request: Request, row: Attempt, zh: str, marked: list[Marked], again: str) -> HttpResponse:
    return show(request, "training/result.html", {
        "row": row, "zh": zh, "again": again, "certificate": getattr(row, "certificate", None),
        "questions": [_marked(number, each) for number, each in enumerate(marked, start=1)],
    })


def _marked(number: int, each: Marked) -> dict[str, Any]:
    question: Question = each.question
    return {
        "number": number, "zh": question.zh, "is_right": each.is_right, "said": question.options.get(each.said, ""),
        "right": question.options[question.right], "because": question.because,
    }


@door("work", methods=("POST",))
def begin_exam(request: Request, exam: str) -> HttpResponse:
    """The exam begins now."""
    try:
        row = exams.begin(
            name=exam, sitting_id=id_for(request.POST.get("sitting", "")), actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        from tongxin.web.console.training.home import page

        return page(request, refused.problems, status=422)
    return HttpResponseRedirect(f"{HOME}sittings/{row.id}/")


@door("work", methods=("GET", "POST"))
def sitting(request: Request, sitting_id: UUID) -> HttpResponse:
    """The questions of a sitting, and handing them in."""
    try:
        row = exams.sitting_for(sitting_id=sitting_id, viewer=request.viewer)
        exam = exams.exam_for(row.exam, request.viewer, at=request.at)
        if Attempt.objects.filter(id=row.id).exists():
            return HttpResponseRedirect(f"{HOME}tries/{row.id}/")
        problems: Any = ()
        if request.method == "POST":
            exams.finish(sitting_id=sitting_id, given=_given(request), actor=request.viewer, at=request.at)
            return HttpResponseRedirect(f"{HOME}tries/{row.id}/")
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        problems = refused.problems
    questions = exams.questions_of(row, request.viewer)
    return show(request, "training/exam.html", {
        "row": row, "exam": exam, "questions": _asked(questions, _given(request), problems),
        "problems": told_problems(problems, before="q-"), "is_over": request.at > row.until_at,
    }, status=422 if problems else 200)
