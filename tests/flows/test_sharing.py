"""What goes to another department under an agreement: only that, only while it holds, and how it ends."""

from datetime import timedelta

import pytest

from tests import world
from tests.assessed import assess
from tests.flows.sharing import JUDGE, NOW, OFFICER, consent, in_force, pupil, wish
from tongxin.flows import sharing_agreements as agreements
from tongxin.flows import sharing_ending, sharing_receiving
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sharing_sending import send_queued
from tongxin.flows.sharing_watch import follow_sharing
from tongxin.ledger.models import Access, Event
from tongxin.notices.models import Notice
from tongxin.sharing.models import Agreement, Delivery, Duty

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)


def states(**more: object) -> list[str]:
    return list(Delivery.objects.filter(**more).order_by("queued_at", "id").values_list("state", flat=True))


class TestAgreeing:
    def test_two_others_agree_and_it_is_in_force(self, cast: world.World) -> None:
        row = in_force(cast)
        assert row.state == Agreement.IN_FORCE and row.current is not None
        assert not row.duties.filter(done_at__isnull=True).exists()
        assert Notice.objects.filter(kind="agreement.started", post_id=cast.posts[OFFICER].id).exists()

    def test_who_wrote_it_agrees_for_nobody_and_nobody_for_both(self, cast: world.World) -> None:
        assess(cast, "sharing")
        row = agreements.write(wish=wish(cast), actor=cast.viewer("郑管理", NOW), at=NOW)
        more = {"agreement_id": row.id, "of": 1, "agrees": True, "words": "", "at": NOW}
        with pytest.raises(Refused, match="1 problems"):
            agreements.decide(side="giver", actor=cast.viewer("郑管理", NOW), **more)
        with pytest.raises(NotAllowed):
            agreements.decide(side="receiver", actor=cast.viewer(JUDGE, NOW), **more)
        with pytest.raises(NotAllowed):
            agreements.decide(side="giver", actor=cast.viewer("林社工", NOW), **more)

    def test_nothing_without_an_impact_assessment(self, cast: world.World) -> None:
        assess(cast, "export")
        with pytest.raises(Refused) as refused:
            in_force(cast, assessed=False)
        assert "影响评估" in refused.value.zh

    @pytest.mark.parametrize(("more", "said"), [
        ({"fields": ("name", "phone")}, "只能选这个用途列出的"), ({"fields": ()}, "至少选一项"),
        ({"categories": ()}, "困境类别"), ({"categories": ("hiv_affected",)}, "困境类别"),
        ({"ends_on": (NOW + timedelta(days=500)).date()}, "最长 366 天"), ({"flow": "x"}, "怎样给"),
        ({"purpose": "rehabilitation"}, "可以用的用途"), ({"why": " "}, "为什么要给"), ({"towns": (1,)}, "镇街"),
        ({"ages": (2, 30)}, "3到18周岁"), ({"organisation_id": None}, "接收单位"),
    ])
    def test_no_more_than_the_purpose_allows(self, cast: world.World, more: dict[str, object], said: str) -> None:
        with pytest.raises(Refused) as refused:
            agreements.write(wish=wish(cast, **more), actor=cast.viewer("郑管理", NOW), at=NOW)
        assert said in refused.value.zh

    def test_a_no_needs_words_and_ends_the_version(self, cast: world.World) -> None:
        row = agreements.write(wish=wish(cast), actor=cast.viewer("郑管理", NOW), at=NOW)
        officer = cast.viewer(OFFICER, NOW)
        more = {"agreement_id": row.id, "of": 1, "side": "receiver", "agrees": False, "actor": officer, "at": NOW}
        with pytest.raises(Refused):
            agreements.decide(words="", **more)
        assert agreements.decide(words="用不着姓名", **more).state == Agreement.REFUSED


