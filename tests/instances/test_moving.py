"""A child's file goes from one installation to another: whole, once, answered; nothing of it lost or doubled.

Both installations are played in one database, one after the other: what the first did is taken back before the second
begins, so that only the sealed file passes between them. They share their key files, and are each other's peer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from tests.conftest import taken_back
from tests.flows.story import Story
from tests.world import World
from tongxin.accounts.services import add_divisions
from tongxin.flows import file_sending, file_taking, peers
from tongxin.flows.file_taking import Accepting
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.instances import keys, letters, receipts
from tongxin.instances.models import Arrival, ForeignEntry, Peer, Sending
from tongxin.ledger.models import Entry
from tongxin.lib.faults import Fault
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
# The last is a county that nobody here serves.
HERE, THERE, FAR = "370116", "510104", "440103"
GIVEN = Accepting(arrived_on="2025-09-01", seen_in_person=True, signature="陈管理")


@contextmanager
def refused(words: str) -> Iterator[None]:
    """What is done here must be refused, with these words."""
    with pytest.raises(Refused) as caught:
        yield
    assert words in "".join(problem.zh for problem in caught.value.problems)


def befriend(cast: World, at: datetime, *, region: str) -> Peer:
    """The other installation as a peer that two people stand for; its keys are ours, since one machine plays both."""
    card = keys.own_card(name="外地系统", region=region)
    return Peer.objects.create(
        region=region, name=card.name, sign_key=card.sign_key, seal_key=card.seal_key, added_at=at,
        added_by=cast.people["郑管理"].id, confirmed_at=at, confirmed_by=cast.people["林社工"].id,
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """What the first installation leaves: the file, and what stood there."""

    content: bytes
    child: Child
    entries: list[tuple[object, ...]]
    at: datetime
    level: str


COLUMNS = ("id", "subject_seq", "kind", "occurred_at", "recorded_at", "person_id", "post_id", "supersedes_id")


def sent_by(story: Story, *, to: str = THERE) -> Sent:
    story.record("transfer_out", "郑管理", to_division=to, file_consent="yes")
    peer = befriend(story.world, story.at, region=to)
    made = file_sending.make(
        child_id=story.child.id, peer_id=peer.id, actor=story.world.viewer("郑管理", story.at), at=story.at
    )
    story.child.refresh_from_db()
    return Sent(
        bytes(made.content), story.child,
        list(Entry.objects.filter(subject_id=story.child.id).order_by("subject_seq").values_list(*COLUMNS)),
        story.at, story.case.level,
    )


def accepted(cast: World, sent: Sent) -> Story:
    at = sent.at + timedelta(days=1)
    befriend(cast, at, region=HERE)
    actor = cast.viewer("陈管理", at)
    arrival = file_taking.receive(content=sent.content, actor=actor, at=at)
    child = file_taking.accept(arrival_id=arrival.id, given=GIVEN, actor=actor, at=at)
    return Story(cast, child=child, at=at)


def test_a_graded_child_goes_on_where_it_came_to(cast: World) -> None:
    with taken_back():
        first = Story(cast)
        first.graded("mid_low", 2, 0, 0, 0, 0)
        sent = sent_by(first)
    assert not Child.objects.filter(id=sent.child.id).exists()
    story = accepted(cast, sent)
    rows = list(Entry.objects.filter(subject_id=story.child.id).order_by("subject_seq").values_list(*COLUMNS))
    assert rows[:-1] == sent.entries and rows[-1][2] == "transfer_in"
    assert story.case.is_open and story.case.level == sent.level
    assert story.child.county_id == cast.posts["陈管理"].division.county_id
    assert {story.owner(step) for step in story.steps} == {"陈管理"}
    story.rebuilt_equal()


def test_a_child_in_crisis_arrives_in_crisis(cast: World) -> None:
    with taken_back():
        first = Story(cast)
        first.record("crisis_report", "周主任")
        sent = sent_by(first)
    at = sent.at
    befriend(cast, at, region=HERE)
    arrival = file_taking.receive(content=sent.content, actor=cast.viewer("陈管理", at), at=at)
    assert arrival.is_urgent
    child = file_taking.accept(arrival_id=arrival.id, given=GIVEN, actor=cast.viewer("陈管理", at), at=at)
    story = Story(cast, child=child, at=at)
    assert story.case.in_crisis
    story.rebuilt_equal()


def test_the_same_file_twice_is_one_arrival_and_one_child(cast: World) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    story = accepted(cast, sent)
    before = Entry.objects.filter(subject_id=story.child.id).count()
    again = file_taking.receive(content=sent.content, actor=cast.viewer("陈管理", story.at), at=story.at)
    assert Arrival.objects.count() == 1
    with refused("答复过"):
        file_taking.accept(arrival_id=again.id, given=GIVEN, actor=cast.viewer("陈管理", story.at), at=story.at)
    assert Entry.objects.filter(subject_id=story.child.id).count() == before == ForeignEntry.objects.count() + 1


def test_nothing_stands_before_somebody_accepts(cast: World) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    befriend(cast, sent.at, region=HERE)
    actor = cast.viewer("陈管理", sent.at)
    arrival = file_taking.receive(content=sent.content, actor=actor, at=sent.at)
    found = file_taking.summary_of(arrival)
    assert found["entries"] == len(sent.entries) and "姓名" not in str(found)
    assert not Child.objects.exists() and not Entry.objects.exists()
    file_taking.give_back(arrival_id=arrival.id, reason="not_here", actor=actor, at=sent.at)
    arrival.refresh_from_db()
    assert bytes(arrival.content) == b"" and arrival.receipt and not Child.objects.exists()


@pytest.mark.parametrize("by", ["林社工", "陈督导", "周主任"])
def test_only_the_case_manager_moves_whole_files(cast: World, by: str) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    befriend(cast, sent.at, region=HERE)
    with pytest.raises(NotAllowed):
        file_taking.receive(content=sent.content, actor=cast.viewer(by, sent.at), at=sent.at)


def test_another_county_cannot_take_what_came_here(cast: World) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    befriend(cast, sent.at, region=HERE)
    arrival = file_taking.receive(content=sent.content, actor=cast.viewer("陈管理", sent.at), at=sent.at)
    with pytest.raises(NotAllowed):
        file_taking.accept(arrival_id=arrival.id, given=GIVEN, actor=cast.viewer("郑管理", sent.at), at=sent.at)


def test_strangers_changes_and_other_addresses_are_refused(cast: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    actor = cast.viewer("陈管理", sent.at)
    with refused("没有登记"):
        file_taking.receive(content=sent.content, actor=actor, at=sent.at)
    peer = befriend(cast, sent.at, region=HERE)
    for broken in (sent.content[:-9], sent.content[:90] + b"AAAA" + sent.content[94:], b"{}", b""):
        with pytest.raises(Fault):
            file_taking.receive(content=broken, actor=actor, at=sent.at)
    peer.revoked_at = sent.at
    peer.save()
    with refused("没有登记"):
        file_taking.receive(content=sent.content, actor=actor, at=sent.at)
    monkeypatch.setattr(keys, "_seed", lambda purpose: (purpose.encode() * 9)[:32])
    with pytest.raises(Fault, match="不是发给这里的"):
        file_taking.receive(content=sent.content, actor=actor, at=sent.at)
    assert not Arrival.objects.exists()


def test_a_file_is_made_only_for_a_child_who_leaves_for_there(cast: World) -> None:
    story = Story(cast)
    peer = befriend(cast, story.at, region=THERE)
    actor = cast.viewer("郑管理", story.at)
    with refused("没有在办的迁出"):
        file_sending.make(child_id=story.child.id, peer_id=peer.id, actor=actor, at=story.at)
    story.record("transfer_out", "郑管理", to_division=THERE, file_consent="yes")
    peer.region = "440100"
    peer.save()
    with refused("别的地方"):
        file_sending.make(child_id=story.child.id, peer_id=peer.id, actor=actor, at=story.at)
    with pytest.raises(NotAllowed):
        file_sending.make(
            child_id=story.child.id, peer_id=peer.id, actor=cast.viewer("王督导", story.at), at=story.at
        )
    assert not Sending.objects.exists()


def test_two_people_stand_for_a_peer(cast: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at = Story(cast).at
    with refused("自己的名片"):
        peers.add(content=keys.written(keys.own_card(name="我", region=HERE)), actor=cast.viewer("郑管理", at), at=at)
    with monkeypatch.context() as other:
        other.setattr(keys, "_seed", lambda purpose: (purpose.encode() * 9)[:32])
        card = keys.written(keys.own_card(name="锦江系统", region=THERE))
    peer = peers.add(content=card, actor=cast.viewer("郑管理", at), at=at)
    assert not peer.is_trusted
    with refused("同一个人"):
        peers.confirm(peer_id=peer.id, actor=cast.viewer("郑管理", at), at=at)
    assert peers.confirm(peer_id=peer.id, actor=cast.viewer("陈管理", at), at=at).is_trusted
    with refused("已经登记过"):
        peers.add(content=card, actor=cast.viewer("陈管理", at), at=at)
    assert not peers.revoke(peer_id=peer.id, actor=cast.viewer("陈管理", at), at=at).is_trusted


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"name":1}', b"\xff"])
def test_what_is_no_card_is_refused(content: bytes) -> None:
    with pytest.raises(Fault, match="不是另一套系统的名片"):
        keys.read_card(content)


def leaving(cast: World) -> Story:
    """A story in a world that knows of one more county."""
    rows = [("44", "广东省", "province", ""), ("4401", "广州市", "city", "44"), (FAR, "荔湾区", "county", "4401")]
    add_divisions(rows=rows, valid_from=date(2023, 6, 30))
    return Story(cast)


def test_the_receipt_ends_the_duty_here_and_only_then(cast: World) -> None:
    story = leaving(cast)
    sent = sent_by(story, to=FAR)
    assert story.case.is_open
    receipt = answered_by_the_other(sent, sent.content)
    done = file_sending.take_receipt(content=receipt, actor=cast.viewer("郑管理", story.at), at=story.at)
    assert done.state == Sending.ACCEPTED and not story.case.is_open
    story.rebuilt_equal()
    before = Entry.objects.filter(subject_id=story.child.id).count()
    again = file_sending.take_receipt(content=receipt, actor=cast.viewer("郑管理", story.at), at=story.at)
    assert again.id == done.id and Entry.objects.filter(subject_id=story.child.id).count() == before


def test_what_was_recorded_meanwhile_follows_before_the_duty_ends(cast: World) -> None:
    story = leaving(cast)
    sent = sent_by(story, to=FAR)
    receipt = answered_by_the_other(sent, sent.content)
    story.record("visit_record", "周主任", seen_in_person="yes")
    more = file_sending.take_receipt(content=receipt, actor=cast.viewer("郑管理", story.at), at=story.at)
    assert more.state == Sending.WAITING and more.entries == 1 and story.case.is_open
    receipt = answered_by_the_other(sent, bytes(more.content))
    file_sending.take_receipt(content=receipt, actor=cast.viewer("郑管理", story.at), at=story.at)
    assert not story.case.is_open
    story.rebuilt_equal()


def test_a_danger_here_keeps_this_county_answering_until_it_is_over(cast: World) -> None:
    story = leaving(cast)
    story.record("crisis_report", "周主任")
    sent = sent_by(story, to=FAR)
    receipt, actor = answered_by_the_other(sent, sent.content), cast.viewer("郑管理", story.at)
    done = file_sending.take_receipt(content=receipt, actor=actor, at=story.at)
    assert done.state == Sending.ACCEPTED and story.case.is_open and story.case.in_crisis
    assert file_sending.still_answers(story.child.id, at=story.at)
    story.record("crisis_step", "苏咨询", step="professional", result="done")
    story.ends_crisis()
    more = file_sending.take_receipt(content=receipt, actor=cast.viewer("郑管理", story.at), at=story.at)
    assert more.id == done.id and not file_sending.still_answers(story.child.id, at=story.at)
    story.rebuilt_equal()


def test_a_supplement_is_thought_of_where_it_comes(cast: World) -> None:
    with taken_back():
        first = leaving(cast)
        sent = sent_by(first, to=FAR)
        first.record("visit_record", "周主任", seen_in_person="yes")
        receipt = answered_by_the_other(sent, sent.content)
        more = file_sending.take_receipt(content=receipt, actor=cast.viewer("郑管理", first.at), at=first.at)
        content, at = bytes(more.content), first.at
    story = accepted(cast, sent)
    actor = cast.viewer("陈管理", at + timedelta(days=2))
    arrival = file_taking.receive(content=content, actor=actor, at=at + timedelta(days=2))
    file_taking.accept(arrival_id=arrival.id, given=GIVEN, actor=actor, at=at + timedelta(days=2))
    assert Entry.objects.filter(subject_id=story.child.id, kind="visit").exists()
    story.rebuilt_equal()


def test_a_returned_file_comes_back_as_work(cast: World) -> None:
    story = leaving(cast)
    sent = sent_by(story, to=FAR)
    receipt = answered_by_the_other(sent, sent.content, reason="孩子没有搬来")
    back = file_sending.take_receipt(content=receipt, actor=cast.viewer("郑管理", story.at), at=story.at)
    assert back.state == Sending.RETURNED and story.case.is_open and "settle_returned" in story.steps
    story.rebuilt_equal()


def test_a_receipt_of_another_file_is_refused(cast: World) -> None:
    story = leaving(cast)
    sent = sent_by(story, to=FAR)
    receipt = answered_by_the_other(sent, sent.content)
    Sending.objects.update(digest="0" * 64)
    with refused("不是对这里某次移交的答复"):
        file_sending.take_receipt(content=receipt, actor=cast.viewer("郑管理", story.at), at=story.at)
    assert story.case.is_open


def answered_by_the_other(sent: Sent, content: bytes, *, reason: str = "") -> bytes:
    """The receipt that the other installation writes for a file."""
    sending = Sending.objects.get(digest=letters.digest(content))
    return receipts.written(
        sending_id=sending.id, digest=sending.digest, outcome=receipts.RETURNED if reason else receipts.ACCEPTED,
        reason_zh=reason, office="锦江区", at=sent.at, to=sending.peer.seal_key,
    ).encode()
