"""An answer of a comparison that nobody settled in time goes up, as far as somebody may settle it."""

from datetime import timedelta

import pytest

from tests.assessed import assess
from tests.web.test_rosters import TOWN, VILLAGE
from tests.world import START, World
from tongxin.comparisons.models import Answer
from tongxin.flows import comparing, comparing_review, comparing_run
from tongxin.flows.comparing_watch import examine, follow_comparisons
from tongxin.flows.refusals import Refused
from tongxin.ledger.models import Event
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db
HEADS = "镇街,村居,姓名,性别,出生日期"
LIST = f"{HEADS}\n{TOWN},{VILLAGE},孙小河,男,2015-06-08\n".encode()


def compared(cast: World) -> Answer:
    assess(cast, "comparison", at=START)
    sender = cast.viewer("郑管理", START)
    row = comparing.receive(kind="on_the_move", content=LIST, name="a.csv", actor=sender, at=START).comparison
    comparing_run.run(row, viewer=sender, at=START)
    return Answer.objects.get(row__gt=0)


def test_a_late_answer_climbs_and_its_new_owner_is_told_once(cast: World) -> None:
    answer = compared(cast)
    assert answer.owner_post_id == cast.posts["王督导"].id and answer.due_at is not None
    assert follow_comparisons(answer.due_at - timedelta(seconds=1)) == 0
    late = answer.due_at + timedelta(minutes=1)
    assert follow_comparisons(late) == 1 and follow_comparisons(late) == 0
    answer.refresh_from_db()
    assert answer.owner_post_id == cast.posts["郑管理"].id and answer.climbed == 1
    assert Notice.objects.filter(kind="answer.climbed", post_id=cast.posts["郑管理"].id).count() == 1
    assert [each.state for each in examine(late)] == ["warning"]
    event = Event.objects.get(kind="answer.climbed")
    assert not event.is_fact and set(event.clear) == {"count", "owner"}


def test_above_the_last_who_may_settle_it_rings_again_and_ends_when_settled(cast: World) -> None:
    answer = compared(cast)
    assert answer.due_at is not None
    now = answer.due_at
    for _ in range(3):
        now += timedelta(days=7)
        follow_comparisons(now)
    answer.refresh_from_db()
    assert answer.owner_post_id == cast.posts["郑管理"].id and answer.climbed == 3
    desk = cast.viewer("郑管理", now)
    comparing_review.settle(answer_id=answer.id, decision="clue", actor=desk, at=now)
    assert follow_comparisons(now + timedelta(days=30)) == 0


def test_nothing_is_compared_without_an_impact_assessment(cast: World) -> None:
    with pytest.raises(Refused) as caught:
        comparing.receive(
            kind="on_the_move", content=LIST, name="a.csv", actor=cast.viewer("郑管理", START), at=START
        )
    assert "影响评估" in caught.value.zh
