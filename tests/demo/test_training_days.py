"""What a played district does with training."""

import pytest

from tests.conftest import taken_back
from tests.demo.small import END, played
from tongxin.training.models import Attempt, Certificate, Credit, Plan

pytestmark = pytest.mark.django_db


def test_a_plan_lessons_and_a_certificate_stand_there_on_the_last_morning() -> None:
    with taken_back():
        refused = played(end=END).refused
        assert not [each for each in refused if each.startswith("training")]
        assert Plan.objects.get().state == Plan.APPROVED and Plan.objects.get().lines.count() == 5
        assert Attempt.objects.filter(lesson__gt="").count() == 14 and Certificate.objects.count() == 1
        assert Credit.objects.filter(source=Credit.EXAM).count() == 1
