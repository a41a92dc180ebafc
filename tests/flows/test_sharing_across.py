"""An agreement with a body of another county or of the city above: its own people, the same end, no file."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests import world
from tests.access.test_wall import as_web, is_postgresql, raise_wall
from tests.assessed import assess
from tests.flows.sharing import JUDGE, NOW, consent, pupil, wish
from tongxin.access import selectors as access
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Post
from tongxin.accounts.services import add_divisions
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.flows import sharing_agreements as agreements
from tongxin.flows import sharing_ending, sharing_receiving
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_duties import follow_duties
from tongxin.flows.sharing_sending import send_queued
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.sharing import selectors
from tongxin.sharing.models import GIVER, RECEIVER, Agreement, Delivery, Duty

pytestmark = pytest.mark.django_db
THERE, ABOVE, THEIRS = "马联络", "康联络", "章丘管理"


def neighbours(cast: world.World) -> None:
    """A second county of the city with its line, and a hospital of the city itself."""
    add_divisions(rows=[
        ("3701", "济南市", "city", "37"), ("370114", "章丘区", "county", "3701")
    ], valid_from=date(2023, 6, 30))
    line = counties.open_line(county=cast.place("370114"), actor=WORKER, at=NOW)
    city = cast.place("3701")
    hospital = Organisation.objects.create(kind="hospital", name="济南市儿童医院", division=city)
    doctor = Post.objects.create(
        id=ids.new_id(), role="department_officer", title="市儿童医院联络员", organisation=hospital, division=city
    )
    officer = next(each for each in line.posts["department_officer"] if each.organisation.kind == "education")
    found = {THERE: officer, ABOVE: doctor, THEIRS: line.posts["case_manager"][0]}
    people = counties.fill(holders=[(post, f"n{ids.code(6)}", name) for name, post in found.items()], at=world.START)
    for (name, post), person in zip(found.items(), people, strict=True):
        cast.posts[name], cast.people[name] = post, person


def with_them(cast: world.World, name: str = THERE, **more: Any) -> Agreement:
    assess(cast, "sharing", at=NOW)
    said = wish(cast, organisation_id=cast.posts[name].organisation_id, **more)
    row = agreements.write(wish=said, actor=cast.viewer("郑管理", NOW), at=NOW)
    for side, who in ((GIVER, JUDGE), (RECEIVER, name)):
        agreements.decide(
            agreement_id=row.id, of=1, side=side, agrees=True, words="", actor=cast.viewer(who, NOW), at=NOW
        )
    row.refresh_from_db()
    return row


def sees(viewer: Viewer, child: Child) -> bool:
    rows = Child.objects.filter(id=child.id)
    return any(access.visible(rows, viewer=viewer, part=part, at=NOW).exists() for part in ("roster", "identity"))


class TestAcross:
    @pytest.mark.parametrize(("name", "more"), [
        (THERE, {}), (ABOVE, {"purpose": "treatment", "categories": ("poor_family",)}),
    ])
    def test_goes_to_them_is_received_and_comes_to_the_same_end(
        self, cast: world.World, name: str, more: dict[str, Any]
    ) -> None:
        neighbours(cast)
        child = pupil(cast)
        row = with_them(cast, name, **more)
        assert row.state == Agreement.IN_FORCE and send_queued(NOW) == 1
        delivery, them = Delivery.objects.get(), cast.viewer(name, NOW)
        assert delivery.state == Delivery.WAITING and not sees(them, child)
        sharing_receiving.open_delivery(delivery_id=delivery.id, actor=them, at=NOW)
        delivery.refresh_from_db()
        if is_postgresql():
            raise_wall()
        with as_web(them):
            said = sharing_receiving.read(delivery, viewer=them, at=NOW)
            assert said is not None and ("姓名", "小雨") in said
        assert not sees(them, child)
        sharing_receiving.receive(deliveries=[delivery.id], actor=them, at=NOW)
        later = NOW + timedelta(hours=1)
        consent(cast, child, "withdrawn", later)
        delivery.refresh_from_db()
        assert delivery.state == Delivery.DUE and delivery.content is None
        duty = row.duties.get(kind=Duty.DISPOSE, done_at__isnull=True)
        assert duty.owner_post_id == cast.posts[name].id
        sharing_ending.dispose(duty_id=duty.id, outcome="destroyed", words="逐份核对", actor=them, at=later)
        delivery.refresh_from_db()
        assert delivery.state == Delivery.DISPOSED

    def test_each_side_speaks_for_itself_and_either_ends_it(self, cast: world.World) -> None:
        neighbours(cast)
        child = pupil(cast)
        assess(cast, "sharing", at=NOW)
        said = wish(cast, organisation_id=cast.posts[THERE].organisation_id)
        row = agreements.write(wish=said, actor=cast.viewer("郑管理", NOW), at=NOW)
        more: dict[str, Any] = {"agreement_id": row.id, "of": 1, "agrees": True, "words": "", "at": NOW}
        for side, who in ((GIVER, THERE), (RECEIVER, JUDGE), (RECEIVER, THEIRS), (GIVER, THEIRS)):
            with pytest.raises(NotAllowed):
                agreements.decide(side=side, actor=cast.viewer(who, NOW), **more)
        assert not selectors.agreements_for(viewer=cast.viewer(THEIRS, NOW), at=NOW).exists()
        agreements.decide(side=GIVER, actor=cast.viewer(JUDGE, NOW), **more)
        agreements.decide(side=RECEIVER, actor=cast.viewer(THERE, NOW), **more)
        send_queued(NOW)
        agreements.revoke(agreement_id=row.id, reason="done", words="", actor=cast.viewer(THERE, NOW), at=NOW)
        assert Delivery.objects.get().state == Delivery.CLOSED
        assert not sees(cast.viewer(THEIRS, NOW), child)

    def test_late_it_climbs_their_line_and_then_comes_to_the_desk_that_gave(self, cast: world.World) -> None:
        neighbours(cast)
        pupil(cast)
        row = with_them(cast)
        send_queued(NOW)
        duty, owners, then = row.duties.get(kind=Duty.RECEIVE, done_at__isnull=True), [], NOW
        for _ in range(3):
            owners.append(duty.owner_post_id)
            then = duty.ring_at or then
            follow_duties(then)
            duty.refresh_from_db()
        assert owners == [cast.posts[name].id for name in (THERE, THEIRS, "郑管理")]
        passed_up = cast.viewer(THEIRS, NOW)
        Duty.objects.filter(id=duty.id).update(owner_post_id=cast.posts[THEIRS].id)
        assert selectors.shown_to(viewer=passed_up, at=then).get() == row
        with pytest.raises(NotAllowed):
            agreements.revoke(agreement_id=row.id, reason="done", words="", actor=passed_up, at=then)

    @pytest.mark.parametrize("more", [
        {"purpose": "companionship", "flow": "asked", "fields": ("name",), "categories": ()},
        {"purpose": "give_school_roll", "flow": "brought", "fields": ("name",), "categories": ()},
    ])
    def test_what_a_purpose_keeps_in_the_county_stays_there(self, cast: world.World, more: dict[str, Any]) -> None:
        neighbours(cast)
        bodies = {each.kind: each.id for each in Organisation.objects.filter(division=cast.place("370114"))}
        body = bodies["education" if "give" in str(more["purpose"]) else "womens_federation"]
        with pytest.raises(Refused) as refused:
            agreements.write(wish=wish(cast, organisation_id=body, **more), actor=cast.viewer("郑管理", NOW), at=NOW)
        assert "没有保存" in refused.value.zh

    def test_nothing_beyond_the_province(self, cast: world.World) -> None:
        far = Organisation.objects.get(kind="education", division=cast.place("510104"))
        with pytest.raises(Refused) as refused:
            agreements.write(wish=wish(cast, organisation_id=far.id), actor=cast.viewer("郑管理", NOW), at=NOW)
        assert "接收单位" in refused.value.zh
