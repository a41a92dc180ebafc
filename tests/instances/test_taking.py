"""What is taken from another installation: from one still trusted, of the child's own, and only what can be read."""

from typing import Any

import pytest

from tests.conftest import taken_back
from tests.flows.story import Story
from tests.instances.test_moving import GIVEN, HERE, Sent, accepted, befriend, refused, sent_by
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tests.world import World
from tongxin.flows import file_taking
from tongxin.instances import keys, letters
from tongxin.instances.models import Arrival, ForeignEntry, Peer
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.lib.faults import Fault

pytestmark = pytest.mark.django_db
CHILD = {"id": str(ids.new_id())}


def sealed(content: dict[str, Any]) -> bytes:
    return letters.sealed(letters.FILE, content, seal_key=bytes(keys.sealing_key().public_key).hex())


def other_peer(cast: World, story: Story) -> Peer:
    by, second = cast.people["郑管理"].id, cast.people["林社工"].id
    return Peer.objects.create(
        region="440103", name="别处", sign_key="ab" * 32, seal_key="cd" * 32, added_at=story.at, added_by=by,
        confirmed_at=story.at, confirmed_by=second,
    )


def supplement(sent: Sent, supersedes: Entry | None = None) -> bytes:
    """A supplement with one entry more, as the signer may write it."""
    said = letters.opened(sent.content, format=letters.FILE).content
    row = {**said["entries"][0], "id": str(ids.new_id())}
    if supersedes is not None:
        row |= {"supersedes": str(supersedes.id), "correction_kind": "correct"}
    return sealed({**said, "id": str(ids.new_id()), "is_supplement": True, "entries": [row], "attachments": []})


def here(cast: World) -> tuple[Story, Sent]:
    with taken_back():
        sent = sent_by(Story(cast))
    return accepted(cast, sent), sent


def test_a_supplement_comes_from_where_the_child_came_from(cast: World) -> None:
    story, sent = here(cast)
    Arrival.objects.update(peer=other_peer(cast, story))
    actor = cast.viewer("陈管理", story.at)
    arrival = file_taking.receive(content=supplement(sent), actor=actor, at=story.at)
    with refused("不是从这个外地系统接来的"):
        file_taking.accept(arrival_id=arrival.id, given=GIVEN, actor=actor, at=story.at)


def test_a_supplement_changes_nothing_that_was_written_here(cast: World) -> None:
    story, sent = here(cast)
    own = Entry.objects.filter(subject_id=story.child.id, kind="transfer_in").get()
    actor, before = cast.viewer("陈管理", story.at), ForeignEntry.objects.count()
    arrival = file_taking.receive(content=supplement(sent, own), actor=actor, at=story.at)
    with refused("这里自己写的记录"):
        file_taking.accept(arrival_id=arrival.id, given=GIVEN, actor=actor, at=story.at)
    assert ForeignEntry.objects.count() == before


def test_whose_sender_was_stopped_while_it_waited_is_not_accepted(cast: World) -> None:
    with taken_back():
        sent = sent_by(Story(cast))
    befriend(cast, sent.at, region=HERE)
    actor = cast.viewer("陈管理", sent.at)
    arrival = file_taking.receive(content=sent.content, actor=actor, at=sent.at)
    Peer.objects.update(revoked_at=sent.at)
    with refused("已经停用"):
        file_taking.accept(arrival_id=arrival.id, given=GIVEN, actor=actor, at=sent.at)
    file_taking.give_back(arrival_id=arrival.id, reason="not_here", actor=actor, at=sent.at)


@pytest.mark.parametrize("wrong", [
    {"child": "x"}, {"child": {"id": 5}}, {"child": CHILD, "summary": "x"},
    {"child": CHILD, "summary": {}, "entries": 5}, {"child": CHILD, "entries": [5], "attachments": []},
    {"child": CHILD, "entries": [{"id": "x"}], "attachments": [], "definitions": {}},
    {"child": CHILD, "entries": [], "attachments": [{}], "definitions": {}},
    {"child": CHILD, "entries": [], "attachments": [], "definitions": {"a": 5}},
    {"child": CHILD, "entries": [], "attachments": []},
])
def test_what_cannot_be_read_is_refused_in_words(
    cast: World, office: Any, time: Clock, wrong: dict[str, Any]
) -> None:
    story = Story(cast)
    time.now = story.at
    befriend(cast, story.at, region=HERE)
    content = sealed({"id": str(ids.new_id()), **wrong})
    with pytest.raises(Fault, match="写法不对"):
        file_taking.receive(content=content, actor=cast.viewer("陈管理", story.at), at=story.at)
    # One that came before files were looked at like this.
    row = Arrival.objects.create(
        id=ids.new_id(), peer=Peer.objects.get(), received_at=story.at, county_id=cast.place("510104").id,
        child_id=ids.new_id(), content=content, digest="0" * 64,
    )
    desk: Office = office("陈管理")
    url = f"/moves/arrivals/{row.id}/"
    assert "写法不对" in desk.get(url).content.decode()
    given = {"outcome": "accepted", "arrived_on": "2025-09-01", "seen_in_person": "no", "signature": "陈管理"}
    answer = desk.post(url, given)
    assert answer.status_code == 422 and "写法不对" in answer.content.decode()
