"""The micro-lessons that a phone carries: those for its holder's post, to be read and answered without a network.

Right answers come with them: each try shows them anyhow, and an exam is sat on the office's page.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows.training import quizzes
from tongxin.flows.training.scope import today
from tongxin.training.rules import Lesson, lessons_in, training_in

Json = dict[str, Any]


def lessons_for(
    roles: Collection[str], *, region: str, named: Callable[[Any], str], at: datetime
) -> list[Json]:
    """The lessons for these roles in their order: what a list says of each, and the hash under which its text comes."""
    found = training_in(region=region, at=at)
    return [
        {"id": each.id, "zh": each.zh, "minutes": each.minutes, "definition": named(
            lesson_json(each) | {"percent": found.quiz_percent, "subject": found.subjects.get(each.subject, "")}
        )}
        for each in lessons_in(region=region, at=at) if each.roles & set(roles)
    ]


def lesson_json(lesson: Lesson) -> Json:
    """A lesson as a phone reads it; `version` goes back with what was answered."""
    return {
        "id": lesson.id, "version": lesson.hash, "zh": lesson.zh, "minutes": lesson.minutes, "source": lesson.source,
        "text": [{"zh": heading, "lines": list(lines)} for heading, lines in lesson.text],
        "questions": [
            {"id": each.id, "zh": each.zh, "right": each.right, "because": each.because,
             "options": [{"code": code, "zh": zh} for code, zh in each.options.items()]}
            for each in lesson.questions
        ],
    }


def learned(viewer: Viewer, *, at: datetime) -> dict[str, str]:
    """By lesson that the viewer passed this year, on which day."""
    if viewer.person_id is None:
        return {}
    passed = quizzes.last_passes(viewer.person_id)
    return {
        name: when.astimezone(CHINA).date().isoformat()
        for name, when in sorted(passed.items()) if today(when).year == today(at).year
    }