class TestTheStandingFlow:
    def test_carries_the_agreed_fields_of_who_is_inside_and_agrees(self, cast: world.World) -> None:
        child, kept = pupil(cast), pupil(cast, "小雪", shares=False)
        other = cast.child("小云")
        row = in_force(cast)
        assert send_queued(NOW + AN_HOUR) == 2
        assert states(child_id=child.id) == ["waiting"]
        assert states(child_id=kept.id) == ["void"] and states(child_id=other.id) == []
        delivery = Delivery.objects.get(child_id=child.id)
        officer, then = cast.viewer(OFFICER, NOW + AN_HOUR), NOW + AN_HOUR
        assert sharing_receiving.read(delivery, viewer=officer, at=then) is None
        opened = sharing_receiving.open_delivery(delivery_id=delivery.id, actor=officer, at=then)
        said = sharing_receiving.read(opened, viewer=officer, at=then)
        assert said == [("姓名", "小雨"), ("性别", "女"), ("镇街", "凤城街道")]
        looks = Access.objects.filter(purpose="sharing", subjects__owner_id=child.id)
        assert looks.filter(person_id=cast.people[OFFICER].id).count() == 1
        assert Event.objects.filter(kind="share.delivered", subject_id=child.id).count() == 1
        assert row.duties.filter(kind=Duty.RECEIVE, done_at__isnull=True).count() == 1
        assert sharing_receiving.receive(deliveries=[delivery.id], actor=officer, at=then) == 1
        assert sharing_receiving.receive(deliveries=[delivery.id], actor=officer, at=then) == 0
        assert not row.duties.filter(done_at__isnull=True).exists()

    def test_only_a_changed_agreed_field_sends_again(self, cast: world.World) -> None:
        child = pupil(cast)
        in_force(cast)
        send_queued(NOW)
        later = NOW + AN_HOUR
        cast.record(child, "call_record", world_call(child, later), by="林社工", at=later)
        assert send_queued(later) == 0
        rename(cast, child, "张小雨", later)
        assert send_queued(later) == 1
        assert sorted(states(child_id=child.id)) == ["closed", "waiting"]

    def test_a_consent_withdrawn_closes_and_asks_back_at_once(self, cast: world.World) -> None:
        child, other = pupil(cast), pupil(cast, "小雪")
        row = in_force(cast)
        send_queued(NOW)
        officer, later = cast.viewer(OFFICER, NOW), NOW + AN_HOUR
        mine = Delivery.objects.get(child_id=child.id)
        sharing_receiving.open_delivery(delivery_id=mine.id, actor=officer, at=NOW)
        consent(cast, child, "withdrawn", later)
        consent(cast, other, "withdrawn", later)
        assert states(child_id=child.id) == ["due"] and states(child_id=other.id) == ["closed"]
        mine.refresh_from_db()
        assert mine.content is None and sharing_receiving.read(mine, viewer=officer, at=later) is None
        duty = row.duties.get(kind=Duty.DISPOSE, done_at__isnull=True)
        assert duty.reason == "consent" and duty.owner_post_id == cast.posts[OFFICER].id
        with pytest.raises(Refused):
            sharing_ending.dispose(duty_id=duty.id, outcome="destroyed", words=" ", actor=officer, at=later)
        sharing_ending.dispose(duty_id=duty.id, outcome="destroyed", words="于联络删去", actor=officer, at=later)
        assert states(child_id=child.id) == ["disposed"]
        consent(cast, child, "given", later + AN_HOUR)
        send_queued(later + AN_HOUR)
        assert states(child_id=child.id) == ["disposed", "waiting"]

    def test_what_was_neither_returned_nor_destroyed_is_asked_for_of_whoever_stands_above(
        self, cast: world.World
    ) -> None:
        child = pupil(cast)
        row = in_force(cast)
        send_queued(NOW)
        officer, later = cast.viewer(OFFICER, NOW), NOW + AN_HOUR
        mine = Delivery.objects.get(child_id=child.id)
        sharing_receiving.open_delivery(delivery_id=mine.id, actor=officer, at=NOW)
        consent(cast, child, "withdrawn", later)
        first = row.duties.get(kind=Duty.DISPOSE, done_at__isnull=True)
        sharing_ending.dispose(duty_id=first.id, outcome="unreturned", words="说还要用", actor=officer, at=later)
        assert states(child_id=child.id) == ["due"]
        again = row.duties.get(kind=Duty.DISPOSE, done_at__isnull=True)
        assert (again.climbed, again.owner_post_id) == (1, cast.posts["郑管理"].id)
        told = Notice.objects.filter(kind="share.disposed").values_list("post_id", flat=True)
        assert cast.posts["郑管理"].id in set(told)
        follow_sharing(again.due_at + AN_HOUR)
        again.refresh_from_db()
        assert again.climbed == 2 and Notice.objects.filter(kind="share.climbed").exists()
        sharing_ending.dispose(duty_id=again.id, outcome="destroyed", words="已删去", actor=officer, at=again.due_at)
        assert states(id=mine.id) == ["disposed"]
        assert not row.duties.filter(kind=Duty.DISPOSE, done_at__isnull=True).exists()

    def test_a_child_who_leaves_the_scope_is_asked_back(self, cast: world.World) -> None:
        child = pupil(cast)
        in_force(cast)
        send_queued(NOW)
        sharing_receiving.open_delivery(
            delivery_id=Delivery.objects.get().id, actor=cast.viewer(OFFICER, NOW), at=NOW
        )
        from tongxin.people.models import CategorySpan
        CategorySpan.objects.filter(child_id=child.id).update(end_on=NOW.date())
        follow_sharing(NOW + timedelta(days=1))
        assert states() == ["due"] and Delivery.objects.get().reason == "scope"


