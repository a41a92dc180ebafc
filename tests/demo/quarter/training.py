"""What a played district does with training."""



from tests.demo.small import Quarter
from tongxin.training.models import Attempt, Certificate, Credit, Plan


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("training")]
    assert Plan.objects.get().state == Plan.APPROVED and Plan.objects.get().lines.count() == 5
    assert Attempt.objects.filter(lesson__gt="").count() == 14 and Certificate.objects.count() == 1
    assert Credit.objects.filter(source=Credit.EXAM).count() == 1
