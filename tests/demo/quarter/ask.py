"""What another county asked of a played district: one child agreed to, one still waiting for an answer."""

from tests.demo.small import END, Quarter
from tongxin.referrals.models import Ask


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("asks")]
    agreed, waiting = Ask.objects.order_by("asked_at")
    assert (agreed.state, waiting.state) == (Ask.AGREED, Ask.WAITING)
    assert agreed.child_id is not None and waiting.child_id is None
    for ask in (agreed, waiting):
        assert ask.due_at is not None and ask.due_at > END and ask.climbed == 0 and ask.owner_post_id is not None
