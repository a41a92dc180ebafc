"""The demonstration's neighbour: its figures are here, and one child's file waits that can be accepted."""

from tests.demo.small import END, Quarter
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import viewer_of
from tongxin.flows import file_taking
from tongxin.flows.file_taking import Accepting
from tongxin.instances.models import Arrival, Peer, RolledUp


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith("neighbour")]
    assert Peer.objects.get().is_trusted
    assert RolledUp.objects.count() == 1
    arrival = Arrival.objects.get(state=Arrival.WAITING)
    assert file_taking.summary_of(arrival)["entries"] == 2
    desk = Post.objects.get(role="case_manager", division_id=arrival.county_id)
    person = desk.holdings.get().person
    child = file_taking.accept(
        arrival_id=arrival.id, given=Accepting("2025-03-20", True, "郑管理"),
        actor=viewer_of(person=person, at=END), at=END,
    )
    assert child.county_id == arrival.county_id
