"""It looks like work that people did."""

from tests.demo.small import Quarter
from tongxin.assessments.models import Result
from tongxin.cases.models import Case, Task
from tongxin.ledger.models import Entry
from tongxin.notices.models import Notice


def look(quarter: Quarter) -> None:
    del quarter
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert kinds >= {"registration", "identification", "visit", "assessment", "grade_decision", "case_file", "plan"}
    assert Case.objects.filter(stage="identified_healthy").count() >= 5
    assert Task.objects.filter(step="need", state=Task.OPEN).exists()
    assert Task.objects.filter(state=Task.DONE).exists() and Notice.objects.exclude(read_at=None).exists()
    totals = [score["totals"] for data in Result.objects.filter(kind="assessment").values_list("data", flat=True)
              for score in data.get("scores", {}).values()]
    assert totals
