"""Courses of counselling as tests begin and follow them."""

from datetime import timedelta
from typing import Any

from tests.flows.story import Story
from tongxin.core.pathway import CHINA

CALM = {f"q{number}": "0" for number in range(1, 10)} | {f"s{number}": "0" for number in range(1, 5)}


def low_mood(total: int) -> dict[str, Any]:
    """PHQ-A with so many points (at most 24) and nothing of danger in it."""
    whole, rest = divmod(total, 3)
    points = [3] * whole + [rest] * bool(rest)
    told = {f"q{at}": str(each) for at, each in enumerate(points, 1)}
    return {"measures": ["phq_a"], "child_told": "yes", "phq_a": CALM | told}


def day(story: Story, ahead: int = 0) -> str:
    """A day so many days from now in the story."""
    return (story.at.astimezone(CHINA) + timedelta(days=ahead)).date().isoformat()


def begin(story: Story, by: str = "苏咨询", **more: Any) -> str:
    """Begin a course of counselling at school of eight weekly sessions; its id."""
    answers = {
        "protocol": "school_counselling", "recipient": "child", "form_of": "individual", "service": "counselling",
        "provider": "counsellor", "qualification": "counsellor", "planned": 8, "next_on": day(story, 7), **more,
    }
    return str(story.record("course_start", by, **answers).entry.id)


def meet(story: Story, course: str, by: str = "苏咨询", **more: Any) -> str:
    """One session, a week after the day it is recorded on the next one; the id of the record."""
    answers = {"attended": "present", "session_no": 1, "way": "individual", "next_on": day(story, 7), **more}
    return str(story.record("session_record", by, about=course, **answers).entry.id)
