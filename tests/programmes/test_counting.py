"""What is paid for a bought service: what was written down in time, and what somebody really came to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests import world
from tests.activities.planned import begun, counted, planned
from tests.activities.test_coming import came, opened
from tests.flows.forms import fill
from tests.flows.group_story import GroupStory
from tests.funds.story import SECOND, fund
from tests.programmes.test_programmes import LATER, SPAN, accepted, contract, drawn, programme
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.activities.models import Came, Doubt, Listed, Occasion, SignIn
from tongxin.flows.programmes import contracts
from tongxin.flows.programmes.counting import children_in
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import Refused
from tongxin.lib import ids
from tongxin.people.models import Alias
from tongxin.programmes.models import Contract, Counted

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
DAY = timedelta(days=1)


def told(cast: world.World, child: Any, happened: Any, at: Any, **more: Any) -> Any:
    sheet = Sheet(ids.new_id(), "visit_record", fill(child, "visit_record", happened), happened, **more)
    return record(child_id=child.id, sheet=sheet, actor=cast.viewer("林社工", at), at=at).entry


@pytest.mark.parametrize("moved", [timedelta(), 20 * DAY])
def test_a_late_record_stays_late_however_it_is_corrected(cast: world.World, moved: timedelta) -> None:
    child, happened, late = cast.child("童小雨"), world.START + DAY, world.START + 40 * DAY
    first = told(cast, child, happened, late)
    row = contract(cast, programme(cast, fund(cast, at=LATER)))
    told(cast, child, happened + moved, late + timedelta(hours=1), supersedes=first.id, correction_kind="correct")
    with pytest.raises(Refused) as refused:
        drawn(cast, row)
    assert "补记太晚 1 条" in refused.value.zh and not Counted.objects.exists()


def test_a_record_in_time_is_paid_once_however_often_it_is_corrected(cast: world.World) -> None:
    child, happened = cast.child("童小雨"), world.START + DAY
    first = last = told(cast, child, happened, happened)
    for hours in (1, 2):
        later = happened + 35 * DAY + timedelta(hours=hours)
        last = told(cast, child, happened, later, supersedes=last.id, correction_kind="correct")
    assert drawn(cast, contract(cast, programme(cast, fund(cast, at=LATER)))).amount == 10_000
    assert Counted.objects.get().record_id == first.id


class TestOccasions:
    """A time counts where people signed in on the day or were ticked on the list; a typed number pays nothing."""

    def bought(self, cast: world.World) -> Contract:
        return contract(cast, programme(cast, fund(cast, at=LATER)), occasions=("9", "100"))

    def why(self, cast: world.World) -> str:
        with pytest.raises(Refused) as refused:
            drawn(cast, self.bought(cast))
        return refused.value.zh

    def test_who_signed_in_counts_and_a_typed_number_does_not(self, cast: world.World, office: SignedIn) -> None:
        desk = office("林社工")
        _, held, code = opened(desk)
        counted(desk, planned(desk), 30, 30)
        assert came(code).status_code == 200
        row = drawn(cast, self.bought(cast))
        assert row.amount == 10_000 and row.left_out == {"occasions": {"absent": 1}}
        assert Counted.objects.get().record_id == held

    def test_an_open_doubt_keeps_it_out_until_another_says_it_is_right(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk = office("林社工")
        row, held, code = opened(desk)
        came(code)
        assert counted(desk, row, 900, 900, occasion=held, sure="真的").status_code == 302
        assert "人数有疑问" in self.why(cast)
        for doubt in Doubt.objects.all():
            office("郑管理").post(f"/activities/doubts/{doubt.id}/", {"right": "yes"})
        assert drawn(cast, Contract.objects.latest("at")).amount == 10_000

    def test_who_signs_in_on_another_day_was_not_there_then(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        _, _, code = opened(office("林社工"))
        came(code)
        SignIn.objects.update(at=MORNING + DAY)
        assert "补记太晚 1 条" in self.why(cast)

    def test_a_child_ticked_in_time_counts_and_one_unticked_does_not(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        desk, child = office("林社工"), cast.child("童小雨")
        row = planned(desk)
        held = begun(desk, row)
        desk.post(f"/activities/{row.id}/list/", {"file_no": child.file_no})
        self.tick(desk, held, str(Listed.objects.get().id))
        self.tick(desk, held)
        assert "孩子没有到 1 条" in self.why(cast)
        time.now = MORNING + 40 * DAY
        self.tick(office("林社工"), held, str(Listed.objects.get().id))
        # Who was ticked by mistake stays to be read.
        assert Came.objects.count() == 2 and Came.objects.filter(cancelled_at__isnull=True).count() == 1
        assert "补记太晚 1 条" in self.why(cast)
        Came.objects.filter(cancelled_at__isnull=True).update(at=MORNING)
        assert drawn(cast, Contract.objects.latest("at")).amount == 10_000

    def tick(self, desk: Office, held: UUID, *listed: str) -> None:
        assert desk.post(f"/activities/times/{held}/tick/", {"listed": list(listed)}).status_code == 302

    def test_what_is_unticked_before_it_is_accepted_is_not_paid(self, cast: world.World, office: SignedIn) -> None:
        _, held, code = opened(office("林社工"))
        came(code)
        row = drawn(cast, self.bought(cast))
        Occasion.objects.filter(id=held).update(withdrawn_at=MORNING)
        with pytest.raises(Refused) as refused:
            accepted(cast, row)
        assert "1 条记录" in refused.value.zh


@pytest.mark.parametrize(("attended", "amount"), [("present", 10_000), ("absent", 0)])
def test_a_meeting_of_a_group_counts_when_a_child_was_there(
    cast: world.World, attended: str, amount: int
) -> None:
    story = GroupStory(cast)
    members = story.members(2)
    more = {"absence": "生病"} if attended == "absent" else {}
    assert story.signs({each: {"attended": attended, **more} for each in members}).is_saved
    made = programme(cast, fund(cast, at=LATER))
    row = contracts.sign(
        programme_id=made.id, contract_id=ids.new_id(), organisation_id=cast.posts["苏咨询"].organisation_id,
        purpose="mind", wanted={"meetings": ("3", "100")}, given=SPAN, actor=cast.viewer(SECOND, LATER), at=LATER,
    )
    if amount:
        assert drawn(cast, row).amount == amount
        return
    with pytest.raises(Refused) as refused:
        drawn(cast, row)
    assert "孩子没有到 1 条" in refused.value.zh


def of_counsellor(cast: world.World, **wanted: tuple[str, str]) -> Contract:
    return contracts.sign(
        programme_id=programme(cast, fund(cast, at=LATER)).id, contract_id=ids.new_id(), purpose="mind",
        organisation_id=cast.posts["苏咨询"].organisation_id, wanted=wanted, given=SPAN,
        actor=cast.viewer(SECOND, LATER), at=LATER,
    )


def test_a_meeting_of_a_group_is_paid_once(cast: world.World) -> None:
    story = GroupStory(cast)
    story.members(4)
    story.signs()
    both = {"sessions": ("9", "100"), "meetings": ("9", "100")}
    made = drawn(cast, of_counsellor(cast, **both))
    assert list(Counted.objects.values_list("rule", flat=True)) == ["meetings"] and made.amount == 10_000
    assert made.left_out["sessions"]["in_meeting"] == 4
    assert accepted(cast, made).state == "accepted"
    with pytest.raises(Refused) as refused:
        drawn(cast, of_counsellor(cast, sessions=("9", "100")))
    assert "按场计 4 条" in refused.value.zh


def test_a_meeting_whose_records_were_paid_as_sessions_is_paid(cast: world.World) -> None:
    story = GroupStory(cast)
    story.members(4)
    story.signs()
    drawn(cast, of_counsellor(cast, sessions=("9", "100")))
    with pytest.raises(Refused) as refused:
        drawn(cast, of_counsellor(cast, meetings=("9", "100")))
    assert "已经计过数 1 条" in refused.value.zh


def test_joined_files_are_one_child(cast: world.World) -> None:
    one, other = cast.child("童小雨"), cast.child("童小雨")
    for index, each in enumerate((one, other), 2):
        at = world.START + index * DAY
        cast.record(each, "identification_form", fill(each, "identification_form", at), by="林社工", at=at)
    Alias.objects.create(child=other, same_as=one, event_id=ids.new_id())
    made = drawn(cast, contract(cast, programme(cast, fund(cast, at=LATER)), identified=("9", "10")))
    assert made.amount == 1_000 and made.left_out["identified"]["same_child"] == 1
    assert len(children_in(Counted.objects.all())) == 1