class TestTheEnd:
    def test_revoked_stops_the_flow_in_one_transaction(self, cast: world.World) -> None:
        queued, waiting, opened = pupil(cast), pupil(cast, "小雪"), pupil(cast, "小云")
        row, officer = in_force(cast), cast.viewer(OFFICER, NOW)
        Delivery.objects.filter(child_id=queued.id).update(queued_at=NOW + timedelta(days=9))
        send_queued(NOW)
        mine = Delivery.objects.get(child_id=opened.id)
        sharing_receiving.open_delivery(delivery_id=mine.id, actor=officer, at=NOW)
        with pytest.raises(Refused):
            agreements.revoke(agreement_id=row.id, reason="otherwise", words="", actor=officer, at=NOW)
        agreements.revoke(agreement_id=row.id, reason="done", words="", actor=cast.viewer("郑管理", NOW), at=NOW)
        assert [states(child_id=each.id) for each in (queued, waiting, opened)] == [["void"], ["closed"], ["due"]]
        assert not Delivery.objects.filter(content__isnull=False).exists()
        with pytest.raises(Refused):
            agreements.revoke(agreement_id=row.id, reason="done", words="", actor=officer, at=NOW)
        with pytest.raises(Refused):
            sharing_receiving.open_delivery(
                delivery_id=Delivery.objects.get(child_id=waiting.id).id, actor=officer, at=NOW
            )

    def test_it_ends_on_its_day_even_before_the_watch_comes(self, cast: world.World) -> None:
        pupil(cast)
        last = (NOW + timedelta(days=10)).date()
        row, officer = in_force(cast, ends_on=last), cast.viewer(OFFICER, NOW)
        send_queued(NOW)
        after = NOW + timedelta(days=11)
        with pytest.raises(Refused):
            sharing_receiving.open_delivery(delivery_id=Delivery.objects.get().id, actor=officer, at=after)
        follow_sharing(after)
        row.refresh_from_db()
        assert row.state == Agreement.EXPIRED and states() == ["closed"]

    def test_late_ones_climb_to_the_giving_desk(self, cast: world.World) -> None:
        child = pupil(cast)
        row, officer = in_force(cast), cast.viewer(OFFICER, NOW)
        send_queued(NOW)
        sharing_receiving.open_delivery(delivery_id=Delivery.objects.get().id, actor=officer, at=NOW)
        consent(cast, child, "withdrawn", NOW)
        duty = row.duties.get(kind=Duty.DISPOSE)
        follow_sharing(NOW + timedelta(days=11))
        duty.refresh_from_db()
        assert duty.climbed == 1 and duty.owner_post_id == cast.posts["郑管理"].id
        assert Notice.objects.filter(kind="share.climbed", post_id=duty.owner_post_id).exists()

    def test_a_narrower_version_asks_back_what_went_too_far(self, cast: world.World) -> None:
        pupil(cast)
        row, officer = in_force(cast), cast.viewer(OFFICER, NOW)
        send_queued(NOW)
        sharing_receiving.open_delivery(delivery_id=Delivery.objects.get().id, actor=officer, at=NOW)
        agreements.write(
            wish=wish(cast, fields=("sex", "place")), actor=cast.viewer("郑管理", NOW), at=NOW,
            agreement_id=row.id, after=1,
        )
        assert states() == ["opened"]
        for side, name in (("giver", JUDGE), ("receiver", OFFICER)):
            agreements.decide(
                agreement_id=row.id, of=2, side=side, agrees=True, words="", actor=cast.viewer(name, NOW), at=NOW
            )
        assert states() == ["due", "queued"]
        send_queued(NOW)
        assert Delivery.objects.get(state="waiting").fields == ["sex", "place"]


def world_call(child: object, at: object) -> dict[str, object]:
    from tests.flows.forms import fill
    return fill(child, "call_record", at)  # type: ignore[arg-type]


def rename(cast: world.World, child: object, name: str, at: object) -> None:
    from tests.flows.forms import fill
    answers = fill(child, "detail_correction", at, name=name)  # type: ignore[arg-type]
    cast.record(child, "detail_correction", answers, by="郑管理", at=at)  # type: ignore[arg-type]
