"""The demonstration has courses of counselling: one that helped, one that led to more, one paused, a carer's."""

from tests.demo.small import END, Quarter
from tongxin.assessments.models import Result
from tongxin.core.pathway.courses import responds
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.people.models import Child


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    own = ("course_start", "session_record", "course_review", "course_end")
    assert [each for each in quarter.refused if each.startswith(own)] == []
    children = set(Result.objects.filter(kind="course_start").values_list("child_id", flat=True))
    states = [
        state_of(child, facts=facts_of(child.id)[0], at=END) for child in Child.objects.filter(id__in=children)
    ]
    ours = [
        course for state in states for course in state.courses.all()
        if course.start.data["protocol"] in {"school_counselling", "pm_plus"}
    ]
    assert {responds(course) for course in ours if course.end} == {True, False}
    assert any(course.is_paused for course in ours)
    assert any(course.end is None and not course.is_paused for course in ours)
    (carer,) = [course for course in ours if course.start.data["recipient"] == "carer"]
    assert [score for _, score in carer.measured["carer_who_5"]] == [28, 44, 64]
    assert Result.objects.filter(kind="course_review", data__decision="raised").count() == 1
