"""Figures of a lower installation: signed, kept once, a later word is a new version, an older or forged one refused."""

from datetime import timedelta

import pytest

from tests.flows.story import Story
from tests.instances.test_moving import FAR, HERE, befriend, refused
from tests.world import World
from tongxin.flows import rolling_up
from tongxin.flows.refusals import NotAllowed
from tongxin.instances.models import Peer, RolledUp
from tongxin.lib.faults import Fault

pytestmark = pytest.mark.django_db


@pytest.fixture
def peer(cast: World) -> Peer:
    return befriend(cast, Story(cast).at, region=HERE)


def test_figures_come_once_and_a_later_word_is_a_new_version(cast: World, peer: Peer) -> None:
    at = Story(cast).at
    below, above = cast.viewer("郑管理", at), cast.viewer("陈管理", at)
    first = rolling_up.make(peer=peer, actor=below, at=at)
    kept = rolling_up.take(content=first, actor=above, at=at)
    assert kept.version == 1 and kept.rules and all(each["means"] for each in kept.numbers)
    assert rolling_up.take(content=first, actor=above, at=at).id == kept.id
    later = rolling_up.make(peer=peer, actor=below, at=at + timedelta(hours=1))
    assert rolling_up.take(content=later, actor=above, at=at + timedelta(hours=1)).version == 2
    assert RolledUp.objects.count() == 2


def test_an_older_word_does_not_take_the_place_of_a_newer(cast: World, peer: Peer) -> None:
    at = Story(cast).at
    below, above = cast.viewer("郑管理", at), cast.viewer("陈管理", at)
    old = rolling_up.make(peer=peer, actor=below, at=at)
    rolling_up.take(content=rolling_up.make(peer=peer, actor=below, at=at + timedelta(hours=1)), actor=above,
                    at=at + timedelta(hours=1))
    with refused("旧"):
        rolling_up.take(content=old, actor=above, at=at + timedelta(hours=2))


def test_what_was_changed_or_comes_from_strangers_is_refused(cast: World, peer: Peer) -> None:
    at = Story(cast).at
    below, above = cast.viewer("郑管理", at), cast.viewer("陈管理", at)
    content = rolling_up.make(peer=peer, actor=below, at=at)
    with pytest.raises(Fault):
        rolling_up.take(content=content.replace(b'said', b'sajd', 3), actor=above, at=at)
    with refused("时钟"):
        rolling_up.take(content=rolling_up.make(peer=peer, actor=below, at=at + timedelta(days=1)), actor=above, at=at)
    peer.revoked_at = at
    peer.save()
    with refused("没有登记"):
        rolling_up.take(content=content, actor=above, at=at)
    with refused("没有制作"):
        rolling_up.make(peer=peer, actor=below, at=at)
    assert not RolledUp.objects.exists()


@pytest.mark.parametrize("by", ["林社工", "周主任"])
def test_only_who_may_sends_and_takes(cast: World, peer: Peer, by: str) -> None:
    at = Story(cast).at
    with pytest.raises(NotAllowed):
        rolling_up.make(peer=peer, actor=cast.viewer(by, at), at=at)
    content = rolling_up.make(peer=peer, actor=cast.viewer("郑管理", at), at=at)
    with pytest.raises(NotAllowed):
        rolling_up.take(content=content, actor=cast.viewer(by, at), at=at)


def test_a_silent_place_is_named(cast: World, peer: Peer) -> None:
    at = Story(cast).at
    (place,) = rolling_up.places(at=at)
    assert place.newest is None and place.is_stale
    content = rolling_up.make(peer=peer, actor=cast.viewer("郑管理", at), at=at)
    rolling_up.take(content=content, actor=cast.viewer("陈管理", at), at=at)
    assert not rolling_up.places(at=at)[0].is_stale and rolling_up.places(at=at + timedelta(days=4))[0].is_stale


def test_no_child_is_in_the_figures(cast: World, peer: Peer) -> None:
    story = Story(cast)
    story.graded("mid_low", 2, 0, 0, 0, 0)
    content = rolling_up.make(peer=peer, actor=cast.viewer("郑管理", story.at), at=story.at)
    assert str(story.child.id) not in content.decode() and "小雨" not in content.decode()
    assert FAR not in content.decode()
